"""The first screen of a user without a key: three ways to begin."""

import os
from pathlib import Path
from typing import ClassVar, Literal, TypeAlias

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.reactive import var
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tui.api.regions import REGIONS
from tui.screens.dialog import Dialog
from tui.workspace.backend import BackendChoice, Keep, UseFolders, UseKey

Step: TypeAlias = Literal["choose", "key", "folder"]

KEEPS: dict[Keep, str] = {
    "keyring": "kept in the system keyring",
    "file": "kept in a file that only you can read",
    "memory": "kept for this run only",
}
QUESTION = "How would you like to begin?"


class KeyInput(Input):
    """A masked field whose text can be neither copied nor cut."""

    def action_copy(self) -> None:
        """Nothing is copied: the clipboard would show what the field hides."""

    def action_cut(self) -> None:
        """Nothing is cut: the clipboard would show what the field hides."""


class Welcome(Dialog[BackendChoice]):
    """Paste a key, open a folder, or try the manual. `problem` says why the screen is shown again."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "next_region", "Region"),
        Binding("ctrl+t", "next_keep", "Where the key is kept"),
    ]

    step: var[Step] = var("choose")
    key_region: var[str] = var("na", init=False)
    keep: var[Keep] = var("keyring", init=False)

    ways = getters.query_one(OptionList)
    key_field = getters.query_one("#key", KeyInput)
    folder_field = getters.query_one("#folder", Input)
    note = getters.query_one("#welcome-note", Static)

    def __init__(self, problem: str = "", region: str = "na") -> None:
        super().__init__()
        self._problem = problem
        self.set_reactive(Welcome.key_region, region)

    def compose(self) -> ComposeResult:
        with Vertical(id="welcome"):
            yield Static("llamachat-tui", classes="dialog-title", markup=False)
            yield Static("Research your documents from the terminal.", classes="dialog-note", markup=False)
            yield Static(QUESTION, id="question", markup=False)
            yield OptionList(
                Option("Paste a LlamaCloud key", id="key"),
                Option("Open a folder of documents on this machine", id="folder"),
                Option("Try it on the app's own manual", id="manual"),
                compact=True,
                markup=False,
            )
            yield KeyInput(password=True, placeholder="llx-…", id="key", compact=True)
            yield Input(placeholder="~/papers", id="folder", compact=True)
            yield Static(id="welcome-note", markup=False)
            yield Static(self._problem, id="welcome-problem", markup=False)

    def watch_step(self) -> None:
        fields: dict[Step, Widget] = {"choose": self.ways, "key": self.key_field, "folder": self.folder_field}
        for step, field in fields.items():
            field.display = step == self.step
        fields[self.step].focus()
        self._show_note()

    def watch_key_region(self) -> None:
        self._show_note()

    def watch_keep(self) -> None:
        self._show_note()

    def _show_note(self) -> None:
        match self.step:
            case "choose":
                note = "↑ ↓ choose · Enter take · Esc close"
            case "key":
                region, keep = (
                    f"Region {self.key_region.upper()} (Ctrl+R changes it)",
                    f"{KEEPS[self.keep]} (Ctrl+T changes it)",
                )
                note = f"{region} · {keep}\nEnter take · Esc back"
            case "folder":
                note = "Its documents become one index, named after it. Enter take · Esc back"
        self.note.update(note)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        match event.option_id:
            case "key" | "folder" as step:
                self.step = step
            case _:
                self.dismiss(UseFolders(()))

    def on_input_submitted(self) -> None:
        if self.step == "folder":
            self._take_folder(self.folder_field.value.strip())
        else:
            self._take_key()

    def action_close(self) -> None:
        """Escape goes back to the three choices, and from there closes the screen without one."""
        if self.step == "choose":
            self.dismiss(None)
        else:
            self.step = "choose"

    def action_next_region(self) -> None:
        regions = list(REGIONS)
        self.key_region = regions[(regions.index(self.key_region) + 1) % len(regions)]

    def action_next_keep(self) -> None:
        keeps = list(KEEPS)
        self.keep = keeps[(keeps.index(self.keep) + 1) % len(keeps)]

    def _take_folder(self, typed: str) -> None:
        folder = Path(os.path.expanduser(typed))
        if typed and folder.is_dir():
            self.dismiss(UseFolders((folder.resolve(),)))
        else:
            self._say(f"There is no folder {typed or '(nothing was typed)'}. Check the name.")

    def _take_key(self) -> None:
        from tui.api.connection import checked_key
        from tui.api.errors import ApiError

        try:
            key = checked_key(self.key_field.value)
        except ApiError as error:
            self._say(error.message)
        else:
            self.dismiss(UseKey(key, self.key_region, self.keep))
        finally:
            self.key_field.value = ""

    def _say(self, problem: str) -> None:
        self.query_one("#welcome-problem", Static).update(problem)
