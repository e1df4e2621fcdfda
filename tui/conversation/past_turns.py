"""Turns that are over, put aside: a long conversation is mostly text that nobody looks at now."""

import pickle
from array import array
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from errno import ENOSPC
from pathlib import Path
from typing import cast, overload
from weakref import WeakValueDictionary

from tui.api.models import Event, Stop, UserInput
from tui.conversation.transcript import Transcript, Turn, Unrecognized
from tui.conversation.transcript_builder import TranscriptBuilder
from tui.files.spill import Room, Spill

KEPT = 64
"""Turns that are not put aside, the last ones; and of the others as many stay in memory that were looked at last."""

MAX_KEPT_BYTES = 24_000_000
"""No more of them stay than take so many bytes, but for the last one."""

MAX_QUESTION_CHARS = 2000
"""Characters of a question that are in memory while its turn is not: the API takes no longer ones."""

ROOM = Room(64 * 1024 * 1024)
"""For the turns of all conversations that the disk does not take, or that are not to be on it."""

LOST = Unrecognized("unreadable", "This turn was put on the disk, and could not be read from there. Open it again.")
NO_ROOM = Unrecognized(
    "no room",
    "This turn is not shown: it is too much for memory, and the disk is full, or nothing is kept on it (keep = false). "
    "Change that, and open the session again.",
)


class _TurnsAside:
    """Turns that were put aside one after another. Of each only the question is in memory, unless it is looked at."""

    def __init__(self, beside: Path | None) -> None:
        self.mark = object()
        """What tells these turns from those of another history, and keeps none of them in memory."""
        self._spill = Spill(beside, ROOM)
        self._ends = array("Q", [0])
        self._questions: list[str | None] = []
        self._as_they_are: dict[int, Turn] = {}
        self._held: WeakValueDictionary[int, Turn] = WeakValueDictionary()
        self._recent: deque[tuple[Turn, int]] = deque()

    def __len__(self) -> int:
        return len(self._questions)

    def append(self, turn: Turn, data: bytes) -> None:
        """Put one more turn aside, as `data` (see `_written`); one that has none stays in memory."""
        number = len(self._questions)
        if data:
            self._held[number] = turn
        else:
            self._as_they_are[number] = turn
        self._questions.append(turn.question and turn.question[:MAX_QUESTION_CHARS])
        self._ends.append(self._spill.append(data) + len(data))

    def hold(self, number: int) -> Turn:
        """A turn, which stays in memory for a while."""
        turn = self.look(number)
        if number not in self._held and number not in self._as_they_are:
            self._held[number] = turn
            self._recent.append((turn, self._ends[number + 1] - self._ends[number]))
            while len(self._recent) > 1 and _is_much(len(self._recent), sum(size for _, size in self._recent)):
                self._recent.popleft()
        return turn

    def look(self, number: int) -> Turn:
        """A turn as somebody holds it, else as it was put aside."""
        return self._as_they_are.get(number) or self._held.get(number) or self._read(number)

    def heading(self, number: int) -> Turn:
        """A turn of which nothing but the question may be known."""
        return self._as_they_are.get(number) or Turn(self._questions[number])

    def _read(self, number: int) -> Turn:
        begin, end = self._ends[number], self._ends[number + 1]
        try:
            turn = cast(Turn, pickle.loads(self._spill.read(begin, end - begin)))
        except OSError as error:
            why = NO_ROOM if error.errno == ENOSPC else LOST
            return replace(self.heading(number), parts=(why,), end=Stop())
        known = self._questions[number]
        return replace(turn, question=known) if turn.question == known else turn  # whoever keeps it keeps no copy


class PastTurns(Sequence[Turn]):
    """Turns of which the first so many are put aside.

    A turn stays the same object as long as anybody holds it. Any thread may iterate over them; only the event loop's
    may take them by their numbers: such stay in memory for a while.
    """

    def __init__(self, aside: _TurnsAside, count: int, rest: tuple[Turn, ...]) -> None:
        self._aside = aside
        self._count = count
        self._rest = rest

    def __len__(self) -> int:
        return self._count + len(self._rest)

    @overload
    def __getitem__(self, number: int) -> Turn: ...
    @overload
    def __getitem__(self, number: slice) -> "tuple[Turn, ...] | PastTurns": ...
    def __getitem__(self, number: int | slice) -> "Turn | tuple[Turn, ...] | PastTurns":
        if isinstance(number, slice):
            numbers = range(len(self))[number]
            if numbers.start == 0 and numbers.step == 1:
                count = min(self._count, len(numbers))
                return PastTurns(self._aside, count, self._rest[: len(numbers) - count])
            return tuple(self[at] for at in numbers)
        number = range(len(self))[number]
        return self._aside.hold(number) if number < self._count else self._rest[number - self._count]

    def __iter__(self) -> Iterator[Turn]:
        yield from map(self._aside.look, range(self._count))
        yield from self._rest

    def __add__(self, turns: tuple[Turn, ...]) -> "PastTurns":
        return PastTurns(self._aside, self._count, self._rest + turns)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PastTurns | tuple) and tuple(self) == tuple(cast(Iterable[object], other))

    @property
    def unchanging(self) -> tuple[object, int]:
        """A mark and a number: where both are the same as before, so are this many of the first turns."""
        return self._aside.mark, self._count

    def headings(self) -> Iterator[Turn]:
        """The turns, of some nothing but the question: for what is asked of all of them at once."""
        yield from map(self._aside.heading, range(self._count))
        yield from self._rest


class LongReplay:
    """Tells the conversation of a stored history of any length: what is over is put aside as it goes on.

    The turns are put beside a file of the user's, or compressed into memory where `beside` is None: see `ROOM`.
    """

    def __init__(self, beside: Path | None) -> None:
        self._builder = TranscriptBuilder(Transcript())
        self._aside = _TurnsAside(beside)
        self._rest: deque[tuple[Turn, bytes]] = deque()
        self._rest_bytes = 0

    def add(self, events: Iterable[Event]) -> None:
        """Take more events in, oldest first."""
        for event in events:
            self._builder.add(event)
            if isinstance(event, UserInput | Stop):
                self._put_aside(self._builder.take_past())

    def _put_aside(self, turns: Iterable[Turn]) -> None:
        for turn in turns:
            data = _written(turn)
            self._rest.append((turn, data))
            self._rest_bytes += len(data)
        while len(self._rest) > 1 and _is_much(len(self._rest), self._rest_bytes):
            turn, data = self._rest.popleft()
            self._rest_bytes -= len(data)
            self._aside.append(turn, data)

    def build(self) -> Transcript:
        """The conversation. A last turn without an end is left open: see `tui.conversation.transcript.interrupt`."""
        rest = tuple(turn for turn, _ in self._rest)
        past = PastTurns(self._aside, len(self._aside), rest) if len(self._aside) else rest
        return replace(self._builder.build(), past=past)


def _is_much(turns: int, size: int) -> bool:
    return turns > KEPT or size > MAX_KEPT_BYTES


def _written(turn: Turn) -> bytes:
    """A turn as bytes. They never leave the process: that is why `pickle` will do.

    b"" for one that the server may not know, since more is asked of it than its question, and for one that is nested
    too deeply to be written.
    """
    with suppress(RecursionError):
        return b"" if turn.asked_here else pickle.dumps(turn, pickle.HIGHEST_PROTOCOL)
    return b""
