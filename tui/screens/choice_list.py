"""A list of lines to choose one from: questions, sources."""

from collections.abc import Sequence

from tui.sanitize import clean_line
from tui.screens.filter_dialog import FilterDialog


class ChoiceList(FilterDialog[int]):
    """Returns the number of the chosen line, from 0. It opens at `first`, else at the last one.

    `takes` says what Enter does with it, in the words of the keys line.
    """

    def __init__(self, title: str, lines: Sequence[str], *, takes: str = "go there", first: int | None = None) -> None:
        first = len(lines) - 1 if first is None else first
        numbered = {str(number): f"{number + 1}  {clean_line(line)}" for number, line in enumerate(lines)}
        super().__init__(title, f"Enter {takes} · Esc close", numbered, cursor_on=str(first))

    def action_take(self) -> None:
        if (number := self.under_cursor) is not None:
            self.dismiss(int(number))
