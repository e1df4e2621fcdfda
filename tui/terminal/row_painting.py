"""Rows that changed go straight to the terminal, past Textual's compositor.

A streamed word changes a row or two. Textual (8.2.8) notes them as dirty, and at the next idle moment looks through all
widgets for who is where, cuts the lines of the screen at all their edges, and joins them again: more work than the word
itself. Where nothing lies over a widget, its rows are where the layout says, and nothing else has to be looked at.

It relies on private parts of Textual, which `tests/terminal/test_textual_contract.py` checks: `Screen._compositor` has
the `visible_widgets`, topmost first, with region and clip, and is not up to date while `Screen._layout_required`;
`Widget._styles_cache` renders only the lines that are `set_dirty`; `App._batch_count` is not 0 while nothing is to be
drawn.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from rich.color import ColorSystem
from rich.console import COLOR_SYSTEMS
from textual.geometry import Region
from textual.widget import Widget

from tui.terminal.app import DiffingApp
from tui.terminal.cells import cells_of
from tui.terminal.screen_buffer import Patch


class RowPaintingApp(DiffingApp):
    """An App in which a widget can have rows of its own painted at once."""

    def paint_rows(self, widget: Widget, rows: Sequence[int]) -> bool:
        """Paint these rows of a widget, counted from its top. False where that cannot be done: `refresh` it then."""
        region = self._whole_region(widget)
        if region is None:
            return False
        of_widget: Any = widget
        patches: list[Patch] = []
        for first, last in _runs(rows):
            part = Region(0, first, region.width, last - first + 1)
            of_widget._styles_cache.set_dirty(part)
            strips = enumerate(widget.render_lines(part), region.y + first)
            patches += [Patch(y, region.x, cells_of(strip, self._colors)) for y, strip in strips]
        self.write_patches(patches)
        return True

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
