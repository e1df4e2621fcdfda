"""Checking an answer: what it was built from, beside it or in its place."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from textual import work
from textual.binding import Binding
from textual.worker import Worker

from tui.conversation.transcript import Turn
from tui.screens.evidence.passage_screen import PassageScreen
from tui.widgets.one_frame import in_one_frame
from tui.widgets.own_keys import own_bindings
from tui.workspace.workspace import Workspace

if TYPE_CHECKING:
    from tui.conversation.evidence import Evidence
    from tui.conversation.passages import Passage
    from tui.lineview.line_view import LineView
    from tui.screens.evidence.gatherer import CheckedTurn, EvidenceGatherer
    from tui.widgets.conversation_pane import ConversationPane
    from tui.widgets.evidence.evidence_pane import EvidencePane
    from tui.widgets.transcript_view import TranscriptView


BROAD_COLUMNS = 140
"""From this width on the evidence has a column of its own."""

_GATHERING = "gathering"
"""The workers that gather evidence: the last one that was begun is the one that is wanted."""


class CheckingScreen(PassageScreen):
    """Shows the evidence of the turn that the cursor is in, as long as the reader wants it."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._gatherer: EvidenceGatherer | None = None
        self._gathering: Worker[None] | None = None
        self._checked: CheckedTurn | None = None

    def on_resize(self) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        """Show the evidence beside the conversation where there is room for both, else in its place.

        Without a class of the screen, which would have all of it styled anew.
        """
        if self._evidence is not None:
            self._evidence.display = self.is_checking
            self._evidence.set_class(self._is_beside, "-beside")
            self.view.display = self._is_beside or not self.is_checking

    @property
    def _is_beside(self) -> bool:
        return self.app.size.width >= BROAD_COLUMNS

    def watch_open_id(self, before: str | None, session_id: str | None) -> None:
        self.stop_checking()
        if self._gatherer is not None:
            self._gatherer.forget()
        super().watch_open_id(before, session_id)

    def stop_checking(self) -> None:
        """Hide the evidence; a reader who was in it is in the conversation again, exactly where they were."""
        had_focus = self._evidence is not None and self._evidence.has_focus_within
        self.is_checking, self._checked = False, None
        self.workers.cancel_group(self, _GATHERING)
        self._lay_out()
        if had_focus:
            self.set_focus(self.view.pane)

    @property
    def reader(self) -> "LineView":
        """What the keys scroll that are pressed in the composer: what stands in the place of the conversation."""
        return self.view.pane if self._evidence is None or self.view.display else self._evidence.shown

    def uncover(self) -> None:
        """Show the conversation, where the evidence stands in its place."""
        if not self._is_beside:
            self.stop_checking()

    def show_transcript(self) -> None:
        super().show_transcript()
        if self.is_checking:
            self.app.pace(self._follow_turn)

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
        asked_in, state = self.focused, self.view.pane.transcript[turn]
        evidence = await self._evidence_of(state)
        if self.focused is not asked_in:
            return  # the reader does something else by now
        source = None if number is None else evidence.source(number)
        if number is not None and source is None:
            self._say_number_is_none(number)
        elif not evidence:
            self.say("This answer came with no passages.", kind="evidence")
        else:
            await self._show_evidence(turn, state, evidence, source and source.passage)

    async def _show_evidence(self, number: int, turn: Turn, evidence: "Evidence", passage: "Passage | None") -> None:
        """Show the evidence of a turn, from a passage on or from the first one; then what comes to it."""
        from tui.screens.evidence.gatherer import CheckedTurn

        async with in_one_frame(self):
            pane = await self._opened_pane()
            self._checked = checked = CheckedTurn(number, turn)
            pane.show_evidence(evidence)
            if passage is not None:
                pane.go_to(passage)
            pane.take_focus()
        await self._keep_up(pane, checked)

    def _say_number_is_none(self, number: int) -> None:
        self.say(f"[{number}] leads nowhere: no passage of this answer has this number.", kind="evidence")

    async def _opened_pane(self) -> "EvidencePane":
        from tui.widgets.evidence.evidence_pane import EvidencePane

        if self._evidence is None:
            self._evidence = EvidencePane()
            self._evidence.set_class(self._is_beside, "-beside")
            await self.query_one("#reading").mount(self._evidence)
        self.is_checking = True
        self._lay_out()
        return self._evidence

    def on_transcript_view_turn_reached(self, message: "TranscriptView.TurnReached") -> None:
        if self.is_checking:
            self._follow_turn(message.turn)

    def _follow_turn(self, number: int | None = None) -> None:
        """Show the evidence of the turn that the cursor is in, and what has come to it.

        What is being gathered is shown first, else nothing would be where results come faster than they are gathered.
        """
        if self._evidence is None or (checked := self._checked) is None:
            return
        is_another = number not in (None, checked.number)
        checked.number = checked.number if number is None else number
        is_free = self._gathering is None or self._gathering.is_finished
        if (is_another or is_free) and checked.behind(self.view.pane.transcript) is not None:
            self._gathering = self._follow(self._evidence, checked)

    @work(exclusive=True, group=_GATHERING)
    async def _follow(self, pane: "EvidencePane", checked: "CheckedTurn") -> None:
        await self._keep_up(pane, checked)

    async def _keep_up(self, pane: "EvidencePane", checked: "CheckedTurn") -> None:
        """Show the evidence of the turn that is checked until nothing of it is missing."""
        while (turn := checked.behind(self.view.pane.transcript)) is not None:
            evidence = await self._evidence_of(turn)
            (pane.update_evidence if checked.take(turn) else pane.show_evidence)(evidence)

    def keys_by_purpose(self) -> Mapping[str, Iterable[Binding]]:
        """The keys that the program binds, by what they are for."""
        from tui.widgets.evidence.evidence_pane import EvidencePane
        from tui.widgets.evidence.source_list import SourceList

        of_list = [binding for binding in own_bindings(SourceList) if (binding.id or "").startswith("evidence.")]
        check = {"Check": [*of_list, *own_bindings(EvidencePane)]}
        return {**super().keys_by_purpose(), **check}

    async def on_evidence_pane_left(self) -> None:
        async with in_one_frame(self):
            self.stop_checking()

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
        dialog = TraceDialog(turn, trace_of(pane.transcript[turn]), self.workspace.index_list.names)
        part = await self.app.push_screen_wait(dialog)
        if part is not None:
            self.uncover()
            self.set_focus(pane)
            pane.go_to_part(turn, part)

    def on_conversation_pane_ledger_requested(self) -> None:
        self.when_whole(self._show_ledger)

    def on_evidence_pane_ledger_requested(self) -> None:
        self.when_whole(self._show_ledger)

    @work
    async def _show_ledger(self) -> None:
        from tui.screens.evidence.ledger import LedgerDialog

        pane = self.view.pane
        row = await self.app.push_screen_wait(LedgerDialog(pane.transcript, self.workspace.index_list.names))
        if row is None or row.turn >= len(pane.transcript):
            return
        pane.go_to_turn(row.turn)
        if row.passage is not None:
            self._gathering = self._show_passage(row.turn, row.passage)

    @work(exclusive=True, group=_GATHERING)
    async def _show_passage(self, turn: int, passage: "Passage") -> None:
        asked_in, state = self.focused, self.view.pane.transcript[turn]
        evidence = await self._evidence_of(state)
        if self.focused is asked_in:
            await self._show_evidence(turn, state, evidence, passage)

    def on_evidence_pane_page_requested(self, message: "EvidencePane.PageRequested") -> None:
        from tui.conversation.page_image import page_image
        from tui.conversation.plain_text import answer_text
        from tui.screens.page.page_screen import PageScreen

        answer = "" if self._checked is None else answer_text(self._checked.state)
        image = page_image(message.passage, answer)
        if image is None:
            why = "its document has no pages, or its index was made without them"
            self.say(f"There is no picture of the page of this passage: {why}.", kind="evidence")
        else:
            self.app.push_screen(PageScreen(self.workspace.documents.page_pictures(), image))
