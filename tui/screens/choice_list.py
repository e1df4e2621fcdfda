"""The questions of a conversation, to go to one of them."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tui.sanitize import clean_line
from tui.screens.dialog import Dialog


class ChoiceList(Dialog[int]):
    """A list of lines to choose one from: typing filters, Enter takes. Returns the number of the line, from 0."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "Go there"),
        Binding("up", "move('cursor_up')", "Up", show=False),
        Binding("down", "move('cursor_down')", "Down", show=False),
    ]

    def __init__(self, title: str, lines: Sequence[str]) -> None:
        super().__init__()
        self._title = title
        self._lines = [clean_line(line) for line in lines]

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(self._title, classes="dialog-title", markup=False)
            yield Input(placeholder="Type to filter", compact=True)
            yield OptionList(compact=True, markup=False)
            yield Static("Enter take · Esc close", classes="dialog-keys", markup=False)

    def on_mount(self) -> None:
        self.query_one(OptionList).can_focus = False
        self.query_one(Input).focus()
        self._show()
        self.query_one(OptionList).action_last()

    def on_input_submitted(self) -> None:
        if self.check_action("take", ()):
            self.action_take()

    def on_input_changed(self) -> None:
        self._show()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(int(event.option_id or 0))

    def action_move(self, how: str) -> None:
        lines = self.query_one(OptionList)
        {"cursor_up": lines.action_cursor_up, "cursor_down": lines.action_cursor_down}[how]()

    def action_take(self) -> None:
        lines = self.query_one(OptionList)
        if lines.highlighted is not None:
            self.dismiss(int(lines.get_option_at_index(lines.highlighted).id or 0))

    def _show(self) -> None:
        wanted = self.query_one(Input).value.casefold()
        shown = [(number, line) for number, line in enumerate(self._lines) if wanted in line.casefold()]
        lines = self.query_one(OptionList)
        lines.set_options([Option(Content(f"{number + 1}  {line}"), id=str(number)) for number, line in shown])
        lines.highlighted = 0 if shown else None
