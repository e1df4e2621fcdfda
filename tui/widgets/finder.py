"""Finding a text in a conversation, occurrence by occurrence, without a widget."""

from bisect import bisect_left, bisect_right
from collections.abc import Generator, Iterator, Mapping, Sequence

from rich.cells import cell_len

from tui.lineview.palette import Highlight
from tui.lineview.search import counts_in, occurrences, rows_with
from tui.lineview.transcript_lines import TranscriptLines
from tui.lineview.viewport import START, Place
from tui.rendering.lines import Line

_BEYOND = Place(1_000_000_000, 0, 0)


class Finder:
    """Knows what is to be found, "" where nothing is, where it was found last, and how often it is there."""

    def __init__(self) -> None:
        self.wanted = ""
        self.found: Place | None = None
        self._origin = START
        self._has_wrapped = False
        self._counts: dict[tuple[int, int], int] = {}
        self._is_counted = False
        self._counted_turns = 0
        self._opened: tuple[int, int] | None = None

    def marks(self, line: Line) -> tuple[Highlight, ...]:
        """The occurrences within a line, as ranges of cells to set off."""
        text = line.text if self.wanted else ""
        ranges = occurrences(text, self.wanted)
        return tuple((cell_len(text[:start]), cell_len(text[:end]), "lines--found") for start, end in ranges)

    def begin(self, origin: Place) -> None:
        """Find forward from this place from now on."""
        self._origin, self._opened = origin, None

    def want(self, wanted: str, source: TranscriptLines) -> None:
        """Another text is to be found; a part that was unfolded for the one before is folded again."""
        self._fold_again(source)
        self.wanted, self.found = wanted, None
        self._counts, self._is_counted, self._has_wrapped = {}, False, False
        self._counted_turns = 0

    def searching(self, source: TranscriptLines) -> Generator[None, None, Place | None]:
        """Look through all turns once, from the origin on and around; the result is the first occurrence.

        It is `found` as soon as it is reached. To be run in slices: a long conversation takes long.
        """
        turns, begin = len(source.transcript), self._origin.section
        for turn in [*range(begin, turns), *range(min(begin, turns))]:
            counts = self._count(source, turn)
            if self.found is None and counts:
                start = self._origin if turn == begin else START
                self._go(self._first(source, turn, start, _BEYOND), self._origin, 1)
            yield
        if self.found is None:
            self._go(self._first(source, begin, START, self._origin), self._origin, 1)
        self._is_counted, self._counted_turns = True, turns
        return self.found

    def _count(self, source: TranscriptLines, turn: int) -> Mapping[int, int]:
        counts = counts_in(source.transcript[turn], self.wanted)
        self._counts |= {(turn, block): count for block, count in counts.items()}
        return counts

    def _count_what_came(self, source: TranscriptLines) -> None:
        """Count the turns that have come since all were counted, and what was the last one then: it may have grown."""
        if not self._is_counted:
            return
        first, turns = max(0, self._counted_turns - 1), len(source.transcript)
        self._counts = {place: count for place, count in self._counts.items() if place[0] < first}
        for turn in range(first, turns):
            self._count(source, turn)
        self._counted_turns = turns

    def next(self, source: TranscriptLines, shown: Sequence[Place], step: int) -> Place | None:
        """The row of the next occurrence (the previous one: `step` -1), once around; None where there is none.

        It goes on from the one last found, if that is shown, else from the first row shown (the last one). The part
        that it is in is unfolded. Only what was counted is gone to: no turn but the last is looked through for it, so
        that the key is answered at once in a long conversation, too.
        """
        self._count_what_came(source)
        edge = shown[0]._replace(row=shown[0].row - 1) if step > 0 else shown[-1]._replace(row=shown[-1].row + 1)
        origin = self.found if self.found is not None and self.found in shown else edge
        self._opened = None
        self._go(next(self._occurrences(source, origin, step), None) or self.found, origin, step)
        return self.found

    def told(self, source: TranscriptLines) -> str:
        """Which occurrence this is of how many, in words; "" where nothing is to be found."""
        if not self.wanted:
            return ""
        if source.transcript.turns_before:
            return "the earlier turns are loading"
        if self.found is None:
            return "not in this conversation" if self._is_counted else "…"
        if not self._is_counted:
            return ""
        here = self.found[:2]
        before = sum(count for block, count in self._counts.items() if block < here)
        rows = [row for row in rows_with(source, *here, self.wanted) if row < self.found]
        within = sum(len(list(occurrences(source.line(row).text, self.wanted))) or 1 for row in rows)
        total = sum(self._counts.values())
        wrapped = " · around the end" if self._has_wrapped else ""
        return f"{min(before + within + 1, total):,} of {total:,}{wrapped}"

    def _go(self, place: Place | None, origin: Place, step: int) -> None:
        if place is not None:
            self.found = place
            self._has_wrapped = (place < origin) if step > 0 else (place > origin)

    def _first(self, source: TranscriptLines, turn: int, start: Place, end: Place) -> Place | None:
        """The first row with an occurrence in a turn, from a place on and before another; its part is unfolded."""
        for block in (block for number, block in self._counts if number == turn):
            if start[:2] <= (turn, block) <= end[:2]:
                self._unfold(source, turn, block)
                rows = rows_with(source, turn, block, self.wanted)
                if place := next((row for row in rows if start <= row < end), None):
                    return place
                self._fold_again(source)
        return None

    def _unfold(self, source: TranscriptLines, turn: int, block: int) -> None:
        if source.is_folded(turn, block):
            source.unfold(turn, block)
            self._opened = turn, block

    def _fold_again(self, source: TranscriptLines) -> None:
        if self._opened is not None and source.part(*self._opened) and not source.is_folded(*self._opened):
            source.toggle(*self._opened)
        self._opened = None

    def _blocks_from(self, start: tuple[int, int], step: int) -> Sequence[tuple[int, int]]:
        """The blocks with an occurrence, from the one after (or before) `start` on and once around."""
        blocks = sorted(self._counts)
        after, before = bisect_right(blocks, start), bisect_left(blocks, start)
        return [*blocks[after:], *blocks[:before]] if step > 0 else [*blocks[:before][::-1], *blocks[after:][::-1]]

    def _occurrences(self, source: TranscriptLines, origin: Place, step: int) -> Iterator[Place]:
        here = list(rows_with(source, origin.section, origin.block, self.wanted))[::step]
        yield from (place for place in here if (place.row - origin.row) * step > 0)
        for turn, block in self._blocks_from(origin[:2], step):
            self._unfold(source, turn, block)
            yield from list(rows_with(source, turn, block, self.wanted))[::step]
        yield from here
