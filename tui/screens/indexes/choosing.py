"""Choosing what is searched: the index picker, and what can be done with the indexes from there."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.api.models import Index, Session
from tui.keys.keymap import key_for
from tui.screens.reading import ReadingScreen
from tui.workspace.tasks import Work

if TYPE_CHECKING:
    from tui.screens.indexes.index_picker import Choice, IndexPicker, IndexRequest, Purpose


class IndexChoosing:
    """Has indexes chosen for a new session, for a question, or for all further questions of an unbound session."""

    def __init__(self, screen: ReadingScreen) -> None:
        self._screen = screen
        self._workspace = screen.workspace
        self._picker: IndexPicker | None = None

    def show_indexes(self) -> None:
        """Show the indexes as they are now, where they are being chosen."""
        if self._picker is not None and self._picker in self._screen.app.screen_stack:
            self._picker.indexes = self._workspace.index_list.known

    def existing(self, choice: "Choice | None") -> "Choice | None":
        """The choice, as long as each of its indexes exists or that is not known; else None."""
        known = self._workspace.index_list.known
        if choice is None or known is None:
            return choice
        return choice if {index.id for index in known}.issuperset(choice.index_ids) else None

    def only_choice(self) -> "Choice | None":
        """What can only be chosen, because there is one index; None where there is a choice, or nothing to choose."""
        from tui.screens.indexes.index_picker import Choice

        indexes = self._workspace.index_list.known or ()
        return Choice((indexes[0].id,), is_bound=True) if len(indexes) == 1 else None

    async def choose(self, purpose: "Purpose", ticked: Sequence[str] | None = None) -> "Choice | None":
        """What the reader chose; None where the picker was closed. Folders may be changed in between."""
        from tui.screens.indexes.index_picker import IndexPicker

        if not self._screen.is_active:
            return None
        self._picker = IndexPicker(
            self._workspace.index_list.known,
            self._do_with_indexes,
            purpose=purpose,
            ticked=ticked,
            sets=self._workspace.index_list.sets,
            keeps_folders=self._workspace.index_list.keeps_folders,
        )
        self._follow_indexes(None, self._picker)
        return await self._screen.app.push_screen_wait(self._picker)

    async def choose_scope(self, session: Session) -> None:
        """Choose what all further questions of a session search, or say that it is bound to its indexes."""
        if session.index_ids is not None:
            names = ", ".join(self._workspace.searched_names(session))
            new = key_for("session.new")
            words = f"This session is bound to its indexes for good: {names}. {new} begins one on others."
            self._screen.say(words, kind="indexes", seconds=8)
            return
        choice = await self.choose("scope", self._workspace.scope(session.session_id))
        if choice is not None:
            self._workspace.set_scope(session.session_id, choice.index_ids)

    async def add_folder(self) -> None:
        """Add a folder of this machine."""
        from tui.screens.indexes.folder_prompt import FolderPrompt

        if await self._screen.app.push_screen_wait(FolderPrompt(self._workspace.index_list.add_folder)):
            self._follow_indexes(None, self._picker)

    def _do_with_indexes(self, request: "IndexRequest") -> None:
        from tui.screens.indexes.index_picker import AddFolder, RemoveIndex, ShowDetails, SyncIndex

        match request:
            case AddFolder():
                self._screen.run_worker(self.add_folder())
            case ShowDetails(index):
                self._screen.run_worker(self._show_details(index))
            case SyncIndex(index_id):
                self._follow_indexes(self._workspace.index_list.sync(index_id), self._picker)
            case RemoveIndex(index_id):
                self._follow_indexes(self._workspace.index_list.remove(index_id), self._picker)

    def _follow_indexes(self, change: Work | None, picker: "IndexPicker | None") -> None:
        """Make a change to the indexes, and load them anew as long as the picker is open."""
        self._workspace.start(self._change_and_follow(change, picker))

    async def _change_and_follow(self, change: Work | None, picker: "IndexPicker | None") -> None:
        if change is not None:
            await change
        await self._workspace.index_list.watch(lambda: picker in self._screen.app.screen_stack)

    async def _show_details(self, index: Index) -> None:
        from tui.screens.pager import Pager

        details = await self._workspace.index_list.details(index.id)
        if details is not None:
            self._screen.app.push_screen(Pager(f"The index {index.name}", lambda: details))
