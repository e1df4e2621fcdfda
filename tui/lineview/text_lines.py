"""A long text as a source of lines, each rendered when it is looked at."""

from collections.abc import Sequence
from functools import lru_cache

from tui.lineview.viewport import Place
from tui.rendering.lines import BLANK, Line
from tui.rendering.wrapping import wrap_text
from tui.sanitize import clean

MAX_BLOCK_CHARS = 4096
"""Characters of a line that make one block: an endless line is several, and not wrapped at once."""


class TextLines:
    """The `LineSource` of a text: one section, and a block for each of its lines."""

    def __init__(self, text: str) -> None:
        self.characters = len(text)
        self._lines = [
            line[start : start + MAX_BLOCK_CHARS]
            for line in text.splitlines()
            for start in range(0, max(1, len(line)), MAX_BLOCK_CHARS)
        ]
        self._width = 80
        self._wrapped = lru_cache(4096)(self._wrap)

    def resize(self, width: int) -> None:
        if width != self._width:
            self._width = width
            self._wrapped.cache_clear()

    def sections(self) -> int:
        return 1 if self._lines else 0

    def blocks(self, section: int) -> int:
        del section
        return len(self._lines)

    def height(self, section: int, block: int) -> int:
        del section
        return len(self._wrapped(block))

    def line(self, place: Place) -> Line:
        return self._wrapped(place.block)[place.row]

    def _wrap(self, block: int) -> Sequence[Line]:
        return wrap_text(clean(self._lines[block]), self._width) or [BLANK]
