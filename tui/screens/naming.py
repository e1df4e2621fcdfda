"""Naming a session: one line to type."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from tui.screens.dialog import Dialog


class Naming(Dialog[str]):
    """What the session is to be called; an empty name takes the user's own back."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name_before = name

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static("Name of this session", classes="dialog-title", markup=False)
            yield Input(self._name_before, placeholder="its title on the server", compact=True)
            yield Static(
                "Kept on this machine. Enter take · empty: its title again · Esc close",
                classes="dialog-keys",
                markup=False,
            )

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.dismiss(event.value.strip())
