"""Setting things up in the app: the settings, and the theme by itself."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.constants import TEXTUAL_ANIMATIONS
from textual.message import Message

from tui.screens.search.searching import SearchingScreen
from tui.settings import Settings, SettingsError, config_path
from tui.themes import DARK

if TYPE_CHECKING:
    from tui.workspace.settings.setting_list import SettingList


class SettingScreen(SearchingScreen):
    """Shows the settings and the themes, and takes what was changed into use."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f10,ctrl+comma", "settings", "Settings", show=False, priority=True),
    ]

    @dataclass
    class SettingsChanged(Message):
        """Other settings are in force now."""

        settings: Settings

    flags: Mapping[str, str | None] = {}
    """What was given on the command line, by the names of the settings. To be set before the screen is shown."""

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
            dialog = SettingsDialog(self.setting_list, self._themes(), self.take_into_use)
        except SettingsError as error:
            self.say(str(error), kind="settings", severity="problem")
        else:
            await self.app.push_screen_wait(dialog)

    def take_into_use(self, settings: Settings) -> None:
        """Have other settings in force: what is seen changes at once."""
        theme = settings.theme or DARK.name
        if theme in self.app.available_themes:
            self.app.theme = theme
        self.app.animation_level = TEXTUAL_ANIMATIONS if settings.animations else "none"
        self.view.pane.checks_grounding = settings.grounding
        self.post_message(self.SettingsChanged(settings))

    def _themes(self) -> Sequence[str]:
        return sorted(self.app.available_themes, key=lambda name: (not name.startswith("llama-"), name))

    @work
    async def action_choose_theme(self) -> None:
        """Choose a theme, and keep it for the next start."""
        from tui.screens.theme_chooser import ThemeChooser

        name = await self.app.push_screen_wait(ThemeChooser(self._themes(), self.app.theme))
        if name is None:
            return
        try:
            self.setting_list.change("theme", name)
        except SettingsError as error:
            self.say(str(error), kind="theme", severity="problem")
