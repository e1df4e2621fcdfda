"""A field for the path of a folder of this machine, and the dialog that adds one."""

from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual import getters, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input, Static

from tui.lazy_dataclass import dataclass
from tui.sanitize import clean_line
from tui.screens.dialog import Dialog, DialogBox
from tui.workspace.folders import completed


class FolderField(Input):
    """Takes the path of a folder; Tab completes it, as in a shell."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab", "complete", "Complete the path")]

    @dataclass
    class Completed(Message):
        """Tab was pressed: these folders begin with what is typed."""

        names: list[str]

    def action_complete(self) -> None:
        self.value, names = completed(self.value)
        self.cursor_position = len(self.value)
        self.post_message(self.Completed(list(names)))


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
