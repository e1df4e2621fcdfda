"""Selected text: from one cell to another of a source of lines, whatever is on the screen."""

from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

from rich.cells import cell_len

from tui.lazy_dataclass import dataclass
from tui.lineview.viewport import Heights, Place, forward
from tui.rendering.lines import Line

END_OF_ROW = 1_000_000
"""A cell further right than any row reaches."""


class LineSource(Heights, Protocol):
    """A source whose rows can be read."""

    def line(self, place: Place) -> Line: ...


class Point(NamedTuple):
    """A cell of a row, counted from the row's first."""

    place: Place
    cell: int


@dataclass(frozen=True, slots=True)
class Selection:
    """Everything between two points, in either order; the cell of the later one is not in it."""

    anchor: Point
    head: Point

    @property
    def first(self) -> Point:
        return min(self.anchor, self.head)

    @property
    def last(self) -> Point:
        return max(self.anchor, self.head)

    def moved(self, to: Callable[[Place], Place]) -> "Selection":
        """The same selection where every place is now another one."""
        return Selection(Point(to(self.anchor.place), self.anchor.cell), Point(to(self.head.place), self.head.cell))

    def cells(self, place: Place) -> tuple[int, int] | None:
        """The selected cells of a row, as a half-open range; None where there are none."""
        first, last = self.first, self.last
        if not first.place <= place <= last.place:
            return None
        start = first.cell if place == first.place else 0
        end = last.cell if place == last.place else END_OF_ROW
        return (start, end) if start < end else None


def text_of(source: LineSource, selection: Selection) -> str:
    """The selected text as it was written: without margins and padding, wrapped rows joined again."""
    pieces: list[str] = []
    for place in _places(source, selection):
        line, cells = source.line(place), selection.cells(place)
        text = "" if cells is None else cut(line, *cells)
        if pieces:
            pieces.append(line.joint)
        pieces.append(text)
    return "\n".join(row.rstrip() for row in "".join(pieces).split("\n"))


def _places(source: LineSource, selection: Selection) -> Iterator[Place]:
    first, last = selection.first.place, selection.last.place
    for section, block, height in forward(source, first.section, first.block):
        if (section, block) > (last.section, last.block):
            return
        for row in range(height):
            if first <= Place(section, block, row) <= last:
                yield Place(section, block, row)


def cut(line: Line, start: int, end: int) -> str:
    """The text in these cells, without what is only decoration. A wide character belongs to its first cell."""
    taken: list[str] = []
    at = 0
    for char in line.text:
        if max(start, line.decoration) <= at < end or (taken and not cell_len(char) and at <= end):
            taken.append(char)
        at += cell_len(char)
    return "".join(taken)


def word_at(source: LineSource, point: Point) -> Selection:
    """The word under a point, or the run of spaces or signs there."""
    text, cells = source.line(point.place).text, _cells(source.line(point.place))
    at = next((n for n, cell in enumerate(cells) if cell > point.cell), len(cells)) - 1
    if at < 0 or at >= len(text):
        return Selection(point, point)
    kind = _kind(text[at])
    first, last = at, at
    while first > 0 and _kind(text[first - 1]) == kind:
        first -= 1
    while last + 1 < len(text) and _kind(text[last + 1]) == kind:
        last += 1
    end = cells[last] + cell_len(text[last])
    return Selection(Point(point.place, cells[first]), Point(point.place, end))


def line_at(source: LineSource, place: Place) -> Selection:
    """The whole line of the source that a row is part of."""
    first = last = place
    while source.line(first).continues is not None and first.row:
        first = first._replace(row=first.row - 1)
    rows = source.height(place.section, place.block)
    while last.row + 1 < rows and source.line(last._replace(row=last.row + 1)).continues is not None:
        last = last._replace(row=last.row + 1)
    return Selection(Point(first, 0), Point(last, END_OF_ROW))


def _cells(line: Line) -> list[int]:
    cells: list[int] = []
    at = 0
    for char in line.text:
        cells.append(at)
        at += cell_len(char)
    return cells


def _kind(char: str) -> str:
    return "word" if char.isalnum() or char == "_" else "space" if char.isspace() else "sign"
