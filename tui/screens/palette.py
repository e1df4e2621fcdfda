"""The command palette: everything that can be done, found by what it is called."""

from collections.abc import Sequence

from rich.cells import set_cell_size
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.screens.filter_dialog import FilterDialog
from tui.screens.palette_commands import COMMANDS, Command, found_by

ROW_COLUMNS = 73


class CommandPalette(FilterDialog[Command]):
    """Returns the command that was chosen."""

    def __init__(self) -> None:
        super().__init__("Commands", keys="Enter do it · Esc close")

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
        title = set_cell_size(command.title, columns - len(command.key) - 1)
        return Content.assemble(title, " ", (command.key, "$accent"))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(COMMANDS[int(event.option_id or 0)])

    def action_take(self) -> None:
        if (number := self.under_cursor) is not None:
            self.dismiss(COMMANDS[int(number)])
