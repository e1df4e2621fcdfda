"""Keeping the text at the top of the screen when rows are broken anew at another width: arithmetic on places."""

from collections.abc import Iterator
from itertools import accumulate

from tui.lineview.selection import LineSource
from tui.lineview.viewport import Place


class TextAnchor:
    """Remembers which character of its block stood first at the top, until the reader scrolls.

    Of a long block only the beginning is drawn at first. Where the text is not in it, it `is_sought` until all is.
    """

    def __init__(self) -> None:
        self._place: Place | None = None
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
            lengths = list(_lengths(source, top))
            self._characters = sum(lengths[: top.row])

    def found(self, source: LineSource, top: Place) -> Place:
        """The place of that text, now that the rows have changed."""
        ends = accumulate(_lengths(source, top))
        row = next((row for row, end in enumerate(ends) if end > self._characters), None)
        self.is_sought = row is None
        self._place = top if row is None else top._replace(row=row)
        return self._place


def _lengths(source: LineSource, top: Place) -> Iterator[int]:
    """How many characters of its text each row of a block takes. A row that is none of the text counts as one."""
    for row in range(source.height(top.section, top.block)):
        line = source.line(top._replace(row=row))
        yield max(1, len(line.written) + len(line.continues or ""))
