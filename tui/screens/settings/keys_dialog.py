"""The keys: what each action has, and giving it another one."""

from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar

from rich.cells import set_cell_size
from textual import events, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static
from textual.widgets.option_list import Option

from tui.keys.actions import ACTIONS, PLACES, Action
from tui.keys.bound import bound
from tui.keys.keymap import key_for, keys_of
from tui.keys.names import key_names
from tui.sanitize import clean_line
from tui.screens.dialog import Dialog, DialogBox
from tui.screens.filter_dialog import FilterDialog
from tui.settings import Settings, SettingsError
from tui.workspace.settings.setting_list import SettingList

WORDS_COLUMNS = 42
KEYS_COLUMNS = 28


class KeyPrompt(Dialog[str]):
    """Returns the key that is pressed, as Textual names it. `problem` says why one cannot be taken, "" where it can.

    `asked` is our own sentence.
    """

    asks_for_key = True

    def __init__(self, asked: str, problem: Callable[[str], str]) -> None:
        super().__init__()
        self._asked = asked
        self._problem_with = problem
        self._problem = Static(classes="dialog-problem", markup=False)

    def compose(self) -> ComposeResult:
        self._problem.display = False
        with DialogBox(classes="dialog"):
            yield Static(self._asked, classes="dialog-title", markup=False)
            yield self._problem
            yield Static("Press the key · Esc as it was", classes="dialog-keys", markup=False)

    def on_key(self, event: events.Key) -> None:
        if event.key == "escape":
            return
        event.stop()
        event.prevent_default()
        if not self.takes_keys:
            return
        problem = self._problem_with(event.key)
        self._problem.display = bool(problem)
        self._problem.update(problem)
        if not problem:
            self.dismiss(event.key)


class KeysDialog(FilterDialog[None]):
    """Lists the actions by their places; Enter asks for the key of the one under the cursor, which is kept at once.

    `use` is called with the settings in force after each change.
    """

    BINDINGS: ClassVar[list[BindingType]] = [bound("settings.unset", "unset")]

    def __init__(self, settings: SettingList, use: Callable[[Settings], object]) -> None:
        super().__init__("Keys", _keys_line())
        self._settings = settings
        self._use = use

    def options_with(self, wanted: str) -> Sequence[Option]:
        return list(self._options(wanted))

    def _options(self, wanted: str) -> Iterator[Option]:
        """The actions that have all that was typed in their words, ids or keys, below the headings of their places."""
        for name, place in PLACES.items():
            of_place = [action for action in ACTIONS.values() if action.place == name]
            found = [action for action in of_place if wanted in _found_by(action)]
            if found:
                yield Option(Content.styled(place.heading, "bold $primary"), disabled=True)
                yield from (Option(_row(action), id=action.id) for action in found)

    def follow_cursor(self) -> None:
        """Say how the action under the cursor is called in the config file, and which keys it has by itself."""
        if (action := ACTIONS.get(self.under_cursor or "")) is not None:
            self.say(f"{action.id} · by itself {key_names(action.keys)}")

    def action_take(self) -> None:
        if (action := ACTIONS.get(self.under_cursor or "")) is not None:
            self._ask_for_key(action)

    @work
    async def _ask_for_key(self, action: Action) -> None:
        asked = f'The key of "{action.words}"'
        key = await self.app.push_screen_wait(KeyPrompt(asked, lambda key: self._problem_with(action, key)))
        if key is not None:
            self._change(action, [key])

    def action_unset(self) -> None:
        if (action := ACTIONS.get(self.under_cursor or "")) is not None:
            self._change(action, [])

    def _problem_with(self, action: Action, key: str) -> str:
        try:
            return self._settings.problem_with_keys(action.id, [key])
        except SettingsError as error:
            return str(error)

    def _change(self, action: Action, keys: Sequence[str]) -> None:
        """Give an action other keys, show what comes of it, and say why where they were not kept."""
        problem = ""
        try:
            self._settings.change_keys(action.id, keys)
        except SettingsError as error:
            problem = str(error)
        try:
            self._use(self._settings.in_force())
        except SettingsError as error:
            problem = str(error)
        self.option_list.replace_option_prompt(action.id, _row(action))
        self.keys_line.update(_keys_line())
        self.ask(problem)


def _keys_line() -> str:
    return f"Enter another key · {key_for('settings.unset')} as by itself · Esc close"


def _found_by(action: Action) -> str:
    return f"{action.words} {action.id} {key_names(keys_of(action.id))}".casefold()


def _row(action: Action) -> Content:
    keys = keys_of(action.id)
    return Content.assemble(
        "  ",
        set_cell_size(clean_line(action.words, WORDS_COLUMNS - 1), WORDS_COLUMNS),
        (clean_line(key_names(keys), KEYS_COLUMNS), "$accent" if keys != action.keys else "$foreground-muted"),
    )
