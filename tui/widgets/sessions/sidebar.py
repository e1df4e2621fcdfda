"""The sessions at the left, with a filter over them."""

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import var
from textual.widgets import Input, Static

from tui.api.models import Session
from tui.keys.bound import bound
from tui.widgets.one_frame import in_one_frame
from tui.widgets.sessions.session_list import SessionList
from tui.widgets.sessions.session_row import SessionRow


class Sidebar(Vertical):
    """Shows the sessions whose words contain what is typed in the filter."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bound("list.filter", "filter"),
        Binding("escape", "end_filter", "End the filter", show=False),
        Binding("down", "to_list", "To the list", show=False),
    ]

    open_id: var[str | None] = var(None)
    """The session that is open."""

    has_more: var[bool | None] = var(None, init=False)
    """Whether the server has sessions that are not loaded yet; None where it has not told by now."""

    head = getters.query_one("#sessions-head", Static)
    session_list = getters.query_one(SessionList)

    def __init__(
        self, describe: Callable[[Session], SessionRow], words_of: Callable[[Iterable[Session]], Sequence[str]]
    ) -> None:
        """`describe` gives the title and the mark of a session, `words_of` all words that find each, folded."""
        super().__init__()
        self._describe = describe
        self._words_of = words_of
        self.filter: Input | None = None
        """The field to filter by, while it is wanted."""
        self._sessions: Sequence[Session] = ()
        self._pinned = 0
        self._words: Sequence[str] | None = None
        """The words of each session; None until they are looked through."""

    def compose(self) -> ComposeResult:
        yield Static(Content.styled("Sessions", "bold"), id="sessions-head", markup=False)
        yield SessionList(self._describe).data_bind(Sidebar.open_id, Sidebar.has_more)

    def show(self, sessions: Sequence[Session], pinned: int = 0) -> None:
        """List these sessions, of which the first ones are pinned: those that the filter leaves."""
        self._sessions, self._pinned, self._words = sessions, pinned, None
        self._show_found()

    def _show_found(self) -> None:
        wanted = "" if self.filter is None else self.filter.value.casefold()
        self.session_list.is_filtered = bool(wanted)
        found, pinned = self._found(wanted) if wanted else (self._sessions, self._pinned)
        self.session_list.show(found, pinned)
        self._show_head()

    def _found(self, wanted: str) -> tuple[Sequence[Session], int]:
        if self._words is None:
            self._words = self._words_of(self._sessions)
        numbers = [number for number, words in enumerate(self._words) if wanted in words]
        return [self._sessions[number] for number in numbers], sum(number < self._pinned for number in numbers)

    def watch_has_more(self) -> None:
        self._show_head()

    def _show_head(self) -> None:
        asked = self.session_list.asked_to_delete
        if asked and asked != [self.session_list.session_under_cursor]:  # the row that is asked about tells it itself
            question = Content.styled(f"Delete again deletes {len(asked):,}", "bold $text-error")
            self.head.update(question, layout=False)
            return
        loaded = f"{len(self._sessions):,}{' +' if self.has_more else ''}" if self._sessions else ""
        found = f"{len(self.session_list.sessions):,} of " if self.session_list.is_filtered else ""
        ticked = f" · {len(self.session_list.ticked):,} selected" if self.session_list.ticked else ""
        counts = found + loaded + ticked
        self.head.update(Content.assemble(("Sessions", "bold"), "  ", (counts, "$foreground-muted")), layout=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "end_filter":
            return self.filter is not None
        if action == "to_list":
            return self.filter is not None and self.filter.has_focus
        return super().check_action(action, parameters)

    def on_session_list_ticks_changed(self) -> None:
        self._show_head()

    async def on_input_changed(self) -> None:
        async with in_one_frame(self):
            self._show_found()

    def on_input_submitted(self) -> None:
        self.session_list.focus()

    def action_to_list(self) -> None:
        self.session_list.focus()

    async def action_filter(self) -> None:
        if self.filter is None:
            self.filter = Input(placeholder="Filter sessions", compact=True)
            await self.mount(self.filter, after=self.head)
        self.filter.focus()

    async def action_end_filter(self) -> None:
        field, self.filter = self.filter, None
        self.screen.set_focus(self.session_list)
        self._show_found()
        if field is not None:
            await field.remove()
