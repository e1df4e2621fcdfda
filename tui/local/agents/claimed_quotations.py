"""What a model's answer quotes, though nothing that it was given says so. Pure."""

from collections.abc import Iterable, Iterator, Sequence

from tui.local.agents.markdown_text import CODE, escaped_line
from tui.quotations import folded, pieces, quotations
from tui.sanitize import clean_line

MAX_NAMED = 3
MAX_NAMED_CHARS = 80


def unfounded(answer: str, given: Iterable[str]) -> Iterator[str]:
    """The quotations of an answer whose words stand in none of the texts that were given, or not in their order."""
    prose = CODE.sub("\ufffc", answer)
    sources = [folded(text) for text in given]
    for start, end in quotations(prose):
        quoted = prose[start:end]
        if not all(any(piece in source for source in sources) for piece in pieces(quoted)):
            yield quoted


def warning(claimed: Sequence[str]) -> str:
    """What stands below an answer with these quotations; "" where there is none."""
    if not claimed:
        return ""
    named = ", ".join(f"“{escaped_line(clean_line(quoted, MAX_NAMED_CHARS))}”" for quoted in claimed[:MAX_NAMED])
    return f"\n\n*No source says {named}: check this quotation before you rely on it.*"
