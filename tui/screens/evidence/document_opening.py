"""Opening the document of a passage: the text around it, piece by piece, or the file that it comes from."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tui.widgets.evidence.evidence_pane import EvidencePane
from tui.widgets.notice_line import NoticeLine
from tui.workspace.documents import NoDocumentError
from tui.workspace.workspace import Workspace

if TYPE_CHECKING:
    from tui.conversation.passages import Passage
    from tui.workspace.documents import DocumentPlace


class DocumentOpening:
    """Reads in one document at a time, and gives a pane what it has read. What goes wrong is said."""

    def __init__(
        self, pane: EvidencePane, workspace: Workspace, notices: NoticeLine, searched: Callable[[], Sequence[str]]
    ) -> None:
        """`searched`: the ids of the indexes that the open session searches."""
        self._pane, self._workspace, self._notices, self._searched = pane, workspace, notices, searched
        self._read: tuple[Passage, DocumentPlace] | None = None

    def forget(self) -> None:
        """No document is read in any more."""
        self._read = None

    async def show(self, passage: "Passage") -> None:
        """Show a passage in the text around it."""
        try:
            place = await self._workspace.documents.around(passage, self._searched())
        except NoDocumentError as error:
            self._say(str(error))
        else:
            self._read = passage, place
            self._pane.show_document(passage, place.surroundings)

    async def read_on(self, *, before: bool) -> None:
        """Show more of the document that is read in: `before` what is known of it, else behind that."""
        if self._read is None:
            return
        passage, place = self._read
        documents = self._workspace.documents
        try:
            more = await (documents.read_before if before else documents.read_behind)(place)
        except NoDocumentError as error:
            self._say(str(error))
        else:
            self._read = passage, more
            self._pane.read_on(passage, more.surroundings)

    def open_file(self, passage: "Passage") -> None:
        """Open the file that a passage comes from in the program that this machine has for it."""
        from tui.workspace.opening_files import OpeningError, open_file

        try:
            path = self._workspace.documents.path(passage)
            open_file(path, passage.anchor)
        except (NoDocumentError, OpeningError) as error:
            self._say(str(error))
        else:
            self._say(f"Opened {path}")

    def _say(self, words: str) -> None:
        self._notices.say(words, "evidence")
