"""The dialog that chooses the indexes of a session."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from rich.cells import set_cell_size
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tui.api.models import MAX_BOUND_INDEXES, Index
from tui.conversation.catalogue import age, now
from tui.sanitize import clean_line
from tui.screens.dialog import Dialog

BOUND = "Bound for the session's whole life: each question searches exactly the ticked indexes."
UNBOUND = "Unbound: each question searches what is ticked now, and can be given others later."
NONE_AT_ALL = (
    "There is no index here yet. Create one in LlamaCloud, or open a folder with `llamachat-tui --local FOLDER`."
)


@dataclass(frozen=True, slots=True)
class Choice:
    """The ticked indexes, and whether the session is bound to them for good."""

    index_ids: tuple[str, ...]
    is_bound: bool


@dataclass(frozen=True, slots=True)
class AddFolder:
    """A folder of this machine is to become an index."""


@dataclass(frozen=True, slots=True)
class SyncIndex:
    """An index is to read its folder again."""

    index_id: str


@dataclass(frozen=True, slots=True)
class RemoveIndex:
    """An index is to be forgotten; its documents stay."""

    index_id: str


PickerAnswer: TypeAlias = Choice | AddFolder | SyncIndex | RemoveIndex


class FilterField(Input):
    """A field in which Space is not text but a key of the dialog's."""

    def check_consume_key(self, key: str, character: str | None) -> bool:
        return key != "space" and super().check_consume_key(key, character)

    def on_key(self, event: events.Key) -> None:
        if event.key == "space":
            event.prevent_default()


class IndexPicker(Dialog[PickerAnswer]):
    """Indexes to tick: typing filters, Space ticks, Enter takes. Nothing ticked takes the one under the cursor.

    With `for_question` the dialog only chooses what the next question of an unbound session searches. With
    `keeps_folders` the indexes are folders of this machine, which can be added, read again and removed from here.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "Create session"),
        Binding("space", "tick", "Tick"),
        Binding("tab", "toggle_bound", "Bound or unbound"),
        Binding("ctrl+o", "add_folder", "Add a folder"),
        Binding("f5", "sync", "Read the folder again"),
        Binding("f8", "remove", "Remove the index"),
        Binding("up", "move('cursor_up')", "Up", show=False),
        Binding("down", "move('cursor_down')", "Down", show=False),
        Binding("pageup", "move('page_up')", "Page up", show=False),
        Binding("pagedown", "move('page_down')", "Page down", show=False),
    ]

    def __init__(self, indexes: Sequence[Index], *, for_question: bool = False, keeps_folders: bool = False) -> None:
        super().__init__()
        self._indexes = indexes
        self._ticked = _only(indexes)
        self._has_chosen = False
        self._for_question = for_question
        self._keeps_folders = keeps_folders
        self._asked_to_remove: str | None = None
        self._is_bound = not for_question

    def compose(self) -> ComposeResult:
        with Vertical(id="picker"):
            title = "Which indexes does this question search?" if self._for_question else "New session: which indexes?"
            yield Static(title, classes="dialog-title", markup=False)
            yield FilterField(placeholder="Type to filter", compact=True)
            yield OptionList(compact=True, markup=False)
            yield Static(classes="dialog-note", markup=False)
            yield Static(classes="dialog-keys", markup=False)

    def on_mount(self) -> None:
        self.query_one(OptionList).can_focus = False
        self.query_one(Input).focus()
        self._show()

    def show_indexes(self, indexes: Sequence[Index]) -> None:
        """Show a list that was loaded while the dialog is open; what was ticked stays ticked."""
        self._indexes = indexes
        if not self._has_chosen:
            self._ticked = _only(indexes)
        self._show()

    def on_input_submitted(self) -> None:
        if self.check_action("take", ()):
            self.action_take()

    def on_input_changed(self) -> None:
        self._show()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.query_one(OptionList).highlighted = event.option_index
        self.action_tick()

    def action_move(self, how: str) -> None:
        indexes = self.query_one(OptionList)
        moves = {"cursor_up": indexes.action_cursor_up, "cursor_down": indexes.action_cursor_down}
        moves |= {"page_up": indexes.action_page_up, "page_down": indexes.action_page_down}
        moves[how]()

    def action_tick(self) -> None:
        index_id = self._under_cursor()
        if index_id is None:
            return
        self._has_chosen = True
        if index_id in self._ticked:
            self._ticked.remove(index_id)
        elif len(self._ticked) == MAX_BOUND_INDEXES:
            self._say(f"A session takes {MAX_BOUND_INDEXES} indexes at most. Untick one first.", is_problem=True)
            return
        else:
            self._ticked.append(index_id)
        self._show()

    def action_toggle_bound(self) -> None:
        if not self._for_question:
            self._is_bound = not self._is_bound
            self._show()

    def action_take(self) -> None:
        under_cursor = self._under_cursor()
        chosen = tuple(self._ticked) or (
            (under_cursor,) if under_cursor and (self._is_bound or self._for_question) else ()
        )
        if chosen or not self._is_bound:
            self.dismiss(Choice(chosen, self._is_bound))
        else:
            self._say("Tick at least one index, or press Tab for an unbound session.", is_problem=True)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in {"add_folder", "sync", "remove"} and not self._keeps_folders:
            return False
        return super().check_action(action, parameters)

    def action_add_folder(self) -> None:
        self.dismiss(AddFolder())

    def action_sync(self) -> None:
        if (index_id := self._under_cursor()) is not None:
            self.dismiss(SyncIndex(index_id))

    def action_remove(self) -> None:
        """The same key twice on the same index: the first one asks."""
        index_id = self._under_cursor()
        if index_id is not None and index_id == self._asked_to_remove:
            self.dismiss(RemoveIndex(index_id))
        elif index_id is not None:
            self._asked_to_remove = index_id
            self._say("F8 again removes this index from the list. The documents stay.", is_problem=True)

    def _under_cursor(self) -> str | None:
        indexes = self.query_one(OptionList)
        return None if indexes.highlighted is None else indexes.get_option_at_index(indexes.highlighted).id

    def _show(self) -> None:
        wanted = self.query_one(Input).value.casefold()
        options = self.query_one(OptionList)
        under_cursor = self._under_cursor()
        shown = [index for index in self._indexes if wanted in _searched(index)]
        options.set_options([Option(self._row(index), id=index.id) for index in shown])
        if shown:
            at = next((n for n, index in enumerate(shown) if index.id == under_cursor), 0)
            options.highlighted = at
        self._say(self._note(shown))
        keys = "Space tick · Enter take · Esc close" + ("" if self._for_question else " · Tab bound/unbound")
        keys += "\nCtrl+O add a folder · F5 read it again · F8 remove it" if self._keeps_folders else ""
        self.query_one(".dialog-keys", Static).update(keys)

    def _note(self, shown: Sequence[Index]) -> str:
        if not self._indexes:
            return NONE_AT_ALL
        if not shown:
            return "No index has this in its name or description."
        ticked = f"{len(self._ticked)} of at most {MAX_BOUND_INDEXES} ticked. "
        return ticked + ("" if self._for_question else BOUND if self._is_bound else UNBOUND)

    def _say(self, note: str, *, is_problem: bool = False) -> None:
        line = self.query_one(".dialog-note", Static)
        line.set_class(is_problem, "-problem")
        line.update(note)

    def _row(self, index: Index) -> Content:
        box = "☑" if index.id in self._ticked else "☐"
        width = max(20, min(72, self.app.size.width - 12))
        state = _state(index)
        name = set_cell_size(clean_line(index.name), max(8, width - len(state) - 3))
        head = Content.assemble((f"{box} ", "$accent"), (name, "bold"), " ", (state, _state_style(index)))
        about = clean_line(index.error_message or index.description or "", width)
        return head if not about else Content("\n").join([head, Content.styled(f"  {about}", "$foreground-muted")])


def _only(indexes: Sequence[Index]) -> list[str]:
    """The one index that there is: nobody needs to choose it."""
    return [index.id for index in indexes if len(indexes) == 1]


def _searched(index: Index) -> str:
    return f"{clean_line(index.name)} {clean_line(index.description or '')}".casefold()


def _state(index: Index) -> str:
    if index.is_syncing:
        return f"syncing {index.files_done or 0:,} of {index.files_total:,}" if index.files_total else "syncing"
    synced = f"synced {age(index.last_synced_at, now())}" if index.last_synced_at else ""
    return " · ".join(filter(None, [clean_line(index.status or "", 20), synced]))


def _state_style(index: Index) -> str:
    return "$text-error" if index.status == "failed" else "$foreground-muted"
