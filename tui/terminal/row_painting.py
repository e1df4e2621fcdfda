"""Rows that changed go straight to the terminal, past Textual's compositor.

A streamed word changes a row or two. Textual (8.2.8) notes them as dirty, and at the next idle moment looks through all
widgets for who is where, cuts the lines of the screen at all their edges, and joins them again: more work than the word
itself. Where nothing lies over a widget, its rows are where the layout says, and nothing else has to be looked at.

It relies on private parts of Textual, which `tests/terminal/test_textual_contract.py` checks: `Screen._compositor` has
the `visible_widgets`, topmost first, with region and clip, and is not up to date while `Screen._layout_required`;
`Widget._styles_cache` renders only the lines that are `set_dirty`, has others in its `_cache` by their numbers, and
forgets them all when the widget is to look otherwise; `App._batch_count` is not 0 while nothing is to be
drawn.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from rich.color import ColorSystem
from rich.console import COLOR_SYSTEMS
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.terminal.app import DiffingApp
from tui.terminal.cells import CellRow, cells_of
from tui.terminal.screen_buffer import Patch

KEPT_ROWS = 400
"""Rows whose cells are kept, for when they are painted again elsewhere."""

_MARK = -1
"""A row that no widget has, noted in Textual's cache: it goes when a widget is to look otherwise."""


class _Painted(NamedTuple):
    """What a strip came to on the screen. It is held, so that no other one can take its `id`."""

    strip: Strip
    cells: CellRow


class RowPaintingApp(DiffingApp):
    """An App in which a widget can have rows of its own painted at once."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._painted: dict[int, _Painted] = {}
        self._painted_look: object = None
        """Of which widget the kept rows are, and what is made of its strips behind its styles."""

    def paint_rows(self, widget: Widget, rows: Sequence[int]) -> bool:
        """Paint these rows of a widget, counted from its top. False where that cannot be done: `refresh` it then."""
        region = self._whole_region(widget)
        if region is None:
            return False
        of_widget: Any = widget
        for first, last in _runs(rows):
            of_widget._styles_cache.set_dirty(Region(0, first, region.width, last - first + 1))
        rendered, look = of_widget._styles_cache._cache, (widget, widget.get_line_filters(), self._colors)
        if look != self._painted_look or _MARK not in rendered or len(self._painted) > KEPT_ROWS:
            self._painted.clear()
            self._painted_look, rendered[_MARK] = look, Strip([])
        cells = self._cells(widget, rows, region.width)
        self.write_patches([Patch(region.y + row, region.x, each) for row, each in zip(rows, cells, strict=True)])
        return True

    def _cells(self, widget: Widget, rows: Sequence[int], width: int) -> list[CellRow]:
        """The cells of rows. One that only moved keeps its strip, and looks as it did."""
        if widget.gutter:
            return [cells for _, cells in self._rendered(widget, rows, width)]
        strips = {row: widget.render_line(row) for row in rows}
        anew = [row for row, strip in strips.items() if id(strip) not in self._painted]
        for row, cells in self._rendered(widget, anew, width):
            self._painted[id(strips[row])] = _Painted(strips[row], cells)
        return [self._painted[id(strip)].cells for strip in strips.values()]

    def _rendered(self, widget: Widget, rows: Sequence[int], width: int) -> Iterator[tuple[int, CellRow]]:
        colors = self._colors
        for first, last in _runs(rows):
            for row, strip in enumerate(widget.render_lines(Region(0, first, width, last - first + 1)), first):
                yield row, cells_of(strip, colors)

    @property
    def _colors(self) -> ColorSystem:
        return COLOR_SYSTEMS[self.console.color_system] if self.console.color_system else ColorSystem.TRUECOLOR

    def _whole_region(self, widget: Widget) -> Region | None:
        """Where a widget is on the screen, if that is known, and all of it is seen."""
        screen: Any = self.screen
        app: Any = self
        if widget.screen is not screen or screen._layout_required or app._batch_count or not self.can_write_patches:
            return None
        visible: dict[Widget, tuple[Region, Region]] = screen._compositor.visible_widgets
        if widget not in visible:
            return None
        region, clip = visible[widget]
        for other, (place, cut) in visible.items():
            if other is widget:
                return region if clip.contains_region(region) else None
            if place.intersection(cut).overlaps(region):
                return None
        return None


def _runs(rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The first and the last of rows that follow on each other: they are rendered together."""
    for _, run in groupby(enumerate(rows), lambda numbered: numbered[1] - numbered[0]):
        followers = [row for _, row in run]
        yield followers[0], followers[-1]
