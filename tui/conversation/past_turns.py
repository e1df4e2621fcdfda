"""Turns that are over, held in little memory: a long conversation is mostly text that nobody looks at now."""

import pickle
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import cast, overload
from weakref import WeakValueDictionary

from tui.api.models import Stop
from tui.conversation.transcript import Part, Turn

KEPT = 64
"""Turns that stay as they are after they were looked at. The one that was unpacked longest ago goes first."""

_LEVEL = 1
"""Of compression: more takes longer and saves little."""


@dataclass(frozen=True, slots=True)
class _Packed:
    """A turn without its parts, and these as bytes. They never leave the process: that is why `pickle` will do."""

    heading: Turn
    parts: bytes

    def unpacked(self) -> Turn:
        parts = cast(tuple[Part, ...], pickle.loads(zlib.decompress(self.parts)))
        return replace(self.heading, parts=parts)


class PastTurns(Sequence[Turn]):
    """The turns that were given, most of them compressed until they are looked at.

    A turn stays the same object as long as anybody holds it. May be read from any thread.
    """

    def __init__(
        self, items: tuple[Turn | _Packed, ...], held: WeakValueDictionary[int, Turn], recent: deque[Turn]
    ) -> None:
        self._items = items
        self._held = held
        self._recent = recent

    def __len__(self) -> int:
        return len(self._items)

    @overload
    def __getitem__(self, number: int) -> Turn: ...
    @overload
    def __getitem__(self, number: slice) -> "tuple[Turn, ...] | PastTurns": ...
    def __getitem__(self, number: int | slice) -> "Turn | tuple[Turn, ...] | PastTurns":
        if isinstance(number, slice):
            if number.start in (None, 0) and number.step in (None, 1):
                return PastTurns(self._items[number], self._held, self._recent)
            return tuple(self[at] for at in range(*number.indices(len(self))))
        number = range(len(self))[number]
        turn = self._at(number)
        if isinstance(self._items[number], _Packed) and number not in self._held:
            self._held[number] = turn
            self._recent.append(turn)
        return turn

    def __iter__(self) -> Iterator[Turn]:
        return map(self._at, range(len(self)))

    def __add__(self, turns: tuple[Turn, ...]) -> "PastTurns":
        return PastTurns(self._items + turns, self._held, self._recent)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PastTurns | tuple) and tuple(self) == tuple(cast(Iterable[object], other))

    def headings(self) -> Iterator[Turn]:
        """The turns, some without their parts: for what is asked of all of them at once."""
        return (item.heading if isinstance(item, _Packed) else item for item in self._items)

    def _at(self, number: int) -> Turn:
        """A turn as somebody holds it, else unpacked."""
        item = self._items[number]
        if isinstance(item, Turn):
            return item
        return self._held.get(number) or item.unpacked()


def packed(turns: Sequence[Turn]) -> PastTurns:
    """The same turns in less memory, all but the last ones. It takes a tenth of a second for a thousand turns."""
    first = max(0, len(turns) - KEPT)
    items = (*(_packed(turn) for turn in turns[:first]), *turns[first:])
    return PastTurns(items, WeakValueDictionary(enumerate(turns[:first])), deque(maxlen=KEPT))


def _packed(turn: Turn) -> Turn | _Packed:
    """A turn that had its `Stop` and has parts is packed; of the others less is known by their headings."""
    if not turn.parts or not isinstance(turn.end, Stop) or turn.asked_here:
        return turn
    try:
        parts = pickle.dumps(turn.parts, pickle.HIGHEST_PROTOCOL)
    except RecursionError:
        return turn
    return _Packed(replace(turn, parts=()), zlib.compress(parts, _LEVEL))
