"""What there is to know of a session: its id, its indexes, what it came to, and when."""

from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from tui.conversation.session_facts import InfoRows
from tui.sanitize import clean
from tui.screens.dialog import Dialog, DialogBox

LABEL_CELLS = 12


class SessionInfo(Dialog[Literal["copied"]]):
    """Shows the rows. y copies the id."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy", "Copy the id"),
        Binding("i,q", "close", "Close", show=False),
    ]

    def __init__(self, title: str, session_id: str, rows: InfoRows) -> None:
        super().__init__()
        self._title = title
        self._session_id = session_id
        self._rows = rows

    def compose(self) -> ComposeResult:
        with DialogBox(classes="dialog"):
            yield Static(self._title, classes="dialog-title", markup=False)
            for label, value in self._rows:
                line = Content.assemble((label.ljust(LABEL_CELLS), "$foreground-muted"), "  ", value)
                yield Static(line, classes="info-row", markup=False)
            yield Static("y copy the id · Esc close", classes="dialog-keys", markup=False)

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(clean(self._session_id))
        self.dismiss("copied")
