"""Definitions in plain text: a term, and what is said of it further to the right, below it or beside it. Pure.

So manual pages list options, glossaries their words, and programs tell of their arguments.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

MAX_TERM_CHARS = 70
MAX_BESIDE_CHARS = 30
"""Length of a term that stands on one line with what is said of it."""
MAX_LINE_CHARS = 300
"""A longer line has no term beside what is said of it."""
MIN_DEEPER = 2
"""What is said of a term is indented by so many columns more, at least."""
TAB_COLUMNS = 8

_PARAGRAPH = re.compile(r"[^\S\n]*\S[^\n]*(?:\n[^\n]*\S[^\n]*)*")
_LINE = re.compile(r"[^\n]+")
_OPTION = re.compile(r"(?:[○•*+·]\s+)?[-+/]{1,2}[\w?#@]")
_ON_ONE_LINE = re.compile(
    r"\s+(?:(?P<option>-[^\s,]+(?:,? -[^\s,]+)*)(?:\s{2,}|\s(?=[a-z(]))|(?P<other>\S+(?: \S+){0,3})\s{3,})(?=\S)"
    r"(?!.*\S\s{3,}\S)"
)
_BULLET = re.compile(r"(?:[-*•○·+\u2013]|\(?\w{1,3}[.)])(?:\s|$)")


class TextLine(NamedTuple):
    """A line of a text without its end, and where it starts."""

    start: int
    text: str

    @property
    def indent(self) -> int:
        """The column that it begins in, from 0."""
        space = self.text[: len(self.text) - len(self.text.lstrip())]
        return len(space.expandtabs(TAB_COLUMNS))

    @property
    def content(self) -> int:
        """Where what is not space begins in the text."""
        return self.start + len(self.text) - len(self.text.lstrip())

    @property
    def end(self) -> int:
        """Where what is not space ends in the text."""
        return self.start + len(self.text.rstrip())


class DefinedTerm(NamedTuple):
    """A term, `text[start:end]`, and where the words begin that are said of it: beside it, or on the next line.

    They are in the next paragraph where `said` is None.
    """

    start: int
    end: int
    said: int | None


def paragraphs(text: str) -> Iterator[list[TextLine]]:
    """The lines of each paragraph; they are parted by empty lines, and definitions also by where they begin."""
    for match in _PARAGRAPH.finditer(text):
        found = _LINE.finditer(match.group())
        lines = [TextLine(match.start() + line.start(), line.group()) for line in found if line.group().strip()]
        yield from _parted(lines)


def _parted(lines: list[TextLine]) -> list[list[TextLine]]:
    """The lines as one paragraph, or as several that are definitions each."""
    parts: list[list[TextLine]] = []
    for line in lines:
        if not parts or (line.indent <= parts[0][0].indent and parts[-1][-1].indent > line.indent):
            parts.append([])
        parts[-1].append(line)
    return parts if len(parts) > 1 and all(len(part) > 1 and term_of(part) for part in parts) else [lines]


def term_of(lines: Sequence[TextLine], following: int = 0) -> DefinedTerm | None:
    """The term that a paragraph begins with; `following` is the indent of the next paragraph."""
    first = lines[0]
    said = first.text.strip()
    if len(lines) == 1:
        leads = _OPTION.match(said) and following >= first.indent + MIN_DEEPER and len(said) <= MAX_TERM_CHARS
        return DefinedTerm(first.content, first.end, None) if leads else _on_one_line(first)
    if any(line.indent < first.indent + MIN_DEEPER for line in lines[1:]):
        return None
    return _beside(first, lines[1].indent) or _above(lines)


def _on_one_line(line: TextLine) -> DefinedTerm | None:
    match = _ON_ONE_LINE.match(line.text) if len(line.text) <= MAX_LINE_CHARS else None
    if not match or _BULLET.match(match.group().strip()):
        return None
    group = "option" if match["option"] else "other"
    return DefinedTerm(line.start + match.start(group), line.start + match.end(group), line.start + match.end())


def _above(lines: Sequence[TextLine]) -> DefinedTerm | None:
    first = lines[0]
    said = first.text.strip()
    is_item = _BULLET.match(said) and not _OPTION.match(said)
    if is_item or said.endswith((".", ",", ";")) or len(said) > MAX_TERM_CHARS:
        return None
    return DefinedTerm(first.content, first.end, lines[1].content)


def _beside(line: TextLine, column: int) -> DefinedTerm | None:
    """A term that stands left of a column, where the words begin that are said of it."""
    if len(line.text) > MAX_LINE_CHARS:
        return None
    wide = line.text.expandtabs(TAB_COLUMNS)
    term = wide[:column].strip()
    begins = column < len(wide) and wide[column - 1].isspace() and not wide[column].isspace()
    if not begins or not term or len(term) > MAX_BESIDE_CHARS or _BULLET.match(term) or term.endswith(","):
        return None
    parted = wide[:column].endswith("  ")
    if not parted and not term.isupper() and (" " in term or not _OPTION.match(term)):
        return None  # the column is between two words by chance
    said = next(at for at in range(len(line.text)) if len(line.text[:at].expandtabs(TAB_COLUMNS)) >= column)
    return DefinedTerm(line.content, line.start + len(line.text[:said].rstrip()), line.start + said)
