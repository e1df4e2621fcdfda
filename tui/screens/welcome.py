"""The first screen of a user without a key: three ways to begin."""

from collections.abc import Sequence
from typing import ClassVar, Literal, TypeAlias, TypeVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.reactive import var
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tui.api.regions import REGIONS
from tui.sanitize import clean_line
from tui.screens.dialog import Dialog, DialogBox, DialogList
from tui.screens.indexes.folder_prompt import FolderField
from tui.workspace.backend import BackendChoice, Keep, UseFolders, UseKey
from tui.workspace.folders import folder_at

KEEPS: dict[Keep, str] = {
    "keyring": "kept in the system keyring",
    "file": "kept in a file that only you can read",
    "memory": "kept for this run only",
}
QUESTION = "How would you like to begin?"
NO_KEYRING = "No keyring here: "

_Item = TypeVar("_Item")

Asked: TypeAlias = Literal["", "key", "folder"]


class KeyInput(Input):
    """A masked field whose text can be neither copied nor cut."""

    def action_copy(self) -> None:
        """Nothing is copied: the clipboard would show what the field hides."""

    def action_cut(self) -> None:
        """Nothing is cut: the clipboard would show what the field hides."""


class Welcome(Dialog[BackendChoice]):
    """Paste a key, open a folder, or try the manual.

    `problem` says why the screen is shown again. `keeps` are the places that can keep a key, the best one first. With
    `refused_folder` the folder is asked for again, and the problem is about this one.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "next_region", "Region"),
        Binding("ctrl+t", "next_keep", "Where the key is kept"),
    ]

    asked: var[Asked] = var("", init=False)
    """What is being asked for; "": which of the three ways."""

    account_region: var[str] = var("na", init=False)
    keep: var[Keep] = var("keyring", init=False)

    choices = getters.query_one(OptionList)
    key_field = getters.query_one("#key", KeyInput)
    folder_field = getters.query_one(FolderField)

    def __init__(
        self,
        problem: str = "",
        region: str = "na",
        *,
        keeps: Sequence[Keep] = tuple(KEEPS),
        refused_folder: str = "",
        closes: str = "close",
    ) -> None:
        super().__init__()
        self._problem = problem
        self._keeps = keeps
        self._refused_folder = refused_folder
        self._closes = closes
        self.set_reactive(Welcome.account_region, region)
        self.set_reactive(Welcome.keep, keeps[0])
        self.set_reactive(Welcome.asked, "folder" if refused_folder else "")

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
            yield FolderField(self._refused_folder, placeholder="~/papers", id="folder", compact=True)
            yield Static(id="welcome-problem", markup=False)
            yield Static(id="welcome-note", markup=False)
            yield Static(id="welcome-keys", classes="dialog-keys", markup=False)

    def on_mount(self) -> None:
        self._show_what_is_asked()
        self._show_problem(self._problem)

    def watch_asked(self) -> None:
        self._show_problem("")
        self._show_what_is_asked()

    def watch_account_region(self) -> None:
        self._show_note()

    def watch_keep(self) -> None:
        self._show_note()

    def _show_what_is_asked(self) -> None:
        parts = {"": self.choices, "key": self.key_field, "folder": self.folder_field}
        for asked, part in parts.items():
            part.display = asked == self.asked
        parts[self.asked].focus()
        self._show_note()

    def _show_note(self) -> None:
        if self.asked == "key":
            kept = KEEPS[self.keep]
            where = NO_KEYRING + kept if "keyring" not in self._keeps else kept.capitalize()
            note = f"Region {self.account_region.upper()} · Ctrl+R another region\n{where} · Ctrl+T elsewhere"
            keys = "Enter connect · Esc back"
        elif self.asked == "folder":
            note, keys = "Its documents become one index.", "Tab complete · Enter open · Esc back"
        else:
            note, keys = "", f"↑ ↓ choose · Enter take · Esc {self._closes}"
        self._show("#welcome-note", note)
        self._show("#welcome-keys", keys)

    def _show_problem(self, problem: str) -> None:
        self._show("#welcome-problem", problem)

    def _show(self, line_id: str, words: str) -> None:
        line = self.query_one(line_id, Static)
        line.display = bool(words)
        line.update(words)
        self.choices.refresh(layout=True)  # its height depends on the lines around it

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        match event.option_id:
            case "key" | "folder" as asked:
                self.asked = asked
            case _:
                self.dismiss(UseFolders(()))

    def on_folder_field_completed(self, message: FolderField.Completed) -> None:
        self._show("#welcome-note", clean_line("  ".join(message.names), 400) or "No folder begins like this.")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if self.asked == "folder":
            self._take_folder(event.value)
        else:
            self._take_key()

    def action_close(self) -> None:
        """Escape goes back to the three choices, and from there closes the screen without one."""
        if self.asked:
            self.asked = ""
        else:
            self.dismiss(None)

    def action_next_region(self) -> None:
        self.account_region = _after(self.account_region, list(REGIONS))

    def action_next_keep(self) -> None:
        self.keep = _after(self.keep, self._keeps)

    def _take_folder(self, typed: str) -> None:
        folder = folder_at(typed)
        if folder is None:
            self._show_problem(f"There is no folder {clean_line(typed).strip() or '(nothing was typed)'}.")
        else:
            self.dismiss(UseFolders((folder.resolve(),)))

    def _take_key(self) -> None:
        from tui.api.connection import checked_key
        from tui.api.errors import ApiError

        try:
            key = checked_key(self.key_field.value)
        except ApiError as error:
            self._show_problem(error.message)
        else:
            self.dismiss(UseKey(key, self.account_region, self.keep))
        finally:
            self.key_field.value = ""


def _after(item: _Item, items: Sequence[_Item]) -> _Item:
    return items[(items.index(item) + 1) % len(items)]
