"""Everything that can be done, found by what it is called."""

from asyncio import sleep
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from textual import events, work
from textual.binding import Binding
from textual.dom import DOMNode

from tui.screens.settings.setting import SettingScreen
from tui.widgets.composer import COMMAND_SIGNS
from tui.widgets.own_keys import own_bindings

if TYPE_CHECKING:
    from tui.screens.palette_commands import Owner


class CommandingScreen(SettingScreen):
    """Runs the commands of the palette."""

    async def on_key(self, event: events.Key) -> None:
        """A slash or a colon that the empty composer did not take begins a command, as elsewhere."""
        if self.composer.has_focus and event.character in COMMAND_SIGNS:
            event.stop()
            event.prevent_default()
            self.choose_command(event.character)
            await sleep(0)  # the worker opens the palette now: the next key is for that and not for the composer

    @work
    async def choose_command(self, sign: str = "") -> None:
        """Show the palette, and do what is chosen there. The sign that it was opened with is typed by repeating it."""
        from tui.screens.palette import CommandPalette

        command = await self.app.push_screen_wait(CommandPalette(sign, self.type_into_composer))
        if command is not None:
            await self.app.run_action(command.action, self._owner(command.owner))

    def keys_by_purpose(self) -> Mapping[str, Iterable[Binding]]:
        """The keys that the program binds, by what they are for."""
        ask = {"Ask": own_bindings(type(self.composer))}
        listed = {"Sessions": [*own_bindings(type(self.session_list)), *own_bindings(type(self.sidebar))]}
        return {**ask, **super().keys_by_purpose(), **listed}

    def _owner(self, owner: "Owner") -> DOMNode:
        match owner:
            case "app":
                return self.app
            case "screen":
                return self
            case "composer":
                return self.composer
            case "conversation":
                return self.view.pane
            case "list":
                return self.session_list
