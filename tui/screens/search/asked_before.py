"""The questions asked before, in whichever session, to be asked again."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.widgets.option_list import Option

from tui.keys.bound import bound
from tui.keys.keymap import key_for
from tui.sanitize import clean_line
from tui.screens.filter_dialog import FilterDialog
from tui.workspace.history import each_once

OF_THIS_SESSION = "This one stands in the open session: it is forgotten when that is deleted."


class AskedBefore(FilterDialog[str]):
    """Returns the question that was chosen. `questions` gives them, the latest last; `forget` forgets one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bound("questions.forget", "forget"),
        bound("questions.earlier", "move('cursor_up')", show=False),
    ]

    def __init__(self, questions: Callable[[], Sequence[str]], forget: Callable[[str], object]) -> None:
        super().__init__(
            "Questions asked before",
            f"Enter put it in the composer · {key_for('questions.forget')} forget it · Esc close",
        )
        self._ask_for = questions
        self._forget = forget
        self._questions = each_once(questions())
        self._first_cursor = str(len(self._questions) - 1)

    def options_with(self, wanted: str) -> Sequence[Option]:
        words = wanted.split()
        return [
            Option(Content(clean_line(question)), id=str(number))
            for number, question in enumerate(self._questions)
            if all(word in question.casefold() for word in words)
        ]

    def list_options(self, *, cursor_on: str | None = None) -> None:
        """List what the filter leaves, with the cursor on the latest of it."""
        super().list_options(cursor_on=cursor_on)
        if cursor_on is None and self.option_list.option_count:
            self.option_list.highlighted = self.option_list.option_count - 1

    def action_take(self) -> None:
        if (number := self.under_cursor) is not None:
            self.dismiss(self._questions[int(number)])

    def action_forget(self) -> None:
        """Forget the question under the cursor; the one before it is under the cursor then, if that could be."""
        if (number := self.under_cursor) is None:
            return
        question = self._questions[int(number)]
        self._forget(question)
        self._questions = each_once(self._ask_for())
        is_forgotten = question not in self._questions
        self.list_options(cursor_on=str(max(0, int(number) - is_forgotten)))
        if not is_forgotten:
            self.ask(OF_THIS_SESSION)
