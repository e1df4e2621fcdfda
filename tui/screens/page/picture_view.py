"""A drawing of a picture, in the middle of its area."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.color import Color
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style
from textual import events, getters
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.lazy_dataclass import dataclass
from tui.pictures.drawing import Drawing, HalfBlocks, KittyPicture, SixelPicture
from tui.terminal.app import DiffingApp
from tui.terminal.screen_buffer import Overlay

UPPER_HALF = "\N{UPPER HALF BLOCK}"


class PictureView(Widget, can_focus=True):
    """Shows a drawing. It says when its area changes, since a drawing is made for one size."""

    app = getters.app(DiffingApp)

    @dataclass
    class AreaChanged(Message):
        """There are so many cells for a drawing now."""

        columns: int
        rows: int

    def __init__(self) -> None:
        super().__init__()
        self._strips: Sequence[Strip] = ()
        self._left = self._top = 0
        self._removal = ""

    def show(self, drawing: Drawing) -> None:
        """Show a drawing in place of the one before."""
        self.take_off()
        self._strips = list(_strips(drawing))
        self._left = max(0, (self.size.width - drawing.columns) // 2)
        self._top = max(0, (self.size.height - drawing.rows) // 2)
        if isinstance(drawing, KittyPicture):
            self.app.transmit(drawing.transmission)
            self._removal = drawing.removal
        elif isinstance(drawing, SixelPicture):
            x, y = self.region.x + self._left, self.region.y + self._top
            self.app.lay(Overlay(y, x, drawing.rows, drawing.columns, drawing.sixels))
        self.refresh()

    def take_off(self) -> None:
        """Take off what the terminal was sent beside text: it would stay when other things are shown here."""
        self.app.lay(None)
        if self._removal:
            self.app.transmit(self._removal)
            self._removal = ""
        self._strips = ()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width, background = self.size.width, self.rich_style
        row = y - self._top
        if not 0 <= row < len(self._strips):
            return Strip.blank(width, background)
        margin = Segment(" " * self._left, background)
        return Strip([margin, *self._strips[row]]).adjust_cell_length(width, background)

    def on_unmount(self) -> None:
        self.take_off()

    def on_resize(self, event: events.Resize) -> None:
        self.take_off()
        self.post_message(self.AreaChanged(*event.size))


def _strips(drawing: Drawing) -> Iterator[Strip]:
    match drawing:
        case HalfBlocks():
            return (_half_blocks(drawing, row) for row in range(drawing.rows))
        case KittyPicture(lines=lines, columns=columns):
            style = Style(color=drawing.colour)
            return (Strip([Segment(line, style)], columns) for line in lines)
        case SixelPicture(columns=columns, rows=rows):
            return (Strip.blank(columns) for _ in range(rows))


def _half_blocks(drawing: HalfBlocks, row: int) -> Strip:
    """One row of cells: the upper pixel of each is its colour, the lower one its background."""
    length = drawing.columns * 3
    start = 2 * row * length
    upper, lower = _pixels(drawing.rgb, start, length), _pixels(drawing.rgb, start + length, length)
    cells = groupby(zip(upper, lower, strict=True))
    return Strip([Segment(UPPER_HALF * len(list(same)), _style(*pixels)) for pixels, same in cells], drawing.columns)


def _pixels(rgb: bytes, start: int, length: int) -> Iterator[bytes]:
    return (rgb[at : at + 3] for at in range(start, start + length, 3))


def _style(upper: bytes, lower: bytes) -> Style:
    return Style(color=_colour(upper), bgcolor=_colour(lower))


def _colour(pixel: bytes) -> Color:
    return Color.from_triplet(ColorTriplet(*pixel))
