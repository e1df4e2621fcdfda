"""An address, shown whole before anything opens it."""

import webbrowser
from typing import ClassVar, Literal
from urllib.parse import urlsplit

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from tui.sanitize import clean, clean_url
from tui.screens.dialog import Dialog, DialogBox
from tui.workspace.opening_files import can_show


class LinkDialog(Dialog[Literal["copied", "opened"]]):
    """Shows where a link leads. Enter opens it where a browser can be seen, y copies it; nothing happens by itself."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,o", "open", "Open"),
        Binding("y", "copy", "Copy"),
    ]

    def __init__(self, url: str, *, opens: bool | None = None) -> None:
        super().__init__()
        self._url = url
        self._is_allowed = clean_url(url) is not None
        self._opens = self._is_allowed and (can_show() if opens is None else opens)

    def compose(self) -> ComposeResult:
        keys = ("Enter open · " if self._opens else "") + "y copy · Esc close"
        with DialogBox(classes="dialog"):
            yield Static(self._title(), classes="dialog-title", markup=False)
            yield Static(clean(self._url).replace("\n", " "), id="link-url", markup=False)
            yield Static(self._note(), classes="dialog-note", markup=False)
            yield Static(keys, classes="dialog-keys", markup=False)

    def _title(self) -> str:
        if not self._is_allowed:
            return "This link is not opened"
        url = urlsplit(self._url)
        return f"A link to {url.hostname}" if url.hostname else "A mail address"

    def _note(self) -> str:
        if not self._is_allowed:
            return "Only http, https and mailto links with a plain address are."
        return "" if self._opens else "No browser can be shown here: copy it, or click it if the terminal opens links."

    def action_open(self) -> None:
        if self._opens:
            webbrowser.open(self._url)
            self.dismiss("opened")

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(clean(self._url))
        self.dismiss("copied")
