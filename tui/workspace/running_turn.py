"""One turn on its way: its question is in the journal, its events are entered there and folded as they arrive."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import aclosing
from itertools import islice
from time import monotonic, perf_counter
from typing import cast

from tui.api.models import Event, Text, Thinking, ThinkingDelta, ToolResult
from tui.conversation.transcript_builder import TranscriptBuilder
from tui.cooperative import PAUSE_SECONDS
from tui.lazy_dataclass import dataclass
from tui.workspace.state import WorkspaceState

FRAME_SECONDS = 1 / 30
"""Streamed events are folded at most this often, however fast they arrive: the first at once, later ones together."""

FOLD_SECONDS = 0.006
"""Seconds of folding in one go; then others get their turn."""

CATCH_UP_SECONDS = 0.004
"""Where events are left after that, folding goes on after this pause."""

FOLDED_TOGETHER = 200
"""Events that are folded between two looks at the clock."""

MAX_WAITING = 2000
"""Where so many events wait to be folded, none is received until some are."""

JOURNAL_SECONDS = 0.4
"""An event is in the journal this many seconds after it arrived, or when what is being written just then is."""

BUSY_SECONDS = 0.02
"""Where the store is in use then, it is looked at again after this pause."""

JOURNALED_TOGETHER = 500
"""Where so many events have arrived before that, they are entered at once: to write more would hold up a key."""

LONG_CHARS = 1_000_000
"""An event with a text of so many characters is entered by itself: two would hold up a key."""

MANY_VALUES = 2000
"""So is one with so many values."""


@dataclass(frozen=True, slots=True)
class TurnClock:
    """Seconds since a turn's question was sent, and since the server last sent anything."""

    running: float
    silent: float


class RunningTurn:
    """Receives the events of a question that is asked once."""

    def __init__(self, state: WorkspaceState, turn_id: int, session_id: str, question: str) -> None:
        self._state = state
        self.id = turn_id
        self.session_id = session_id
        self.question = question
        self.is_stopped = False
        self.ended = asyncio.Event()
        """Set when the turn is over, however it ended."""
        self._began = self._heard = monotonic()
        self._thinks_since: float | None = None
        self._task: asyncio.Task[object] | None = None
        self._to_fold: deque[Event] = deque()
        self._folded_at = 0.0
        self._has_room = asyncio.Event()
        self._to_journal: list[Event] = []

    @property
    def clock(self) -> TurnClock:
        """How long it runs by now."""
        now = monotonic()
        return TurnClock(now - self._began, now - self._heard)

    def stop(self) -> None:
        """Listen no longer, because the user said so."""
        self.is_stopped = True
        if self._task is not None:
            self._task.cancel()

    async def receive(self, events: AsyncGenerator[Event, None]) -> Event | None:
        """Take events in until they end, and return the last. Whatever ends them, all that arrived is kept."""
        self._task = asyncio.current_task()
        event: Event | None = None
        try:
            async with aclosing(events):
                if self.is_stopped:
                    raise asyncio.CancelledError
                async for event in events:
                    self._take(event)
                    if _is_long(event):
                        await asyncio.sleep(PAUSE_SECONDS)  # to receive it has taken long, as to write it does
                        await self._journal_when_free()
                        await asyncio.sleep(PAUSE_SECONDS)
                    elif len(self._to_journal) >= JOURNALED_TOGETHER:
                        await self._journal_when_free()
                    if len(self._to_fold) >= MAX_WAITING:
                        self._has_room.clear()
                        await self._has_room.wait()
                await self._journal_when_free()
        finally:
            self._task = None
            self._fold(whole=True)
            self._journal()
        return event

    def _take(self, event: Event) -> None:
        self._heard = monotonic()
        loop = asyncio.get_running_loop()
        if not self._to_fold:
            loop.call_at(max(loop.time(), self._folded_at + FRAME_SECONDS), self._fold)
        self._to_fold.append(event)
        self._to_journal.append(event)
        if len(self._to_journal) == 1:
            loop.call_later(JOURNAL_SECONDS, self._journal_if_free)

    def _fold(self, *, whole: bool = False) -> None:
        """Fold what has arrived: all of it, or as much as fits into `FOLD_SECONDS`, and the rest a moment later."""
        if not self._to_fold:
            return
        self._folded_at = asyncio.get_running_loop().time()
        builder, until = TranscriptBuilder(self._state.transcripts[self.session_id]), perf_counter() + FOLD_SECONDS
        while self._to_fold and (whole or perf_counter() < until):
            for _ in range(min(FOLDED_TOGETHER, len(self._to_fold))):
                event = self._to_fold.popleft()
                builder.add(event)
                self._time(builder, event)
        self._state.put(self.session_id, builder.build())
        if self._to_fold:
            asyncio.get_running_loop().call_later(CATCH_UP_SECONDS, self._fold)
        if len(self._to_fold) < MAX_WAITING:
            self._has_room.set()

    def _time(self, builder: TranscriptBuilder, event: Event) -> None:
        if not isinstance(event, ThinkingDelta):
            self._thinks_since = None
            return
        now = monotonic()
        self._thinks_since = self._thinks_since or now
        builder.time_thought(now - self._thinks_since)

    async def _journal_when_free(self) -> None:
        while self._state.store.journal.is_busy:
            await asyncio.sleep(BUSY_SECONDS)
        self._journal()

    def _journal_if_free(self) -> None:
        if not self._state.store.journal.is_busy:
            self._journal()
        elif self._to_journal:
            asyncio.get_running_loop().call_later(BUSY_SECONDS, self._journal_if_free)

    def _journal(self) -> None:
        arrived, self._to_journal = self._to_journal, []
        if arrived:
            self._state.store.journal.append(self.id, arrived)


def _is_long(event: Event) -> bool:
    """Whether an event takes long to be written: it has a long text, or many values."""
    match event:
        case Text(content=text) | Thinking(content=text):
            return len(text) >= LONG_CHARS
        case ToolResult(result=result):
            return _is_long_value(result)
        case _:
            return False


def _is_long_value(value: object) -> bool:
    rest, chars = [value], 0
    for _ in range(MANY_VALUES):
        if not rest:
            break
        part = rest.pop()
        if isinstance(part, str):
            chars += len(part)
        elif isinstance(part, dict):
            rest += islice(cast(dict[str, object], part).values(), MANY_VALUES)
        elif isinstance(part, list):
            rest += cast(list[object], part)[:MANY_VALUES]
    return bool(rest) or chars >= LONG_CHARS
