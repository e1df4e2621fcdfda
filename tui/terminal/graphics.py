"""How a terminal shows pictures: by what it is called, and by what it answers. Pure.

Sources: xterm's control sequences (`CSI c`, whose answer has a 4 where there is Sixel, and `CSI 16 t`), and kitty's
graphics protocol. Of the terminals that have the latter only some know Unicode placeholders: these go by their names.
"""

import re
from collections.abc import Mapping
from typing import Literal, TypeAlias

from tui.lazy_dataclass import dataclass

Method: TypeAlias = Literal["half blocks", "kitty", "sixel"]
"""Coloured half blocks, as every terminal can show them; kitty's graphics protocol with Unicode placeholders; Sixel."""

QUESTION = "\x1b[16t\x1b[c"
"""How many pixels has a cell? Who are you? Every terminal answers the second, and so ends the wait for the first."""

ANSWER_TIMEOUT = 1.0
"""Seconds to wait for the answer."""

USUAL_CELL = 10, 20
"""What a cell measures in pixels where the terminal does not say: the proportions are what counts."""

_MAX_CELL = 200
_CELL = re.compile(r"\x1b\[6;(\d{1,4});(\d{1,4})t")
_ATTRIBUTES = re.compile(r"\x1b\[\?([0-9;]*)c")


@dataclass(frozen=True, slots=True)
class Graphics:
    """How pictures are shown, the size of a cell in pixels, and in words what is better elsewhere, or ""."""

    method: Method = "half blocks"
    cell: tuple[int, int] = USUAL_CELL
    shortcoming: str = ""


def is_end_of_answers(answers: str) -> bool:
    """Whether the terminal has answered all of `QUESTION`."""
    return _ATTRIBUTES.search(answers) is not None


def graphics_of(environ: Mapping[str, str], answers: str, cell: tuple[int, int] | None = None) -> Graphics:
    """How the terminal with these answers shows pictures. `cell` is the size that the system tells, where it does."""
    told = _CELL.search(answers)
    cell = cell or ((int(told.group(2)), int(told.group(1))) if told else USUAL_CELL)
    if not all(1 <= side <= _MAX_CELL for side in cell):
        cell = USUAL_CELL
    attributes = _ATTRIBUTES.search(answers)
    if attributes and "4" in attributes.group(1).split(";")[1:]:
        return Graphics("sixel", cell)
    between = "tmux" if environ.get("TMUX") else "GNU screen" if environ.get("STY") else ""
    if not between and _knows_placeholders(environ):
        return Graphics("kitty", cell)
    if between:
        return Graphics("half blocks", cell, f"half blocks: {between} passes no pictures on here")
    why = "shows no pictures" if attributes else "does not say what it can"
    return Graphics("half blocks", cell, f"half blocks: this terminal {why}")


def _knows_placeholders(environ: Mapping[str, str]) -> bool:
    """kitty and Ghostty; over SSH only `TERM` comes along."""
    is_named = environ.get("TERM", "") in ("xterm-kitty", "xterm-ghostty")
    return is_named or environ.get("TERM_PROGRAM") == "ghostty" or bool(environ.get("KITTY_WINDOW_ID"))
