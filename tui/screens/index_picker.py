"""The dialog that chooses the indexes of a session."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from rich.cells import set_cell_size
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.reactive import var
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from tui.api.models import MAX_BOUND_INDEXES, Index
from tui.conversation.catalogue import age, now
from tui.sanitize import clean_line
from tui.screens.filter_dialog import FilterDialog

NEW_SESSION = "New session: which indexes?"
THIS_QUESTION = "Which indexes does this question search?"
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


class TickFilter(Input):
    """A field in which Space is not text but a key of the dialog's."""

    def check_consume_key(self, key: str, character: str | None) -> bool:
        return key != "space" and super().check_consume_key(key, character)

    def on_key(self, event: events.Key) -> None:
        if event.key == "space":
            event.prevent_default()


class IndexPicker(FilterDialog[PickerAnswer]):
    """Indexes to tick: Space ticks, Enter takes. Nothing ticked takes the one under the cursor.

    With `for_question` the dialog only chooses what the next question of an unbound session searches. With
    `keeps_folders` the indexes are folders of this machine, which can be added, read again and removed from here.
    """

    FILTER = TickFilter
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "tick", "Tick"),
        Binding("tab", "toggle_bound", "Bound or unbound"),
        Binding("ctrl+o", "add_folder", "Add a folder"),
        Binding("f5", "sync", "Read the folder again"),
        Binding("f8", "remove", "Remove the index"),
    ]

    indexes: var[Sequence[Index]] = var((), init=False)
    """The indexes to choose from. A later list may be assigned: what was ticked stays ticked."""

    ticked: var[Sequence[str] | None] = var(None, init=False)
    """The ids that the reader ticked; None until then, and the only index that there is counts as ticked."""

    is_bound: var[bool] = var(True, init=False)

    def __init__(self, indexes: Sequence[Index], *, for_question: bool = False, keeps_folders: bool = False) -> None:
        keys = "Space tick · Enter take · Esc close" + ("" if for_question else " · Tab bound/unbound")
        keys += "\nCtrl+O add a folder · F5 read it again · F8 remove it" if keeps_folders else ""
        super().__init__(THIS_QUESTION if for_question else NEW_SESSION, keys)
        self.set_reactive(IndexPicker.indexes, indexes)
        self.set_reactive(IndexPicker.is_bound, not for_question)
        self._for_question = for_question
        self._keeps_folders = keeps_folders
        self._asked_to_remove: str | None = None

    def watch_indexes(self) -> None:
        self._list_again()

    def watch_ticked(self) -> None:
        self._list_again()

    def watch_is_bound(self) -> None:
        self._list_again()

    def _list_again(self) -> None:
        if self.is_mounted:
            self.list_options()

    def options_with(self, wanted: str) -> Sequence[Option]:
        return [Option(self._row(index), id=index.id) for index in self.indexes if wanted in _searched(index)]

    def list_options(self, *, cursor_on: str | None = None) -> None:
        """List what the filter leaves, and say what Enter takes. The cursor stays on its index."""
        super().list_options(cursor_on=cursor_on or self.under_cursor)
        self.say(self._about_choice())

    def _about_choice(self) -> str:
        if not self.indexes:
            return NONE_AT_ALL
        if self.under_cursor is None:
            return "No index has this in its name or description."
        ticked = f"{len(self._ticks)} of at most {MAX_BOUND_INDEXES} ticked. "
        return ticked + ("" if self._for_question else BOUND if self.is_bound else UNBOUND)

    @property
    def _ticks(self) -> Sequence[str]:
        only = [index.id for index in self.indexes if len(self.indexes) == 1]
        return only if self.ticked is None else self.ticked

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.option_list.highlighted = event.option_index
        self.action_tick()

    def action_tick(self) -> None:
        index_id = self.under_cursor
        if index_id is None:
            return
        if index_id in self._ticks:
            self.ticked = [ticked for ticked in self._ticks if ticked != index_id]
        elif len(self._ticks) == MAX_BOUND_INDEXES:
            self.say(f"A session takes {MAX_BOUND_INDEXES} indexes at most. Untick one first.", is_problem=True)
        else:
            self.ticked = [*self._ticks, index_id]

    def action_toggle_bound(self) -> None:
        if not self._for_question:
            self.is_bound = not self.is_bound

    def action_take(self) -> None:
        under_cursor = self.under_cursor
        chosen = tuple(self._ticks)
        if not chosen and under_cursor and (self.is_bound or self._for_question):
            chosen = (under_cursor,)
        if chosen or not self.is_bound:
            self.dismiss(Choice(chosen, self.is_bound))
        else:
            self.say("Tick at least one index, or press Tab for an unbound session.", is_problem=True)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in {"add_folder", "sync", "remove"} and not self._keeps_folders:
            return False
        return super().check_action(action, parameters)

    def action_add_folder(self) -> None:
        self.dismiss(AddFolder())

    def action_sync(self) -> None:
        if (index_id := self.under_cursor) is not None:
            self.dismiss(SyncIndex(index_id))

    def action_remove(self) -> None:
        """Remove the index under the cursor, if the same key asked for it before."""
        index_id = self.under_cursor
        if index_id is not None and index_id == self._asked_to_remove:
            self.dismiss(RemoveIndex(index_id))
        elif index_id is not None:
            self._asked_to_remove = index_id
            self.say("F8 again removes this index from the list. The documents stay.", is_problem=True)

    def _row(self, index: Index) -> Content:
        box = "☑" if index.id in self._ticks else "☐"
        width = max(20, min(72, self.app.size.width - 12))
        state = _state(index)
        name = set_cell_size(clean_line(index.name), max(8, width - len(state) - 3))
        head = Content.assemble((f"{box} ", "$accent"), (name, "bold"), " ", (state, _state_style(index)))
        about = clean_line(index.error_message or index.description or "", width)
        return head if not about else Content("\n").join([head, Content.styled(f"  {about}", "$foreground-muted")])


def _searched(index: Index) -> str:
    return f"{clean_line(index.name)} {clean_line(index.description or '')}".casefold()


def _state(index: Index) -> str:
    if index.is_syncing:
        return f"syncing {index.files_done or 0:,} of {index.files_total:,}" if index.files_total else "syncing"
    synced = f"synced {age(index.last_synced_at, now())}" if index.last_synced_at else ""
    return " · ".join(filter(None, [clean_line(index.status or "", 20), synced]))


def _state_style(index: Index) -> str:
    return "$text-error" if index.status == "failed" else "$foreground-muted"
