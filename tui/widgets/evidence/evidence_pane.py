"""What an answer was built from, beside it: its passages, and each of them in its document."""

from typing import ClassVar

from textual import events, getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message

from tui.conversation.evidence import Evidence
from tui.conversation.passages import Passage
from tui.conversation.question_words import question_words
from tui.conversation.surroundings import Surroundings
from tui.keys.bound import bound
from tui.lazy_dataclass import dataclass
from tui.lineview.line_view import LineView
from tui.lineview.selectable_view import SelectableLineView
from tui.widgets.evidence.document_view import DocumentView
from tui.widgets.evidence.pane_head import PaneHead
from tui.widgets.evidence.source_list import SourceList
from tui.widgets.scroll_track import ScrollTrack


class EvidencePane(Vertical):
    """Shows the evidence of one turn at a time. It is given values, and asks the screen for what is to be read."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back"),
        bound("evidence.next_of_document", "next_of_document(1)", show=False),
        bound("evidence.previous_of_document", "next_of_document(-1)", show=False),
        bound("evidence.copy", "copy"),
        bound("evidence.open_file", "open_file"),
        bound("evidence.page", "show_page"),
        bound("evidence.close", "leave", show=False),
        bound("evidence.ledger", "ledger", show=False),
        bound("evidence.trace", "trace", show=False),
    ]

    class Left(Message):
        """The reader is done with the evidence."""

    class LedgerRequested(Message):
        """What the whole session was built from is wanted."""

    class TraceRequested(Message):
        """What the agent did in the turn is wanted."""

    @dataclass
    class NumberIsNone(Message):
        """A passage with this number was wanted, and there is none."""

        number: int

    @dataclass
    class DocumentRequested(Message):
        """The passage is wanted in the text around it."""

        passage: Passage

    @dataclass
    class CopyRequested(Message):
        """This text is to be copied; `what` says what it is."""

        text: str
        what: str

    @dataclass
    class FileRequested(Message):
        """The file that the passage comes from is to be opened."""

        passage: Passage

    @dataclass
    class PageRequested(Message):
        """The picture of the page that the passage stands on is wanted."""

        passage: Passage

    head = getters.query_one(PaneHead)
    sources = getters.query_one(SourceList)
    document = getters.query_one(DocumentView)
    track = getters.query_one(ScrollTrack)

    def __init__(self) -> None:
        super().__init__()
        self._evidence = Evidence()
        self._passage: Passage | None = None

    def compose(self) -> ComposeResult:
        document = DocumentView()
        document.display = False
        yield PaneHead()
        with Horizontal(id="evidence-body"):
            yield SourceList()
            yield document
            yield ScrollTrack()

    def show_evidence(self, evidence: Evidence) -> None:
        """Show the evidence of another turn, from its first passage on."""
        self._evidence = evidence
        self._show_sources()
        self.sources.show_evidence(evidence)

    def update_evidence(self, evidence: Evidence) -> None:
        """Show a later state of the same turn's evidence, at the same place."""
        self._evidence = evidence
        self.sources.update_evidence(evidence)
        if self._passage is None:
            self._show_sources()

    def go_to(self, passage: Passage) -> None:
        """Show a passage of the evidence, whole."""
        self._show_sources()
        self.sources.go_to_passage(passage)

    def show_document(self, passage: Passage, known: Surroundings) -> None:
        """Show a passage in the text around it."""
        self._passage = passage
        self.head.title, self.head.about = passage.file, " · ".join(filter(None, (*passage.place, passage.heading)))
        self._show_only(self.document)
        self.document.show_document(passage.file, known, question_words(self._evidence.question))

    def read_on(self, passage: Passage, known: Surroundings) -> None:
        """Show more of the text around a passage, if that is still shown."""
        if passage is self._passage:
            self.document.read_on(known)

    @property
    def shown(self) -> SelectableLineView:
        """The view that is shown."""
        return self.document if self.document.display else self.sources

    def take_focus(self) -> None:
        """Put the focus on what is shown."""
        self.shown.focus()

    def _show_sources(self) -> None:
        self._passage = None
        self.head.title, self.head.about = "Evidence", self._counts()
        self._show_only(self.sources)

    def _counts(self) -> str:
        cited, found = self._evidence.cited_count, self._evidence.found_count
        if not cited and not found:
            return "no passages in this turn"
        return " · ".join(filter(None, (f"{cited:,} cited" if cited else "", f"{found:,} found" if found else "")))

    def _show_only(self, shown: SelectableLineView) -> None:
        had_focus = self.has_focus_within
        for view in (self.sources, self.document):
            view.display = view is shown
        if had_focus:
            shown.focus()

    @property
    def _current(self) -> Passage | None:
        """The passage that the keys act on."""
        if self._passage is not None:
            return self._passage
        source = self.sources.source_at_cursor
        return None if source is None else source.passage

    def on_descendant_focus(self) -> None:
        self._show_focus()

    def on_descendant_blur(self) -> None:
        self._show_focus()

    def _show_focus(self) -> None:
        """Set off the head where the keys act here: one view may lose the focus after the other one has got it."""
        self.head.set_class(self.has_focus_within, "-in-use")

    def on_key(self, event: events.Key) -> None:
        if event.key.isdecimal() and event.key != "0":
            event.stop()
            event.prevent_default()
            self._go_to_number(int(event.key))

    def _go_to_number(self, number: int) -> None:
        source = self._evidence.source(number)
        if source is None:
            self.post_message(self.NumberIsNone(number))
        else:
            self.go_to(source.passage)

    def on_line_view_scrolled(self, message: LineView.Scrolled) -> None:
        message.stop()
        self.track.first, self.track.last = message.first, message.last

    def on_scroll_track_dragged(self, message: ScrollTrack.Dragged) -> None:
        message.stop()
        self.shown.call_later(self.shown.go_to_share, message.share)

    def on_item_view_chosen(self, message: SourceList.Chosen) -> None:
        message.stop()
        self._request_document()

    def action_next_of_document(self, step: int) -> None:
        """Go to the next passage of the same document; where the text around one is shown, to that of the next."""
        is_in_document = self._passage is not None
        following = self.sources.next_of_document(step)
        if following is None:
            return
        self.sources.go_to_passage(following)
        if is_in_document:
            self.post_message(self.DocumentRequested(following))

    def _request_document(self) -> None:
        if self._current is not None:
            self.post_message(self.DocumentRequested(self._current))

    def action_back(self) -> None:
        """Back from the selection, then from the document to the passages, then to the answer."""
        if self.shown.clear_selection():
            return
        if self._passage is not None:
            self._show_sources()
        else:
            self.post_message(self.Left())

    def action_leave(self) -> None:
        self.post_message(self.Left())

    def action_ledger(self) -> None:
        self.post_message(self.LedgerRequested())

    def action_trace(self) -> None:
        self.post_message(self.TraceRequested())

    def action_copy(self) -> None:
        """Copy the selection, else the passage with its citation."""
        if self.shown.selected_text:
            self.post_message(self.CopyRequested(self.shown.selected_text, "selection"))
            self.shown.clear_selection()
        elif (passage := self._current) is not None:
            origin = " · ".join((passage.file, *filter(None, (passage.heading,)), *passage.place))
            text = (passage.text or "").strip()
            self.post_message(self.CopyRequested(f"{text}\n\n— {origin}".strip(), "passage with its citation"))

    def action_open_file(self) -> None:
        if self._current is not None:
            self.post_message(self.FileRequested(self._current))

    def action_show_page(self) -> None:
        if self._current is not None:
            self.post_message(self.PageRequested(self._current))
