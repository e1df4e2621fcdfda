"""A text of any size, in a view of its own."""

import asyncio
from collections.abc import Callable
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from tui.lineview.line_view import Position
from tui.lineview.selectable_view import SelectableLineView
from tui.lineview.text_lines import TextLines
from tui.sanitize import clean_line
from tui.screens.dialog import Dialog
from tui.widgets.notice_line import NoticeLine


class TextView(SelectableLineView):
    """A line view of a plain text."""

    def __init__(self) -> None:
        self._text = TextLines("")
        super().__init__(self._text)

    def show_text(self, text: TextLines) -> None:
        """Show a text from its beginning."""
        self._text = text
        self.show_source(text, Position())

    def prepare(self, width: int) -> None:
        self._text.resize(width)


class Pager(Dialog[None]):
    """Shows a text. It is made in a thread, because it may have a hundred megabytes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "close", "Close"),
        Binding("y", "copy", "Copy the selection"),
    ]

    def __init__(self, title: str, make_text: Callable[[], str]) -> None:
        super().__init__()
        self._title = clean_line(title)
        self._make_text = make_text

    def compose(self) -> ComposeResult:
        with Vertical(id="pager"):
            yield Static(self._title, classes="dialog-title", markup=False)
            yield TextView()
            yield NoticeLine()
            yield Static("↑ ↓ PgUp PgDn move · v select, y copy · Esc close", classes="dialog-keys", markup=False)

    def on_mount(self) -> None:
        self.query_one(TextView).focus()
        self._fill()

    @work
    async def _fill(self) -> None:
        source = await asyncio.to_thread(lambda: TextLines(self._make_text()))
        size = f"{source.characters:,} characters" if source.characters > 20_000 else ""
        self.query_one(".dialog-title", Static).update(" · ".join(filter(None, (self._title, size))))
        self.query_one(TextView).show_text(source)

    def tell(self, words: str, seconds: float) -> None:
        """Tell something in a line of the pager: over the text it would hide some of it."""
        self.query_one(NoticeLine).say(words, kind="telling", seconds=seconds)

    def action_close(self) -> None:
        if not (self.query_one(TextView).clear_selection() or self.query_one(NoticeLine).close()):
            self.dismiss(None)
