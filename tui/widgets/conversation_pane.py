"""The conversation, drawn by lines: what is not on the screen is neither rendered nor measured.

One widget for a conversation of any length. It is given transcripts to draw and knows nothing of where they come from.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.conversation.transcript import Transcript
from tui.rendering.lines import BLANK, Line
from tui.rendering.parts import can_fold
from tui.widgets.column import TranscriptColumn
from tui.widgets.painting import ROLE_CLASSES, Palette
from tui.widgets.viewport import START, Place, backward, bottom, distance, forward, held, move, window

MARGIN = 2
"""Cells at the left: the cursor's bar and a space."""

PADDING = 1
"""Cells at the right, between the text and the scrollbar."""

LEAST_WIDTH = 20
WHEEL_ROWS = 3


@dataclass(slots=True)
class Reading:
    """Where a reader is in one conversation."""

    column: TranscriptColumn = field(default_factory=TranscriptColumn)
    top: Place = START
    follows: bool = True
    cursor: tuple[int, int] | None = None
    """The block under the cursor, by turn and block; None until the reader moves it."""


@dataclass(frozen=True, slots=True)
class _Row:
    """What a row of the screen shows, and the strip made of it."""

    line: Line | None
    is_question: bool
    has_cursor: bool
    strip: Strip

    def shows(self, line: Line, is_question: bool, has_cursor: bool) -> bool:
        return self.line == line and self.is_question == is_question and self.has_cursor == has_cursor


class ConversationPane(Widget, can_focus=True):
    """Reads one conversation at a time and remembers the place in each."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {*ROLE_CLASSES, "pane--cursor"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "fold", "Fold"),
        Binding("ctrl+o", "all_details", "Details"),
        Binding("up,k", "scroll_rows(-1)", "Up", show=False),
        Binding("down,j", "scroll_rows(1)", "Down", show=False),
        Binding("pageup,ctrl+u", "scroll_pages(-1)", "Page up", show=False),
        Binding("pagedown,ctrl+d", "scroll_pages(1)", "Page down", show=False),
        Binding("home,g", "go_to_start", "Start", show=False),
        Binding("end,G", "follow", "End", show=False),
        Binding("J", "move_cursor(1)", "Next part", show=False),
        Binding("K", "move_cursor(-1)", "Previous part", show=False),
        Binding("left_curly_bracket", "go_to_question(-1)", "Previous question", show=False),
        Binding("right_curly_bracket", "go_to_question(1)", "Next question", show=False),
    ]

    @dataclass
    class Typed(Message):
        """Text was typed that is no key of the conversation's: it is meant for the composer."""

        text: str

    @dataclass
    class Scrolled(Message):
        """The rows on the screen changed. Positions are fractions of the conversation, by turns."""

        first: float
        last: float
        is_at_end: bool

    def __init__(self) -> None:
        super().__init__()
        self._readings: dict[str, Reading] = {"": Reading()}
        self._reading = self._readings[""]
        self._rows: list[_Row] = []
        self._palette: Palette | None = None
        self._told: tuple[float, float, bool] | None = None

    def show(self, session_id: str, transcript: Transcript) -> None:
        """Turn to a conversation, at the place where it was left, or at its end."""
        self._reading = self._readings.setdefault(session_id, Reading())
        self._rows = []
        self.draw(transcript)

    def draw(self, transcript: Transcript) -> None:
        """Draw a later state of the conversation that is shown. The reader's place stays, or follows the end."""
        self._reading.column.show(transcript)
        self._draw()

    def follow(self) -> None:
        """Go to the end and stay there as it grows."""
        self._reading.follows = True
        self._draw()

    def notify_style_update(self) -> None:
        """The theme or the stylesheet changed: every role may have another look."""
        super().notify_style_update()
        self._palette = None
        self._rows = []

    def on_resize(self) -> None:
        reading = self._reading
        reading.column.resize(self._text_width)
        self._draw(everything=True)

    def on_focus(self) -> None:
        self._draw()

    def on_blur(self) -> None:
        self._draw()

    @property
    def _text_width(self) -> int:
        return max(LEAST_WIDTH, self.size.width - MARGIN - PADDING)

    def render_line(self, y: int) -> Strip:
        if not self._rows:
            self._draw()
        return self._rows[y].strip if y < len(self._rows) else Strip.blank(self.size.width)

    def _draw(self, *, everything: bool = False) -> None:
        """Bring the rows up to date and have the terminal repaint those that changed."""
        if not self.size:
            return
        if self._palette is None:
            self._palette = Palette(self)
        reading, height = self._reading, self.size.height
        reading.column.resize(self._text_width)
        end = bottom(reading.column, height)
        reading.top = end if reading.follows else min(held(reading.column, reading.top, height), end)
        places = window(reading.column, reading.top, height)
        before, self._rows = self._rows, self._made(places, height)
        self._tell_position(places)
        if everything or len(before) != len(self._rows):
            self.refresh()
            return
        for y, (old, new) in enumerate(zip(before, self._rows, strict=True)):
            if old.strip is not new.strip:
                self.refresh(Region(0, y, self.size.width, 1))
        if reading.column.is_behind:
            self.call_later(self._catch_up)

    def _catch_up(self) -> None:
        self._reading.column.catch_up()
        self._draw()

    def _made(self, places: Sequence[Place], height: int) -> list[_Row]:
        column, cursor = self._reading.column, self._cursor_block(places)
        kept = {row.line: row for row in self._rows if row.line is not None}
        rows: list[_Row] = []
        for place in places:
            line, is_question = column.line(place), place.block == 0
            has_cursor = (place.turn, place.block) == cursor and line is not BLANK
            old = kept.get(line)
            if old is None or not old.shows(line, is_question, has_cursor):
                old = _Row(line, is_question, has_cursor, self._strip(line, is_question, has_cursor))
            rows.append(old)
        empty = _Row(None, False, False, self._strip(BLANK, False, False))
        return rows + [empty] * (height - len(rows))

    def _strip(self, line: Line, is_question: bool, has_cursor: bool) -> Strip:
        palette = self._palette
        assert palette is not None
        fill = palette.role("question" if is_question and line.spans else "text")
        bar = Segment("▌", self.get_component_rich_style("pane--cursor")) if has_cursor else Segment(" ", fill)
        return Strip([bar, Segment(" ", fill), *palette.segments(line)]).adjust_cell_length(self.size.width, fill)

    def _tell_position(self, places: Sequence[Place]) -> None:
        column = self._reading.column
        if not places:
            position = (0.0, 1.0, True)
        else:
            turns = column.turns()
            first, last = (self._fraction(place) / turns for place in (places[0], places[-1]))
            position = (first, last, self._reading.follows)
        if position != self._told:
            self._told = position
            self.post_message(self.Scrolled(*position))

    def _fraction(self, place: Place) -> float:
        """A place as a number of turns from the start. Within a turn it goes by blocks: heights may be unknown."""
        column = self._reading.column
        within = (place.row + 1) / max(1, column.height(place.turn, place.block))
        return place.turn + (place.block + within) / column.blocks(place.turn)

    def _cursor_block(self, places: Sequence[Place]) -> tuple[int, int] | None:
        """The block with the cursor, moved into sight where it was scrolled away; none without the focus."""
        cursor = self._reading.cursor
        if not self.has_focus or cursor is None or not places:
            return None
        first, last = places[0], places[-1]
        cursor = max((first.turn, first.block), min(cursor, (last.turn, last.block)))
        self._reading.cursor = cursor
        return cursor

    def on_key(self, event: events.Key) -> None:
        if event.is_printable and event.character and event.key not in self.screen.active_bindings:
            event.stop()
            self.post_message(self.Typed(event.character))

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self.post_message(self.Typed(event.text))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.action_scroll_rows(WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.action_scroll_rows(-WHEEL_ROWS)

    def on_click(self, event: events.Click) -> None:
        place = self._place_at(event.y)
        if place is not None:
            self._reading.cursor = (place.turn, place.block)
            if event.x >= MARGIN and self._is_head(place):
                self.action_fold()
            self._draw()

    def _place_at(self, y: int) -> Place | None:
        places = window(self._reading.column, self._reading.top, self.size.height)
        return places[y] if 0 <= y < len(places) else None

    def _is_head(self, place: Place) -> bool:
        """Whether a place is the line that names a foldable part."""
        column = self._reading.column
        rows_before = move(column, place, -1)
        is_first = rows_before[:2] != place[:2] or not column.line(rows_before).spans
        return is_first and bool(column.line(place).spans)

    def go_to(self, place: Place) -> None:
        """Put a place at the top of the screen, or as near to it as the end allows."""
        reading, height = self._reading, self.size.height
        reading.top = held(reading.column, place, height)
        reading.follows = reading.top >= bottom(reading.column, height)
        self._draw()

    def go_to_fraction(self, fraction: float) -> None:
        """Go to a place by its fraction of the conversation, as the scrollbar shows it."""
        turns = self._reading.column.turns()
        whole, part = divmod(max(0.0, min(fraction, 0.999999)) * turns, 1) if turns else (0, 0)
        turn = int(whole)
        blocks = self._reading.column.blocks(turn) if turns else 0
        self.go_to(Place(turn, int(part * blocks), 0))

    def action_scroll_rows(self, by: int) -> None:
        self.go_to(move(self._reading.column, self._reading.top, by))

    def action_scroll_pages(self, by: int) -> None:
        self.action_scroll_rows(by * max(1, self.size.height - 2))

    def action_go_to_start(self) -> None:
        self.go_to(START)

    def action_follow(self) -> None:
        self.follow()

    def action_fold(self) -> None:
        cursor = self._reading.cursor or self._last_foldable()
        if cursor is not None and self._reading.column.toggle(*cursor):
            self._reading.cursor = cursor
            self._reading.follows = False
            self._draw()

    def _last_foldable(self) -> tuple[int, int] | None:
        """Without a cursor, the fold key means the last part on the screen that can be folded."""
        column = self._reading.column
        places = window(column, self._reading.top, self.size.height)
        blocks = dict.fromkeys((place.turn, place.block) for place in reversed(places))
        return next((block for block in blocks if (part := column.part(*block)) and can_fold(part)), None)

    def action_all_details(self) -> None:
        self._reading.column.toggle_details()
        self._draw()

    def action_move_cursor(self, by: int) -> None:
        """Move the cursor to the next or previous block, and scroll it into sight."""
        reading = self._reading
        places = window(reading.column, reading.top, self.size.height)
        if not places:
            return
        edge = places[0] if by > 0 else places[-1]
        turn, block = reading.cursor or (edge.turn, edge.block - by)
        blocks = forward(reading.column, turn, block + 1) if by > 0 else backward(reading.column, turn, block)
        found = next(blocks, None)
        if found is not None:
            reading.cursor = found[:2]
            self._bring_into_sight(*found)
            self._draw()

    def _bring_into_sight(self, turn: int, block: int, height: int) -> None:
        reading, rows = self._reading, self.size.height
        first, last = Place(turn, block, 0), Place(turn, block, height - 1)
        below = distance(reading.column, reading.top, last, rows - 1)
        if first < reading.top:
            reading.follows, reading.top = False, first
        elif below is None:
            reading.follows = False
            reading.top = max(reading.top, min(first, move(reading.column, last, 1 - rows)))

    def action_go_to_question(self, by: int) -> None:
        """Put the previous or next question at the top of the screen."""
        reading = self._reading
        top = reading.top
        is_on_question = top.block == 0 and top.row <= 1
        turn = top.turn + by if by > 0 or is_on_question else top.turn
        if 0 <= turn < reading.column.turns():
            reading.cursor = (turn, 0)
            self.go_to(Place(turn, 0, 1 if turn else 0))
