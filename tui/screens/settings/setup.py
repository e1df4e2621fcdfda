"""Setting things up in the app: the settings, the profile, and the theme by itself."""

import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from textual.constants import TEXTUAL_ANIMATIONS
from textual.message import Message

from tui.keys.keymap import use_keys
from tui.lazy_dataclass import dataclass
from tui.screens.reading import ReadingScreen
from tui.settings import Settings, SettingsError, config_path
from tui.themes.names import AUTO, THEMES

if TYPE_CHECKING:
    from tui.api.models import Project
    from tui.workspace.settings.setting_list import SettingList


NO_PROFILE = "No profile: as it was at the start"


class Setup:
    """Shows the settings and the themes over a screen, and takes what was changed into use there."""

    @dataclass
    class SettingsChanged(Message):
        """Other settings are in force now."""

        settings: Settings

    @dataclass
    class AccountChosen(Message):
        """Another account is to be worked with, the one that these settings name."""

        settings: Settings

    flags: Mapping[str, str | None] = {}
    """What was given on the command line, by the names of the settings. To be set before the settings are shown."""

    list_projects: "Callable[[], Awaitable[Sequence[Project]]]"
    """The projects that can be chosen from. To be set before the settings are shown."""

    def __init__(self, screen: ReadingScreen) -> None:
        self._screen = screen

    @cached_property
    def setting_list(self) -> "SettingList":
        """The settings, as they can be changed here."""
        from tui.workspace.settings.setting_list import SettingList

        return SettingList(self.flags, os.environ, config_path())

    async def change_settings(self) -> None:
        """Show and change the settings."""
        from tui.screens.settings.settings_dialog import SettingsDialog

        try:
            before = self.setting_list.in_force()
            dialog = SettingsDialog(self.setting_list, self._themes(), self._take_into_use, self.list_projects)
            await self._screen.app.push_screen_wait(dialog)
            self._turn_to_account(before)
        except SettingsError as error:
            self._screen.say(str(error), kind="settings", severity="problem")

    async def switch_profile(self) -> None:
        """Choose the profile to work with until the program ends."""
        from tui.screens.choice_list import ChoiceList

        try:
            before, profiles = self.setting_list.in_force(), self.setting_list.profiles()
            if not profiles:
                words = f"There is no profile yet. One begins with a line [profiles.NAME] in {self.setting_list.path}."
                self._screen.say(words, kind="settings")
                return
            names = [*profiles, *([None] if self.setting_list.named_profile is None else [])]
            told = [name or NO_PROFILE for name in names]
            now = names.index(before.profile) if before.profile in names else 0
            dialog = ChoiceList("Profiles", told, takes="work with it", first=now)
            chosen = await self._screen.app.push_screen_wait(dialog)
            if chosen is not None:
                self.setting_list.use_profile(names[chosen])
                self._turn_to_account(before)
        except SettingsError as error:
            self._screen.say(str(error), kind="settings", severity="problem")

    async def choose_theme(self) -> None:
        """Choose a theme, and keep it for the next start."""
        from tui.screens.theme_chooser import ThemeChooser

        try:
            now = self.setting_list.in_force().theme
            name = await self._screen.app.push_screen_wait(ThemeChooser(self._themes(), now))
            if name is not None:
                self._screen.app.use_theme(name)
                self.setting_list.change("theme", name)
        except SettingsError as error:
            self._screen.say(str(error), kind="theme", severity="problem")

    def _turn_to_account(self, before: Settings) -> None:
        """Have the account used that is set now, if it is another than before."""
        now = self.setting_list.in_force()
        if (now.connects_to, now.library_environment) != (before.connects_to, before.library_environment):
            self._screen.post_message(self.AccountChosen(now))

    def _take_into_use(self, settings: Settings) -> None:
        """Have other settings in force: what is seen changes at once."""
        app = self._screen.app
        if app.theme_named(settings.theme) in app.available_themes:
            app.use_theme(settings.theme)
        app.animation_level = TEXTUAL_ANIMATIONS if settings.animations else "none"
        self._screen.view.pane.checks_grounding = settings.grounding
        self._take_keys_into_use(settings.keys)
        self._screen.post_message(self.SettingsChanged(settings))

    def _take_keys_into_use(self, keys: Mapping[str, str]) -> None:
        use_keys(keys)
        self._screen.app.set_keymap(keys)
        self._screen.view.start_page.show_keys()
        self._screen.refresh(layout=True)

    def _themes(self) -> Sequence[str]:
        return [name for name in THEMES if name == AUTO or name in self._screen.app.available_themes]
