"""The first screen of a user without a key: three ways to begin."""

from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tui.api.regions import REGIONS
from tui.screens.dialog import Dialog, DialogBox, DialogList
from tui.workspace.backend import BackendChoice, Keep, UseFolders, UseKey

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

    def __init__(self, problem: str = "", region: str = "na") -> None:
        super().__init__()
        self._problem = problem
        self._region = region
        self._keep: Keep = "keyring"

    def compose(self) -> ComposeResult:
        with DialogBox(id="welcome"):
            yield Static("llamachat-tui", classes="dialog-title", markup=False)
            yield Static("Research your documents from the terminal.", id="welcome-about", markup=False)
            yield Static(QUESTION, id="question", markup=False)
            yield DialogList(
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

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()
        self._ask_for("")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        if event.option_id == "manual":
            self.dismiss(UseFolders(()))
        else:
            self._ask_for(event.option_id or "")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.input.id == "folder":
            self._take_folder(event.value)
        else:
            self._take_key()

    def action_close(self) -> None:
        """Escape goes back to the three choices, and from there closes the screen without one."""
        if self.query_one(OptionList).display:
            self.dismiss(None)
        else:
            self._ask_for("")

    def action_next_region(self) -> None:
        regions = list(REGIONS)
        self._region = regions[(regions.index(self._region) + 1) % len(regions)]
        self._show_note()

    def action_next_keep(self) -> None:
        keeps = list(KEEPS)
        self._keep = keeps[(keeps.index(self._keep) + 1) % len(keeps)]
        self._show_note()

    def _ask_for(self, what: str) -> None:
        self.query_one(OptionList).display = not what
        for field in self.query(Input):
            field.display = field.id == what
            if field.display:
                field.focus()
        if not what:
            self.query_one(OptionList).focus()
        self._show_note()

    def _show_note(self) -> None:
        note = "↑ ↓ choose · Enter take · Esc close"
        if self.query_one("#key", Input).display:
            note = (
                f"Region {self._region.upper()} (Ctrl+R changes it) · {KEEPS[self._keep]} (Ctrl+T changes it)\n"
                "Enter take · Esc back"
            )
        elif self.query_one("#folder", Input).display:
            note = "Markdown and text files in it become one index. Enter take · Esc back"
        self.query_one("#welcome-note", Static).update(note)

    def _take_folder(self, typed: str) -> None:
        folder = Path(typed.strip()).expanduser()
        if typed.strip() and folder.is_dir():
            self.dismiss(UseFolders((folder.resolve(),)))
        else:
            self._say(f"There is no folder {typed.strip() or '(nothing was typed)'}. Check the name.")

    def _take_key(self) -> None:
        from tui.api.connection import checked_key
        from tui.api.errors import ApiError

        field = self.query_one("#key", Input)
        try:
            key = checked_key(field.value)
        except ApiError as error:
            self._say(error.message)
        else:
            self.dismiss(UseKey(key, self._region, self._keep))
        finally:
            field.value = ""

    def _say(self, problem: str) -> None:
        self.query_one("#welcome-problem", Static).update(problem)
