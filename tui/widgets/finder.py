"""Finding a text in a conversation, occurrence by occurrence, without a widget."""

from collections.abc import Generator, Iterable, Sequence
from itertools import takewhile
from typing import NamedTuple

from rich.cells import cell_len

from tui.conversation.transcript import Part, Turn
from tui.cooperative import run_at_once
from tui.lineview.palette import Highlight
from tui.lineview.search import BlockCounts, DrawnText, count_in, occurrences
from tui.lineview.transcript_lines import TranscriptLines
from tui.lineview.viewport import START, Place
from tui.rendering.lines import Line

_BEYOND = 1_000_000_000
"""A row below any that there is."""


class _Read(NamedTuple):
    """The text of a block, and what it was drawn of and where: section, block, width and height."""

    of: Part | str | None
    at: tuple[int, int, int, int]
    text: DrawnText


class Finder:
    """Knows what is to be found in one conversation, "" where nothing is, where it was found last, and how often."""

    def __init__(self, source: TranscriptLines) -> None:
        self._source = source
        self.wanted = ""
        self.found: Place | None = None
        self._origin = START
        self._has_wrapped = False
        self._counts = BlockCounts()
        self._is_counted = False
        self._counted_turns = 0
        self._last_counted: Turn | None = None
        self._opened: tuple[int, int] | None = None
        self._read: _Read | None = None

    def marks(self, line: Line) -> tuple[Highlight, ...]:
        """The occurrences within a line, as ranges of cells to set off."""
        if not self.wanted:
            return ()
        text = line.text
        ranges = occurrences(text, self.wanted)
        return tuple((cell_len(text[:start]), cell_len(text[:end]), "lines--found") for start, end in ranges)

    def begin(self, origin: Place) -> None:
        """Find forward from this place from now on."""
        self._origin, self._opened = origin, None

    def want(self, wanted: str) -> None:
        """Another text is to be found; a part that was unfolded for the one before is folded again."""
        self._fold_again()
        self.wanted, self.found = wanted, None
        self._counts, self._is_counted, self._has_wrapped = BlockCounts(), False, False
        self._counted_turns, self._last_counted = 0, None
        self._read = self._read if wanted else None

    def searching(self) -> Generator[None, None, Place | None]:
        """Look through all turns once, from the origin on and around; the result is the first occurrence.

        It is `found` as soon as it is reached. To be run in slices: a long conversation takes long.
        """
        turns, begin = len(self._source.transcript), self._origin.section
        for turn in [*range(begin, turns), *range(min(begin, turns))]:
            blocks = yield from self._counting(turn)
            if self.found is None and blocks:
                start = self._origin if turn == begin else START
                self._go(self._first(turn, blocks, start), self._origin, 1)
        if self.found is None:
            before = [block for block in range(self._origin.block + 1) if (begin, block) in self._counts]
            self._go(self._first(begin, before, START), self._origin, 1)
        self._is_counted, self._counted_turns = True, turns
        return self.found

    def _counting(self, number: int, first: int = 0) -> Generator[None, None, Sequence[int]]:
        """Count in the blocks of a turn from the first one on; the result is those with an occurrence."""
        turn, blocks = self._source.transcript[number], list[int]()
        if number == len(self._source.transcript) - 1:
            self._last_counted = turn
        for block in range(first, len(turn.parts) + 1):
            if count := count_in(turn, block, self.wanted):
                self._counts.put((number, block), count)
                blocks.append(block)
            yield
        return blocks

    def _count_what_came(self) -> None:
        """Count what has come since all was counted: turns, and the parts of the last one that are others by now."""
        if not self._is_counted:
            return
        turns = len(self._source.transcript)
        last = max(0, min(turns, self._counted_turns) - 1)
        turn = self._source.transcript[last]
        if turns == self._counted_turns and turn is self._last_counted:
            return
        kept = (last, _same_blocks(self._last_counted, turn))
        self._counts = self._counts.above(kept)
        for number in range(last, turns):
            run_at_once(self._counting(number, kept[1] if number == last else 0))
        self._counted_turns = turns
        if self.found is not None and self.found[:2] not in self._counts:
            self.found = None

    def next(self, shown: Sequence[Place], step: int) -> Place | None:
        """The row of the next occurrence (the previous one: `step` -1), once around; None where there is none.

        It goes on from the one last found, if that is shown, else from the first row shown (the last one). The part
        that it is in is unfolded. Only what was counted is gone to: no turn but the last is looked through for it, so
        that the key is answered at once in a long conversation, too.
        """
        self._count_what_came()
        edge = shown[0]._replace(row=shown[0].row - 1) if step > 0 else shown[-1]._replace(row=shown[-1].row + 1)
        origin = self.found if self.found is not None and self.found in shown else edge
        self._opened = None
        self._go(self._nearest(origin, step) or self.found, origin, step)
        return self.found

    def told(self) -> str:
        """Which occurrence this is of how many, in words; "" where nothing is to be found."""
        if not self.wanted:
            return ""
        if self._source.transcript.turns_before:
            return "the earlier turns are loading"
        if self.found is None:
            return "not in this conversation" if self._is_counted else "…"
        if not self._is_counted:
            return ""
        here = self.found[:2]
        before = self._counts.occurrences_above(here)
        within = self._text(here).count_above(self.found.row, self.wanted)
        wrapped = " · around the end" if self._has_wrapped else ""
        return f"{min(before + within + 1, self._counts.total):,} of {self._counts.total:,}{wrapped}"

    def _go(self, place: Place | None, origin: Place, step: int) -> None:
        if place is not None:
            self.found = place
            self._has_wrapped = (place < origin) if step > 0 else (place > origin)

    def _first(self, turn: int, blocks: Iterable[int], start: Place) -> Place | None:
        """The first row with an occurrence in these blocks of a turn, from a place on; its part is unfolded."""
        for block in (block for block in blocks if (turn, block) >= start[:2]):
            row = start.row if (turn, block) == start[:2] else 0
            if place := self._in_block((turn, block), row - 1, 1):
                return place
        return None

    def _nearest(self, origin: Place, step: int) -> Place | None:
        """The next row with an occurrence (the previous one), once around; its part is unfolded."""
        here, edge = origin[:2], -1 if step > 0 else _BEYOND
        if here in self._counts:
            row = edge if self._source.is_folded(*here) else origin.row
            if place := self._in_block(here, row, step):
                return place
        places = (self._in_block(block, edge, step) for block in self._counts.around(here, step))
        return next((place for place in places if place), None)

    def _in_block(self, block: tuple[int, int], row: int, step: int) -> Place | None:
        """The next row with an occurrence below a row of a block (above it); the block stays unfolded if there is."""
        self._unfold(*block)
        text = self._text(block)
        found = text.row_below(row, self.wanted) if step > 0 else text.row_above(row, self.wanted)
        if found is not None:
            return Place(*block, found)
        self._fold_again()
        return None

    def _text(self, block: tuple[int, int]) -> DrawnText:
        """The text of a block as it is drawn. The last one is kept: each key asks for it, and it may be long."""
        source, height = self._source, self._source.height(*block)
        of, at = source.part(*block) or source.transcript[block[0]].question, (*block, source.width, height)
        if self._read is None or self._read.of is not of or self._read.at != at:
            lines = source.lines(Place(*block, row) for row in range(height))
            self._read = _Read(of, at, DrawnText(lines))
        return self._read.text

    def _unfold(self, turn: int, block: int) -> None:
        if self._source.is_folded(turn, block):
            self._source.unfold(turn, block)
            self._opened = turn, block

    def _fold_again(self) -> None:
        if self._opened is not None and self._source.part(*self._opened) and not self._source.is_folded(*self._opened):
            self._source.toggle(*self._opened)
        self._opened = None


def _same_blocks(before: Turn | None, now: Turn) -> int:
    """How many blocks at the beginning of a turn are what they were."""
    if before is None or before.question != now.question:
        return 0
    parts = zip(before.parts, now.parts, strict=False)
    return 1 + sum(1 for _ in takewhile(lambda pair: pair[0] is pair[1], parts))
