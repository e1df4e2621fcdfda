"""Keeping the text at the top of the screen when rows are broken anew at another width: arithmetic on places."""

from collections.abc import Callable, Iterator
from itertools import accumulate, islice, takewhile

from tui.lineview.selection import LineSource
from tui.lineview.viewport import START, Place


class TextAnchor:
    """Remembers which character of its block stood first at the top, until the reader scrolls.

    Of a long block only the beginning is drawn at first. Where the text is not in it, it `is_sought` until all is.
    """

    def __init__(self) -> None:
        self._place: Place | None = None
        self._block = START
        self._characters = 0
        self.is_sought = False

    def look(self, top: Place) -> None:
        """Called before a drawing: where the reader has scrolled, nothing is sought any more."""
        self.is_sought = self.is_sought and top == self._place

    def follow(self, top: Place) -> None:
        """Called after a drawing, which had this place at the top: there may be too few rows yet for the one wanted."""
        if self.is_sought:
            self._place = top

    def hold(self, source: LineSource, top: Place) -> None:
        """Remember the text at a place, before the rows change. At the place last found it is known already."""
        if top != self._place:
            self._block = top._replace(row=0)
            self._characters = sum(islice(_lengths(source, self._block), top.row))

    def seek(self, source: LineSource, top: Place) -> None:
        """Remember the text at a place in a block that is to be drawn from its beginning again."""
        self.hold(source, top)
        self._place, self.is_sought = top, True

    def move(self, to: Callable[[Place], Place]) -> None:
        """Take the text for the one in another section."""
        self._block = to(self._block)
        self._place = self._place and to(self._place)

    def found(self, source: LineSource) -> Place:
        """The place of that text, now that the rows have changed; the last one of its block that there is by now."""
        rows = source.height(self._block.section, self._block.block)
        ends = accumulate(_lengths(source, self._block))
        before = sum(1 for _ in takewhile(lambda end: end <= self._characters, ends))
        self.is_sought = before >= rows
        self._place = self._block._replace(row=min(before, max(0, rows - 1)))
        return self._place


def _lengths(source: LineSource, block: Place) -> Iterator[int]:
    """How many characters of its text each row of a block takes. A row that is none of the text counts as one."""
    for row in range(source.height(block.section, block.block)):
        line = source.line(block._replace(row=row))
        yield max(1, len(line.written) + len(line.continues or ""))
