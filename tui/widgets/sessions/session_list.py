"""The list of sessions, by day: drawn by lines, so that ten thousand sessions cost what ten do."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.api.models import Session
from tui.conversation.catalogue import age, now
from tui.conversation.session_groups import grouped
from tui.keys.bound import MOVES, bound
from tui.keys.keymap import has_key
from tui.lazy_dataclass import dataclass
from tui.widgets.sessions.list_layout import ListLayout
from tui.widgets.sessions.session_row import COMPONENTS, SessionRow, heading_strip, row_strip

MORE_WITHIN_LINES = 20
"""The next page is asked for when the last line is this near to what is shown, or to the cursor."""

NO_SESSIONS = "No sessions yet."
NO_MATCH = "Nothing has this."
MORE_BELOW = "… more below"


class SessionList(ScrollView, can_focus=True):
    """Sessions to browse by keyboard, under headings. What is not on the screen is neither described nor drawn.

    Deleting takes a key twice that is no letter, so that text typed here by mistake never deletes; any other key takes
    the first one back.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"sessions--{name}" for name in COMPONENTS}
    BINDINGS: ClassVar[list[BindingType]] = [
        bound("list.open", "choose"),
        bound("list.select", "tick", show=False),
        Binding("escape", "untick", "Select none", show=False),
        bound("list.delete", "delete"),
        bound("list.pin", "want('pin')", show=False),
        bound("list.rename", "want('name')"),
        bound("list.info", "want('info')", show=False),
        bound("list.ask_again", "want('ask_again')", show=False),
        *MOVES,
    ]

    @dataclass
    class Chosen(Message):
        """A session is to be opened."""

        session_id: str

    @dataclass
    class Wanted(Message):
        """A session is to be pinned or not any more, named, told about, or asked again: `action` says which."""

        session_id: str
        action: str

    @dataclass
    class DeletionConfirmed(Message):
        """The delete key was pressed twice on these sessions."""

        session_ids: Sequence[str]

    class TicksChanged(Message):
        """Other sessions are selected, or it is asked whether to delete what is, or no longer."""

    class MoreRequested(Message):
        """The last rows are near: the next page is wanted."""

    open_id: reactive[str | None] = reactive(None)
    """The session that is open, listed or not."""

    has_more: reactive[bool | None] = reactive(None)
    """Whether the server has sessions that are not loaded yet; None where it has not told by now."""

    is_filtered: reactive[bool] = reactive(False)
    """Whether the sessions are those that a filter left."""

    def __init__(self, describe: Callable[[Session], SessionRow]) -> None:
        """`describe` gives the title and the mark of a session."""
        super().__init__()
        self.sessions: Sequence[Session] = ()
        self.ticked: set[str] = set()
        """The sessions that are selected; all of them are listed."""
        self._describe = describe
        self._pinned = 0
        self._cursor = 0
        self.asked_to_delete: Sequence[str] = ()
        """The sessions that are deleted when the key is pressed again."""
        self._layout = ListLayout()

    def show(self, sessions: Sequence[Session], pinned: int = 0) -> None:
        """List these sessions, of which the first ones are pinned.

        The cursor stays on its session, or at its place where that has gone. Where the reader is in the list, or has
        scrolled it, what they see stays where it is.
        """
        stays = self._anchor() if self.has_focus or self.scroll_offset.y else None
        under_cursor = self.session_under_cursor
        self.sessions, self._pinned = sessions, pinned
        at = self._number_of(under_cursor)
        self._cursor = max(0, min(self._cursor if at is None else at, len(sessions) - 1))
        if self.ticked:
            self._set_ticks(self.ticked & {session.session_id for session in sessions})
        self._lay_out()
        if stays is not None and (number := self._number_of(stays[0])) is not None:
            self.scroll_to(y=self._layout.line_of(number) - stays[1], animate=False, immediate=True)
        self.refresh()

    def _anchor(self) -> tuple[str, int] | None:
        """The session that is to stay where it is seen, and its line on the screen: the cursor's, else the first."""
        top, height = self.scroll_offset.y, self.size.height
        lines = [self._layout.line_of(self._cursor), *range(top, top + height)]
        for line in lines:
            number = self._layout[line]
            if top <= line < top + height and isinstance(number, int):
                return self.sessions[number].session_id, line - top
        return None

    def _number_of(self, session_id: str | None) -> int | None:
        if session_id is None:
            return None
        return next((n for n, session in enumerate(self.sessions) if session.session_id == session_id), None)

    def watch_has_more(self) -> None:
        self._lay_out()

    def watch_is_filtered(self) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        nothing = NO_MATCH if self.is_filtered else "" if self.has_more is None else NO_SESSIONS
        groups = grouped(self.sessions, self._pinned, now())
        self._layout = ListLayout(groups, MORE_BELOW if self.has_more else "" if self.sessions else nothing)
        self.virtual_size = Size(0, len(self._layout))
        self._ask_for_more()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._ask_for_more()

    def _ask_for_more(self, line: int = 0) -> None:
        """Ask for the next page where the last line is near what is shown, or a line."""
        reached = max(line, self.scroll_offset.y + self.size.height)
        if self.has_more and reached >= len(self._layout) - MORE_WITHIN_LINES:
            # In a handler of the parent, which filters, the message would stop at that parent.
            self.call_next(lambda: self.post_message(self.MoreRequested()))

    @property
    def session_under_cursor(self) -> str | None:
        return self.sessions[self._cursor].session_id if self._cursor < len(self.sessions) else None

    def put_cursor_on(self, session_id: str) -> None:
        """Move the cursor to a session; nothing happens where it is not listed."""
        if (at := self._number_of(session_id)) is not None:
            self._move_to(at)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("want", "tick"):
            return self.session_under_cursor is not None
        if action == "untick":
            return bool(self.ticked)
        return super().check_action(action, parameters)

    def render_line(self, y: int) -> Strip:
        line = self._layout[y + self.scroll_offset.y]
        width = self.scrollable_content_region.width
        if isinstance(line, str):
            return heading_strip(line, width, self._style)
        row = self._row(self.sessions[line], is_cursor=line == self._cursor)
        return row_strip(row, width, self._style, is_cursor=line == self._cursor)

    def _row(self, session: Session, *, is_cursor: bool) -> SessionRow:
        row = self._describe(session)
        is_deleting = session.session_id in self.asked_to_delete
        asks_here = is_cursor and self.asked_to_delete == [session.session_id]
        return replace(
            row,
            title=f"Delete again deletes: {row.title}" if asks_here else row.title,
            age=age(session.last_updated_at, now()),
            is_ticked=session.session_id in self.ticked,
            is_open=session.session_id == self.open_id,
            is_deleting=is_deleting,
        )

    def _style(self, name: str) -> Style:
        if name == "cursor" and not self.has_focus:
            return Style.null()
        return self.get_component_rich_style(f"sessions--{name}", partial=name == "cursor")

    def on_focus(self) -> None:
        self.refresh()

    def _ask_to_delete(self, session_ids: Sequence[str]) -> None:
        self.asked_to_delete = session_ids
        self.refresh()
        self.post_message(self.TicksChanged())

    def on_blur(self) -> None:
        self._ask_to_delete(())

    def on_resize(self) -> None:
        self._ask_for_more()

    def on_key(self, event: events.Key) -> None:
        if self.asked_to_delete and not has_key("list.delete", event.key):
            self._ask_to_delete(())
            if event.key == "escape":
                event.stop()
                event.prevent_default()

    def on_click(self, event: events.Click) -> None:
        line = self._layout[event.y + self.scroll_offset.y]
        if isinstance(line, int):
            self._move_to(line)
            self.action_choose()

    def action_choose(self) -> None:
        if (session_id := self.session_under_cursor) is not None:
            self.post_message(self.Chosen(session_id))

    def action_want(self, action: str) -> None:
        if (session_id := self.session_under_cursor) is not None:
            self.post_message(self.Wanted(session_id, action))

    def action_tick(self) -> None:
        """Select the session under the cursor, or no longer, and go on to the next one."""
        if (session_id := self.session_under_cursor) is not None:
            self._set_ticks(self.ticked ^ {session_id})
            self.action_scroll_rows(1)

    def action_untick(self) -> None:
        self._set_ticks(set())

    def _set_ticks(self, ticked: set[str]) -> None:
        if ticked != self.ticked:
            self.ticked = ticked
            self.refresh()
            self.post_message(self.TicksChanged())

    def action_delete(self) -> None:
        """Ask whether to delete what is selected, else what is under the cursor; asked already, have it deleted."""
        marked = self.ticked or {self.session_under_cursor}
        wanted = [session.session_id for session in self.sessions if session.session_id in marked]
        if wanted and wanted == self.asked_to_delete:
            self._ask_to_delete(())
            self.post_message(self.DeletionConfirmed(wanted))
        else:
            self._ask_to_delete(wanted)

    def action_scroll_rows(self, by: int) -> None:
        self._move_to(max(0, min(self._cursor + by, len(self.sessions) - 1)))

    def action_scroll_pages(self, pages: int) -> None:
        self.action_scroll_rows(pages * max(1, self.size.height - 1))

    def action_go_to_start(self) -> None:
        self._move_to(0)

    def action_go_to_end(self) -> None:
        self._move_to(-1)

    def _move_to(self, at: int) -> None:
        before, self._cursor = self._cursor, max(0, at if at >= 0 else len(self.sessions) - 1)
        if not self.sessions:
            return
        line = self._layout.line_of(self._cursor)
        first = 0 if line == 1 else line  # the heading of the first group is seen with its first row
        width = self.scrollable_content_region.width
        self.scroll_to_region(Region(0, first, width, line - first + 1), animate=False, force=True)
        self.refresh_lines(self._layout.line_of(min(before, len(self.sessions) - 1)))
        self.refresh_lines(line)
        self._ask_for_more(line)
