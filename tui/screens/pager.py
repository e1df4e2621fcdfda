"""One part of a conversation, whole, in a view of its own."""

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from tui.conversation.quoting import part_text
from tui.conversation.transcript import Part
from tui.screens.dialog import Dialog
from tui.widgets.line_view import LineView, Position
from tui.widgets.plain_column import PlainColumn


class TextView(LineView):
    """A line view of a plain text."""

    def __init__(self) -> None:
        self._text = PlainColumn("")
        super().__init__(self._text)

    def show_text(self, text: PlainColumn) -> None:
        """Show a text from its beginning."""
        self._text = text
        self.show_column(text, Position())

    def prepare(self, width: int) -> None:
        self._text.resize(width)


class Pager(Dialog[None]):
    """Shows a part of any size. Its text is made in a thread, because it may be a hundred megabytes."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "close", "Close")]

    def __init__(self, part: Part) -> None:
        super().__init__()
        self._part = part

    def compose(self) -> ComposeResult:
        with Vertical(id="pager"):
            yield Static("Making the text…", classes="dialog-title", markup=False)
            yield TextView()
            yield Static("↑ ↓ PgUp PgDn move · v select · Esc close", classes="dialog-keys", markup=False)

    def on_mount(self) -> None:
        self.query_one(TextView).focus()
        self._make_text()

    @work(thread=True)
    def _make_text(self) -> None:
        text = part_text(self._part)
        self.app.call_from_thread(self._show, PlainColumn(text), len(text))

    def _show(self, column: PlainColumn, characters: int) -> None:
        self.query_one(".dialog-title", Static).update(f"{characters:,} characters, {column.blocks(0):,} lines")
        self.query_one(TextView).show_text(column)
