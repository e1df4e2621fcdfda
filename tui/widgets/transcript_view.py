"""A line view of transcripts: the reader's place in each is kept, parts fold, and a cursor goes from part to part."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.message import Message

from tui.conversation.transcript import KEPT_CONVERSATIONS, Transcript
from tui.keys.bound import bound
from tui.lazy_dataclass import dataclass
from tui.lineview.line_view import RowStyle
from tui.lineview.selectable_view import SelectableLineView
from tui.lineview.transcript_lines import moved
from tui.lineview.viewport import Place, move
from tui.rendering.lines import BLANK, Line
from tui.widgets.reading import Reading

TICK_SECONDS = 1.0
"""As the time of a running turn passes such a step, it is told anew."""

TICK_LATE = 0.01
"""So many seconds later, as a timer may fire a little early."""

NOTHING_OPEN = ""
"""In place of a session's id, where no conversation is shown."""


class TranscriptView(SelectableLineView):
    """Shows one conversation at a time. It is given transcripts, and knows nothing of where they come from."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bound("conversation.fold", "fold"),
        bound("conversation.details", "all_details"),
        bound("text.next_part", "move_cursor(1)", show=False),
        bound("text.previous_part", "move_cursor(-1)", show=False),
        bound("conversation.thinking", "toggle_thinking", show=False),
        bound("conversation.previous_question", "go_to_question(-1)", show=False),
        bound("conversation.next_question", "go_to_question(1)", show=False),
    ]

    @dataclass
    class TurnReached(Message):
        """The cursor is in another turn than before, or the conversation is another one."""

        turn: int

    def __init__(self) -> None:
        self._readings: dict[str, Reading] = {NOTHING_OPEN: Reading()}
        self._reading = self._readings[NOTHING_OPEN]
        self.index_names: Mapping[str, str] = {}
        """What indexes are called, by their ids."""
        self.waits_for = ""
        """What the turn that runs waits for, if that is something special: a few words."""
        self._will_tick = False
        super().__init__(self._reading.source)

    def _tick(self) -> None:
        """The running turn's line tells the seconds, also while nothing arrives."""
        self._will_tick = False
        if self.transcript.is_busy:
            self.redraw()

    @property
    def transcript(self) -> Transcript:
        """The conversation that is shown."""
        return self._reading.source.transcript

    def show(self, session_id: str, transcript: Transcript) -> None:
        """Turn to a conversation, at the place where it was left, or at its end."""
        before = self._reading
        self._reading = self._readings[session_id] = self._readings.pop(session_id, None) or Reading()
        if self._reading is not before:
            before.leave()
        for unused in list(self._readings.values())[:-KEPT_CONVERSATIONS]:
            if not unused.marks.is_checking:
                unused.let_go()
        self._reading.show(transcript)
        self.show_source(self._reading.source, self._reading.position)

    def leave(self) -> None:
        """Turn from the conversation to none."""
        self.show(NOTHING_OPEN, Transcript())

    def draw(self, transcript: Transcript) -> None:
        """Draw a later state of the conversation that is shown. The reader's place stays, or follows the end."""
        source, top = self._reading.source, self.position.top
        is_back = not self.position.follows and not self._reading.is_let_go
        was_open = is_back and not source.is_folded(top.section, top.block)
        by = self._reading.show(transcript)
        top = self.position.top
        if by and self.selection is not None:
            self.selection = self.selection.moved(partial(moved, by=by))
        if was_open and source.is_folded(top.section, top.block):
            source.toggle(top.section, top.block)
        self.redraw()
        if self._reading.waiting is not None and not transcript.turns_before:
            act, self._reading.waiting = self._reading.waiting, None
            act()

    def when_whole(self, act: Callable[[], object]) -> bool:
        """Do something once no turn is missing at the beginning: at once, else later, which is False."""
        if self.transcript.turns_before:
            self._reading.waiting = act
            return False
        act()
        return True

    def redraw(self, *, everything: bool = False) -> None:
        super().redraw(everything=everything)
        if not self._will_tick:
            self._will_tick = True
            self.set_timer(TICK_SECONDS - self._reading.running_for % TICK_SECONDS + TICK_LATE, self._tick)
        turn = self.turn
        if turn is not None and turn != self._reading.told_turn:
            self._reading.told_turn = turn
            self.post_message(self.TurnReached(turn))

    @property
    def turn(self) -> int | None:
        """The turn that is read: that of the cursor if it is shown, at the end the last one, else what is shown most.

        None where nothing is shown.
        """
        if not self.places:
            return None
        block = self._reading.cursor.block
        if block is not None and any(place[:2] == block for place in self.places):
            return block[0]
        if self.position.follows:
            return self.places[-1].section
        return Counter(place.section for place in self.places).most_common(1)[0][0]

    def follow(self) -> None:
        """Go to the end and stay there as it grows."""
        self.action_go_to_end()

    def prepare(self, width: int) -> None:
        self._resize(width)
        self._reading.source.name_indexes(self.index_names)
        self._reading.source.is_still = self.app.animation_level == "none"
        self._reading.source.tell_progress(self._reading.seconds, self.waits_for)

    def conclude(self) -> None:
        source = self._reading.source
        self._reading.anchor.follow(self.position.top)
        if source.is_behind:
            self.catch_up_soon(source.catch_up)

    def _resize(self, width: int) -> None:
        """Break the rows anew where the width is another one. The text at the top of the screen stays there."""
        source, top, anchor = self._reading.source, self.position.top, self._reading.anchor
        anchor.look(top)
        is_anew = width != source.width
        has_anchor = not self.position.follows and top.section < source.sections() and bool(top.row or anchor.is_sought)
        if is_anew and has_anchor:
            anchor.hold(source, top)
        source.resize(width)
        if has_anchor and (is_anew or (anchor.is_sought and not source.is_behind)):
            self.position.top = anchor.found(source)

    def lines(self, places: Sequence[Place]) -> Sequence[Line]:
        return list(self._reading.source.lines(places))

    def row_style(self, place: Place, line: Line) -> RowStyle:
        is_text = line is not BLANK
        has_bar = is_text and place[:2] == self._reading.cursor.block and self.has_focus
        is_question = place.block == 0 and is_text and not self._reading.source.is_note(place)
        fill = "question" if is_question else "text"
        return RowStyle(fill, has_bar, self.selection_marks(place))

    def on_click(self, event: events.Click) -> None:
        point = self.point_at(event.x, event.y)
        if point is not None and event.chain == 1 and self.selection is None:
            self._reading.cursor.block = point.place[:2]
            if self._reading.cursor.is_fold_head(point.place):
                self.action_fold()

    def action_fold(self) -> None:
        """Fold or unfold the part under the cursor. Its first line stays where it is on the screen."""
        block, source, cursor = self._reading.cursor.target(self.places), self._reading.source, self._reading.cursor
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

    def go_to_part(self, turn: int, part: int) -> None:
        """Put the cursor on a part of a turn, by its number from 0, and the part at the top of the screen."""
        self._reading.cursor.block = (turn, part + 1)
        self.go_to(self._reading.cursor.head((turn, part + 1)))

    def go_to_turn(self, turn: int) -> None:
        """Put a question at the top of the screen, or as near to it as the end allows."""
        if 0 <= turn < self._reading.source.sections():
            self._reading.cursor.block = (turn, 0)
            self.go_to(Place(turn, 0, 1 if turn else 0))
