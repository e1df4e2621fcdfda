"""The conversation: what its keys find, copy and open."""

from collections.abc import Generator, Sequence
from typing import ClassVar

from textual import events, work
from textual.binding import BindingType
from textual.message import Message

from tui.conversation.transcript import Answer, Part, Transcript
from tui.cooperative import run_in_slices
from tui.keys.bound import bound
from tui.lazy_dataclass import dataclass
from tui.lineview.line_view import RowStyle
from tui.lineview.targets import targets_of
from tui.lineview.viewport import Place, move
from tui.rendering.lines import Line
from tui.widgets.copier import MORE_KEYS, Excerpt
from tui.widgets.finder import Finder
from tui.widgets.grounded_view import ROWS_AROUND, GroundedView

FINDING = "find"
"""The group of the worker that looks through the conversation."""


class ConversationPane(GroundedView):
    """Finds and copies in a conversation, and asks the screen for what needs another view."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bound("conversation.find", "find"),
        bound("conversation.follow", "follow", show=False),
        bound("conversation.next_match", "find_next(1)", show=False),
        bound("conversation.previous_match", "find_next(-1)", show=False),
        bound("conversation.copy", "copy"),
        bound("conversation.evidence", "sources"),
        bound("conversation.ledger", "ledger", show=False),
        bound("conversation.trace", "trace", show=False),
        bound("conversation.questions", "questions"),
        bound("conversation.export", "export", show=False),
        bound("conversation.open_whole", "open_whole", show=False),
    ]

    @dataclass
    class CopyRequested(Message):
        """This text is to be copied."""

        excerpt: Excerpt

    class LastCopyRequested(Message):
        """What was copied last is to be written to a file."""

    @dataclass
    class WholeRequested(Message):
        """A part is to be shown whole, in a view of its own."""

        part: Part

    class FindRequested(Message):
        """The reader wants to type what to find."""

    @dataclass
    class SourcesRequested(Message):
        """The passages of a turn are wanted: the one that is cited as `number`, or with None all of them."""

        turn: int
        number: int | None

    @dataclass
    class TraceRequested(Message):
        """What the agent did in a turn is wanted."""

        turn: int

    class LedgerRequested(Message):
        """What the whole session was built from is wanted."""

    class ExportRequested(Message):
        """The conversation is to be written to a file."""

    class QuestionsRequested(Message):
        """The reader wants the list of questions."""

    @dataclass
    class Found(Message):
        """Which occurrence of how many is shown, in words."""

        words: str

    class Left(Message):
        """Another conversation is shown, in which nothing is to be found."""

    def show(self, session_id: str, transcript: Transcript) -> None:
        """Turn to a conversation. What was to be found in another one is not looked for in it."""
        was_finding = self.is_finding
        super().show(session_id, transcript)
        if was_finding and not self.is_finding:
            self._end_search()
            self.post_message(self.Left())

    def row_style(self, place: Place, line: Line) -> RowStyle:
        style = super().row_style(place, line)
        found, letters = self._reading.finder.marks(line), self._reading.letters.in_row(place)
        return style._replace(marks=(*found, *style.marks), letters=letters) if found or letters else style

    def on_key(self, event: events.Key) -> None:
        reading = self._reading
        if reading.letters.are_shown:
            event.stop()
            event.prevent_default()
            target = reading.letters.take(event.character)
            self.redraw()
            if target is not None:
                self.follow_target(target.leads_to, target.place)
            return
        if event.key in MORE_KEYS and reading.copier.is_open:
            event.stop()
            event.prevent_default()
            self._copy_more(event.key)
            return
        reading.copier.stop()
        if event.key == "escape" and (self.clear_selection() or self.is_finding):
            event.stop()
            event.prevent_default()
            self.find("")
        elif event.key.isdecimal() and event.key != "0":
            event.stop()
            event.prevent_default()
            self._request_source(int(event.key))

    def find(self, wanted: str) -> None:
        """Mark every occurrence from now on, and go to the first one from here; "" marks none."""
        self._end_search()
        self._reading.finder.want(wanted)
        self.redraw()
        self.post_message(self.Found(self._reading.finder.told()))
        if wanted:
            self.when_whole(self._search)

    def _end_search(self) -> None:
        self.workers.cancel_group(self, FINDING)  # it would count on in what is not looked through any more

    def find_from(self, turn: int, block: int, wanted: str) -> None:
        """Mark every occurrence, and go to the first one from this block on: it is unfolded."""
        self._reading.finder.begin(Place(turn, block, 0))
        self.find(wanted)

    @property
    def is_finding(self) -> bool:
        """Whether occurrences of a text are marked."""
        return bool(self._reading.finder.wanted)

    @work(exclusive=True, group=FINDING)
    async def _search(self) -> None:
        if not self.is_finding:  # it was taken back while the earlier turns were loading
            return
        await run_in_slices(self._searching(self._reading.finder))
        self._show_found()

    def _searching(self, finder: Finder) -> Generator[None, None, Place | None]:
        """Show the first occurrence as soon as it is found, and go on to count."""
        is_shown = False
        for _ in finder.searching():
            if finder.found is not None and not is_shown:
                is_shown = True
                self._show_found()
            yield
        return finder.found

    def action_find(self) -> None:
        if self.places:
            self._reading.finder.begin(self.places[0])
        self.post_message(self.FindRequested())

    def action_find_next(self, step: int) -> None:
        """Go to the next or previous occurrence, once around; the part that it is in is unfolded."""
        if self.is_finding and self.places and not self.transcript.turns_before:
            self._reading.finder.next(self.places, step)
            self._show_found()

    def _show_found(self) -> None:
        """Scroll to the occurrence that was found, not to the very edge of the screen, and tell which one it is."""
        source, place = self._reading.source, self._reading.finder.found
        if place is not None:
            self._reading.cursor.block = place[:2]
            self.position.follows = False
            self.redraw()
            self.bring_into_sight(move(source, place, -ROWS_AROUND), move(source, place, ROWS_AROUND))
            self.redraw()
        self.post_message(self.Found(self._reading.finder.told()))

    def follow_target(self, leads_to: str | int | None, place: Place) -> None:
        if isinstance(leads_to, int):
            self.post_message(self.SourcesRequested(place.section, leads_to))
        else:
            super().follow_target(leads_to, place)

    def action_follow(self) -> None:
        """Show a letter on each link and citation on the screen."""
        self._show_letters(self.places)

    def action_fold(self) -> None:
        """Fold or unfold the part under the cursor; where it cannot fold, follow a link or citation in it."""
        under_cursor = [place for place in self.places if place[:2] == self._reading.cursor.block]
        if under_cursor and isinstance(self._reading.source.part(*under_cursor[0][:2]), Answer):
            self._show_letters(under_cursor)
        else:
            super().action_fold()

    def _show_letters(self, places: Sequence[Place]) -> None:
        targets = list(targets_of(self._reading.source, places))
        if len(targets) == 1:
            self.follow_target(targets[0].leads_to, targets[0].place)
        elif targets:
            self._reading.letters.show(targets)
            self.redraw()

    def action_questions(self) -> None:
        self.post_message(self.QuestionsRequested())

    def action_sources(self) -> None:
        """Show what the answer under the cursor was built from."""
        self._request_source(None)

    def _request_source(self, number: int | None) -> None:
        if self.turn is not None:
            self.post_message(self.SourcesRequested(self.turn, number))

    def action_trace(self) -> None:
        """Show what the agent did in the turn under the cursor."""
        if self.turn is not None:
            self.post_message(self.TraceRequested(self.turn))

    def action_ledger(self) -> None:
        """Show what the whole session was built from; while text is selected by keys, go right as `l` does there."""
        if self.selection is not None:
            self.action_extend(1)
        else:
            self.post_message(self.LedgerRequested())

    def action_export(self) -> None:
        self.post_message(self.ExportRequested())

    def action_open_whole(self) -> None:
        block = self._reading.cursor.target(self.places)
        part = self._reading.source.part(*block) if block else None
        if part is not None:
            self.post_message(self.WholeRequested(part))

    def action_copy(self) -> None:
        """Copy the selection, else the part under the cursor; then c, q or a copies more of the turn."""
        if self.selected_text:
            self.post_message(self.CopyRequested(Excerpt(self.selected_text, "selection")))
            self.clear_selection()
            return
        block, source = self._reading.cursor.target(self.places), self._reading.source
        if block is not None:
            self._reading.cursor.block = block
            excerpt = self._reading.copier.first(source.transcript[block[0]], source.part(*block))
            self.post_message(self.CopyRequested(excerpt))
            self.redraw()

    def _copy_more(self, key: str) -> None:
        if key == "w":
            self.post_message(self.LastCopyRequested())
        elif (excerpt := self._reading.copier.more(key)) is not None:
            self.post_message(self.CopyRequested(excerpt))
