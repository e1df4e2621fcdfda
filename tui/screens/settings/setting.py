"""Setting things up in the app: the settings, and the theme by itself."""

import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import BindingType
from textual.constants import TEXTUAL_ANIMATIONS
from textual.message import Message

from tui.keys.bound import bound
from tui.keys.keymap import use_keys
from tui.lazy_dataclass import dataclass
from tui.screens.search.searching import SearchingScreen
from tui.settings import Settings, SettingsError, config_path
from tui.themes.names import AUTO, THEMES

if TYPE_CHECKING:
    from tui.api.models import Project
    from tui.workspace.settings.setting_list import SettingList


NO_PROFILE = "No profile: as it was at the start"


class SettingScreen(SearchingScreen):
    """Shows the settings and the themes, and takes what was changed into use."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bound("app.settings", "settings", show=False, priority=True),
    ]

    @dataclass
    class SettingsChanged(Message):
        """Other settings are in force now."""

        settings: Settings

    @dataclass
    class AccountChosen(Message):
        """Another account is to be worked with, the one that these settings name."""

        settings: Settings

    flags: Mapping[str, str | None] = {}
    """What was given on the command line, by the names of the settings. To be set before the screen is shown."""

    list_projects: "Callable[[], Awaitable[Sequence[Project]]]"
    """The projects that can be chosen from. To be set before the screen is shown."""

    _setting_list: "SettingList | None" = None

    @property
    def setting_list(self) -> "SettingList":
        """The settings, as they can be changed here."""
        from tui.workspace.settings.setting_list import SettingList

        if self._setting_list is None:
            self._setting_list = SettingList(self.flags, os.environ, config_path())
        return self._setting_list

    @work
    async def action_settings(self) -> None:
        """Show and change the settings."""
        from tui.screens.settings.settings_dialog import SettingsDialog

        try:
            before = self.setting_list.in_force()
            dialog = SettingsDialog(self.setting_list, self._themes(), self.take_into_use, self.list_projects)
            await self.app.push_screen_wait(dialog)
            self._turn_to_account(before)
        except SettingsError as error:
            self.say(str(error), kind="settings", severity="problem")

    @work
    async def action_switch_profile(self) -> None:
        """Choose the profile to work with until the program ends."""
        from tui.screens.choice_list import ChoiceList

        try:
            before, profiles = self.setting_list.in_force(), self.setting_list.profiles()
            if not profiles:
                words = f"There is no profile yet. One begins with a line [profiles.NAME] in {self.setting_list.path}."
                self.say(words, kind="settings")
                return
            names = [*profiles, *([None] if self.setting_list.named_profile is None else [])]
            told = [name or NO_PROFILE for name in names]
            now = names.index(before.profile) if before.profile in names else 0
            chosen = await self.app.push_screen_wait(ChoiceList("Profiles", told, takes="work with it", first=now))
            if chosen is not None:
                self.setting_list.use_profile(names[chosen])
                self._turn_to_account(before)
        except SettingsError as error:
            self.say(str(error), kind="settings", severity="problem")

    def _turn_to_account(self, before: Settings) -> None:
        """Have the account used that is set now, if it is another than before."""
        now = self.setting_list.in_force()
        if (now.connects_to, now.library_environment) != (before.connects_to, before.library_environment):
            self.post_message(self.AccountChosen(now))

    def take_into_use(self, settings: Settings) -> None:
        """Have other settings in force: what is seen changes at once."""
        if self.app.theme_named(settings.theme) in self.app.available_themes:
            self.app.use_theme(settings.theme)
        self.app.animation_level = TEXTUAL_ANIMATIONS if settings.animations else "none"
        self.view.pane.checks_grounding = settings.grounding
        self._take_keys_into_use(settings.keys)
        self.post_message(self.SettingsChanged(settings))

    def _take_keys_into_use(self, keys: Mapping[str, str]) -> None:
        use_keys(keys)
        self.app.set_keymap(keys)
        self.view.start_page.show_keys()
        self.refresh(layout=True)

    def _themes(self) -> Sequence[str]:
        return [name for name in THEMES if name == AUTO or name in self.app.available_themes]

    @work
    async def action_choose_theme(self) -> None:
        """Choose a theme, and keep it for the next start."""
        from tui.screens.theme_chooser import ThemeChooser

        try:
            now = self.setting_list.in_force().theme
            name = await self.app.push_screen_wait(ThemeChooser(self._themes(), now))
            if name is not None:
                self.app.use_theme(name)
                self.setting_list.change("theme", name)
        except SettingsError as error:
            self.say(str(error), kind="theme", severity="problem")
