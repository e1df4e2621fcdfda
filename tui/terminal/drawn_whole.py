"""A screen that is drawn for the first time when all of it is there.

Textual (8.2.8) draws it four times while its widgets are mounted and hear of their sizes, before any key is handled. It
relies on private parts of Textual, which `tests/terminal/test_textual_contract.py` checks: `Screen._on_timer_update`
comes when a screen has no more messages to handle, and lays out and draws what is to be; all drawing is done by
`Screen._compositor_refresh`, at first of the whole screen.
"""

from typing import TypeVar

from textual.screen import Screen

_Result = TypeVar("_Result")


class DrawnWholeScreen(Screen[_Result]):
    """A screen whose first frame is whole."""

    _is_whole = False

    def _on_timer_update(self) -> None:
        if not self._is_whole:
            self._is_whole = True
            self._repaint_required = not self._layout_required  # a layout is drawn by itself
        super()._on_timer_update()

    def _compositor_refresh(self) -> None:
        if self._is_whole:
            super()._compositor_refresh()
