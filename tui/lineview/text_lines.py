"""A long text as a source of lines, each rendered when it is looked at."""

from collections.abc import Sequence
from functools import lru_cache

from tui.lineview.viewport import Place
from tui.rendering.lines import BLANK, Line
from tui.rendering.wrapping import wrap_text
from tui.sanitize import clean

LONGEST_LINE = 4096
"""Characters of the source that make one block at most, so that one endless line is not wrapped at once."""


class TextLines:
    """The `Column` of a text: one turn, one block for each line of it."""

    def __init__(self, text: str) -> None:
        self.characters = len(text)
        self._lines = [
            line[start : start + LONGEST_LINE]
            for line in text.splitlines()
            for start in range(0, max(1, len(line)), LONGEST_LINE)
        ]
        self._width = 80
        self._wrapped = lru_cache(4096)(self._wrap)

    def resize(self, width: int) -> None:
        if width != self._width:
            self._width = width
            self._wrapped.cache_clear()

    def sections(self) -> int:
        return 1 if self._lines else 0

    def blocks(self, turn: int) -> int:
        del turn
        return len(self._lines)

    def height(self, turn: int, block: int) -> int:
        del turn
        return len(self._wrapped(block))

    def line(self, place: Place) -> Line:
        return self._wrapped(place.block)[place.row]

    def _wrap(self, block: int) -> Sequence[Line]:
        return wrap_text(clean(self._lines[block]), self._width) or [BLANK]
