"""Which figures a model's answer states, though nothing that it was given has them. Pure.

Only what is surely a figure is looked up: one of two digits or more, above the numbers that texts spell out, and not
part of a name, a citation or code.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from tui.local.agents.markdown_text import CODE

MAX_SPELLED = 12
"""Up to here a source may say the number in letters, or the answer may have counted."""
MAX_NAMED = 3
GROUP_DIGITS = 3

_DIGITS = r"\d{1,3}(?:[,.'\u2019 \u00a0\u2009\u202f]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d+)?"
_FIGURE = re.compile(rf"(?<![\w.,:/#$@-])[$€£¥]?(?P<figure>{_DIGITS})(?![\w:/@]|[.,]\d|-\w)")
_ANY_FIGURE = re.compile(rf"(?<!\d)(?:{_DIGITS})(?!\d)")
_NO_PROSE = re.compile(
    r"\[[^\]\n]{0,80}\](?:\([^\s()]{0,400}\))?|【[^】]{0,20}】|https?://\S+|^[ \t]*\d{1,3}[.)](?=\s)", re.MULTILINE
)
_SEPARATOR = re.compile(r"[^\d]")


def figures_nowhere(answer: str, given: Iterable[str]) -> Iterator[str]:
    """The figures of an answer that stand in none of the texts that were given, however their digits are grouped."""
    known = {form for text in given for found in _ANY_FIGURE.findall(text) for form in _forms(found)}
    known |= {form for text in given for found in re.findall(r"\d+(?:[.,]\d+)?", text) for form in _forms(found)}
    prose = _NO_PROSE.sub("\ufffc", CODE.sub("\ufffc", answer))
    told: set[str] = set()
    for match in _FIGURE.finditer(prose):
        figure = match["figure"]
        counts = figure.isdecimal() and int(figure) <= MAX_SPELLED
        if not counts and figure not in told and known.isdisjoint(_forms(figure)):
            told.add(figure)
            yield figure


def _forms(figure: str) -> Iterator[str]:
    """What a figure may be compared by: as a decimal, and where groups of three digits are told apart without that."""
    decimal = re.fullmatch(r"(\d+)[.,](\d+)", figure)
    if decimal:
        fraction = decimal[2].rstrip("0")
        yield f"{decimal[1]}.{fraction}" if fraction else decimal[1]
    if not decimal or len(decimal[2]) == GROUP_DIGITS:
        yield _SEPARATOR.sub("", figure)


def figures_warning(figures: Sequence[str]) -> str:
    """What stands below an answer with these figures; "" where there is none."""
    if not figures:
        return ""
    one = len(figures) == 1
    named = ", ".join(figures[:MAX_NAMED])
    which = "this figure" if one else "these figures"
    return f"\n\n*No source has {named}: check {which} before you rely on {'it' if one else 'them'}.*"
