"""The conversation: a line view of a transcript, with a cursor over its parts, folding, finding and copying.

It is given transcripts to draw and knows nothing of where they come from. The place in each conversation is kept.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar, Literal, TypeAlias

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from tui.conversation.plain_text import answer_text, code_blocks, plain_text
from tui.conversation.transcript import Part, Transcript
from tui.lineview.line_view import Position, RowStyle
from tui.lineview.palette import Highlight
from tui.lineview.search import blocks_with, occurrences, rows_with
from tui.lineview.selectable_view import SelectableLineView
from tui.lineview.transcript_lines import TranscriptLines
from tui.lineview.viewport import Place, backward, forward, move
from tui.rendering.folding import can_fold
from tui.rendering.lines import BLANK, Line

Copied: TypeAlias = Literal["selection", "part", "question", "answer", "code block"]


@dataclass(slots=True)
class Reading:
    """Where a reader is in one conversation."""

    source: TranscriptLines = field(default_factory=TranscriptLines)
    position: Position = field(default_factory=lambda: Position(follows=True))
    cursor: tuple[int, int] | None = None
    """The block under the cursor, by turn and block; None until the reader moves it."""


class ConversationPane(SelectableLineView):
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

        text: str
        what: Copied

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
        self._wanted = ""
        self._found: Place | None = None
        self._copies_more = False
        self._code_blocks_copied = 0

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
        has_bar = is_text and self.has_focus and place[:2] == self._reading.cursor
        fill = "question" if place.block == 0 and is_text else "text"
        return RowStyle(fill, has_bar, (*self._found_marks(line), *self.selection_marks(place)))

    def _found_marks(self, line: Line) -> tuple[Highlight, ...]:
        text = line.text if self._wanted else ""
        ranges = occurrences(text, self._wanted)
        return tuple((cell_len(text[:start]), cell_len(text[:end]), "lines--found") for start, end in ranges)

    def on_key(self, event: events.Key) -> None:
        copies_more, self._copies_more = self._copies_more, False
        if copies_more and event.key in {"c", "q", "a", "w"}:
            event.stop()
            event.prevent_default()
            self._copy_more(event.key)
        elif event.key == "escape" and (self.clear_selection() or self._wanted):
            event.stop()
            event.prevent_default()
            self.find("")
        elif event.key.isdecimal() and event.key != "0":
            event.stop()
            event.prevent_default()
            self._want_source(int(event.key))
        elif event.is_printable and event.character and event.key not in self.screen.active_bindings:
            event.stop()
            self.post_message(self.Typed(event.character))

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self.post_message(self.Typed(event.text))

    def on_click(self, event: events.Click) -> None:
        point = self.point_at(event.x, event.y)
        if point is not None and event.chain == 1 and self.selection is None:
            self._reading.cursor = point.place[:2]
            if self._is_head(point.place):
                self.action_fold()
        super().on_click(event)

    def _is_head(self, place: Place) -> bool:
        part = self._reading.source.part(place.section, place.block)
        return part is not None and can_fold(part) and place == self._head_of(place.section, place.block)

    def _target(self) -> tuple[int, int] | None:
        """The block that a key means: the one under the cursor, else the last on the screen that can be folded."""
        shown = list(dict.fromkeys(place[:2] for place in self.places))
        if self._reading.cursor in shown or not shown:
            return self._reading.cursor
        source = self._reading.source
        foldable = (block for block in reversed(shown) if (part := source.part(*block)) and can_fold(part))
        return next(foldable, shown[-1])

    def action_fold(self) -> None:
        """Fold or unfold the part under the cursor. Its first line stays where it is on the screen."""
        block, source = self._target(), self._reading.source
        if block is None:
            return
        head = self._head_of(*block)
        on_screen = self.places.index(head) if head in self.places else 0
        if source.toggle(*block):
            self._reading.cursor = block
            self.position.follows = False
            self.position.top = move(source, self._head_of(*block), -on_screen)
            self.redraw()

    def _head_of(self, turn: int, block: int) -> Place:
        """The line that names a part: its first one that is not blank."""
        first = Place(turn, block, 0)
        is_apart = self._reading.source.height(turn, block) > 1 and self._reading.source.line(first) is BLANK
        return first._replace(row=1) if is_apart else first

    def action_all_details(self) -> None:
        self._reading.source.toggle_details()
        self.redraw()

    def action_toggle_thinking(self) -> None:
        """Fold or unfold all thinking."""
        self._reading.source.toggle_thinking()
        self.redraw()

    def action_move_cursor(self, by: int) -> None:
        """Move the cursor to the next or previous block, and scroll it into sight."""
        if not self.places:
            return
        source, cursor = self._reading.source, self._reading.cursor
        shown = [place[:2] for place in self.places]
        if cursor in shown:
            turn, block = cursor
        else:
            turn, block = shown[0] if by > 0 else shown[-1]
            block -= by
        blocks = forward(source, turn, block + 1) if by > 0 else backward(source, turn, block)
        if (found := next(blocks, None)) is not None:
            self._put_cursor(*found)

    def _put_cursor(self, turn: int, block: int, height: int) -> None:
        self._reading.cursor = (turn, block)
        self.bring_into_sight(Place(turn, block, 0), Place(turn, block, height - 1))
        self.redraw()

    def action_go_to_question(self, by: int) -> None:
        """Put the previous or next question at the top of the screen."""
        top = self.position.top
        is_on_question = top.block == 0 and top.row <= 1
        self.go_to_turn(top.section + by if by > 0 or is_on_question else top.section)

    def go_to_turn(self, turn: int) -> None:
        """Put a question at the top of the screen, or as near to it as the end allows."""
        if 0 <= turn < self._reading.source.sections():
            self._reading.cursor = (turn, 0)
            self.go_to(Place(turn, 0, 1 if turn else 0))

    def find(self, wanted: str) -> None:
        """Mark every occurrence from now on; "" marks none."""
        self._wanted = wanted
        self.redraw()

    def action_find(self) -> None:
        self.post_message(self.FindRequested())

    def action_find_next(self, step: int) -> None:
        """Go to the next or previous occurrence, once around; the part that it is in is unfolded."""
        if not self._wanted or not self.places:
            return
        first = self.places[0]._replace(row=self.places[0].row - 1)
        origin = self._found if self._found is not None and self._found in self.places else first
        if (place := next(self._matches(origin, step), None)) is not None:
            self._show_found(place)
        else:
            self.post_message(self.NotFound(self._wanted))

    def _matches(self, origin: Place, step: int) -> Iterator[Place]:
        source = self._reading.source
        here = list(rows_with(source, origin.section, origin.block, self._wanted))[::step]
        yield from (place for place in here if (place.row - origin.row) * step > 0)
        for turn, block in blocks_with(source.transcript, self._wanted, origin[:2], step):
            if source.is_folded(turn, block):
                source.toggle(turn, block)
            yield from list(rows_with(source, turn, block, self._wanted))[::step]
        yield from here

    def _show_found(self, place: Place) -> None:
        self._found = place
        self._reading.cursor = place[:2]
        self.position.follows = False
        self.redraw()
        self.bring_into_sight(place, place)
        self.redraw()

    def action_questions(self) -> None:
        self.post_message(self.QuestionsRequested())

    def action_sources(self) -> None:
        """List the passages that the answer under the cursor was built from."""
        self._want_source(None)

    def _want_source(self, number: int | None) -> None:
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
            self.post_message(self.CopyRequested(self.selected_text, "selection"))
            self.clear_selection()
            return
        block = self._target()
        if block is None:
            return
        self._reading.cursor = block
        self._copies_more, self._code_blocks_copied = True, 0
        part = self._reading.source.part(*block)
        turn = self._reading.source.transcript[block[0]]
        if part is not None:
            self.post_message(self.CopyRequested(plain_text(part), "part"))
        else:
            self.post_message(self.CopyRequested(turn.question or "", "question"))
        self.redraw()

    def _copy_more(self, key: str) -> None:
        block = self._reading.cursor
        if block is None:
            return
        turn = self._reading.source.transcript[block[0]]
        blocks = code_blocks(answer_text(turn)) if key == "c" else []
        if key == "w":
            self.post_message(self.LastCopyRequested())
        elif key == "q":
            self.post_message(self.CopyRequested(turn.question or "", "question"))
        elif key == "a":
            self.post_message(self.CopyRequested(answer_text(turn), "answer"))
        elif blocks:
            self.post_message(self.CopyRequested(blocks[self._code_blocks_copied % len(blocks)], "code block"))
            self._code_blocks_copied += 1
        self._copies_more = True
