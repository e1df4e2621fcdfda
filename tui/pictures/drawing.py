"""A picture as a terminal can show it, checked: it was made by a process that read what others wrote."""

import re
from typing import TypeAlias

from tui.lazy_dataclass import dataclass

_KITTY = re.compile(r"(?:\x1b_G[a-zA-Z0-9=,]*(?:;[A-Za-z0-9+/=]*)?\x1b\\)+")
_SIXEL = re.compile(r"\x1bP[0-9;]*q[!-~]*\x1b\\")
_PLACEHOLDERS = re.compile("(?:\U0010eeee[^\x00-\u02ff]{3})*")
_COLOUR = re.compile("#[0-9a-f]{6}")


class PictureError(Exception):
    """A picture cannot be shown. The message says why in a line, and is fit to show."""


@dataclass(frozen=True, slots=True)
class HalfBlocks:
    """Two pixels for each cell, one above the other: `rgb` has three bytes for each, row by row."""

    columns: int
    rows: int
    rgb: bytes

    def __post_init__(self) -> None:
        _check(len(self.rgb) == self.columns * self.rows * 2 * 3)


@dataclass(frozen=True, slots=True)
class KittyPicture:
    """A picture that the terminal is sent once, by `transmission`, and shows where it finds the placeholders.

    `lines` are these, one text for each row; they must have the colour, "#rrggbb", which tells the picture's number.
    """

    columns: int
    rows: int
    transmission: str
    colour: str
    lines: tuple[str, ...]

    def __post_init__(self) -> None:
        _check(bool(_KITTY.fullmatch(self.transmission)) and bool(_COLOUR.fullmatch(self.colour)))
        _check(len(self.lines) == self.rows and all(map(_PLACEHOLDERS.fullmatch, self.lines)))
        _check(all(len(line) == 4 * self.columns for line in self.lines))

    @property
    def removal(self) -> str:
        """What makes the terminal forget the picture."""
        number = re.search(r"[,G]i=(\d+)", self.transmission)
        return f"\x1b_Ga=d,d=I,i={number.group(1)},q=2\x1b\\" if number else ""


@dataclass(frozen=True, slots=True)
class SixelPicture:
    """A picture that is written over cells of the screen, from where the cursor is."""

    columns: int
    rows: int
    sixels: str

    def __post_init__(self) -> None:
        _check(bool(_SIXEL.fullmatch(self.sixels)))


Drawing: TypeAlias = HalfBlocks | KittyPicture | SixelPicture


def _check(is_right: bool) -> None:
    if not is_right:
        raise PictureError("The picture is damaged, or made to do harm: what was drawn of it is not shown.")
