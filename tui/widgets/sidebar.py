"""The sessions at the left, with a filter over them."""

from collections.abc import Sequence
from typing import ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import var
from textual.widgets import Input, Static

from tui.widgets.session_list import SessionList, SessionRow


class Sidebar(Vertical):
    """Shows the rows whose title contains what is typed in the filter."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter"),
        Binding("escape", "end_filter", "End the filter", show=False),
        Binding("down", "to_list", "To the list", show=False),
    ]

    rows: var[Sequence[SessionRow]] = var((), init=False, always_update=True)
    """All sessions; those that the filter leaves are listed."""

    open_id: var[str | None] = var(None)
    """The session that is open."""

    has_more: var[bool] = var(False, init=False)
    """Whether the server has sessions that are not loaded yet."""

    head = getters.query_one("#sessions-head", Static)
    filter = getters.query_one(Input)
    session_list = getters.query_one(SessionList)

    def compose(self) -> ComposeResult:
        filter_field = Input(placeholder="Filter sessions", compact=True)
        filter_field.display = False
        yield Static(Content.styled("Sessions", "bold"), id="sessions-head", markup=False)
        yield filter_field
        yield SessionList().data_bind(Sidebar.open_id, Sidebar.has_more)

    def watch_rows(self) -> None:
        wanted = self.filter.value.casefold()
        shown = [row for row in self.rows if wanted in row.title.casefold()] if wanted else self.rows
        self.session_list.is_filtered = bool(wanted)
        self.session_list.rows = shown
        self._show_head()

    def watch_has_more(self) -> None:
        self._show_head()

    def _show_head(self) -> None:
        loaded = f"{len(self.rows):,}{' +' if self.has_more else ''}" if self.rows else ""
        found = f"{len(self.session_list.rows):,} of " if self.session_list.is_filtered else ""
        self.head.update(Content.assemble(("Sessions", "bold"), "  ", (found + loaded, "$foreground-muted")))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "end_filter":
            return self.filter.display
        if action == "to_list":
            return self.filter.has_focus
        return super().check_action(action, parameters)

    def on_input_changed(self) -> None:
        self.watch_rows()

    def on_input_submitted(self) -> None:
        self.session_list.focus()

    def action_to_list(self) -> None:
        self.session_list.focus()

    def action_filter(self) -> None:
        self.filter.display = True
        self.filter.focus()

    def action_end_filter(self) -> None:
        self.filter.value = ""
        self.filter.display = False
        self.session_list.focus()
