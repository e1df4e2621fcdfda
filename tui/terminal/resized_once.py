"""A screen that is laid out and drawn once for a new size.

Textual (8.2.8) does both, and has each widget whose size is then another one, which is nearly all, ask for both again:
two more frames that change nothing. It relies on private parts of Textual, which
`tests/terminal/test_textual_contract.py` checks: `Screen._screen_resized` lays out and draws at once, and comes twice,
where the second draws only what scrollbars changed that came or went; what asks for more is `Widget._size_updated`, by
`Widget._layout_required` and `Widget._repaint_required`.
"""

from typing import Any, TypeVar

from textual.geometry import Size
from textual.screen import Screen

_Result = TypeVar("_Result")


class ResizedOnceScreen(Screen[_Result]):
    """A screen whose widgets are laid out and drawn once for a new size, but for those that then change."""

    def _screen_resized(self, size: Size) -> None:
        this: Any = self  # what the App is called with is left open by Textual
        if this.app.screen is not self or this.app._batch_count:
            super()._screen_resized(size)  # drawn later
            return
        settled: list[Any] = [widget for widget in self.walk_children(with_self=True) if not _asks(widget)]
        super()._screen_resized(size)
        for widget in settled:
            widget._layout_required = widget._repaint_required = False


def _asks(widget: Any) -> bool:
    return widget._layout_required or widget._repaint_required
