"""What is done by one key everywhere in the screen, and all that can be done, found by what it is called."""

from asyncio import sleep
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar

from textual import events, work
from textual.binding import Binding, BindingType
from textual.dom import DOMNode

from tui.keys.bound import bound
from tui.screens.browsing import BrowsingScreen
from tui.screens.search.searching import SearchVisits
from tui.screens.settings.setup import Setup
from tui.widgets.composer import COMMAND_SIGNS
from tui.widgets.own_keys import own_bindings
from tui.workspace.workspace import Workspace

if TYPE_CHECKING:
    from tui.screens.palette_commands import Owner


class CommandingScreen(BrowsingScreen):
    """Runs the commands of the palette, the search in all sessions and the settings.

    Escape leads back to the search (`action_back_to_search`): see the bindings of `ChatScreen`, which has others of
    that key.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        bound("app.settings", "settings", show=False, priority=True),
        bound("sessions.search", "search", show=False, priority=True),
    ]

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self.setup = Setup(self)
        self._visits = SearchVisits(self)

    def watch_open_id(self, before: str | None, session_id: str | None) -> None:
        super().watch_open_id(before, session_id)
        self._visits.turn_to(session_id)

    def _draw(self) -> None:
        super()._draw()
        self._visits.show_visit()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "back_to_search":
            return self._visits.leads_back
        return super().check_action(action, parameters)

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

    async def action_search(self) -> None:
        self._search(self.open_id)
        await sleep(0)  # the worker opens its dialog now: the next key is for that

    def action_back_to_search(self) -> None:
        """Back to what was found, at the row that led here."""
        self._search(self._visits.leave_visit())

    @work
    async def _search(self, came_from: str | None) -> None:
        await self._visits.search(came_from)

    @work
    async def action_settings(self) -> None:
        await self.setup.change_settings()

    @work
    async def action_switch_profile(self) -> None:
        await self.setup.switch_profile()

    @work
    async def action_choose_theme(self) -> None:
        await self.setup.choose_theme()
