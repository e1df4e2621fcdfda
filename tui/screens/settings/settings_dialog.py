"""The settings: what each one is now, where it was given, and changing it."""

import os
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.cells import set_cell_size
from textual import work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets.option_list import Option

from tui.api.errors import ApiError
from tui.keys.bound import bound
from tui.keys.keymap import key_for
from tui.sanitize import clean_line
from tui.screens.filter_dialog import FilterDialog
from tui.screens.indexes.index_picker import TickFilter
from tui.settings import Settings, SettingsError
from tui.workspace.settings.described import FROM_NEXT_START, GROUPS
from tui.workspace.settings.setting_list import ListedSetting, SettingList, Value

if TYPE_CHECKING:
    from tui.api.models import Project
    from tui.workspace.settings.local_models import LocalModel

NAME_COLUMNS = 17
VALUE_COLUMNS = 38
PLACES = {"file": "file", "environment": "environment", "flag": "command line", "run": "this run", "profile": "profile"}
"""Where a setting was given, as short as a column is."""

NOT_SET = "-"

MODEL = ("model", "model_base_url")
"""These two go together: one without the other names no model."""

NO_MODEL = "none: answers are quotations"
ANOTHER_MODEL = "another: type its name, and its address at model_base_url"

KEYS_ROW = "keys"
ABOUT_KEYS = "The keys of every action. Enter lists them."

KEYS = "Space change · ← → other value · {} as by itself · Esc close"


class SettingsDialog(FilterDialog[None]):
    """Lists the settings; Space, Enter and the arrows change the one under the cursor, which is kept at once.

    `use` is called with the settings in force after each change. `themes` are the names of all themes, and
    `list_projects` lists those of the account that was in force when this was opened.
    """

    FILTER = TickFilter
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "take", "Change"),
        Binding("left", "step(-1)", "Value before", priority=True),
        Binding("right", "step(1)", "Next value", priority=True),
        bound("settings.unset", "unset"),
    ]

    def __init__(
        self,
        settings: SettingList,
        themes: Sequence[str],
        use: Callable[[Settings], object],
        list_projects: "Callable[[], Awaitable[Sequence[Project]]]",
    ) -> None:
        super().__init__("Settings", KEYS.format(key_for("settings.unset")))
        self._settings = settings
        self._themes = themes
        self._use = use
        self._list_projects = list_projects
        self._items: dict[str, ListedSetting] = {}
        self._load()
        self._account = self._in_force.cloud_url, self._in_force.profile

    def _load(self) -> None:
        self._items = {item.name: item for item in self._settings.items()}
        self._in_force = self._settings.in_force()

    def options_with(self, wanted: str) -> Sequence[Option]:
        return list(self._options(wanted))

    def _options(self, wanted: str) -> Iterator[Option]:
        """The settings that have all typed words, below the headings of their groups."""
        for heading, names in GROUPS.items():
            found = [item for name in names if wanted in f"{name} {(item := self._items[name]).about}".casefold()]
            if found:
                yield Option(Content.styled(heading, "bold $primary"), disabled=True)
                yield from (Option(self._row(item), id=item.name) for item in found)
        if wanted in f"{KEYS_ROW} {ABOUT_KEYS}".casefold():
            yield Option(Content.styled("Keys", "bold $primary"), disabled=True)
            yield Option(self._keys_row(), id=KEYS_ROW)

    def _row(self, item: ListedSetting) -> Content:
        return _row(item, self._in_force.cloud_url if item.name == "base_url" else NOT_SET)

    def _keys_row(self) -> Content:
        changed = len(self._in_force.keys)
        words = f"{changed} changed" if changed else "as they are by themselves"
        return Content.assemble(
            "  ", set_cell_size(KEYS_ROW, NAME_COLUMNS), (words, "$accent" if changed else "$foreground-muted")
        )

    @property
    def _item(self) -> ListedSetting | None:
        return self._items.get(self.under_cursor or "")

    def follow_cursor(self) -> None:
        """Say what the setting under the cursor is about, and where it was given."""
        if self.under_cursor == KEYS_ROW:
            self.say(ABOUT_KEYS)
        if (item := self._item) is not None:
            where = f"As it is by itself; a change is kept in {self._settings.path}."
            if item.given is not None:
                where = f"Given {item.given.where}."
            later = " Read at the next start." if item.name in FROM_NEXT_START else ""
            self.say(f"{item.about}\n{_from_home(where)}{later}")

    def action_take(self) -> None:
        item = self._item
        if item is None:
            if self.under_cursor == KEYS_ROW:
                self._choose_keys()
            return
        if item.stronger:
            self.ask(item.stronger)
        elif item.name == "theme":
            self._choose_theme()
        elif item.choices:
            self._change(item, item.after(1))
        elif item.name == "project":
            self._choose_project(item)
        elif item.name == "model":
            self._choose_model(item)
        else:
            self._type(item)

    def action_step(self, step: int) -> None:
        item = self._item
        if item is not None and item.name == "theme":
            shown = self._themes.index(str(item.value)) if item.value in self._themes else 0
            self._change(item, self._themes[(shown + step) % len(self._themes)])
        elif item is not None and item.choices:
            self._change(item, item.after(step))

    def action_unset(self) -> None:
        item = self._item
        if item is not None and item.name in MODEL:
            self._change_model(None)
        elif item is not None:
            self._change(item, None)

    @work
    async def _choose_keys(self) -> None:
        from tui.screens.settings.keys_dialog import KeysDialog

        await self.app.push_screen_wait(KeysDialog(self._settings, self._use))
        try:
            self._load()
        except SettingsError as error:
            self.ask(str(error))
        self.option_list.replace_option_prompt(KEYS_ROW, self._keys_row())
        self.keys_line.update(KEYS.format(key_for("settings.unset")))

    @work
    async def _choose_theme(self) -> None:
        from tui.screens.theme_chooser import ThemeChooser

        name = await self.app.push_screen_wait(ThemeChooser(self._themes, str(self._items["theme"].value)))
        if name is not None:
            self._change(self._items["theme"], name)

    @work
    async def _choose_project(self, item: ListedSetting) -> None:
        """Have one of the account's projects chosen; its id typed where they are not known."""
        from tui.screens.choice_list import ChoiceList

        projects = await self._projects()
        if not projects:
            self._type(item)
            return
        lines = ["the one that the key belongs to", *(f"{project.name} · {project.id}" for project in projects)]
        ids = [None, *(project.id for project in projects)]
        now = ids.index(item.value) if item.value in ids else 0
        chosen = await self.app.push_screen_wait(ChoiceList("Projects", lines, takes="work in it", first=now))
        if chosen is not None:
            self._change(item, ids[chosen])

    async def _projects(self) -> "Sequence[Project]":
        """The account's projects; none, and why, where they cannot be listed."""
        if (self._in_force.cloud_url, self._in_force.profile) != self._account:
            return ()
        self.ask("Asking for the projects…")
        try:
            projects = await self._list_projects()
        except ApiError as error:
            self.ask(f"The projects are not known. {error.message}")
            return ()
        self.ask("")
        return projects

    @work
    async def _choose_model(self, item: ListedSetting) -> None:
        """Look for the models of this machine, and have one of them chosen; its name typed where there is none."""
        from tui.screens.choice_list import ChoiceList
        from tui.workspace.settings.local_models import ANSWER_TIMEOUT, USUAL_PORTS, find_models

        models = await find_models(USUAL_PORTS, ANSWER_TIMEOUT)
        if not models:
            places = ", ".join(f"{server} ({port})" for server, port in USUAL_PORTS.items())
            self.ask(f"No server on this machine offers a model; looked for {places}. Type its name and address.")
            self._type(item)
            return
        lines = [NO_MODEL, *(f"{model.name} · {model.server}" for model in models), ANOTHER_MODEL]
        now = next((at for at, model in enumerate(models, 1) if model.name == item.value), 0)
        chosen = await self.app.push_screen_wait(ChoiceList("Models of this machine", lines, takes="use it", first=now))
        if chosen is not None and 1 <= chosen <= len(models):
            self._change_model(models[chosen - 1])
        elif chosen is not None and chosen > len(models):
            self._type(item)
        elif chosen == 0:
            self._change_model(None)

    def _change_model(self, model: "LocalModel | None") -> None:
        self._change(self._items["model_base_url"], model and model.base_url)
        self._change(self._items["model"], model and model.name)

    @work
    async def _type(self, item: ListedSetting) -> None:
        from tui.screens.text_prompt import TextPrompt

        keys = "Enter take · empty: as it is by itself · Esc close"
        typed = await self.app.push_screen_wait(TextPrompt(item.about, keys, value=str(item.value or "")))
        if typed is not None:
            self._change(item, typed or None)

    def _change(self, item: ListedSetting, value: Value) -> None:
        """Give a setting a value, show what comes of it, and say why where it was not kept."""
        problem = ""
        try:
            self._settings.change(item.name, value)
        except SettingsError as error:
            problem = str(error)
        try:
            self._load()
            self._use(self._in_force)
        except SettingsError as error:
            problem = str(error)
        for option in (option.id for option in self.option_list.options if option.id in self._items):
            self.option_list.replace_option_prompt(option, self._row(self._items[option]))
        self.follow_cursor()
        self.ask(problem)


def _row(item: ListedSetting, by_itself: str) -> Content:
    """Name, value and place of a setting, in columns. `by_itself` is shown where it has no value."""
    words = ("on" if item.value else "off") if isinstance(item.value, bool) else item.value or by_itself
    place = "" if item.given is None else PLACES[item.given.source]
    return Content.assemble(
        "  ",
        set_cell_size(item.name, NAME_COLUMNS),
        (
            set_cell_size(clean_line(words, VALUE_COLUMNS), VALUE_COLUMNS),
            "$accent" if item.given else "$foreground-muted",
        ),
        " ",
        (place, "$foreground-muted"),
    )


def _from_home(words: str) -> str:
    """Words with the user's home folder as `~`, as a safe line."""
    return clean_line(words.replace(f"{Path.home()}{os.sep}", f"~{os.sep}"), 300)
