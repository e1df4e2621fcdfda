"""The open conversation, and beside it or in its place what an answer was built from."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual import getters, work
from textual.containers import Horizontal
from textual.worker import Worker

from tui.conversation.transcript import Turn
from tui.widgets.conversation_view import ConversationView
from tui.widgets.notice_line import NoticeLine
from tui.widgets.one_frame import in_one_frame
from tui.workspace.workspace import Workspace

if TYPE_CHECKING:
    from tui.conversation.evidence import Evidence
    from tui.conversation.passages import Passage
    from tui.lineview.line_view import LineView
    from tui.screens.evidence.evidence_column import EvidenceColumn
    from tui.screens.evidence.gatherer import CheckedTurn, EvidenceGatherer
    from tui.widgets.conversation_pane import ConversationPane
    from tui.widgets.evidence.evidence_pane import EvidencePane
    from tui.widgets.transcript_view import TranscriptView

BROAD_COLUMNS = 140
"""From this width on the evidence has a column of its own."""

_GATHERING = "gathering"
"""The workers that gather evidence: the last one that was begun is the one that is wanted."""


class ReadingArea(Horizontal):
    """Shows the evidence of the turn that the cursor is in, as long as the reader wants it.

    What the pane may answer with a message for the screen is called later, as `ConversationView` does.
    """

    view = getters.query_one(ConversationView)

    def __init__(self, workspace: Workspace, notices: NoticeLine) -> None:
        super().__init__(id="reading")
        self._workspace, self._notices = workspace, notices
        self._session_id: str | None = None
        self._column: EvidenceColumn | None = None
        self._gatherer: EvidenceGatherer | None = None
        self._gathering: Worker[None] | None = None
        self._checked: CheckedTurn | None = None

    @property
    def is_checking(self) -> bool:
        """Whether evidence is shown."""
        return self._checked is not None

    def turn_to(self, session_id: str | None) -> None:
        """Another conversation is open: nothing of the evidence of the one before is kept."""
        self.close_evidence()
        if self._gatherer is not None:
            self._gatherer.forget()
        self._session_id = session_id

    def close_evidence(self) -> None:
        """Hide the evidence; a reader who was in it is in the conversation again, exactly where they were."""
        had_focus = self._column is not None and self._column.has_focus_within
        self._checked = None
        self.workers.cancel_group(self, _GATHERING)
        if self._column is not None:
            self._column.forget()
        self.lay_out()
        if had_focus:
            self.screen.set_focus(self.view.pane)

    def lay_out(self) -> None:
        """Show the evidence beside the conversation where there is room for both, else in its place.

        Without a class of the screen, which would have all of it styled anew.
        """
        if self._column is not None:
            self._column.display = self.is_checking
            self._column.set_class(self._is_beside, "-beside")
            self.view.display = self._is_beside or not self.is_checking

    @property
    def _is_beside(self) -> bool:
        return self.app.size.width >= BROAD_COLUMNS

    @property
    def reader(self) -> "LineView":
        """What the keys scroll that are pressed in the composer: what stands in the place of the conversation."""
        return self.view.pane if self._column is None or self.view.display else self._column.shown

    def uncover(self) -> None:
        """Show the conversation, where the evidence stands in its place."""
        if not self._is_beside:
            self.close_evidence()

    def when_whole(self, act: Callable[[], object]) -> None:
        """Do something that is about the whole conversation, once it is there."""
        if not self.view.pane.when_whole(act):
            self._notices.say("The earlier turns are still loading; this is done when they are there.", "whole")

    async def _evidence_of(self, turn: Turn) -> "Evidence":
        from tui.screens.evidence.gatherer import EvidenceGatherer  # nothing of it is loaded before it is wanted

        if self._gatherer is None:
            self._gatherer = EvidenceGatherer()
        return await self._gatherer.evidence_of(turn)

    def on_conversation_pane_sources_requested(self, message: "ConversationPane.SourcesRequested") -> None:
        self._gathering = self._check(message.turn, message.number)

    @work(exclusive=True, group=_GATHERING)
    async def _check(self, turn: int, number: int | None) -> None:
        """Show the evidence of a turn, from the passage with this number on or from the first one."""
        asked_in, state = self.screen.focused, self.view.pane.transcript[turn]
        evidence = await self._evidence_of(state)
        if self.screen.focused is not asked_in:
            return  # the reader does something else by now
        source = None if number is None else evidence.source(number)
        if number is not None and source is None:
            self._say_number_is_none(number)
        elif not evidence:
            self._notices.say("This answer came with no passages.", "evidence")
        else:
            await self._show_evidence(turn, state, evidence, source and source.passage)

    async def _show_evidence(self, number: int, turn: Turn, evidence: "Evidence", passage: "Passage | None") -> None:
        """Show the evidence of a turn, from a passage on or from the first one; then what comes to it."""
        from tui.screens.evidence.gatherer import CheckedTurn

        async with in_one_frame(self):
            column = await self._mounted_column()
            self._checked = checked = CheckedTurn(number, turn)
            self.lay_out()
            column.show_evidence(evidence)
            if passage is not None:
                column.go_to(passage)
            column.take_focus()
        await self._keep_up(column, checked)

    def _say_number_is_none(self, number: int) -> None:
        self._notices.say(f"[{number}] leads nowhere: no passage of this answer has this number.", "evidence")

    async def _mounted_column(self) -> "EvidenceColumn":
        from tui.screens.evidence.evidence_column import EvidenceColumn

        if self._column is None:
            self._column = EvidenceColumn(self._workspace, self._notices, self._searched)
            self._column.set_class(self._is_beside, "-beside")
            await self.mount(self._column)
        return self._column

    def _searched(self) -> Sequence[str]:
        session = self._workspace.catalogue.get(self._session_id)
        return () if session is None else session.index_ids or self._workspace.scope(session.session_id)

    def on_transcript_view_turn_reached(self, message: "TranscriptView.TurnReached") -> None:
        self.follow_turn(message.turn)

    def follow_turn(self, number: int | None = None) -> None:
        """Show the evidence of the turn that the cursor is in, if any is shown, and what has come to it.

        What is being gathered is shown first, else nothing would be where results come faster than they are gathered.
        """
        if self._column is None or (checked := self._checked) is None:
            return
        is_another = number not in (None, checked.number)
        checked.number = checked.number if number is None else number
        is_free = self._gathering is None or self._gathering.is_finished
        if (is_another or is_free) and checked.behind(self.view.pane.transcript) is not None:
            self._gathering = self._follow(self._column, checked)

    @work(exclusive=True, group=_GATHERING)
    async def _follow(self, column: "EvidenceColumn", checked: "CheckedTurn") -> None:
        await self._keep_up(column, checked)

    async def _keep_up(self, column: "EvidenceColumn", checked: "CheckedTurn") -> None:
        """Show the evidence of the turn that is checked until nothing of it is missing."""
        while (turn := checked.behind(self.view.pane.transcript)) is not None:
            evidence = await self._evidence_of(turn)
            (column.update_evidence if checked.take(turn) else column.show_evidence)(evidence)

    async def on_evidence_pane_left(self) -> None:
        async with in_one_frame(self):
            self.close_evidence()

    def on_evidence_pane_number_is_none(self, message: "EvidencePane.NumberIsNone") -> None:
        self._say_number_is_none(message.number)

    def on_conversation_pane_trace_requested(self, message: "ConversationPane.TraceRequested") -> None:
        self._show_trace(message.turn)

    def on_evidence_pane_trace_requested(self) -> None:
        if self._checked is not None:
            self._show_trace(self._checked.number)

    @work
    async def _show_trace(self, turn: int) -> None:
        from tui.conversation.trace import trace_of
        from tui.screens.evidence.trace import TraceDialog

        pane = self.view.pane
        dialog = TraceDialog(turn, trace_of(pane.transcript[turn]), self._workspace.index_list.names)
        part = await self.app.push_screen_wait(dialog)
        if part is not None:
            self.uncover()
            self.screen.set_focus(pane)
            pane.call_later(pane.go_to_part, turn, part)

    def on_conversation_pane_ledger_requested(self) -> None:
        self.when_whole(self._show_ledger)

    def on_evidence_pane_ledger_requested(self) -> None:
        self.when_whole(self._show_ledger)

    @work
    async def _show_ledger(self) -> None:
        from tui.screens.evidence.ledger import LedgerDialog

        pane = self.view.pane
        row = await self.app.push_screen_wait(LedgerDialog(pane.transcript, self._workspace.index_list.names))
        if row is None or row.turn >= len(pane.transcript):
            return
        pane.call_later(pane.go_to_turn, row.turn)
        if row.passage is not None:
            self._gathering = self._show_passage(row.turn, row.passage)

    @work(exclusive=True, group=_GATHERING)
    async def _show_passage(self, turn: int, passage: "Passage") -> None:
        asked_in, state = self.screen.focused, self.view.pane.transcript[turn]
        evidence = await self._evidence_of(state)
        if self.screen.focused is asked_in:
            await self._show_evidence(turn, state, evidence, passage)

    def on_evidence_pane_page_requested(self, message: "EvidencePane.PageRequested") -> None:
        from tui.conversation.page_image import page_image
        from tui.conversation.plain_text import answer_text
        from tui.screens.page.page_screen import PageScreen

        answer = "" if self._checked is None else answer_text(self._checked.state)
        image = page_image(message.passage, answer)
        if image is None:
            why = "its document has no pages, or its index was made without them"
            self._notices.say(f"There is no picture of the page of this passage: {why}.", "evidence")
        else:
            self.app.push_screen(PageScreen(self._workspace.documents.page_pictures(), image))
