"""The dialog that chooses the theme, and shows each one while it is under the cursor."""

from collections.abc import Sequence

from textual import getters

from tui.screens.filter_dialog import FilterDialog
from tui.terminal.app import DiffingApp


class ThemeChooser(FilterDialog[str]):
    """Returns the theme that was chosen, maybe `AUTO`. The app is drawn in the one under the cursor meanwhile."""

    app = getters.app(DiffingApp)

    def __init__(self, names: Sequence[str], current: str) -> None:
        lines = {name: name for name in names}
        super().__init__("Theme", "↑ ↓ look at it · Enter keep it · Esc close", lines, cursor_on=current)
        self._current = current

    def follow_cursor(self) -> None:
        if self.under_cursor is not None:
            self.app.theme = self.app.theme_named(self.under_cursor)

    def action_take(self) -> None:
        if self.under_cursor is not None:
            self.dismiss(self.under_cursor)

    def action_close(self) -> None:
        if not self.filter.value:
            self.app.theme = self.app.theme_named(self._current)
        super().action_close()
