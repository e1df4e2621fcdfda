"""Reading one passage of the evidence: in its document, in its file, and out into the clipboard."""

from typing import TYPE_CHECKING

from textual import work

from tui.screens.reading import ReadingScreen
from tui.terminal.copying import copied_words
from tui.workspace.workspace import Workspace

if TYPE_CHECKING:
    from tui.conversation.passages import Passage
    from tui.widgets.evidence.document_view import DocumentView
    from tui.widgets.evidence.evidence_pane import EvidencePane
    from tui.workspace.documents import DocumentPlace


class PassageScreen(ReadingScreen):
    """Answers what the evidence asks for that is shown, if any is."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._evidence: EvidencePane | None = None
        self._passage: Passage | None = None
        self._document: DocumentPlace | None = None

        self.is_checking = False
        """Whether evidence is shown."""

    def on_evidence_pane_copy_requested(self, message: "EvidencePane.CopyRequested") -> None:
        self.app.copy_to_clipboard(message.text)
        self.say(copied_words(message.what, message.text), kind="copying")

    @work(exclusive=True, group="document")
    async def on_evidence_pane_document_requested(self, message: "EvidencePane.DocumentRequested") -> None:
        from tui.workspace.documents import NoDocumentError

        session = self.workspace.catalogue.get(self.open_id)
        index_ids = () if session is None else session.index_ids or self.workspace.scope(session.session_id)
        try:
            place = await self.workspace.documents.around(message.passage, index_ids)
        except NoDocumentError as error:
            self.say(str(error), kind="evidence")
            return
        if self._evidence is not None and self.is_checking:
            self._passage, self._document = message.passage, place
            self._evidence.show_document(message.passage, place.surroundings)

    @work(exclusive=True, group="document")
    async def on_document_view_more_requested(self, message: "DocumentView.MoreRequested") -> None:
        from tui.workspace.documents import NoDocumentError

        if self._document is None or self._passage is None:
            return
        documents = self.workspace.documents
        read = documents.read_before if message.before else documents.read_behind
        try:
            self._document = await read(self._document)
        except NoDocumentError as error:
            self.say(str(error), kind="evidence")
        else:
            if self._evidence is not None:
                self._evidence.read_on(self._passage, self._document.surroundings)

    def on_evidence_pane_file_requested(self, message: "EvidencePane.FileRequested") -> None:
        from tui.workspace.documents import NoDocumentError
        from tui.workspace.opening_files import OpeningError, open_file

        try:
            path = self.workspace.documents.path(message.passage)
            open_file(path, message.passage.anchor)
        except (NoDocumentError, OpeningError) as error:
            self.say(str(error), kind="evidence")
        else:
            self.say(f"Opened {path}", kind="evidence")
