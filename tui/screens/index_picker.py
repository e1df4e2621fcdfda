"""The dialog that chooses the indexes of a session, or of the next questions of an unbound one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

from textual import events
from textual.binding import Binding, BindingType
from textual.reactive import var
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from tui.api.models import MAX_BOUND_INDEXES, Index
from tui.conversation.catalogue import names_of
from tui.screens.filter_dialog import FilterDialog
from tui.screens.index_rows import index_row, nearness

Purpose: TypeAlias = Literal["session", "question", "scope"]

TITLES: dict[Purpose, str] = {
    "session": "New session: which indexes?",
    "question": "Which indexes does this question search?",
    "scope": "Which indexes do the next questions search?",
}
TAKES: dict[Purpose, str] = {"session": "start", "question": "ask", "scope": "search these"}
BOUND = "bound to them for good"
UNBOUND = "unbound: F4 gives it others later"
NOT_CONNECTED = "Not connected, so the indexes are not known yet. They appear here by themselves."
NONE_AT_ALL = (
    "There is no index here yet. Bring a folder here: llamachat-tui push FOLDER. "
    "Or open one without an account: llamachat-tui --local FOLDER."
)
KEYS_OF_FOLDERS = "Ctrl+O add a folder · F5 read it again · F8 remove it"
HOW_TO_PUSH = "llamachat-tui push FOLDER brings a folder of yours here"
NO_FOLDER = "No folder is open here. Ctrl+O adds one."


@dataclass(frozen=True, slots=True)
class Choice:
    """The ticked indexes, and whether the session is bound to them for good."""

    index_ids: tuple[str, ...]
    is_bound: bool


@dataclass(frozen=True, slots=True)
class AddFolder:
    """A folder of this machine is to become an index."""


@dataclass(frozen=True, slots=True)
class ListDocuments:
    """The documents of an index are to be shown."""

    index: Index


@dataclass(frozen=True, slots=True)
class SyncIndex:
    """An index is to read its folder again."""

    index_id: str


@dataclass(frozen=True, slots=True)
class RemoveIndex:
    """An index is to be forgotten; its documents stay."""

    index_id: str


IndexRequest: TypeAlias = AddFolder | ListDocuments | SyncIndex | RemoveIndex


class TickFilter(Input):
    """A field in which Space is a key of the dialog's as long as nothing is typed, and text from then on."""

    def check_consume_key(self, key: str, character: str | None) -> bool:
        return (key != "space" or bool(self.value)) and super().check_consume_key(key, character)

    def on_key(self, event: events.Key) -> None:
        if event.key == "space" and not self.value:
            event.prevent_default()


class IndexPicker(FilterDialog[Choice]):
    """Indexes to tick: Space or Tab ticks, Enter takes. Nothing ticked takes the one under the cursor.

    Tab ticks as in fzf, also while a filter with spaces is being typed. What else is wanted of an index is given to
    `request`, and the dialog stays open meanwhile. With `keeps_folders` the indexes are folders of this machine, which
    can be added, read again and removed from here.
    """

    FILTER = TickFilter
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space,tab", "tick", "Tick"),
        Binding("f3", "list_documents", "The documents of the index"),
        Binding("f4", "toggle_bound", "Bound or unbound"),
        Binding("ctrl+o", "add_folder", "Add a folder"),
        Binding("f6", "tick_earlier", "Tick what an earlier session searches"),
        Binding("f5", "sync", "Read the folder again"),
        Binding("f8", "remove", "Remove the index"),
    ]

    indexes: var[Sequence[Index] | None] = var(None, init=False)
    """The indexes to choose from; None where they are not known. What was ticked stays ticked in a later list."""

    ticked: var[Sequence[str] | None] = var(None, init=False)
    """The ids that the reader ticked; None until then, and the only index that there is counts as ticked."""

    is_bound: var[bool] = var(True, init=False)

    def __init__(
        self,
        indexes: Sequence[Index] | None,
        request: Callable[[IndexRequest], object],
        *,
        purpose: Purpose = "session",
        ticked: Sequence[str] | None = None,
        earlier: Sequence[Sequence[str]] = (),
        keeps_folders: bool = False,
    ) -> None:
        super().__init__(TITLES[purpose], "")
        self.set_reactive(IndexPicker.indexes, indexes)
        self.set_reactive(IndexPicker.ticked, ticked)
        self.set_reactive(IndexPicker.is_bound, purpose == "session")
        self._request = request
        self._purpose: Purpose = purpose
        self._earlier = earlier
        self._next_earlier = 0
        self._keeps_folders = keeps_folders
        self._ticked_first = ticked
        self._asked: Literal["", "close"] | RemoveIndex = ""

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
        width = max(20, min(72, self.app.size.width - 12))
        near = [(how, index) for index in self.indexes or () if (how := nearness(index, wanted)) is not None]
        return [
            Option(index_row(index, width, is_ticked=index.id in self._ticks), id=index.id)
            for _, index in sorted(near, key=lambda found: found[0])
        ]

    def list_options(self, *, cursor_on: str | None = None) -> None:
        """List what the filter leaves, and say what Enter takes. The cursor stays on its index."""
        super().list_options(cursor_on=cursor_on or self.under_cursor)
        self.say("\n".join(filter(None, [self._about_choice(), self._hidden_ticks()])))
        self.keys_line.update(self._keys_now())

    def _about_choice(self) -> str:
        if self.indexes is None:
            return NOT_CONNECTED
        if not self.indexes:
            return NO_FOLDER if self._keeps_folders else NONE_AT_ALL
        if self.under_cursor is None:
            return "No index has this in its name or description."
        kind = (BOUND if self.is_bound else UNBOUND) if self._purpose == "session" else ""
        return " · ".join(filter(None, [f"{len(self._ticks)} of {MAX_BOUND_INDEXES} ticked", kind]))

    def _hidden_ticks(self) -> str:
        shown = {option.id for option in self.option_list.options}
        hidden = [index_id for index_id in self._ticks if index_id not in shown]
        return f"Ticked too: {', '.join(names_of(hidden, self.indexes or ()))}" if hidden else ""

    def _keys_now(self) -> str:
        is_filtered = bool(self.filter.value)
        keys = [
            "Tab tick" if is_filtered else "Space tick",
            f"Enter {TAKES[self._purpose]}",
            "F4 bound/unbound" if self._purpose == "session" else "",
            "F3 documents",
            "F6 as before" if self._earlier else "",
            "Esc clear the filter" if is_filtered else "Esc close",
        ]
        return f"{' · '.join(filter(None, keys))}\n{KEYS_OF_FOLDERS if self._keeps_folders else HOW_TO_PUSH}"

    @property
    def _ticks(self) -> Sequence[str]:
        only = [index.id for index in self.indexes or ()]
        return (only if len(only) == 1 else []) if self.ticked is None else self.ticked

    def ask(self, problem: str) -> None:
        """Show a question or a refusal; whatever was asked before is not answered any more."""
        self._asked = ""
        super().ask(problem)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.option_list.highlighted = event.option_index
        self.action_tick()

    def action_tick(self) -> None:
        self.ask("")
        index_id = self.under_cursor
        if index_id is None:
            return
        if index_id in self._ticks:
            self.ticked = [ticked for ticked in self._ticks if ticked != index_id]
        elif len(self._ticks) == MAX_BOUND_INDEXES:
            self.ask(f"A session takes {MAX_BOUND_INDEXES} indexes at most. Untick one first.")
        else:
            self.ticked = [*self._ticks, index_id]

    def action_tick_earlier(self) -> None:
        """Tick what the last session searches; once more, what the one before it does, and so around."""
        self.ask("")
        if self._earlier:
            self.ticked = list(self._earlier[self._next_earlier])
            self._next_earlier = (self._next_earlier + 1) % len(self._earlier)

    def action_toggle_bound(self) -> None:
        if self._purpose == "session":
            self.ask("")
            self.is_bound = not self.is_bound

    def action_take(self) -> None:
        under_cursor = self.under_cursor
        chosen = tuple(self._ticks)
        if not chosen and under_cursor and (self.is_bound or self._purpose != "session"):
            chosen = (under_cursor,)
        if chosen or (not self.is_bound and self._purpose == "session"):
            self.dismiss(Choice(chosen, self.is_bound))
        else:
            self.ask("Tick at least one index, or press F4 for an unbound session.")

    def action_close(self) -> None:
        """Escape clears the filter; then it asks once before it throws ticks away."""
        is_changed = self.ticked != self._ticked_first and bool(self.ticked)
        if self.filter.value or not is_changed or self._asked == "close":
            super().action_close()
        else:
            self.ask(f"Esc again closes, and forgets what is ticked ({len(self._ticks)}).")
            self._asked = "close"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in {"add_folder", "sync", "remove"} and not self._keeps_folders:
            return False
        return super().check_action(action, parameters)

    def action_list_documents(self) -> None:
        index = next((index for index in self.indexes or () if index.id == self.under_cursor), None)
        if index is not None:
            self._request(ListDocuments(index))

    def action_add_folder(self) -> None:
        self._request(AddFolder())

    def action_sync(self) -> None:
        self.ask("")
        if (index_id := self.under_cursor) is not None:
            self._request(SyncIndex(index_id))

    def action_remove(self) -> None:
        """Remove the index under the cursor, if the same key asked for it before."""
        if (index_id := self.under_cursor) is None:
            return
        if self._asked == RemoveIndex(index_id):
            self.ask("")
            self._request(RemoveIndex(index_id))
        else:
            self.ask("F8 again removes this index from the list. The documents stay.")
            self._asked = RemoveIndex(index_id)
