"""The dialog that chooses the indexes of a session, or of the next questions of an unbound one."""

from collections.abc import Callable, Sequence
from typing import ClassVar, Literal, TypeAlias

from textual import events, work
from textual.binding import BindingType
from textual.reactive import var
from textual.widgets import Input
from textual.widgets.option_list import Option

from tui.api.models import MAX_BOUND_INDEXES, Index
from tui.keys.bound import bound
from tui.keys.keymap import key_for, keys_of
from tui.keys.names import key_name
from tui.lazy_dataclass import dataclass
from tui.sanitize import clean_line
from tui.screens.filter_dialog import FilterDialog
from tui.screens.indexes.choice_words import Purpose, what_enter_does
from tui.screens.indexes.index_rows import index_row, nearness
from tui.screens.text_prompt import TextPrompt
from tui.workspace.indexes import IndexSets

TITLES: dict[Purpose, str] = {
    "session": "New session: which indexes?",
    "question": "Which indexes does this question search?",
    "scope": "Which indexes do the next questions search?",
}
NOT_CONNECTED = "Not connected, so the indexes are not known yet. They appear here by themselves."
NONE_AT_ALL = (
    "There is no index here yet. Bring a folder here: llamachat-tui push FOLDER. "
    "Or open one without an account: llamachat-tui --local FOLDER."
)
HOW_TO_PUSH = "llamachat-tui push FOLDER brings a folder here"
NO_FOLDER = "No folder is open here. {} adds one."


@dataclass(frozen=True, slots=True)
class Choice:
    """The ticked indexes, and whether the session is bound to them for good."""

    index_ids: tuple[str, ...]
    is_bound: bool


@dataclass(frozen=True, slots=True)
class AddFolder:
    """A folder of this machine is to become an index."""


@dataclass(frozen=True, slots=True)
class ShowDetails:
    """What is known of an index, and its documents, are to be shown."""

    index: Index


@dataclass(frozen=True, slots=True)
class SyncIndex:
    """An index is to read its folder again."""

    index_id: str


@dataclass(frozen=True, slots=True)
class RemoveIndex:
    """An index is to be forgotten; its documents stay."""

    index_id: str


IndexRequest: TypeAlias = AddFolder | ShowDetails | SyncIndex | RemoveIndex


class TickFilter(Input):
    """A field in which Space is a key of the dialog's as long as nothing is typed, and text from then on."""

    def check_consume_key(self, key: str, character: str | None) -> bool:
        return (key != "space" or bool(self.value)) and super().check_consume_key(key, character)

    def on_key(self, event: events.Key) -> None:
        if event.key == "space" and not self.value:
            event.prevent_default()


class IndexPicker(FilterDialog[Choice]):
    """Indexes to tick: Space or Tab ticks, Enter takes. Nothing ticked takes the one under the cursor.

    Tab ticks as in fzf, also while a filter with spaces is being typed. For a new session what the last one searches is
    ticked at first: a suggestion, which Enter leaves for another index that the reader went to. What else is wanted of
    an index is given to `request`, and the dialog stays open meanwhile. With `keeps_folders` the indexes are folders of
    this machine, which can be added, read again and removed from here.
    """

    FILTER = TickFilter
    BINDINGS: ClassVar[list[BindingType]] = [
        bound("picker.tick", "tick"),
        bound("picker.details", "show_details"),
        bound("picker.bound", "toggle_bound"),
        bound("picker.add_folder", "add_folder"),
        bound("picker.save_set", "save_set"),
        bound("picker.sets", "choose_set"),
        bound("picker.tick_none", "tick_none"),
        bound("picker.sync", "sync"),
        bound("picker.remove", "remove"),
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
        sets: IndexSets | None = None,
        keeps_folders: bool = False,
    ) -> None:
        super().__init__(TITLES[purpose], "")
        self.set_reactive(IndexPicker.indexes, indexes)
        self.set_reactive(IndexPicker.ticked, ticked)
        self.set_reactive(IndexPicker.is_bound, purpose == "session")
        self._request = request
        self._purpose: Purpose = purpose
        self._sets = sets
        self._keeps_folders = keeps_folders
        self._ticked_first = ticked
        self._suggested: Sequence[str] | None = None
        self._asked: Literal["", "close"] | RemoveIndex = ""

    def on_mount(self) -> None:
        self._tick_as_last_time()
        self._first_cursor = next(iter(self._ticks), None)

    def _tick_as_last_time(self) -> None:
        """Tick what the last session searches, once that is known, unless something was ticked before."""
        if self.ticked is not None or self._purpose != "session" or self._sets is None or not self.indexes:
            return
        if earlier := self._sets.earlier(self.indexes):
            self._ticked_first = self._suggested = list(earlier[0])
            self.set_reactive(IndexPicker.ticked, self._suggested)

    def watch_indexes(self) -> None:
        self._tick_as_last_time()
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
        self.keys_line.update(self._keys_now())

    def follow_cursor(self) -> None:
        self.say(self._about_choice())

    def _about_choice(self) -> str:
        if self.indexes is None:
            return NOT_CONNECTED
        if not self.indexes:
            return NO_FOLDER.format(key_for("picker.add_folder")) if self._keeps_folders else NONE_AT_ALL
        is_bound = self.is_bound and self._purpose == "session"
        words = what_enter_does(self._purpose, self._taken, self.indexes, self.under_cursor, is_bound=is_bound)
        return words if self.under_cursor else f"No index has this in its name or description. {words}"

    def _keys_now(self) -> str:
        is_filtered = bool(self.filter.value)
        has_sets = self._sets is not None
        keys = [
            f"{_tick_key(is_filtered=is_filtered)} tick",
            f"{key_for('picker.tick_none')} none" if self._ticks else "",
            f"{key_for('picker.save_set')} save set" if has_sets else "",
            f"{key_for('picker.sets')} sets" if has_sets else "",
            f"{key_for('picker.details')} details",
            "Esc clear filter" if is_filtered else "Esc close",
        ]
        kind = "unbound" if self.is_bound else "bound"
        others = [
            f"{key_for('picker.bound')} {kind}" if self._purpose == "session" else "",
            _keys_of_folders() if self._keeps_folders else HOW_TO_PUSH,
        ]
        return "\n".join(" · ".join(filter(None, line)) for line in (keys, others))

    @property
    def _ticks(self) -> Sequence[str]:
        only = [index.id for index in self.indexes or ()]
        return (only if len(only) == 1 else []) if self.ticked is None else self.ticked

    @property
    def _taken(self) -> Sequence[str]:
        """What Enter takes of what is ticked: another index that the reader went to takes the place of a suggestion."""
        under_cursor, is_suggested = self.under_cursor, self.ticked is not None and self.ticked is self._suggested
        return [under_cursor] if is_suggested and under_cursor and under_cursor not in self._ticks else self._ticks

    def ask(self, problem: str) -> None:
        """Show a question or a refusal; whatever was asked before is not answered any more."""
        self._asked = ""
        super().ask(problem)

    def take_clicked(self) -> None:
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

    def action_tick_none(self) -> None:
        self.ask("")
        self.ticked = []

    @work
    async def action_choose_set(self) -> None:
        """Tick one of the sets that were saved, or that an earlier session searches."""
        from tui.screens.indexes.set_list import SetList

        if self._sets is not None and self.indexes is not None:
            self.ask("")
            index_ids = await self.app.push_screen_wait(SetList(self._sets, self.indexes))
            self.ticked = self.ticked if index_ids is None else list(index_ids)

    @work
    async def action_save_set(self) -> None:
        """Have a name typed for what is ticked, and keep it as a set."""
        self.ask("")
        index_ids = list(self._ticks)
        if self._sets is None or not index_ids:
            self.ask("Tick the indexes first that are to be saved as a set.")
            return
        keys = "Kept on this machine, in the place of a set that has its name. Enter save it · Esc close"
        name = await self.app.push_screen_wait(TextPrompt("Name of this set of indexes", keys))
        if name:
            self._sets.save(name, index_ids)
            self.say(f"Saved as {clean_line(name)}: {key_for('picker.sets')} ticks it again. {self._about_choice()}")

    def action_toggle_bound(self) -> None:
        if self._purpose == "session":
            self.ask("")
            self.is_bound = not self.is_bound

    def action_take(self) -> None:
        under_cursor = self.under_cursor
        chosen = tuple(self._taken)
        if not chosen and under_cursor and (self.is_bound or self._purpose != "session"):
            chosen = (under_cursor,)
        if chosen or (not self.is_bound and self._purpose == "session"):
            self.dismiss(Choice(chosen, self.is_bound))
        else:
            self.ask(f"Tick at least one index, or press {key_for('picker.bound')} for an unbound session.")

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

    def action_show_details(self) -> None:
        index = next((index for index in self.indexes or () if index.id == self.under_cursor), None)
        if index is not None:
            self._request(ShowDetails(index))

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
            self.ask(f"{key_for('picker.remove')} again removes this index from the list. The documents stay.")
            self._asked = RemoveIndex(index_id)


def _tick_key(*, is_filtered: bool) -> str:
    """The key that ticks: while a filter is typed, one that is no text."""
    keys = keys_of("picker.tick").split(",")
    return key_name(next((key for key in keys if key != "space"), keys[0]) if is_filtered else keys[0])


def _keys_of_folders() -> str:
    add, again, remove = (key_for(f"picker.{action}") for action in ("add_folder", "sync", "remove"))
    return f"{add} add a folder · {again} read it again · {remove} remove it"
