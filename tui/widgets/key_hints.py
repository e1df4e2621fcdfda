"""The bottom line: what is connected, and the keys that do something where the focus is."""

from collections.abc import Sequence

from textual import events
from textual.binding import ActiveBinding, Binding
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tui.sanitize import clean_line

GAP = "  "


class KeyHints(Widget):
    """One line, drawn again when the focus or a value changes: cheaper over a slow line than a widget for each key."""

    connected_to = reactive("")
    """What is connected, in words: folders of this machine, or LlamaCloud and its host."""

    activity = reactive("")
    """What is being waited for; it is shown instead, unless it is empty."""

    def __init__(self) -> None:
        super().__init__()
        self._places: list[tuple[range, ActiveBinding]] = []

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_changed)

    def _bindings_changed(self, _: object) -> None:
        self.refresh()

    def validate_connected_to(self, words: str) -> str:
        return clean_line(words)

    def validate_activity(self, words: str) -> str:
        return clean_line(words)

    def render(self) -> Content:
        """The place, cut to a third of the line where all keys need the rest; the key of the help is always there."""
        shown = self._shown_bindings()
        most = max(self.size.width // 3, self.size.width - self._cells(shown) - 3)
        left = Content(self.activity) or Content(self.connected_to).truncate(most, ellipsis=True)
        while shown and self._cells(shown) > self.size.width - left.cell_length - 3:
            shown.pop(-2 if len(shown) > 1 else -1)
        gap = max(1, self.size.width - left.cell_length - self._cells(shown) - 2)
        self._place_keys(shown, 1 + left.cell_length + gap)
        left = left.stylize("$text-accent" if self.activity else "$foreground-muted")
        return Content.assemble(
            " ", left, " " * gap, Content(GAP).join([self._key(active.binding) for active in shown])
        )

    def _shown_bindings(self) -> list[ActiveBinding]:
        active = [entry for entry in self.screen.active_bindings.values() if entry.enabled and entry.binding.show]
        shown = list({entry.binding.action: entry for entry in reversed(active)}.values())[::-1]
        return sorted(shown, key=lambda entry: entry.binding.action == "help")

    def _cells(self, shown: Sequence[ActiveBinding]) -> int:
        return sum(self._key(active.binding).cell_length + len(GAP) for active in shown) - len(GAP)

    def _place_keys(self, shown: Sequence[ActiveBinding], start: int) -> None:
        self._places = []
        for active in shown:
            end = start + self._key(active.binding).cell_length
            self._places.append((range(start, end), active))
            start = end + len(GAP)

    def _key(self, binding: Binding) -> Content:
        key = self.app.get_key_display(binding)
        return Content.assemble((key, "bold $footer-key-foreground"), " ", (binding.description, "$foreground-muted"))

    async def on_click(self, event: events.Click) -> None:
        """Do what the key does that was clicked."""
        for columns, active in self._places:
            if event.x in columns:
                await self.app.run_action(active.binding.action, active.node)
