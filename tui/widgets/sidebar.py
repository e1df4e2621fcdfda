"""The sessions at the left, with a filter over them."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from tui.widgets.session_list import SessionList, SessionRow


class Sidebar(Vertical):
    """Shows the rows whose title contains what is typed in the filter."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter"),
        Binding("escape", "end_filter", "End the filter", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._rows: Sequence[SessionRow] = ()
        self._open_id: str | None = None

    def compose(self) -> ComposeResult:
        yield Input(placeholder="Filter sessions", compact=True)
        yield SessionList()

    def on_mount(self) -> None:
        self.query_one(Input).display = False

    def show_rows(self, rows: Sequence[SessionRow], open_id: str | None) -> None:
        """Show these sessions, of which one is open."""
        self._rows, self._open_id = rows, open_id
        self._show()

    def put_cursor_on(self, session_id: str) -> None:
        self.query_one(SessionList).put_cursor_on(session_id)

    def focus_list(self) -> None:
        self.query_one(SessionList).focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "end_filter":
            return self.query_one(Input).display
        return super().check_action(action, parameters)

    def on_input_changed(self) -> None:
        self._show()

    def on_input_submitted(self) -> None:
        self.focus_list()

    def action_filter(self) -> None:
        field = self.query_one(Input)
        field.display = True
        field.focus()

    def action_end_filter(self) -> None:
        field = self.query_one(Input)
        field.value = ""
        field.display = False
        self.focus_list()

    def _show(self) -> None:
        wanted = self.query_one(Input).value.casefold()
        shown = [row for row in self._rows if wanted in row.title.casefold()] if wanted else self._rows
        self.query_one(SessionList).show_rows(shown, self._open_id)
