"""Cells: the columns of a row of the terminal, each with its grapheme and its pen."""

import re
from functools import lru_cache
from itertools import repeat
from typing import NamedTuple, TypeAlias
from unicodedata import category

from rich.cells import split_graphemes
from rich.color import ColorSystem
from rich.style import Style
from textual.strip import Strip


class Pen(NamedTuple):
    """How a cell looks: three lists of SGR parameters, joined by semicolons, and the address it links to."""

    attributes: str = ""
    foreground: str = ""
    background: str = ""
    link: str = ""


Cell: TypeAlias = tuple[str, Pen]
"""A grapheme, or "" in the second column of a wide one; and its pen. A bare tuple: they are made by the thousand."""

CellRow: TypeAlias = list[Cell]

NO_PEN = Pen()
GAP = 2
"""So many blanks part what stands beside each other from the words of one text."""

UNKNOWN: Cell = ("\0", NO_PEN)

_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]")

_SYMBOLS_OF_KNOWN_WIDTH = frozenset(
    chr(code)
    for first, last in (
        *((0xA0, 0xAC), (0xAE, 0xBF), (0x2010, 0x2027), (0x2190, 0x2193), (0x2500, 0x25FC)),
        *((0x2800, 0x28FF), (0x3000, 0x3029), (0xFF01, 0xFF5E)),
    )
    for code in range(first, last + 1)
)

_CERTAIN = re.compile(f"[\\x00-\\x7f{''.join(sorted(_SYMBOLS_OF_KNOWN_WIDTH))}]*")
"""Text of which every character is a glyph whose width is known."""


def cells_of(strip: Strip, colors: ColorSystem = ColorSystem.TRUECOLOR) -> CellRow:
    """The cells of a strip, as many as it is wide. Control characters and segments have no width: they go."""
    cells: CellRow = []
    for text, style, control in strip:
        if control:
            continue
        pen = NO_PEN if style is None else _pen(style, colors)
        if text.isascii() and text.isprintable():
            cells += zip(text, repeat(pen))
            continue
        text = _CONTROLS.sub("", text)
        for start, end, width in split_graphemes(text)[0]:
            if width:
                cells.append((text[start:end], pen))
                cells += [("", pen)] * (width - 1)
    return cells


def doubts(row: CellRow) -> list[bool]:
    """For each cell whether terminals may disagree on its column: on the widths of clusters and of emoji they do.

    Spacing marks (as of Devanagari: category Mc in UAX 44) take a column of their own in some terminals. Text with
    them must be drawn in one go or its words cover each other, so that all is doubtful up to a gap or a border.
    """
    if len(text := "".join([glyph for glyph, _ in row])) == len(row) and _CERTAIN.fullmatch(text):
        return [False] * len(row)
    doubtful = False
    found = [doubtful := _is_doubtful(glyph) if glyph else doubtful for glyph, _ in row]
    if any(found):
        flows, blanks = False, 0
        for x, (glyph, _) in enumerate(row):
            if _has_spacing_mark(glyph):
                flows, blanks = True, 0
            elif glyph == " ":
                blanks += 1
            else:
                flows = flows and blanks < GAP and not "\u2500" <= glyph <= "\u25ff"
                blanks = 0
            found[x] |= flows
    return found


@lru_cache(4096)
def _has_spacing_mark(glyph: str) -> bool:
    return any(category(char) == "Mc" for char in glyph[1:])


@lru_cache(4096)
def _is_doubtful(glyph: str) -> bool:
    if len(glyph) > 1:
        return True
    return not (glyph.isascii() or glyph in _SYMBOLS_OF_KNOWN_WIDTH or (glyph.isalnum() and glyph < "\ufb00"))


@lru_cache(4096)
def _pen(style: Style, colors: ColorSystem) -> Pen:
    return Pen(
        attributes=Strip.render_ansi(style.without_color, colors),
        foreground=";".join(style.color.downgrade(colors).get_ansi_codes()) if style.color else "",
        background=";".join(style.bgcolor.downgrade(colors).get_ansi_codes(foreground=False)) if style.bgcolor else "",
        link=style.link or "",
    )
