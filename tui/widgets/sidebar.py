"""The sessions at the left, with a filter over them."""

from collections.abc import Sequence
from typing import ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.reactive import var
from textual.widgets import Input

from tui.widgets.session_list import SessionList, SessionRow


class Sidebar(Vertical):
    """Shows the rows whose title contains what is typed in the filter."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter"),
        Binding("escape", "end_filter", "End the filter", show=False),
    ]

    rows: var[Sequence[SessionRow]] = var((), init=False, always_update=True)
    """All sessions; those that the filter leaves are listed."""

    open_id: var[str | None] = var(None)
    """The session that is open."""

    filter = getters.query_one(Input)
    session_list = getters.query_one(SessionList)

    def compose(self) -> ComposeResult:
        yield Input(placeholder="Filter sessions", compact=True)
        yield SessionList().data_bind(Sidebar.open_id)

    def on_mount(self) -> None:
        self.filter.display = False

    def watch_rows(self) -> None:
        wanted = self.filter.value.casefold()
        shown = [row for row in self.rows if wanted in row.title.casefold()] if wanted else self.rows
        self.session_list.rows = shown

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "end_filter":
            return self.filter.display
        return super().check_action(action, parameters)

    def on_input_changed(self) -> None:
        self.watch_rows()

    def on_input_submitted(self) -> None:
        self.session_list.focus()

    def action_filter(self) -> None:
        self.filter.display = True
        self.filter.focus()

    def action_end_filter(self) -> None:
        self.filter.value = ""
        self.filter.display = False
        self.session_list.focus()
