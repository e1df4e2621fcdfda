"""The conversation: a line view of a transcript, with a cursor over its parts, folding, finding and copying.

It is given transcripts to draw and knows nothing of where they come from. The place in each conversation is kept.
"""

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from tui.conversation.transcript import Part, Transcript
from tui.lineview.line_view import LineView, Position, RowStyle
from tui.lineview.transcript_lines import TranscriptLines
from tui.lineview.viewport import Place, move
from tui.rendering.lines import BLANK, Line
from tui.widgets.block_cursor import Block, BlockCursor
from tui.widgets.copier import MORE_KEYS, Excerpt, TurnCopier
from tui.widgets.finder import Finder


class Reading:
    """Where a reader is in one conversation."""

    def __init__(self) -> None:
        self.source = TranscriptLines()
        self.position = Position(follows=True)
        self.cursor = BlockCursor(self.source)


class ConversationPane(LineView):
    """Reads one conversation at a time."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "fold", "Fold"),
        Binding("ctrl+o", "all_details", "Details"),
        Binding("slash", "find", "Find"),
        Binding("n", "find_next(1)", "Next match", show=False),
        Binding("N", "find_next(-1)", "Previous match", show=False),
        Binding("y", "copy", "Copy"),
        Binding("s", "sources", "Sources"),
        Binding("o", "questions", "Questions"),
        Binding("e", "export", "Export", show=False),
        Binding("p", "open_whole", "Open whole", show=False),
        Binding("J", "move_cursor(1)", "Next part", show=False),
        Binding("K", "move_cursor(-1)", "Previous part", show=False),
        Binding("ctrl+t", "toggle_thinking", "Thinking", show=False),
        Binding("left_curly_bracket", "go_to_question(-1)", "Previous question", show=False),
        Binding("right_curly_bracket", "go_to_question(1)", "Next question", show=False),
    ]

    @dataclass
    class Typed(Message):
        """Text was typed that is no key of the conversation's: it is meant for the composer."""

        text: str

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
        """The passages of a turn are wanted; `number` is the one to show, counted from 1, or None for the list."""

        turn: int
        number: int | None

    class ExportRequested(Message):
        """The conversation is to be written to a file."""

    class QuestionsRequested(Message):
        """The reader wants the list of questions."""

    @dataclass
    class NotFound(Message):
        """Nothing in the conversation contains the text."""

        wanted: str

    def __init__(self) -> None:
        self._readings: dict[str, Reading] = {"": Reading()}
        self._reading = self._readings[""]
        super().__init__(self._reading.source)
        self._finder = Finder()
        self._copier = TurnCopier()

    @property
    def transcript(self) -> Transcript:
        """The conversation that is shown."""
        return self._reading.source.transcript

    def show(self, session_id: str, transcript: Transcript) -> None:
        """Turn to a conversation, at the place where it was left, or at its end."""
        self._reading = self._readings.setdefault(session_id, Reading())
        self._reading.source.show(transcript)
        self.show_source(self._reading.source, self._reading.position)

    def draw(self, transcript: Transcript) -> None:
        """Draw a later state of the conversation that is shown. The reader's place stays, or follows the end."""
        source, top = self._reading.source, self.position.top
        was_open = not self.position.follows and not source.is_folded(top.section, top.block)
        source.show(transcript)
        if was_open and source.is_folded(top.section, top.block):
            source.toggle(top.section, top.block)
        self.redraw()

    def follow(self) -> None:
        """Go to the end and stay there as it grows."""
        self.action_go_to_end()

    def prepare(self, width: int) -> None:
        self._reading.source.resize(width)
        if self._reading.source.is_behind:
            self.call_later(self._catch_up)

    def _catch_up(self) -> None:
        self._reading.source.catch_up()
        self.redraw()

    def row_style(self, place: Place, line: Line) -> RowStyle:
        is_text = line is not BLANK
        has_bar = is_text and self.has_focus and place[:2] == self._reading.cursor.block
        fill = "question" if place.block == 0 and is_text else "text"
        return RowStyle(fill, has_bar, (*self._finder.marks(line), *self.selection_marks(place)))

    def on_key(self, event: events.Key) -> None:
        if event.key in MORE_KEYS and self._copier.is_open:
            event.stop()
            event.prevent_default()
            self._copy_more(event.key)
            return
        self._copier.stop()
        if event.key == "escape" and (self.clear_selection() or self._finder.wanted):
            event.stop()
            event.prevent_default()
            self.find("")
        elif event.key.isdecimal() and event.key != "0":
            event.stop()
            event.prevent_default()
            self._request_source(int(event.key))
        elif event.is_printable and event.character and event.key not in self.screen.active_bindings:
            event.stop()
            self.post_message(self.Typed(event.character))

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self.post_message(self.Typed(event.text))

    def on_click(self, event: events.Click) -> None:
        point = self.point_at(event.x, event.y)
        if point is not None and event.chain == 1 and self.selection is None:
            self._reading.cursor.block = point.place[:2]
            if self._reading.cursor.is_fold_head(point.place):
                self.action_fold()
        super().on_click(event)

    def _target(self) -> Block | None:
        return self._reading.cursor.target(self.places)

    def action_fold(self) -> None:
        """Fold or unfold the part under the cursor. Its first line stays where it is on the screen."""
        block, source, cursor = self._target(), self._reading.source, self._reading.cursor
        if block is None:
            return
        head = cursor.head(block)
        on_screen = self.places.index(head) if head in self.places else 0
        if source.toggle(*block):
            cursor.block = block
            self.position.follows = False
            self.position.top = move(source, cursor.head(block), -on_screen)
            self.redraw()

    def action_all_details(self) -> None:
        self._reading.source.toggle_details()
        self.redraw()

    def action_toggle_thinking(self) -> None:
        """Fold or unfold all thinking."""
        self._reading.source.toggle_thinking()
        self.redraw()

    def action_move_cursor(self, by: int) -> None:
        """Move the cursor to the next or previous block, and scroll it into sight."""
        rows = self._reading.cursor.next(self.places, by) if self.places else None
        if rows is not None:
            self._reading.cursor.block = rows[0][:2]
            self.bring_into_sight(*rows)
            self.redraw()

    def action_go_to_question(self, by: int) -> None:
        """Put the previous or next question at the top of the screen."""
        top = self.position.top
        is_on_question = top.block == 0 and top.row <= 1
        self.go_to_turn(top.section + by if by > 0 or is_on_question else top.section)

    def go_to_turn(self, turn: int) -> None:
        """Put a question at the top of the screen, or as near to it as the end allows."""
        if 0 <= turn < self._reading.source.sections():
            self._reading.cursor.block = (turn, 0)
            self.go_to(Place(turn, 0, 1 if turn else 0))

    def find(self, wanted: str) -> None:
        """Mark every occurrence from now on; "" marks none."""
        self._finder.wanted = wanted
        self.redraw()

    def action_find(self) -> None:
        self.post_message(self.FindRequested())

    def action_find_next(self, step: int) -> None:
        """Go to the next or previous occurrence, once around; the part that it is in is unfolded."""
        if not self._finder.wanted or not self.places:
            return
        place = self._finder.next(self._reading.source, self.places, step)
        if place is None:
            self.post_message(self.NotFound(self._finder.wanted))
            return
        self._reading.cursor.block = place[:2]
        self.position.follows = False
        self.redraw()
        self.bring_into_sight(place, place)
        self.redraw()

    def action_questions(self) -> None:
        self.post_message(self.QuestionsRequested())

    def action_sources(self) -> None:
        """List the passages that the answer under the cursor was built from."""
        self._request_source(None)

    def _request_source(self, number: int | None) -> None:
        block = self._target()
        if block is not None:
            self.post_message(self.SourcesRequested(block[0], number))

    def action_export(self) -> None:
        self.post_message(self.ExportRequested())

    def action_open_whole(self) -> None:
        block = self._target()
        part = self._reading.source.part(*block) if block else None
        if part is not None:
            self.post_message(self.WholeRequested(part))

    def action_copy(self) -> None:
        """Copy the selection, else the part under the cursor; then c, q or a copies more of the turn."""
        if self.selected_text:
            self.post_message(self.CopyRequested(Excerpt(self.selected_text, "selection")))
            self.clear_selection()
            return
        block, source = self._target(), self._reading.source
        if block is not None:
            self._reading.cursor.block = block
            excerpt = self._copier.first(source.transcript[block[0]], source.part(*block))
            self.post_message(self.CopyRequested(excerpt))
            self.redraw()

    def _copy_more(self, key: str) -> None:
        if key == "w":
            self.post_message(self.LastCopyRequested())
        elif (excerpt := self._copier.more(key)) is not None:
            self.post_message(self.CopyRequested(excerpt))
