"""A row of the list of sessions."""

from collections.abc import Callable, Mapping
from typing import Literal, TypeAlias

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.lazy_dataclass import dataclass

SessionMark: TypeAlias = Literal["busy", "unseen", "failed", ""]
MARKS: Mapping[SessionMark, str] = {"busy": "◌", "unseen": "●", "failed": "!", "": " "}
TICK = "✓"
AGE_CELLS = 6
MARK_CELLS = 3
"""The cursor's bar, the mark, and a blank before the title."""

COMPONENTS = ("title", "age", "cursor", "open", "delete", "mark", "heading")
"""What has a style of its own."""

StyleOf: TypeAlias = Callable[[str], Style]
"""The style of one of `COMPONENTS`; that of the cursor lies over the others."""


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session as it is shown. `title` is a safe line, `age` fits in `AGE_CELLS`."""

    title: str
    age: str = ""
    mark: SessionMark = ""
    is_ticked: bool = False
    is_open: bool = False
    is_deleting: bool = False
    """Whether it is asked if the session is to be deleted."""


def row_strip(row: SessionRow, width: int, style: StyleOf, *, is_cursor: bool) -> Strip:
    """The line of a row, over which the cursor's style lies where the list has the focus."""
    behind = style("cursor") if is_cursor else Style.null()
    title = style("delete" if row.is_deleting else "open" if row.is_open else "title") + behind
    mark, faded = style("mark") + behind, style("age") + behind
    sign = TICK if row.is_ticked else MARKS[row.mark]
    when = "" if row.is_deleting else f" {row.age:>{AGE_CELLS}}"
    return Strip(
        [
            Segment("▌" if is_cursor else " ", mark),
            Segment(f"{sign} ", mark),
            Segment(_fitted(row.title, max(1, width - MARK_CELLS - len(when) - 1)), title),
            Segment(f"{when} ", faded),
        ]
    ).adjust_cell_length(width, title)


def heading_strip(words: str, width: int, style: StyleOf) -> Strip:
    """The line of a heading, or of what is said below the rows."""
    heading = style("heading")
    return Strip([Segment(" " * MARK_CELLS + words, heading)]).adjust_cell_length(width, heading)


def _fitted(title: str, cells: int) -> str:
    return set_cell_size(title, cells) if cell_len(title) <= cells else set_cell_size(title, cells - 1) + "…"
