"""Which block of a conversation the keys act on, and which comes next: arithmetic on places, without a widget."""

from collections.abc import Sequence
from typing import TypeAlias

from tui.lineview.transcript_lines import TranscriptLines
from tui.lineview.viewport import Place, backward, forward
from tui.rendering.folding import can_fold
from tui.rendering.lines import BLANK

Block: TypeAlias = tuple[int, int]
"""A turn by its number, and a block within it: see `TranscriptLines`."""


class BlockCursor:
    """A cursor over the blocks of a conversation. `block` is None until the reader moves it."""

    def __init__(self, source: TranscriptLines) -> None:
        self._source = source
        self.block: Block | None = None

    def target(self, shown: Sequence[Place]) -> Block | None:
        """The block that a key means: the one under the cursor if it is shown, else the last that can be folded."""
        blocks = list(dict.fromkeys(place[:2] for place in shown))
        if self.block in blocks or not blocks:
            return self.block
        return next(filter(self._can_fold, reversed(blocks)), blocks[-1])

    def next(self, shown: Sequence[Place], by: int) -> tuple[Place, Place] | None:
        """The first and last row of the next block (the previous one: `by` -1); None where there is none.

        Where the cursor is not shown, the first block that is shown comes next, and the last one before.
        """
        if self.block is not None and any(place[:2] == self.block for place in shown):
            turn, block = self.block
        else:
            turn, block, _ = shown[0] if by > 0 else shown[-1]
            block -= by
        following = forward(self._source, turn, block + 1) if by > 0 else backward(self._source, turn, block)
        return next(((Place(turn, block, 0), Place(turn, block, rows - 1)) for turn, block, rows in following), None)

    def head(self, block: Block) -> Place:
        """The row that names a block: its first one that is not blank."""
        first = Place(*block, 0)
        is_apart = self._source.height(*block) > 1 and self._source.line(first) is BLANK
        return first._replace(row=1) if is_apart else first

    def is_fold_head(self, place: Place) -> bool:
        """Whether the row names a block that can be folded."""
        return self._can_fold(place[:2]) and place == self.head(place[:2])

    def _can_fold(self, block: Block) -> bool:
        part = self._source.part(*block)
        return part is not None and can_fold(part)
