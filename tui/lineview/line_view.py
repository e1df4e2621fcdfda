"""A view of lines of any number: what is not on the screen is neither rendered nor measured.

It scrolls by places (see `tui.lineview.viewport`), and repaints only rows that changed.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar, NamedTuple, cast

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.keys.bound import MOVES
from tui.lazy_dataclass import dataclass
from tui.lineview.palette import ROLE_CLASSES, Highlight, Palette
from tui.lineview.selection import LineSource
from tui.lineview.viewport import START, Place, bottom, clamped, last, move, window
from tui.rendering.lines import BLANK, Line, Role
from tui.terminal.row_painting import RowPaintingApp
from tui.themes.stylesheets import stylesheet

MARGIN = 2
"""Cells at the left: the cursor's bar and a space."""

PADDING = 1
"""Cells at the right, between the text and the scrollbar."""

MIN_WIDTH = 20

MAX_WIDTH = 110
"""Longer rows are hard to read: the eye does not find the next one."""

WHEEL_ROWS = 3

CATCH_UP_PAUSE_SECONDS = 0.01
"""Seconds between two steps of catching up. In them a key gets through all the tasks that it passes until it is drawn,
each of which would else wait for a step.
"""


@dataclass(slots=True)
class Position:
    """Where a reader is: the place at the top, and whether the view follows the end."""

    top: Place = START
    follows: bool = False


class RowStyle(NamedTuple):
    """How a row is set off: its fill, the bar of the cursor, marked ranges of cells, and letters laid over cells."""

    fill: Role = "text"
    has_bar: bool = False
    marks: tuple[Highlight, ...] = ()
    letters: tuple[tuple[int, str], ...] = ()


class _Row(NamedTuple):
    """What a row of the screen shows, and the strip made of it."""

    line: Line
    style: RowStyle
    strip: Strip


class LineView(Widget, can_focus=True):
    """Shows a source of lines from a position on. Subclasses say what is in it and how a row looks."""

    DEFAULT_CSS = stylesheet("conversation.tcss").read_text("utf-8")
    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {*ROLE_CLASSES, "lines--bar", "lines--found", "lines--letter"}
    BINDINGS: ClassVar[list[BindingType]] = [*MOVES]

    @dataclass
    class Scrolled(Message):
        """The rows on the screen changed. Positions are fractions of the whole, by sections."""

        first: float
        last: float
        is_at_end: bool

    def __init__(self, source: LineSource) -> None:
        super().__init__()
        self.source = source
        self.position = Position()
        self.places: Sequence[Place] = ()
        """The rows on the screen, after the last drawing."""
        self._rows: list[_Row] = []
        self._made_for = Size()
        self._width = 0
        self._palette: Palette | None = None
        self._posted: tuple[float, float, bool] | None = None
        self._catches_up = False

    def catch_up_soon(self, catch_up: Callable[[], object]) -> None:
        """Go on with what is too long to be drawn at once, and draw it, when keys and frames have had their turn.

        Not by a message: a queue that is never empty would hold up the event loop.
        """
        if not self._catches_up:
            self._catches_up = True
            self.set_timer(CATCH_UP_PAUSE_SECONDS, partial(self._catch_up, catch_up))

    def _catch_up(self, catch_up: Callable[[], object]) -> None:
        self._catches_up = False
        catch_up()
        self.redraw()

    def prepare(self, width: int) -> None:
        """Called before each drawing with the cells there are for text."""

    def conclude(self) -> None:
        """Called after each drawing: what is on the screen was rendered and measured, and may be behind."""

    def lines(self, places: Sequence[Place]) -> Sequence[Line]:
        """The lines at these places."""
        return [self.source.line(place) for place in places]

    def row_style(self, place: Place, line: Line) -> RowStyle:
        """How the row at a place is set off."""
        del place, line
        return RowStyle()

    def show_source(self, source: LineSource, position: Position) -> None:
        """Turn to another source, at a position in it."""
        self.source, self.position = source, position
        self._rows = []
        self.redraw()

    def redraw(self, *, everything: bool = False) -> None:
        """Bring the rows up to date, and have those repainted that changed."""
        if not self.size:
            return
        before = self._rows
        self._make_rows()
        if everything or len(before) != len(self._rows):
            self.refresh()
            return
        pairs = enumerate(zip(before, self._rows, strict=True))
        changed = [y for y, (old, new) in pairs if old.strip is not new.strip]
        app = cast("object", self.app)
        if changed and not (isinstance(app, RowPaintingApp) and app.paint_rows(self, changed)):
            self.refresh(*[Region(0, y, self.size.width, 1) for y in changed])

    def _make_rows(self) -> None:
        if self._palette is None:
            self._palette = Palette(self)
        self._made_for, self._width = self.outer_size, self.size.width
        self.prepare(self._text_width)
        position, height = self.position, self.size.height
        end = bottom(self.source, height)
        position.top = end if position.follows else min(clamped(self.source, position.top, height), end)
        before, self.places = self.places, window(self.source, position.top, height)
        self._rows = self._made(height, before)
        self.conclude()
        self._post_position()

    @property
    def _text_width(self) -> int:
        return min(MAX_WIDTH, max(MIN_WIDTH, self.size.width - MARGIN - PADDING))

    def _made(self, height: int, before_places: Sequence[Place]) -> list[_Row]:
        """The rows of the screen. One keeps its strip that has the line it had, or at its place one that is equal."""
        made = {id(row.line): row for row in self._rows}
        at_place = dict(zip(before_places, self._rows, strict=False))

        def row_of(place: Place | None, line: Line, style: RowStyle) -> _Row:
            for row in (made.get(id(line)), at_place.get(place) if place else None):
                if row is not None and (row.line is line or row.line == line) and row.style == style:
                    return row
            row = made[id(line)] = _Row(line, style, self._strip(line, style))
            return row

        shown = zip(self.places, self.lines(self.places), strict=True)
        rows = [row_of(place, line, self.row_style(place, line)) for place, line in shown]
        return rows + [row_of(None, BLANK, RowStyle())] * (height - len(rows))

    def _strip(self, line: Line, style: RowStyle) -> Strip:
        palette = self._palette
        assert palette is not None
        fill = palette.role(style.fill)
        bar = Segment("▌", self.get_component_rich_style("lines--bar")) if style.has_bar else Segment(" ", fill)
        strip = Strip([bar, Segment(" ", fill), *palette.segments(line)])
        if line.edge is not None:
            edge, width = line.edge, MARGIN + self._text_width
            strip = strip.adjust_cell_length(width - cell_len(edge.text), palette.style(edge.style))
            strip = Strip([*strip, Segment(edge.text, palette.style(edge.style))], width)
        strip = strip.adjust_cell_length(self._width, fill)
        strip = palette.mark(strip, [(start + MARGIN, end + MARGIN, name) for start, end, name in style.marks])
        for cell, letter in style.letters:
            at, shown = cell + MARGIN, Segment(letter, self.get_component_rich_style("lines--letter"))
            strip = Strip.join([strip.crop(0, at), Strip([shown], 1), strip.crop(at + 1, self._width)])
        return strip

    def render_line(self, y: int) -> Strip:
        if not self._rows or self._made_for != self.outer_size:
            self._make_rows()
        return self._rows[y].strip if y < len(self._rows) else Strip.blank(self.size.width)

    def notify_style_update(self) -> None:
        """The theme or a stylesheet changed: every role may look otherwise."""
        super().notify_style_update()
        self._palette, self._rows = None, []

    def on_resize(self) -> None:
        if self._made_for != self.outer_size:
            self.redraw(everything=True)

    def on_focus(self) -> None:
        self.redraw()

    def on_blur(self) -> None:
        self.redraw()

    def _post_position(self) -> None:
        scrolled = (0.0, 1.0, True)
        if self.places:
            sections = self.source.sections()
            first = self._fraction(self.places[0], 0) / sections
            last_shown = self._fraction(self.places[-1], 1) / sections
            scrolled = (first, last_shown, self.places[-1] == last(self.source))
        if scrolled != self._posted:
            self._posted = scrolled
            self.post_message(self.Scrolled(*scrolled))

    def _fraction(self, place: Place, rows: int) -> float:
        """A place as a number of sections from the start. Within one it goes by blocks: heights may be unknown."""
        within = (place.row + rows) / max(1, self.source.height(place.section, place.block))
        return place.section + (place.block + within) / self.source.blocks(place.section)

    def go_to(self, place: Place) -> None:
        """Put a place at the top of the screen, or as near to it as the end allows."""
        end = bottom(self.source, self.size.height)
        self.position.top = min(clamped(self.source, place, self.size.height), end)
        self.position.follows = self.position.top >= end
        self.redraw()

    def go_to_share(self, share: float) -> None:
        """Go so far between the beginning and the end: 0 is the first row at the top, 1 the last one at the bottom."""
        sections = self.source.sections()
        if not sections or share >= 1:
            self.action_go_to_end()
            return
        end = self._fraction(bottom(self.source, self.size.height), 0)
        section, within = divmod(share * end, 1)
        number = int(section)
        block, within_block = divmod(within * self.source.blocks(number), 1)
        self.go_to(Place(number, int(block), int(within_block * self.source.height(number, int(block)))))

    def bring_into_sight(self, first: Place, last_row: Place) -> None:
        """Scroll as little as needed to see these rows; where they do not fit, their first ones."""
        if self.places and self.places[0] <= first and last_row <= self.places[-1]:
            return
        if first < self.position.top:
            self.go_to(first)
        else:
            self.go_to(min(first, move(self.source, last_row, 1 - self.size.height)))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.action_scroll_rows(WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.action_scroll_rows(-WHEEL_ROWS)

    def action_scroll_rows(self, by: int) -> None:
        self.go_to(move(self.source, self.position.top, by))

    def action_scroll_pages(self, by: int) -> None:
        self.action_scroll_rows(by * max(1, self.size.height - 2))

    def action_go_to_start(self) -> None:
        self.go_to(START)

    def action_go_to_end(self) -> None:
        """Go to the end, and follow it as it grows."""
        self.position.follows = True
        self.redraw()
