"""Server-sent events from an HTTP response: httpx-sse decodes; what it lacks is mended around it, here.

- Always UTF-8, whatever the charset says, without a byte order mark; bytes that are no UTF-8 become U+FFFD.
- No event for empty data: comments, `retry:` and `id:` alone make none by the specification, and an empty `data:` line,
  which does, cannot be JSON.
- An event has a greatest size, so that a line without an end cannot fill the memory.
- Silence is measured between events, not bytes: comments that keep a connection open do not count. And it is measured
  in time that this program ran: after Ctrl+Z or a laptop's sleep, what waits in the socket is read first. Then the line
  has a few seconds to show that it lives, by any byte: one that broke during the sleep would never say so.

Source: WHATWG HTML, section 9.2 (server-sent events).
"""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from contextlib import aclosing
from typing import TypeVar

import httpx
from httpx_sse import EventSource, ServerSentEvent

from tui.api.reading.pacing import PacedReading
from tui.lazy_dataclass import dataclass

T = TypeVar("T")


NAP_SECONDS = 60.0
"""Where so much time passed between two checks of the silence, the machine slept, or the program was stopped."""

AFTER_NAP_SECONDS = 4.0
"""Seconds to wait, after that, for a byte of a stream."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a stream may be silent, and how large its events may be."""

    first_event_timeout: float = 120.0
    """Seconds to wait for the first event."""

    next_event_timeout: float = 300.0
    """Seconds to wait for each later event."""

    event_bytes: int = 4 * 1024 * 1024
    """Greatest size of one event: it is decoded between two keys."""

    tick_seconds: float = 0.25
    """Seconds between two checks of the silence so far. A longer pause of the whole program counts as two of them."""


class SilentError(Exception):
    """No event for too long."""


class DeadLineError(SilentError):
    """Nothing at all after a nap."""


class TooLargeError(Exception):
    """An event is larger than the limit."""


class Watch:
    """Counts silence, and bytes, from the last event. After a nap it also waits for a sign of life.

    Naps are told by the wall clock: the monotonic one stands still while some machines sleep.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._limit = limits.first_event_timeout
        self._silence = 0.0
        self._bytes = 0
        self._dead_at: float | None = None
        """The silence at which the line is given up for dead, unless a byte comes before."""

        self._counted_at = 0.0, 0.0
        self._waiting: asyncio.Timeout | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._error: SilentError | None = None

    def event_seen(self) -> None:
        """Count from here."""
        self._limit = self._limits.next_event_timeout
        self._silence = 0.0
        self._bytes = 0

    def received(self, count: int) -> None:
        """Count bytes. TooLargeError if they cannot be one event."""
        self._dead_at = None
        self._bytes += count
        if self._bytes > self._limits.event_bytes:
            raise TooLargeError

    async def over(self, step: Awaitable[T]) -> T:
        """Wait for a step, for as long as silence may last. SilentError after that; the step is then cancelled."""
        try:
            async with asyncio.timeout(None) as self._waiting:
                self._counted_at = time.monotonic(), time.time()
                self._tick_again()
                return await step
        except TimeoutError:
            if self._error is None:
                raise
            raise self._error from None
        finally:
            self._count()
            self._waiting = None

    def _tick_again(self) -> None:
        """Have a look at the silence in a moment. One timer goes on through all steps: one for each would cost more."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._limits.tick_seconds, self._tick)

    def _tick(self) -> None:
        self._timer = None
        if self._waiting is None:
            return
        self._count()
        self._error = self._problem()
        if self._error is None:
            self._tick_again()
        else:
            self._waiting.reschedule(asyncio.get_running_loop().time())

    def _problem(self) -> SilentError | None:
        if self._silence > self._limit:
            return SilentError()
        if self._dead_at is not None and self._silence > self._dead_at:
            return DeadLineError()
        return None

    def _count(self) -> None:
        """Count the time since it was counted last."""
        (last, wall), self._counted_at = self._counted_at, (time.monotonic(), time.time())
        now, wall_now = self._counted_at
        self._silence += min(now - last, 2 * self._limits.tick_seconds)
        if wall_now - wall > NAP_SECONDS:
            self._dead_at = self._silence + AFTER_NAP_SECONDS


async def events(response: httpx.Response, watch: Watch) -> AsyncGenerator[ServerSentEvent, None]:
    """The events of an open response, which the caller closes.

    Raises SilentError, TooLargeError, and what httpx raises on a broken connection.
    """
    reading = PacedReading(response)
    mended = httpx.Response(
        200,
        headers={"Content-Type": "text/event-stream"},
        stream=_Watched(response, watch),
        default_encoding="utf-8-sig",
    )
    async with aclosing(EventSource(mended).aiter_sse()) as decoded:
        async for event in decoded:
            if event.data:
                watch.event_seen()
                yield event
            await reading.let_others_run()


class _Watched(httpx.AsyncByteStream):
    def __init__(self, response: httpx.Response, watch: Watch) -> None:
        self._response = response
        self._watch = watch

    async def __aiter__(self) -> AsyncIterator[bytes]:
        chunks = self._response.aiter_raw()
        while True:
            try:
                chunk = await self._watch.over(anext(chunks))
            except StopAsyncIteration:
                return
            self._watch.received(len(chunk))
            yield chunk
