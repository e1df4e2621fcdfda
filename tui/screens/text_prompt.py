"""One line to type: a session's name, a folder's path."""

from textual.app import ComposeResult
from textual.widgets import Input, Static

from tui.screens.dialog import Dialog, DialogBox


class TextPrompt(Dialog[str]):
    """A question that one line answers. It may be empty."""

    def __init__(self, title: str, keys: str, *, value: str = "", placeholder: str = "") -> None:
        super().__init__()
        self._title, self._keys = title, keys
        self._value, self._placeholder = value, placeholder

    def compose(self) -> ComposeResult:
        with DialogBox(classes="dialog"):
            yield Static(self._title, classes="dialog-title", markup=False)
            yield Input(self._value, placeholder=self._placeholder, compact=True)
            yield Static(self._keys, classes="dialog-keys", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.dismiss(event.value.strip())
