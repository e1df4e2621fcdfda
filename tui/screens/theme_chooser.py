"""The dialog that chooses the theme, and shows each one while it is under the cursor."""

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.screens.filter_dialog import FilterDialog


class ThemeChooser(FilterDialog[str]):
    """Returns the theme that was chosen. The app is drawn in the one under the cursor as long as this is open."""

    def __init__(self, names: Sequence[str], current: str) -> None:
        super().__init__("Theme", keys="↑ ↓ look at it · Enter keep it · Esc close", cursor_on=current)
        self._names = names
        self._current = current

    def options_with(self, wanted: str) -> Sequence[Option]:
        return [Option(Content(name), id=name) for name in self._names if wanted in name.casefold()]

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        if event.option_id is not None:
            self.app.theme = event.option_id

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)

    def action_take(self) -> None:
        if self.under_cursor is not None:
            self.dismiss(self.under_cursor)

    def action_close(self) -> None:
        if not self.filter.value:
            self.app.theme = self._current
        super().action_close()
