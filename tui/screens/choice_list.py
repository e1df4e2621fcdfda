"""A list of lines to choose one from: questions, sources."""

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.sanitize import clean_line
from tui.screens.filter_dialog import FilterDialog


class ChoiceList(FilterDialog[int]):
    """Returns the number of the chosen line, from 0. It opens at `first`, else at the last one.

    `takes` says what Enter does with it, in the words of the keys line.
    """

    def __init__(self, title: str, lines: Sequence[str], *, takes: str = "go there", first: int | None = None) -> None:
        first = len(lines) - 1 if first is None else first
        super().__init__(title, keys=f"Enter {takes} · Esc close", cursor_on=str(first))
        self._lines = [clean_line(line) for line in lines]

    def options_with(self, wanted: str) -> Sequence[Option]:
        return [
            Option(Content(f"{number + 1}  {line}"), id=str(number))
            for number, line in enumerate(self._lines)
            if wanted in line.casefold()
        ]

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(int(event.option_id or 0))

    def action_take(self) -> None:
        if (number := self.under_cursor) is not None:
            self.dismiss(int(number))
