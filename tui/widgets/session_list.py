"""The sidebar's list of sessions: drawn by lines, so that ten thousand sessions cost what ten do."""

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

from tui.conversation.catalogue import age, now

SessionMark: TypeAlias = Literal["busy", "unseen", "failed", ""]
MARKS: Mapping[SessionMark, str] = {"busy": "◌", "unseen": "●", "failed": "!", "": " "}
AGE_CELLS = 6
MORE_WITHIN_ROWS = 20
"""The next page is requested when the cursor comes this near to the last row."""


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One session as it is shown. `title` is a safe line."""

    session_id: str
    title: str
    updated: datetime | None = None
    mark: SessionMark = ""


class SessionList(ScrollView, can_focus=True):
    """Rows to browse by keyboard. Deleting takes the same key twice; any other key takes the first back."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "sessions--title",
        "sessions--age",
        "sessions--cursor",
        "sessions--open",
        "sessions--delete",
        "sessions--mark",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Open"),
        Binding("d,delete", "delete", "Delete"),
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

    def __init__(self) -> None:
        super().__init__()
        self._cursor = 0
        self._asked_to_delete: str | None = None

    def watch_rows(self, before: Sequence[SessionRow], rows: Sequence[SessionRow]) -> None:
        under_cursor = before[self._cursor].session_id if self._cursor < len(before) else None
        at = next((n for n, row in enumerate(rows) if row.session_id == under_cursor), self._cursor)
        self._cursor = max(0, min(at, len(rows) - 1))
        self.virtual_size = Size(self.scrollable_content_region.width, len(rows))

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
        if at >= len(self.rows):
            return Strip.blank(width, self.rich_style)
        return self._strip(self.rows[at], width, is_cursor=at == self._cursor)

    def _strip(self, row: SessionRow, width: int, *, is_cursor: bool) -> Strip:
        style = self.get_component_rich_style
        deleting = row.session_id == self._asked_to_delete
        name = "delete" if deleting else "open" if row.session_id == self.open_id else "title"
        title_style = style(f"sessions--{name}")
        title = f"d again deletes: {row.title}" if deleting else row.title
        faded = style("sessions--age")
        mark = style("sessions--mark")
        if is_cursor:
            behind = style("sessions--cursor", partial=True) if self.has_focus else Style.null()
            title_style, faded, mark = title_style + behind, faded + behind, mark + behind
        when = f"{age(row.updated, now()):>{AGE_CELLS}}"
        return Strip(
            [
                Segment("▌" if is_cursor else " ", mark),
                Segment(MARKS[row.mark], mark),
                Segment(_fitted(title, max(1, width - AGE_CELLS - 4)), title_style),
                Segment(" " + when + " ", faded),
            ]
        ).adjust_cell_length(width, title_style)

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self._asked_to_delete = None
        self.refresh()

    def on_resize(self) -> None:
        self.virtual_size = Size(self.scrollable_content_region.width, len(self.rows))

    def on_key(self, event: events.Key) -> None:
        if self._asked_to_delete is not None and event.key not in {"d", "delete"}:
            self._asked_to_delete = None
            self.refresh()
            if event.key == "escape":
                event.stop()

    def on_click(self, event: events.Click) -> None:
        at = event.y + self.scroll_offset.y
        if at < len(self.rows):
            self.action_move_to(at)
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
        width = self.scrollable_content_region.width
        self.scroll_to_region(Region(0, self._cursor, width, 1), animate=False, force=True)
        self.refresh_lines(before)
        self.refresh_lines(self._cursor)
        if self._cursor >= len(self.rows) - MORE_WITHIN_ROWS:
            self.post_message(self.MoreRequested())


def _fitted(title: str, cells: int) -> str:
    return set_cell_size(title, cells) if cell_len(title) <= cells else set_cell_size(title, cells - 1) + "…"
