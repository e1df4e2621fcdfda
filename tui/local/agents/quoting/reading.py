"""An answer that shows what was read of one document: its beginning, or a page. Pure."""

from collections.abc import Iterator

from tui.local.agents.markdown_text import escaped, escaped_line
from tui.local.agents.quoting.quotation import NO_MODEL, fenced
from tui.local.library.documents import Format
from tui.sanitize import clean_line

MAX_CHARS = 1800


def reading(number: int, file_name: str, where: str, text: str, document_format: Format) -> Iterator[str]:
    """The text with the citation number, and its source."""
    shown = text.strip()
    if len(shown) > MAX_CHARS:
        end = shown.rfind("\n", 0, MAX_CHARS)
        shown = f"{shown[: end if end > 0 else MAX_CHARS].rstrip()}\n…"
    name = escaped_line(clean_line(file_name))
    yield f"{name}, {where} [{number}]\n\n{_shown(shown, file_name, document_format)}\n\n"
    yield f"{NO_MODEL}\n\n**Sources**\n\n- [{number}] {name}, {where}\n"


def textless(number: int, file_name: str, where: str, told: str) -> Iterator[str]:
    """What is `told` of a place that has no text, with the citation number, and its source."""
    name = escaped_line(clean_line(file_name))
    yield f"{escaped_line(clean_line(told))} [{number}]\n\n**Sources**\n\n- [{number}] {name}, {where}\n"


def _shown(text: str, file_name: str, document_format: Format) -> str:
    match document_format:
        case "markdown":
            return _quoted(text)
        case "text":
            return _quoted(escaped(text))
        case "code":
            return fenced(text, file_name)


def _quoted(markdown: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in markdown.splitlines())
