"""A screen as a file keeps it: the text that draws it on an empty terminal, and its cells, to go on from there."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, repeat
from operator import itemgetter
from typing import Any

from tui.first_frame import END_OF_TEXT
from tui.terminal.cells import NO_PEN, Cell, CellRow, Pen
from tui.terminal.screen_buffer import drawn_anew


def saved_screen(rows: Sequence[CellRow], theme: str) -> bytes:
    """The screen, drawn in this theme, as `tui.first_frame` shows it at the next start."""
    return drawn_anew(rows).encode("utf-8", "replace") + END_OF_TEXT + saved_cells(rows, theme)


def saved_cells(rows: Sequence[CellRow], theme: str = "") -> bytes:
    """The cells, as JSON: the theme, the pens, and each row as runs of a pen's number and what is drawn with it.

    A run is a string where each of its cells holds one character, else a list of what they hold.
    """
    pens: dict[Pen, int] = {}
    runs = [
        [[pens.setdefault(pen, len(pens)), _joined(cells)] for pen, cells in groupby(row, itemgetter(1))]
        for row in rows
    ]
    return json.dumps({"theme": theme, "pens": list(pens), "rows": runs}, ensure_ascii=False).encode("utf-8", "replace")


def theme_of(saved: bytes) -> str:
    """The name of the theme in which cells were saved; "" where it is not told."""
    named = re.match(rb'\{"theme": "([a-z-]+)"', saved)
    return "" if named is None else named[1].decode()


def emptied(rows: Sequence[CellRow]) -> list[CellRow]:
    """As many cells with nothing in them."""
    return [[(" ", NO_PEN)] * len(row) for row in rows]


def read_cells(saved: bytes) -> list[CellRow]:
    """The rows that were saved. Raises `ValueError` where these are none."""
    try:
        kept: Any = json.loads(saved)
        pens: list[Pen] = [Pen(*map(str, pen)) for pen in kept["pens"]]
        return [[cell for number, glyphs in row for cell in _cells(glyphs, pens[int(number)])] for row in kept["rows"]]
    except (ValueError, TypeError, KeyError, IndexError, RecursionError) as error:
        raise ValueError("These are no cells.") from error


def _cells(glyphs: str | list[object], pen: Pen) -> Iterator[Cell]:
    return zip(map(str, glyphs), repeat(pen))  # not strict: the pen does not end


def _joined(cells: Iterable[Cell]) -> str | list[str]:
    glyphs = [glyph for glyph, _ in cells]
    return "".join(glyphs) if all(len(glyph) == 1 for glyph in glyphs) else glyphs
