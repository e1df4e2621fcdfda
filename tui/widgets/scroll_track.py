"""The scrollbar of a view whose rows are not all counted: it knows fractions of the whole only."""

from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from tui.lazy_dataclass import dataclass


class ScrollTrack(Widget):
    """A track with a thumb that can be dragged. A click beside the thumb puts it there."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"track--thumb", "track--held"}

    first = reactive(0.0, repaint=False)
    last = reactive(1.0, repaint=False)
    """The part of the whole that is shown, from 0 to 1."""

    is_held = reactive(False)

    @dataclass
    class Dragged(Message):
        """The thumb is so far along its way: 0 at the top, 1 at the bottom."""

        share: float

    def __init__(self) -> None:
        super().__init__()
        self._grip = 0.0
        self._shown = 1.0
        self._drawn_thumb = (0, 0)
        self._looks = Strip([]), Strip([])
        """A row of the track, and one of its thumb, as they are drawn now."""

    def watch_first(self) -> None:
        self._draw_thumb()

    def watch_last(self) -> None:
        self._draw_thumb()

    def _draw_thumb(self) -> None:
        """Draw anew where the thumb has moved by a row: while an answer streams, that is seldom."""
        if (self._top, self._thumb_rows) != self._drawn_thumb:
            self.refresh()

    @property
    def _thumb_rows(self) -> int:
        return min(self.size.height, max(1, round(self._part_shown * self.size.height)))

    @property
    def _part_shown(self) -> float:
        """How much of the whole is shown. It stays while the thumb is held, whatever is scrolled to."""
        return self._shown if self.is_held else self.last - self.first

    @property
    def _top(self) -> int:
        """The row that the thumb begins at."""
        way = self.size.height - self._thumb_rows
        hidden = 1 - (self.last - self.first)
        return 0 if hidden <= 0 else min(way, round(self.first / hidden * way))

    def render_lines(self, crop: Region) -> list[Strip]:
        # Textual works out a widget's style each time that it is asked for, which takes longer than all else here.
        thumb = self.get_component_rich_style("track--held" if self.is_held else "track--thumb")
        self._looks = Strip([Segment(" ", self.rich_style)], 1), Strip([Segment(" ", thumb)], 1)
        self._drawn_thumb = (self._top, self._thumb_rows)
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        is_thumb = self._top <= y < self._top + self._thumb_rows < self.size.height + self._top
        return self._looks[is_thumb]

    def on_mouse_down(self, event: events.MouseDown) -> None:
        event.stop()
        if event.button == 1:
            on_thumb = event.y - self._top
            is_beside = not 0 <= on_thumb < self._thumb_rows
            self._grip = self._thumb_rows // 2 if is_beside else on_thumb
            self._shown, self.is_held = self.last - self.first, True
            self.capture_mouse()
            if is_beside:
                self._drag(event.y)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self.is_held:
            event.stop()
            self._drag(event.y)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        event.stop()
        self.is_held = False
        self.release_mouse()

    def _drag(self, y: int) -> None:
        way = self.size.height - self._thumb_rows
        if way:
            self.post_message(self.Dragged(max(0.0, min(1.0, (y - self._grip) / way))))
