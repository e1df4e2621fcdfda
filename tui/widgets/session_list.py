"""The sidebar's list of sessions, by day: drawn by lines, so that ten thousand sessions cost what ten do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal, TypeAlias

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.conversation.catalogue import age, now, period

SessionMark: TypeAlias = Literal["busy", "unseen", "failed", ""]
MARKS: Mapping[SessionMark, str] = {"busy": "◌", "unseen": "●", "failed": "!", "": " "}
AGE_CELLS = 6
MARK_CELLS = 3
"""The cursor's bar, the mark, and a blank before the title."""

MORE_WITHIN_LINES = 20
"""The next page is asked for when the last line is this near to what is shown, or to the cursor."""

DELETE_KEYS = frozenset({"delete", "backspace"})
NO_SESSIONS = "No sessions yet."
NO_MATCH = "No title has this."
MORE_BELOW = "… more below"


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One session as it is shown. `title` is a safe line."""

    session_id: str
    title: str
    updated: datetime | None = None
    mark: SessionMark = ""


class SessionList(ScrollView, can_focus=True):
    """Rows to browse by keyboard, under headings.

    Deleting takes a key twice that is no letter, so that text typed here by mistake never deletes; any other key takes
    the first one back.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "sessions--title",
        "sessions--age",
        "sessions--cursor",
        "sessions--open",
        "sessions--delete",
        "sessions--mark",
        "sessions--heading",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Open"),
        Binding("delete,backspace", "delete", "Delete"),
        Binding("r", "name", "Name"),
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup,ctrl+u", "move_page(-1)", "Page up", show=False),
        Binding("pagedown,ctrl+d", "move_page(1)", "Page down", show=False),
        Binding("home,g", "move_to(0)", "First", show=False),
        Binding("end,G", "move_to(-1)", "Last", show=False),
    ]

    @dataclass
    class Chosen(Message):
        """A session is to be opened."""

        session_id: str

    @dataclass
    class DeletionConfirmed(Message):
        """The delete key was pressed twice on a session."""

        session_id: str

    @dataclass
    class NameRequested(Message):
        """A session is to be given a name."""

        session_id: str

    class MoreRequested(Message):
        """The last rows are near: the next page is wanted."""

    rows: reactive[Sequence[SessionRow]] = reactive((), init=False, always_update=True)
    """The sessions to browse. The cursor stays on the session it was on, or at its place where that one has gone."""

    open_id: reactive[str | None] = reactive(None)
    """The session that is open, listed or not."""

    has_more: reactive[bool] = reactive(False)
    """Whether the server has sessions that are not loaded yet."""

    is_filtered: reactive[bool] = reactive(False)
    """Whether the rows are those that a filter left."""

    def __init__(self) -> None:
        super().__init__()
        self._cursor = 0
        self._asked_to_delete: str | None = None
        self._lines: list[str | int] = []
        """What each line shows: a heading, or the row of this number."""
        self._line_of_row: list[int] = []

    def watch_rows(self, before: Sequence[SessionRow], rows: Sequence[SessionRow]) -> None:
        under_cursor = before[self._cursor].session_id if self._cursor < len(before) else None
        at = next((n for n, row in enumerate(rows) if row.session_id == under_cursor), self._cursor)
        self._cursor = max(0, min(at, len(rows) - 1))
        self._lay_out()

    def watch_has_more(self) -> None:
        self._lay_out()

    def watch_is_filtered(self) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        """Put the rows on lines, a heading before each group and a blank line between groups."""
        lines: list[str | int] = []
        self._line_of_row = []
        heading, at = "", now()
        for number, row in enumerate(self.rows):
            if (group := period(row.updated, at)) != heading:
                lines += [group] if not lines else ["", group]
                heading = group
            self._line_of_row.append(len(lines))
            lines.append(number)
        if self.has_more:
            lines.append(MORE_BELOW)
        elif not self.rows:
            lines.append(NO_MATCH if self.is_filtered else NO_SESSIONS)
        self._lines = lines
        self.virtual_size = Size(self.scrollable_content_region.width, len(lines))
        self._ask_for_more()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._ask_for_more()

    def _ask_for_more(self) -> None:
        last_shown = self.scroll_offset.y + self.size.height
        if self.has_more and last_shown >= len(self._lines) - MORE_WITHIN_LINES:
            self.post_message(self.MoreRequested())

    @property
    def session_under_cursor(self) -> str | None:
        return self.rows[self._cursor].session_id if self._cursor < len(self.rows) else None

    def put_cursor_on(self, session_id: str) -> None:
        """Move the cursor to a session; nothing happens where it is not listed."""
        at = next((n for n, row in enumerate(self.rows) if row.session_id == session_id), None)
        if at is not None:
            self.action_move_to(at)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "name":
            return self.session_under_cursor is not None
        return super().check_action(action, parameters)

    def render_line(self, y: int) -> Strip:
        at = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        line = self._lines[at] if at < len(self._lines) else ""
        if isinstance(line, int):
            return self._strip(self.rows[line], width, is_cursor=line == self._cursor)
        style = self.get_component_rich_style("sessions--heading")
        return Strip([Segment(" " * MARK_CELLS + line, style)]).adjust_cell_length(width, style)

    def _strip(self, row: SessionRow, width: int, *, is_cursor: bool) -> Strip:
        style = self.get_component_rich_style
        deleting = row.session_id == self._asked_to_delete
        name = "delete" if deleting else "open" if row.session_id == self.open_id else "title"
        title_style = style(f"sessions--{name}")
        title = f"Delete again deletes: {row.title}" if deleting else row.title
        faded = style("sessions--age")
        mark = style("sessions--mark")
        if is_cursor:
            behind = style("sessions--cursor", partial=True) if self.has_focus else Style.null()
            title_style, faded, mark = title_style + behind, faded + behind, mark + behind
        when = f"{age(row.updated, now()):>{AGE_CELLS}}"
        return Strip(
            [
                Segment("▌" if is_cursor else " ", mark),
                Segment(f"{MARKS[row.mark]} ", mark),
                Segment(_fitted(title, max(1, width - AGE_CELLS - MARK_CELLS - 2)), title_style),
                Segment(" " + when + " ", faded),
            ]
        ).adjust_cell_length(width, title_style)

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self._asked_to_delete = None
        self.refresh()

    def on_resize(self) -> None:
        self.virtual_size = Size(self.scrollable_content_region.width, len(self._lines))
        self._ask_for_more()

    def on_key(self, event: events.Key) -> None:
        if self._asked_to_delete is not None and event.key not in DELETE_KEYS:
            self._asked_to_delete = None
            self.refresh()
            if event.key == "escape":
                event.stop()

    def on_click(self, event: events.Click) -> None:
        at = event.y + self.scroll_offset.y
        line = self._lines[at] if at < len(self._lines) else ""
        if isinstance(line, int):
            self.action_move_to(line)
            self.action_choose()

    def action_choose(self) -> None:
        if (session_id := self.session_under_cursor) is not None:
            self.post_message(self.Chosen(session_id))

    def action_delete(self) -> None:
        session_id = self.session_under_cursor
        if session_id is not None and session_id == self._asked_to_delete:
            self._asked_to_delete = None
            self.post_message(self.DeletionConfirmed(session_id))
        else:
            self._asked_to_delete = session_id
            self.refresh()

    def action_name(self) -> None:
        if (session_id := self.session_under_cursor) is not None:
            self.post_message(self.NameRequested(session_id))

    def action_move(self, by: int) -> None:
        self.action_move_to(max(0, min(self._cursor + by, len(self.rows) - 1)))

    def action_move_page(self, pages: int) -> None:
        self.action_move(pages * max(1, self.size.height - 1))

    def action_move_to(self, at: int) -> None:
        before, self._cursor = self._cursor, max(0, at if at >= 0 else len(self.rows) - 1)
        if not self.rows:
            return
        line = self._line_of_row[self._cursor]
        first = 0 if line == 1 else line  # the heading of the first group is seen with its first row
        width = self.scrollable_content_region.width
        self.scroll_to_region(Region(0, first, width, line - first + 1), animate=False, force=True)
        self.refresh_lines(self._line_of_row[min(before, len(self.rows) - 1)])
        self.refresh_lines(line)
        if self.has_more and line >= len(self._lines) - MORE_WITHIN_LINES:
            self.post_message(self.MoreRequested())


def _fitted(title: str, cells: int) -> str:
    return set_cell_size(title, cells) if cell_len(title) <= cells else set_cell_size(title, cells - 1) + "…"
