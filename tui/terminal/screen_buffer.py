"""What the terminal shows, cell by cell, and the shortest text found that turns it into the next frame."""

import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby, islice
from operator import itemgetter
from typing import NamedTuple

from tui.terminal.cells import NO_PEN, UNKNOWN, CellRow, Pen, doubts

MAX_MERGED_GAP = 4
"""Cells between two changes that are written with them: to move the cursor over them costs as much."""

MIN_MOVE_ROWS = 4
"""Only where so many rows are drawn is it worth looking for those that only moved."""

MIN_MOVE_CHARS = 1_000
"""A frame in which rows moved is taken as it is if it has no more characters; of a longer one, what is shorter.

A page of text that moved by a row takes 350 to 900, and three thousand where each row is written anew.
"""


_ENDS = {"": "", "1": "22", "2": "22", "3": "23", "4": "24"}
"""The SGR parameter that ends each attribute (ECMA-48, 8.3.117), where terminals agree on it."""


class Patch(NamedTuple):
    """A part of a frame: these cells, from column x of row y on."""

    y: int
    x: int
    cells: CellRow


class Overlay(NamedTuple):
    """A picture that lies over cells, from column x of row y on: written where the cursor is, it leaves them as blanks.

    Whatever is written on these cells afterwards takes the picture away there.
    """

    y: int
    x: int
    rows: int
    columns: int
    picture: str

    def cells_of(self, rows: list[CellRow]) -> list[CellRow]:
        """What is below it."""
        return [row[self.x : self.x + self.columns] for row in rows[self.y : self.y + self.rows]]

    def __str__(self) -> str:
        """Writes the picture, and brings the cursor and the pen back."""
        return f"\x1b7\x1b[{self.y + 1};{self.x + 1}H{self.picture}\x1b8"


class Move(NamedTuple):
    """The rows from `top` to `bottom` (not included) go up by `up` rows, or down if it is negative."""

    top: int
    bottom: int
    up: int

    def applied_to(self, rows: list[CellRow]) -> list[CellRow]:
        """The rows as the terminal shows them after the move; the rows that came in may have any colour."""
        fresh = [[UNKNOWN] * len(rows[0]) for _ in range(abs(self.up))]
        kept = rows[max(self.top, self.top + self.up) : min(self.bottom, self.bottom + self.up)]
        region = kept + fresh if self.up > 0 else fresh + kept
        return rows[: self.top] + region + rows[self.bottom :]

    def __str__(self) -> str:
        """Delete Line and Insert Line within scrolling margins: VT102, hence understood everywhere, and short."""
        lines = f"{self.up}M" if self.up > 0 else f"{-self.up}L"
        return f"\x1b[{self.top + 1};{self.bottom}r\x1b[{self.top + 1}H\x1b[{lines}\x1b[r"


class ScreenBuffer:
    """The cells that a terminal shows, as far as they were drawn here."""

    def __init__(self) -> None:
        self._rows: list[CellRow] = []
        self._pen: Pen | None = NO_PEN
        self._overlay: Overlay | None = None
        self._must_lay = False

    def lay(self, overlay: Overlay | None) -> None:
        """Have a picture lie over the screen from the next frame on, in place of the one before; None: none."""
        if (old := self._overlay) is not None:
            for y, row in enumerate(self._rows[old.y : old.y + old.rows], old.y):
                gone = [UNKNOWN] * len(row[old.x : old.x + old.columns])
                self._rows[y] = row[: old.x] + gone + row[old.x + len(gone) :]
        self._overlay, self._must_lay = overlay, overlay is not None

    def forget(self) -> None:
        """Whatever the terminal shows now, it was not drawn here; and any pen may be set."""
        self._rows = []
        self._pen = None

    def shows(self, width: int, height: int) -> bool:
        """Whether all of a screen of this size is known."""
        return len(self._rows) == height and height > 0 and len(self._rows[0]) == width

    def clear(self, width: int, height: int) -> None:
        """Start with a screen of this size, of which nothing is known."""
        self._rows = [[UNKNOWN] * width for _ in range(height)]

    def recall(self, rows: list[CellRow]) -> None:
        """The terminal shows these rows, drawn by an earlier run. Taken only for a screen of the size that is known."""
        if [len(row) for row in rows] == [len(row) for row in self._rows]:
            self._rows = rows

    def rows(self) -> list[CellRow]:
        """What is shown, row by row. Nothing changes these rows later: what changes is drawn into copies."""
        return self._rows

    def draw(self, patches: Sequence[Patch]) -> str:
        """The text to write so that the terminal shows these cells too. It leaves its last colours set for the next."""
        shown, wanted = self._rows, _with(self._rows, patches)
        moved = self._moved(shown, wanted, patches)
        if moved is not None and len(moved[0]) <= MIN_MOVE_CHARS:
            text, pen = moved
        else:
            text, pen = _difference(shown, wanted, self._pen)
            if moved is not None and len(moved[0]) < len(text):
                text, pen = moved
        if (over := self._overlay) is not None and (self._must_lay or over.cells_of(shown) != over.cells_of(wanted)):
            text += str(over)
            self._must_lay = False
        self._rows, self._pen = wanted, pen
        return text

    def _moved(self, shown: list[CellRow], wanted: list[CellRow], patches: Sequence[Patch]) -> tuple[str, Pen] | None:
        """The text of the frame, and the pen after it, where most of what changed has only moved."""
        if self._overlay is not None or len(patches) < MIN_MOVE_ROWS:
            return None
        move = _find_move(shown, wanted, patches)
        if move is None:
            return None
        rest, pen = _difference(move.applied_to(shown), wanted, self._pen)
        return str(move) + rest, pen


def drawn_anew(rows: Sequence[CellRow]) -> str:
    """The text that draws these rows on an empty terminal."""
    text, _ = _difference([[UNKNOWN] * len(row) for row in rows], list(rows), None)
    return text


def _with(rows: list[CellRow], patches: Iterable[Patch]) -> list[CellRow]:
    """Copies of the rows that change, the same rows otherwise."""
    changed = rows.copy()
    for y, x, cells in patches:
        row = changed[y]
        cells = cells[: len(row) - x]
        if row[x : x + len(cells)] != cells:
            changed[y] = row[:x] + cells + row[x + len(cells) :]
    return changed


def _difference(shown: list[CellRow], wanted: list[CellRow], pen: Pen | None) -> tuple[str, Pen]:
    """The text that turns one screen into the other, given the pen that is set; and the pen that is set after it."""
    writing = _Writing(pen)
    for y, (old, new) in enumerate(zip(shown, wanted, strict=True)):
        if old is not new and old != new:
            uncertain = doubts(new)
            for start, end in _changed_runs(old, new, uncertain):
                writing.move_to(y, start)
                writing.draw(new[start:end], uncertain[start:end], start)
    return writing.finished()


def _changed_runs(old: CellRow, new: CellRow, uncertain: list[bool]) -> Iterator[tuple[int, int]]:
    """The columns to write, from and up to.

    Graphemes of uncertain width are drawn together with the neighbours of their kind, and then everything that follows
    in the row too, because the terminal may have drawn them over it.
    """
    changed = [x for x, (before, after) in enumerate(zip(old, new, strict=True)) if before != after]
    end = 0
    for index, x in enumerate(changed):
        if x < end:
            continue
        start, end = x, x + 1
        for following in islice(changed, index + 1, None):
            if following - end > MAX_MERGED_GAP:
                break
            end = following + 1
        while start > 0 and (uncertain[start - 1] or not new[start][0]):
            start -= 1
        while end < len(new) and (uncertain[end] or not new[end][0]):
            end += 1
        if any(uncertain[start:end]):
            end = len(new)
        yield start, end


class _Writing:
    """The text of a frame while it is put together: knows the cursor's row and the pen that is set."""

    def __init__(self, pen: Pen | None) -> None:
        self._parts: list[str] = [] if pen else ["\x1b[m"]
        self._row = -1
        self._pen = pen or NO_PEN

    def move_to(self, y: int, x: int) -> None:
        self._parts.append(f"\x1b[{x + 1}G" if y == self._row else f"\x1b[{y + 1};{x + 1}H")
        self._row = y

    def draw(self, cells: CellRow, uncertain: list[bool], x: int) -> None:
        """Cells from column x on. After graphemes of uncertain width the cursor is told where it should be."""
        at = 0
        for doubtful, group in groupby(uncertain):
            end = at + len(list(group))
            if doubtful:
                self._set(cells[at][1])
                self._parts.append(" " * (end - at))
                self.move_to(self._row, x + at)
            self._draw_in_one_go(cells[at:end])
            if doubtful and end < len(cells):
                self.move_to(self._row, x + end)
            at = end

    def _draw_in_one_go(self, cells: CellRow) -> None:
        for pen, group in groupby(cells, itemgetter(1)):
            self._set(pen)
            self._parts.append("".join([glyph for glyph, _ in group]).replace("\0", " "))

    def _set(self, pen: Pen) -> None:
        old, self._pen = self._pen, pen
        if pen is old:
            return
        self._parts.append(_change_of_look(old, pen))
        if pen.link != old.link:
            self._parts.append(f"\x1b]8;{_link_id(pen.link)};{pen.link}\x1b\\")

    def finished(self) -> tuple[str, Pen]:
        self._set(self._pen._replace(link=""))
        return "".join(self._parts), self._pen


@lru_cache(4096)
def _change_of_look(old: Pen, new: Pen) -> str:
    """The shortest SGR sequence that turns one pen into the other, but for their links; "" where they look the same."""
    if old[:3] == new[:3]:
        return ""
    before, after = set(old.attributes.split(";")), set(new.attributes.split(";"))
    anew = ";".join(["", *filter(None, new[:3])])
    if before - after - _ENDS.keys():
        return f"\x1b[{anew}m"
    ends = {_ENDS[attribute] for attribute in before - after} - {""}
    begun = {attribute for attribute in after - {""} if attribute not in before or _ENDS.get(attribute) in ends}
    codes = [*sorted(ends), *sorted(begun)]
    codes += [new.foreground or "39"] if new.foreground != old.foreground else []
    codes += [new.background or "49"] if new.background != old.background else []
    return f"\x1b[{min(';'.join(codes), anew, key=len)}m"


def _link_id(link: str) -> str:
    """Pieces of one link that are written at different times are lit up together."""
    return f"id={zlib.crc32(link.encode()):x}" if link else ""


def _find_move(shown: list[CellRow], wanted: list[CellRow], patches: Iterable[Patch]) -> Move | None:
    """How most rows of a part of the screen moved, if they did. The part is that, by its columns, with most changes."""
    parts: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for y, x, cells in patches:
        if wanted[y] is not shown[y]:
            parts[x, x + len(cells)].append(y)
    if not parts:
        return None
    (left, right), rows = max(parts.items(), key=lambda part: len(part[1]))
    before = _texts(shown, rows, left, right)
    after = _texts(wanted, rows, left, right)
    last_before, last_after = ({text: y for y, text in texts.items()} for texts in (before, after))
    ways = Counter(last_before[text] - y for text, y in last_after.items() if text in last_before)
    ways.pop(0, None)
    if not ways:
        return None
    up, _ = ways.most_common(1)[0]
    moved = [y for y, text in after.items() if before.get(y + up) == text]
    return Move(min(moved) + min(0, up), max(moved) + max(0, up) + 1, up)


def _texts(rows: list[CellRow], numbers: Iterable[int], left: int, right: int) -> dict[int, str]:
    texts = ((y, "".join([glyph for glyph, _ in rows[y][left:right]])) for y in numbers)
    return {y: text for y, text in texts if not text.isspace()}
