"""Finding a text in a conversation, occurrence by occurrence, without a widget."""

from collections.abc import Iterator, Sequence

from rich.cells import cell_len

from tui.lineview.palette import Highlight
from tui.lineview.search import blocks_with, occurrences, rows_with
from tui.lineview.transcript_lines import TranscriptLines
from tui.lineview.viewport import Place
from tui.rendering.lines import Line


class Finder:
    """Knows what is to be found, "" where nothing is, and where it was found last."""

    def __init__(self) -> None:
        self.wanted = ""
        self._found: Place | None = None

    def marks(self, line: Line) -> tuple[Highlight, ...]:
        """The occurrences within a line, as ranges of cells to set off."""
        text = line.text if self.wanted else ""
        ranges = occurrences(text, self.wanted)
        return tuple((cell_len(text[:start]), cell_len(text[:end]), "lines--found") for start, end in ranges)

    def next(self, source: TranscriptLines, shown: Sequence[Place], step: int) -> Place | None:
        """The row of the next occurrence (the previous one: `step` -1), once around; None where there is none.

        It goes on from the one last found, if that is shown, else from the first row shown. The part that it is in is
        unfolded.
        """
        before_first = shown[0]._replace(row=shown[0].row - 1)
        origin = self._found if self._found is not None and self._found in shown else before_first
        place = next(self._occurrences(source, origin, step), None)
        self._found = place or self._found
        return place

    def _occurrences(self, source: TranscriptLines, origin: Place, step: int) -> Iterator[Place]:
        here = list(rows_with(source, origin.section, origin.block, self.wanted))[::step]
        yield from (place for place in here if (place.row - origin.row) * step > 0)
        for turn, block in blocks_with(source.transcript, self.wanted, origin[:2], step):
            if source.is_folded(turn, block):
                source.toggle(turn, block)
            yield from list(rows_with(source, turn, block, self.wanted))[::step]
        yield from here
