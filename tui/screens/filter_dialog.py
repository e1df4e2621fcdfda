"""A dialog with a list to choose from: typing filters it, the arrows move in it, Enter takes."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, TypeVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tui.screens.dialog import Dialog, DialogBox, DialogList

_Result = TypeVar("_Result")


class FilterDialog(Dialog[_Result]):
    """A list of `lines`, by their ids. Enter takes the one under the cursor (`action_take`).

    `title` and `keys` are our own words; `cursor_on` is the id of the option that is under the cursor at first. The
    filter has the focus as long as the dialog is open, and Escape clears it before it closes the dialog.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "Take"),
        Binding("up", "move('cursor_up')", "Up", show=False),
        Binding("down", "move('cursor_down')", "Down", show=False),
        Binding("pageup", "move('page_up')", "Page up", show=False),
        Binding("pagedown", "move('page_down')", "Page down", show=False),
    ]
    FILTER: ClassVar[type[Input]] = Input

    filter = getters.query_one(Input)
    option_list = getters.query_one(OptionList)
    note = getters.query_one(".dialog-note", Static)
    problem = getters.query_one(".dialog-problem", Static)
    keys_line = getters.query_one(".dialog-keys", Static)

    def __init__(
        self, title: str, keys: str, lines: Mapping[str, str] | None = None, *, cursor_on: str | None = None
    ) -> None:
        super().__init__()
        self._lines = lines or {}
        self._title = title
        self._keys = keys
        self._first_cursor = cursor_on

    def compose(self) -> ComposeResult:
        with DialogBox(classes="dialog"):
            yield Static(self._title, classes="dialog-title", markup=False)
            yield self.FILTER(placeholder="Type to filter", compact=True, select_on_focus=False)
            yield DialogList(compact=True, markup=False)
            yield Static(classes="dialog-note", markup=False)
            yield Static(classes="dialog-problem", markup=False)
            yield Static(self._keys, classes="dialog-keys", markup=False)

    def on_mount(self) -> None:
        self.option_list.can_focus = False
        self.filter.focus()
        self.say("")
        self.ask("")
        self.list_options(cursor_on=self._first_cursor)

    def on_resize(self) -> None:
        self._keep_cursor_in_sight()

    def _keep_cursor_in_sight(self) -> None:
        self.option_list.refresh(layout=True)  # its height depends on the lines around it
        self.call_after_refresh(self.option_list.scroll_to_highlight)

    def options_with(self, wanted: str) -> Sequence[Option]:
        """The options that contain a text, which is casefolded. Each has an id, unless it is disabled."""
        return [Option(Content(line), id=key) for key, line in self._lines.items() if wanted in line.casefold()]

    def list_options(self, *, cursor_on: str | None = None) -> None:
        """List what the filter leaves. The cursor is on the option with this id if it is there, else on the first.

        A disabled option, such as a heading, is not the first.
        """
        options = self.options_with(self.filter.value.casefold())
        self.option_list.set_options(options)
        self.say(
            "" if options else "Nothing here has this in it." if self.filter.value else "There is nothing here yet."
        )
        places = {option.id: at for at, option in enumerate(options) if not option.disabled}
        with self.prevent(OptionList.OptionHighlighted):
            self.option_list.highlighted = places.get(cursor_on, next(iter(places.values()), None))
        self.follow_cursor()

    def follow_cursor(self) -> None:
        """Show what goes with the option under the cursor. Called whenever that may be another one than before."""

    def say(self, note: str) -> None:
        """Show a sentence about the list below it; empty: none."""
        _show(self.note, note)
        self._keep_cursor_in_sight()

    def ask(self, problem: str) -> None:
        """Show a question or a refusal until the reader presses the next key; empty: none."""
        _show(self.problem, problem)
        self._keep_cursor_in_sight()

    @property
    def under_cursor(self) -> str | None:
        """The id of the option under the cursor; None where the list is empty."""
        option = self.option_list.highlighted_option
        return option.id if option is not None else None

    def on_option_list_option_highlighted(self) -> None:
        self.follow_cursor()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A click, because the list never has the focus."""
        self.option_list.highlighted = event.option_index
        self.take_clicked()

    def take_clicked(self) -> None:
        """Do what a click does to the option under the cursor: what Enter does."""
        self.action_take()

    def on_input_changed(self) -> None:
        self.ask("")
        self.list_options()

    def on_input_submitted(self) -> None:
        if self.check_action("take", ()):
            self.action_take()

    async def action_move(self, action: str) -> None:
        self.ask("")
        await self.option_list.run_action(action)

    def action_take(self) -> None:
        """Close the dialog with what is under the cursor."""

    def action_close(self) -> None:
        if self.filter.value:
            self.filter.value = ""
        else:
            super().action_close()


def _show(line: Static, words: str) -> None:
    line.display = bool(words)
    line.update(words)
