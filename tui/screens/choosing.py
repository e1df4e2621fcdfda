"""Choosing what is searched: the index picker, and what can be done with the indexes from there."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import BindingType
from textual.reactive import var

from tui.api.models import Index
from tui.conversation.catalogue import names_of
from tui.keys.bound import bound
from tui.keys.keymap import key_for
from tui.screens.reading import ReadingScreen
from tui.workspace.tasks import Work
from tui.workspace.workspace import Workspace

if TYPE_CHECKING:
    from tui.screens.indexes.index_picker import Choice, IndexPicker, IndexRequest, Purpose


class ChoosingScreen(ReadingScreen):
    """Has indexes chosen for a new session, for a question, or for all further questions of an unbound session."""

    BINDINGS: ClassVar[list[BindingType]] = [bound("session.indexes", "choose_scope", show=False, priority=True)]

    chosen: "var[Choice | None]" = var(None, init=False)
    """What the session to come searches. It is created with its first question; None where nothing is chosen yet."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._picker: IndexPicker | None = None

    def watch_chosen(self) -> None:
        self.show_heading()

    def show_heading(self) -> None:
        super().show_heading()
        if self.open_id is None and self.chosen is not None:
            head = self.view.head
            head.title = "New session"
            head.searched = ", ".join(names_of(self.chosen.index_ids, self.workspace.indexes))
            head.state = "bound" if self.chosen.is_bound else "unbound"

    def show_indexes(self) -> None:
        """Show the indexes as they are now, where they are being chosen. A choice holds only while all of it exists."""
        known = self.workspace.index_list.known
        if self.chosen is not None and known is not None:
            existing = {index.id for index in known}
            self.chosen = self.chosen if existing.issuperset(self.chosen.index_ids) else None
        if self._picker is not None and self._picker in self.app.screen_stack:
            self._picker.indexes = known

    def only_choice(self) -> "Choice | None":
        """What can only be chosen, because there is one index; None where there is a choice, or nothing to choose."""
        from tui.screens.indexes.index_picker import Choice

        indexes = self.workspace.index_list.known or ()
        return Choice((indexes[0].id,), is_bound=True) if len(indexes) == 1 else None

    async def choose_indexes(self, purpose: "Purpose", ticked: Sequence[str] | None = None) -> "Choice | None":
        """What the reader chose; None where the picker was closed. Folders may be changed in between."""
        from tui.screens.indexes.index_picker import IndexPicker

        if not self.is_active:
            return None
        self._picker = IndexPicker(
            self.workspace.index_list.known,
            self._do_with_indexes,
            purpose=purpose,
            ticked=ticked,
            sets=self.workspace.index_list.sets,
            keeps_folders=self.workspace.index_list.keeps_folders,
        )
        self._follow_indexes(None, self._picker)
        return await self.app.push_screen_wait(self._picker)

    @work
    async def action_choose_scope(self) -> None:
        """Choose what all further questions of an unbound session search."""
        session = self.workspace.catalogue.get(self.open_id)
        if session is None:
            await self.run_action("new_session")
            return
        if session.index_ids is not None:
            names = ", ".join(self.workspace.searched_names(session))
            new = key_for("session.new")
            words = f"This session is bound to its indexes for good: {names}. {new} begins one on others."
            self.say(words, kind="indexes", seconds=8)
            return
        choice = await self.choose_indexes("scope", self.workspace.scope(session.session_id))
        if choice is not None:
            self.workspace.set_scope(session.session_id, choice.index_ids)

    def action_add_folder(self) -> None:
        """Add a folder of this machine, or say how, where the indexes are not folders."""
        if self.workspace.index_list.keeps_folders:
            self._add_folder()
        else:
            self.app.call_later(self.app.run_action, "change_key")

    def _do_with_indexes(self, request: "IndexRequest") -> None:
        from tui.screens.indexes.index_picker import AddFolder, RemoveIndex, ShowDetails, SyncIndex

        match request:
            case AddFolder():
                self._add_folder()
            case ShowDetails(index):
                self._show_details(index)
            case SyncIndex(index_id):
                self._follow_indexes(self.workspace.index_list.sync(index_id), self._picker)
            case RemoveIndex(index_id):
                self._follow_indexes(self.workspace.index_list.remove(index_id), self._picker)

    @work
    async def _add_folder(self) -> None:
        from tui.screens.indexes.folder_prompt import FolderPrompt

        if await self.app.push_screen_wait(FolderPrompt(self.workspace.index_list.add_folder)):
            self._follow_indexes(None, self._picker)

    def _follow_indexes(self, change: Work | None, picker: "IndexPicker | None") -> None:
        """Make a change to the indexes, and load them anew as long as the picker is open."""
        self.workspace.start(self._change_and_follow(change, picker))

    async def _change_and_follow(self, change: Work | None, picker: "IndexPicker | None") -> None:
        if change is not None:
            await change
        await self.workspace.index_list.watch(lambda: picker in self.app.screen_stack)

    @work
    async def _show_details(self, index: Index) -> None:
        from tui.screens.pager import Pager

        details = await self.workspace.index_list.details(index.id)
        if details is not None:
            self.app.push_screen(Pager(f"The index {index.name}", lambda: details))
