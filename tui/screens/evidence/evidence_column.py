"""The evidence in the app: what is asked for in its pane is done."""

from collections.abc import Callable, Sequence

from textual import work

from tui.screens.evidence.document_opening import DocumentOpening
from tui.terminal.copying import copied_words
from tui.widgets.evidence.document_view import DocumentView
from tui.widgets.evidence.evidence_pane import EvidencePane
from tui.widgets.notice_line import NoticeLine
from tui.workspace.workspace import Workspace

_DOCUMENT = "document"
"""The workers that read in documents: the last one that was begun is the one that is wanted."""


class EvidenceColumn(EvidencePane):
    """The evidence of one turn at a time."""

    def __init__(self, workspace: Workspace, notices: NoticeLine, searched: Callable[[], Sequence[str]]) -> None:
        """`searched`: the ids of the indexes that the open session searches."""
        super().__init__()
        self._notices = notices
        self._documents = DocumentOpening(self, workspace, notices, searched)

    def forget(self) -> None:
        """Read no more in the document of a passage."""
        self.workers.cancel_group(self, _DOCUMENT)
        self._documents.forget()

    def on_evidence_pane_copy_requested(self, message: EvidencePane.CopyRequested) -> None:
        self.app.copy_to_clipboard(message.text)
        self._notices.say(copied_words(message.what, message.text), "copying")

    @work(exclusive=True, group=_DOCUMENT)
    async def on_evidence_pane_document_requested(self, message: EvidencePane.DocumentRequested) -> None:
        await self._documents.show(message.passage)

    @work(exclusive=True, group=_DOCUMENT)
    async def on_document_view_more_requested(self, message: DocumentView.MoreRequested) -> None:
        await self._documents.read_on(before=message.before)

    def on_evidence_pane_file_requested(self, message: EvidencePane.FileRequested) -> None:
        self._documents.open_file(message.passage)
