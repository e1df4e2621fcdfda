"""The bottom line: what is connected, and the keys that do something where the focus is."""

from textual.binding import Binding
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tui.sanitize import clean_line


class KeyHints(Widget):
    """One line, drawn again when the focus or a value changes: cheaper over a slow line than a widget for each key."""

    connected_to = reactive("")
    """What is connected, in words: folders of this machine, or LlamaCloud and its host."""

    activity = reactive("")
    """What is being waited for; it is shown instead, unless it is empty."""

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_changed)

    def _bindings_changed(self, _: object) -> None:
        self.refresh()

    def validate_connected_to(self, words: str) -> str:
        return clean_line(words)

    def validate_activity(self, words: str) -> str:
        return clean_line(words)

    def render(self) -> Content:
        active = [entry.binding for entry in self.screen.active_bindings.values() if entry.enabled]
        shown = list({binding.action: binding for binding in reversed(active) if binding.show}.values())[::-1]
        keys = Content("  ").join([self._key(binding) for binding in shown])
        left = self.activity or self.connected_to
        used = Content(left).cell_length
        room = self.size.width - used - 3
        while shown and keys.cell_length > room:
            shown.pop()
            keys = Content("  ").join([self._key(binding) for binding in shown])
        gap = " " * max(1, self.size.width - used - keys.cell_length - 2)
        return Content.assemble(" ", (left, "$text-accent" if self.activity else "$foreground-muted"), gap, keys)

    def _key(self, binding: Binding) -> Content:
        key = self.app.get_key_display(binding)
        return Content.assemble((key, "bold $footer-key-foreground"), " ", (binding.description, "$foreground-muted"))
