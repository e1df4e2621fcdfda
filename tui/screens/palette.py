"""The command palette: everything that can be done, found by what it is called."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.cells import set_cell_size
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input
from textual.widgets.option_list import Option

from tui.screens.filter_dialog import FilterDialog
from tui.screens.palette_commands import COMMANDS, Command, found_by

ROW_COLUMNS = 73


class CommandPalette(FilterDialog[Command]):
    """Returns the command that was chosen. `type_sign` is called where the sign that opened it is typed once more."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "type_sign('/')", show=False, priority=True),
        Binding("colon", "type_sign(':')", show=False, priority=True),
    ]

    def __init__(self, sign: str = "", type_sign: Callable[[str], object] = str) -> None:
        super().__init__("Commands", keys="Enter do it · Esc close")
        self._sign = sign
        self._type_sign = type_sign

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "type_sign":
            return parameters == (self._sign,) and not any(field.value for field in self.query(Input))
        return super().check_action(action, parameters)

    def action_type_sign(self, sign: str) -> None:
        """The sign itself was meant. It is in its place before the next key comes."""
        self._type_sign(sign)
        self.dismiss(None)

    def options_with(self, wanted: str) -> Sequence[Option]:
        return [
            Option(self._row(command), id=str(number))
            for number, command in enumerate(COMMANDS)
            if found_by(command, wanted)
        ]

    def list_options(self, *, cursor_on: str | None = None) -> None:
        """List what was found. What a title names comes before what is found by another word."""
        super().list_options(cursor_on=cursor_on or self._named_by(self.filter.value.casefold()))
        self.say("" if self.under_cursor is not None else "No command has this name.")

    def _named_by(self, wanted: str) -> str | None:
        named = [str(number) for number, command in enumerate(COMMANDS) if wanted in command.title.casefold()]
        return named[0] if wanted and named else None

    def _row(self, command: Command) -> Content:
        columns = min(ROW_COLUMNS, max(20, self.app.size.width - 7))
        title = set_cell_size(command.title, columns - len(command.shown_key) - 1)
        return Content.assemble(title, " ", (command.shown_key, "$accent"))

    def action_take(self) -> None:
        if (number := self.under_cursor) is not None:
            self.dismiss(COMMANDS[int(number)])
