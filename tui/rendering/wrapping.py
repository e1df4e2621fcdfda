"""Styled text broken into rows of a width.

Rows are measured as Textual measures them (`rich.cells`), with room for the spacing marks that some terminals give a
column of their own. What a reader sees as one character (a letter with its marks, an emoji joined of several, a flag)
is never split. Nothing is lost: what a break takes away is kept in
`Line.continues`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple
from unicodedata import category

from rich.cells import cell_len, split_graphemes

from tui.rendering.lines import PLAIN, Line, Span, Style

MIN_WIDTH = 2
"""No row can be narrower: a wide character needs two cells."""

TAB = 4
"""Cells between tab stops."""

_SINGLE_CELL = re.compile(
    "[\n -~\u00a0-\u02ff\u0370-\u0377\u0391-\u03a1\u03a3-\u0482\u2010-\u201f\u2026\u2500-\u25fc]*"
)
_NEVER_FIRST = frozenset(
    "\u3001\u3002\uff0c\uff0e\u30fb\uff1a\uff1b\uff1f\uff01\uff09\uff3d\uff5d\u3015\u3009\u300b\u300d\u300f\u3011\u3019\u3017"
    "\u30fc\u3005\u3041\u3043\u3045\u3047\u3049\u3063\u3083\u3085\u3087\u308e\u30a1\u30a3\u30a5\u30a7\u30a9\u30c3"
    "\u30e3\u30e5\u30e7\u30ee\u2026\u2025\u201d\u2019,.:;?!)]}"
)
"""Closing punctuation and small kana: they cling to the character before them (JIS X 4051)."""
_NEVER_LAST = frozenset("\uff08\uff3b\uff5b\u3014\u3008\u300a\u300c\u300e\u3010\u3018\u3016\u201c\u2018([{")
"""Opening punctuation: it clings to the character after it."""


_BELOW = " \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} "


class _Row(NamedTuple):
    """A row as offsets into the joined text: it shows [start, end), and the next one begins at `after`."""

    start: int
    end: int
    after: int


class _Grapheme(NamedTuple):
    start: int
    end: int
    cells: int
    spacing_marks: int

    @property
    def room(self) -> int:
        """Cells that it may take in any terminal."""
        return self.cells + self.spacing_marks


def wrap(spans: Iterable[Span], width: int) -> list[Line]:
    """Rows broken at spaces and between ideographs; a word longer than a row is folded. A line feed begins a line."""
    return list(wrapping(spans, width))


def wrapping(spans: Iterable[Span], width: int) -> Iterator[Line]:
    """`wrap`, row by row."""
    return (row for line in _split_lines(spans) for row in _rows(line, max(width, MIN_WIDTH), _break_at_words))


def fold(spans: Iterable[Span], width: int) -> list[Line]:
    """Rows broken at the edge only, for text whose spaces carry meaning. A line feed begins a line."""
    return [row for line in _split_lines(spans) for row in _rows(line, max(width, MIN_WIDTH), _break_at_edge)]


def wrap_text(text: str, width: int, style: Style = PLAIN) -> list[Line]:
    """Text of several lines, in one style; tabs become spaces."""
    return wrap((Span(text.expandtabs(TAB), style),), width)


def indented(lines: Iterable[Line], first: Sequence[Span], rest: Sequence[Span] | None = None) -> list[Line]:
    """The lines behind a margin that is not copied: `first` before the first line, `rest` before the others."""
    margins = [(tuple(margin), width_of(margin)) for margin in (first, first if rest is None else rest)]
    indented: list[Line] = []
    for number, line in enumerate(lines):
        margin, cells = margins[number > 0]
        indented.append(Line((*margin, *line.spans), line.decoration + cells, line.continues, line.edge))
    return indented


def width_of(spans: Iterable[Span]) -> int:
    """Cells that the spans take, drawn one after the other."""
    return sum(cell_len(span.text) for span in spans)


def room_for(spans: Iterable[Span]) -> int:
    """Cells that the spans may take in any terminal."""
    return sum(cell_len(span.text) + _spacing_marks(span.text) for span in spans)


def _spacing_marks(text: str) -> int:
    """Marks that take a column of their own in some terminals: category Mc in UAX 44, as in Devanagari."""
    return 0 if text.isascii() else sum(category(char) == "Mc" for char in text)


def shortened(text: str, cells: int) -> str:
    """The text in at most this many cells; where it is cut, it ends in an ellipsis."""
    if cell_len(text) <= cells:
        return text
    return fold((Span(text),), max(cells - 1, MIN_WIDTH))[0].text + "…"


def last_part(heading: str, cells: int) -> str:
    """A heading with those that it stands below before it; without them where there is no room for all."""
    return heading if cell_len(heading) <= cells else heading.rsplit(_BELOW)[-1]


def cut(text: str, size: int) -> int:
    """Where to cut a text that is too long: after the last white space before `size`, never within a character."""
    if len(text) <= size:
        return len(text)
    at = max(text.rfind(" ", size // 2, size), text.rfind("\n", size // 2, size)) + 1
    if at:
        return at
    graphemes = list(_graphemes((Span(text[size - 256 : size + 1]),))) if size > 256 else []
    return size - 256 + graphemes[-1].start if len(graphemes) > 1 else size


def _split_lines(spans: Iterable[Span]) -> Iterator[list[Span]]:
    line: list[Span] = []
    for span in spans:
        if "\n" not in span.text:
            line.append(span)
            continue
        first, *others = span.text.split("\n")
        line.append(Span(first, span.style))
        for text in others:
            yield line
            line = [Span(text, span.style)]
    yield line


def _rows(spans: list[Span], width: int, breaks: "_Breaks") -> Iterator[Line]:
    text = "".join(span.text for span in spans)
    if len(text) <= width and _SINGLE_CELL.fullmatch(text):
        yield Line(tuple(span for span in spans if span.text))
        return
    taken: str | None = None
    slices = _Slices(spans)
    for row in breaks(text, spans, width):
        yield Line(slices.take(row.start, row.end), continues=taken)
        taken = text[row.end : row.after]


class _Slices:
    """Parts of joined spans by offsets that only grow."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self._spans = spans
        self._at = 0
        self._offset = 0

    def take(self, start: int, end: int) -> tuple[Span, ...]:
        taken: list[Span] = []
        while self._at < len(self._spans):
            span = self._spans[self._at]
            text = span.text[max(0, start - self._offset) : max(0, end - self._offset)]
            if text:
                taken.append(span if len(text) == len(span.text) else Span(text, span.style))
            if self._offset + len(span.text) > end:
                break
            self._offset += len(span.text)
            self._at += 1
        return tuple(taken)


class _Breaks:
    """How rows are found. `at_words` is false where only the edge of a row breaks it."""

    def __init__(self, at_words: bool) -> None:
        self._at_words = at_words

    def __call__(self, text: str, spans: Sequence[Span], width: int) -> Iterator[_Row]:
        if _SINGLE_CELL.fullmatch(text):
            return self._single_cell(text, width)
        return self._any(text, list(_graphemes(spans)), width)

    def _single_cell(self, text: str, width: int) -> Iterator[_Row]:
        """Every character takes one cell, so that offsets are cells and the search for spaces is `str.rfind`."""
        start = 0
        while len(text) - start > width:
            row = self._at_space(text, start, start + width) or _Row(start, start + width, start + width)
            yield row
            start = row.after
        if start < len(text) or not text:
            yield _Row(start, len(text), len(text))

    def _any(self, text: str, graphemes: Sequence[_Grapheme], width: int) -> Iterator[_Row]:
        start = used = 0
        at = 0
        soft: tuple[int, int] | None = None
        while at < len(graphemes):
            grapheme = graphemes[at]
            if at > start and self._at_words and _may_break(text, graphemes[at - 1], grapheme):
                soft = (at, used)
            overflows = used + grapheme.room > width and at > start
            hangs = self._at_words and text[grapheme.start] == " " and text[graphemes[start].start] != " "
            if not overflows or hangs:
                used += grapheme.room
                at += 1
                continue
            after, before = soft or (at, used)
            yield _trimmed(text, graphemes[start].start, graphemes[after].start, keep=not self._at_words)
            start, used, soft = after, used - before, None
        if graphemes:
            yield _trimmed(text, graphemes[start].start, len(text), keep=used <= width)
        else:
            yield _Row(0, 0, 0)

    def _at_space(self, text: str, start: int, edge: int) -> _Row | None:
        """A break at the last space up to the edge, unless only an indent stands before it."""
        space = text.rfind(" ", start, edge + 1) if self._at_words else -1
        if space < 0:
            return None
        end, after = space, space + 1
        while end > start and text[end - 1] == " ":
            end -= 1
        while after < len(text) and text[after] == " ":
            after += 1
        return _Row(start, end, after) if end > start else None


_break_at_words = _Breaks(at_words=True)
_break_at_edge = _Breaks(at_words=False)


def _trimmed(text: str, start: int, after: int, keep: bool) -> _Row:
    end = after
    while not keep and end > start and text[end - 1] == " ":
        end -= 1
    return _Row(start, end if end > start else after, after)


def _may_break(text: str, before: _Grapheme, after: _Grapheme) -> bool:
    """After a space (whoever breaks drops it), and beside a wide character unless punctuation clings to it."""
    last, first = text[before.end - 1], text[after.start]
    if first == " ":
        return False
    if last == " ":
        return True
    return (before.cells > 1 or after.cells > 1) and first not in _NEVER_FIRST and last not in _NEVER_LAST


def _graphemes(spans: Iterable[Span]) -> Iterator[_Grapheme]:
    """What is drawn as one character, measured within each span because spans are drawn one by one."""
    offset = 0
    for span in spans:
        held: _Grapheme | None = None
        for start, end, cells in split_graphemes(span.text)[0]:
            if held is not None and _clings(span.text[held.start - offset : held.end - offset], span.text[start]):
                held = held._replace(end=offset + end, cells=held.cells + cells)
                continue
            if held is not None:
                yield held
            held = _Grapheme(offset + start, offset + end, cells, _spacing_marks(span.text[start + 1 : end]))
        if held is not None:
            yield held
        offset += len(span.text)


def _clings(before: str, character: str) -> bool:
    """A skin tone follows its emoji; a flag is two letters. (`rich.cells` counts them apart.)"""
    if "\U0001f3fb" <= character <= "\U0001f3ff":
        return before != " "
    return len(before) == 1 and all("\U0001f1e6" <= each <= "\U0001f1ff" for each in (before, character))
