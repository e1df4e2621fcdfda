"""Finding text in a conversation: in what was said, so that a folded part is found as well as an open one."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate

from tui.conversation.plain_text import SEARCHED_CHARS, plain_text
from tui.conversation.transcript import Turn
from tui.rendering.lines import Line


def count_in(turn: Turn, block: int, wanted: str) -> int:
    """How often a block of a turn contains the text: its question is block 0, and then come its parts."""
    text = plain_text(turn.parts[block - 1], SEARCHED_CHARS) if block else turn.question or ""
    return text.casefold().count(wanted.casefold())


class DrawnText:
    """The rows of a block as one text without case, in which what a wrap took away stands again.

    An occurrence belongs to the row that it begins in, also where it goes on after a wrap.
    """

    def __init__(self, lines: Iterable[Line]) -> None:
        pieces: list[str] = []
        self._starts: list[int] = []
        at = 0
        for line in lines:
            text = (line.text if line.continues is None else line.written).casefold()
            joint = line.joint
            pieces += joint, text
            self._starts.append(at + len(joint))
            at += len(joint) + len(text)
        self._text = "".join(pieces)

    def row_below(self, row: int, wanted: str) -> int | None:
        """The next row with an occurrence; that of the first one below row -1."""
        return self._row_at(self._text.find(wanted.casefold(), self._start(row + 1)))

    def row_above(self, row: int, wanted: str) -> int | None:
        """The row before with an occurrence; that of the last one above any row that there is not."""
        return self._row_at(self._text.rfind(*self._above(row, wanted)))

    def count_above(self, row: int, wanted: str) -> int:
        """How many occurrences begin above a row."""
        return self._text.count(*self._above(row, wanted))

    def _above(self, row: int, wanted: str) -> tuple[str, int, int]:
        wanted = wanted.casefold()
        return wanted, 0, self._start(row) + len(wanted) - 1

    def _start(self, row: int) -> int:
        return self._starts[row] if row < len(self._starts) else len(self._text)

    def _row_at(self, at: int) -> int | None:
        return None if at < 0 else bisect_right(self._starts, at) - 1


def occurrences(text: str, wanted: str) -> Iterator[tuple[int, int]]:
    """Where a text occurs within one row, as ranges of characters."""
    folded, wanted = text.casefold(), wanted.casefold()
    at = folded.find(wanted) if wanted and len(folded) == len(text) else -1
    while at >= 0:
        yield at, at + len(wanted)
        at = folded.find(wanted, at + len(wanted))


class BlockCounts:
    """How often a text is in each block that it is in: a block is its section and its number in that."""

    def __init__(self, counts: Mapping[tuple[int, int], int] | None = None) -> None:
        self._counts = dict(counts or {})
        self._order: list[tuple[int, int]] = []
        self._before: list[int] = []

    def __contains__(self, block: tuple[int, int]) -> bool:
        return block in self._counts

    def put(self, block: tuple[int, int], count: int) -> None:
        self._counts[block] = count
        self._order = []

    def above(self, block: tuple[int, int]) -> "BlockCounts":
        """The counts of the blocks above one."""
        return BlockCounts({known: count for known, count in self._counts.items() if known < block})

    def occurrences_above(self, block: tuple[int, int]) -> int:
        """How many occurrences there are above a block."""
        at = bisect_left(self._in_order(), block)
        return self._before[at]

    @property
    def total(self) -> int:
        """How many occurrences there are."""
        self._in_order()
        return self._before[-1]

    def around(self, start: tuple[int, int], step: int) -> Iterator[tuple[int, int]]:
        """The blocks, from the one after `start` (before it: `step` -1) on and once around to itself."""
        order = self._in_order()
        at = bisect_right(order, start) if step > 0 else bisect_left(order, start) - 1
        return (order[(at + step * number) % len(order)] for number in range(len(order)))

    def _in_order(self) -> Sequence[tuple[int, int]]:
        """The blocks in their order, which is made once for all keys, until one more is put."""
        if len(self._order) != len(self._counts) or not self._before:
            self._order = sorted(self._counts)
            self._before = [0, *accumulate(self._counts[block] for block in self._order)]
        return self._order
