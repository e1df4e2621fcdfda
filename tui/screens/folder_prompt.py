"""The dialog that adds a folder of this machine."""

from collections.abc import Awaitable, Callable

from textual import getters, work
from textual.app import ComposeResult
from textual.widgets import Input, Static

from tui.sanitize import clean_line
from tui.screens.dialog import Dialog, DialogBox
from tui.screens.folder_field import FolderField


class FolderPrompt(Dialog[bool]):
    """Asks for a folder until one is taken. `add` takes a path and returns what is wrong with it, "" for nothing."""

    field = getters.query_one(FolderField)
    note = getters.query_one(".dialog-note", Static)
    problem = getters.query_one(".dialog-problem", Static)

    def __init__(self, add: Callable[[str], Awaitable[str]]) -> None:
        super().__init__()
        self._add = add

    def compose(self) -> ComposeResult:
        with DialogBox(classes="dialog"):
            yield Static("Add a folder of this machine", classes="dialog-title", markup=False)
            yield FolderField(placeholder="~/papers", compact=True)
            yield Static("Its documents become one index, named after it.", classes="dialog-note", markup=False)
            yield Static(classes="dialog-problem", markup=False)
            yield Static("Tab complete · Enter add · Esc close", classes="dialog-keys", markup=False)

    def on_mount(self) -> None:
        self.problem.display = False

    def on_folder_field_completed(self, message: FolderField.Completed) -> None:
        self.note.update(clean_line("  ".join(message.names), 400) or "No folder begins like this.")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self._take(event.value)

    @work(exclusive=True)
    async def _take(self, path: str) -> None:
        self._say("", note="Looking at the folder…")
        if problem := await self._add(path):
            self._say(problem, note="")
        else:
            self.dismiss(True)

    def _say(self, problem: str, note: str) -> None:
        self.note.update(note)
        self.problem.display = bool(problem)
        self.problem.update(problem)
