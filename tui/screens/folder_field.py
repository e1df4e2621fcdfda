"""A field for the path of a folder, completed by Tab as in a shell."""

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from tui.workspace.folders import completed


class FolderField(Input):
    """Takes the path of a folder of this machine."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab", "complete", "Complete the path")]

    @dataclass
    class Completed(Message):
        """Tab was pressed: these folders begin with what is typed."""

        names: list[str]

    def action_complete(self) -> None:
        self.value, names = completed(self.value)
        self.cursor_position = len(self.value)
        self.post_message(self.Completed(list(names)))
