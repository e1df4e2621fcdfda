"""Everything that can be done, found by what it is called; and the themes."""

from textual import work
from textual.dom import DOMNode

from tui.screens.browsing import BrowsingScreen
from tui.screens.palette_commands import Owner
from tui.store.chosen_theme import keep_theme, theme_path


class CommandingScreen(BrowsingScreen):
    """Runs the commands of the palette."""

    @work
    async def choose_command(self) -> None:
        """Show the palette, and do what is chosen there."""
        from tui.screens.palette import Palette

        command = await self.app.push_screen_wait(Palette())
        if command is not None:
            await self.app.run_action(command.action, self._owner(command.owner))

    def _owner(self, owner: Owner) -> DOMNode:
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

    @work
    async def action_choose_theme(self) -> None:
        """Choose a theme, and keep it for the next start."""
        from tui.screens.theme_chooser import ThemeChooser

        names = sorted(self.app.available_themes, key=lambda name: (not name.startswith("llama-"), name))
        name = await self.app.push_screen_wait(ThemeChooser(names, self.app.theme))
        if name is not None and (why := keep_theme(theme_path(), name)):
            self.notify(why, severity="error", markup=False)
