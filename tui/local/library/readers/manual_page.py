"""Manual pages as `man` writes them to a file: plain text whose shape tells its sections and options. Pure.

man-pages(7) and mdoc(7) lay them out so: a line with the name at both edges, the names of the sections in capitals at
the left edge, those of their parts a little to the right, and all else further to the right.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from tui.local.library.documents import DocumentBlock
from tui.local.library.readers.definitions import TextLine, paragraphs, term_of

_TITLE = re.compile(r"\s*(?P<name>[\w.:+@-]+\(\d\w*\))\s.*\s(?P=name)\s*")
_SECTION = re.compile(r"[A-Z][A-Z0-9 /,()&'-]*[A-Z)]")
MIN_SECTIONS = 2
MAX_OTHERS = 0.02
"""So much of a page may stand at the left edge beside the names of sections: its last line, and what is broken."""

BULLETS = " \t○•*·"

TITLE, SECTION, PART, DEFINITION = 1, 2, 3, 4
"""The levels of headings."""


def is_manual_page(text: str) -> bool:
    """Whether a text has the shape of a manual page."""
    lines = [line for line in text.split("\n") if line.strip()]
    if not lines or not _TITLE.fullmatch(lines[0]):
        return False
    outer = [line for line in lines[1:] if not line[0].isspace()]
    sections = sum(_is_section(line) for line in outer)
    return sections >= MIN_SECTIONS and len(outer) - sections <= 1 + MAX_OTHERS * len(lines)


def manual_page_blocks(text: str) -> tuple[DocumentBlock, ...]:
    """The blocks of a manual page. Each option and each other definition is a heading with what is said of it."""
    return tuple(_Page(text).blocks())


def _is_section(line: str) -> bool:
    return bool(_SECTION.fullmatch(line.rstrip()))


class _Page:
    def __init__(self, text: str) -> None:
        self._text = text
        self._base = next((line.indent for [*lines] in paragraphs(text) for line in lines if line.indent), 0)
        self._in_definition = False
        self._in_synopsis = False

    def blocks(self) -> Iterator[DocumentBlock]:
        parts = [part for lines in paragraphs(self._text) for part in self._without_heads(lines)]
        for at, (lines, following) in enumerate(zip_longest(parts, parts[1:])):
            first = lines[0]
            if at == 0:
                name = first.text.split(maxsplit=1)[0]
                yield self._heading(TITLE, first.content, first.end, name)
            elif len(lines) == 1 and self._level_of(first):
                yield self._heading(self._level_of(first), first.start, first.end)
            else:
                yield from self._said(lines, following[0].indent if following else 0)

    def _without_heads(self, lines: Sequence[TextLine]) -> Iterator[Sequence[TextLine]]:
        """The names of sections and parts, each for itself, and the lines between them."""
        rest: list[TextLine] = []
        for at, line in enumerate(lines):
            if self._level_of(line) and at + 1 < len(lines) and lines[at + 1].indent > line.indent:
                if rest:
                    yield rest
                yield [line]
                rest = []
            else:
                rest.append(line)
        if rest:
            yield rest

    def _level_of(self, line: TextLine) -> int:
        """The level of a line that is the name of a section or of a part; 0 of another."""
        if line.indent == 0:
            return SECTION if _is_section(line.text) else 0
        return PART if line.indent < self._base else 0

    def _said(self, lines: Sequence[TextLine], following: int) -> Iterator[DocumentBlock]:
        first, last = lines[0], lines[-1]
        term = term_of(lines, following) if first.indent == self._base and not self._in_synopsis else None
        start = first.start
        if term:
            self._in_definition = True
            yield self._heading(DEFINITION, first.start, term.end)
            if term.said is None:
                return
            start = term.said
        under = None
        if self._in_definition and not term and 0 < first.indent <= self._base:
            under, self._in_definition = PART, False
        yield DocumentBlock("paragraph", start, last.end, under=under)

    def _heading(self, level: int, start: int, end: int, title: str = "") -> DocumentBlock:
        said = " ".join((title or self._text[start:end]).lstrip(BULLETS).split())
        self._in_definition = level == DEFINITION
        self._in_synopsis = said == "SYNOPSIS" or (self._in_synopsis and level > SECTION)
        return DocumentBlock("heading", start, end, level, said)
