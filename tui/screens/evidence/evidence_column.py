"""Reading one passage of the evidence: in its document, in its file, and out into the clipboard."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual import work

from tui.terminal.copying import copied_words
from tui.widgets.evidence.document_view import DocumentView
from tui.widgets.evidence.evidence_pane import EvidencePane
from tui.widgets.notice_line import NoticeLine
from tui.workspace.workspace import Workspace

if TYPE_CHECKING:
    from tui.conversation.passages import Passage
    from tui.workspace.documents import DocumentPlace

_DOCUMENT = "document"
"""The workers that read in documents: the last one that was begun is the one that is wanted."""


class EvidenceColumn(EvidencePane):
    """The evidence of one turn at a time; what is asked for in it is done here."""

    def __init__(self, workspace: Workspace, notices: NoticeLine, searched: Callable[[], Sequence[str]]) -> None:
        """`searched`: the ids of the indexes that the open session searches."""
        super().__init__()
        self._workspace, self._notices, self._searched = workspace, notices, searched
        self._read: tuple[Passage, DocumentPlace] | None = None

    def forget(self) -> None:
        """Read no more in the document of a passage."""
        self.workers.cancel_group(self, _DOCUMENT)
        self._read = None

    def on_evidence_pane_copy_requested(self, message: EvidencePane.CopyRequested) -> None:
        self.app.copy_to_clipboard(message.text)
        self._notices.say(copied_words(message.what, message.text), "copying")

    @work(exclusive=True, group=_DOCUMENT)
    async def on_evidence_pane_document_requested(self, message: EvidencePane.DocumentRequested) -> None:
        from tui.workspace.documents import NoDocumentError

        try:
            place = await self._workspace.documents.around(message.passage, self._searched())
        except NoDocumentError as error:
            self._notices.say(str(error), "evidence")
        else:
            self._read = message.passage, place
            self.show_document(message.passage, place.surroundings)

    @work(exclusive=True, group=_DOCUMENT)
    async def on_document_view_more_requested(self, message: DocumentView.MoreRequested) -> None:
        from tui.workspace.documents import NoDocumentError

        if self._read is None:
            return
        passage, place = self._read
        documents = self._workspace.documents
        try:
            more = await (documents.read_before if message.before else documents.read_behind)(place)
        except NoDocumentError as error:
            self._notices.say(str(error), "evidence")
        else:
            self._read = passage, more
            self.read_on(passage, more.surroundings)

    def on_evidence_pane_file_requested(self, message: EvidencePane.FileRequested) -> None:
        from tui.workspace.documents import NoDocumentError
        from tui.workspace.opening_files import OpeningError, open_file

        try:
            path = self._workspace.documents.path(message.passage)
            open_file(path, message.passage.anchor)
        except (NoDocumentError, OpeningError) as error:
            self._notices.say(str(error), "evidence")
        else:
            self._notices.say(f"Opened {path}", "evidence")
