"""The bottom line: where we are, and the keys that do something where the focus is."""

from textual.binding import Binding
from textual.content import Content
from textual.widget import Widget

from tui.sanitize import clean_line


class KeyHints(Widget):
    """One line, drawn anew when the focus or the state changes: cheaper over a slow line than a widget for each key."""

    def __init__(self) -> None:
        super().__init__()
        self._place = ""
        self._activity = ""

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_changed)

    def _bindings_changed(self, _: object) -> None:
        self.refresh()

    def say_place(self, place: str) -> None:
        """What is connected: the local library, or a region and project."""
        self._place = clean_line(place)
        self.refresh()

    def say_activity(self, activity: str) -> None:
        """What is being waited for; empty where nothing is."""
        if activity != self._activity:
            self._activity = clean_line(activity)
            self.refresh()

    def render(self) -> Content:
        active = [entry.binding for entry in self.screen.active_bindings.values() if entry.enabled]
        shown = list({binding.action: binding for binding in reversed(active) if binding.show}.values())[::-1]
        keys = Content("  ").join([self._key(binding) for binding in shown])
        left = self._activity or self._place
        used = Content(left).cell_length
        room = self.size.width - used - 3
        while shown and keys.cell_length > room:
            shown.pop()
            keys = Content("  ").join([self._key(binding) for binding in shown])
        gap = " " * max(1, self.size.width - used - keys.cell_length - 2)
        return Content.assemble(" ", (left, "$text-accent" if self._activity else "$foreground-muted"), gap, keys)

    def _key(self, binding: Binding) -> Content:
        key = self.app.get_key_display(binding)
        return Content.assemble((key, "bold $footer-key-foreground"), " ", (binding.description, "$foreground-muted"))
