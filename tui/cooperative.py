"""Long work on the event loop, done in slices, so that keys and frames in between are not held up."""

import asyncio
import sys
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import TypeVar, cast

SLICE_SECONDS = 0.004
"""Seconds of work after which others get their turn: with the step that is begun then, a third of a frame."""

PAUSE_SECONDS = 0.001
"""Seconds that the others get. A key passes through several tasks: without a pause each would wait for a slice."""

LONG_PAUSE_SECONDS = 0.012
"""The same, of work that nobody waits for: two thirds of the time are left to the keys."""

THREAD_SECONDS = 0.001
"""Seconds that a thread computes while another one waits. A key waits several times, of Python's own 5 ms too long."""

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def hurry_threads() -> None:
    """Have the threads that compute take turns so quickly that the event loop waits for none of them."""
    sys.setswitchinterval(THREAD_SECONDS)


def run_at_once(steps: Generator[None, None, _Result]) -> _Result:
    """The value of a generator that is run to its end."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return cast(_Result, end.value)


async def run_in_thread(work: Callable[[Iterator[_Item]], _Result], items: Iterable[_Item]) -> _Result:
    """What `work` returns that goes through items in a thread of its own. Where its caller is cancelled, it gets an
    InterruptedError instead of the next item.
    """
    is_over = False

    def until_over() -> Iterator[_Item]:
        for item in items:
            if is_over:
                raise InterruptedError
            yield item

    try:
        return await asyncio.to_thread(work, until_over())
    finally:
        is_over = True


class Slices:
    """The work of one coroutine, of which others wait for no more than a slice.

    `pause`: seconds that the others get after each.
    """

    def __init__(self, pause: float = PAUSE_SECONDS) -> None:
        self._pause = pause
        self._pause_at = time.monotonic() + SLICE_SECONDS

    async def let_others_run(self) -> None:
        """Called between two steps: pause where the slice is over."""
        if time.monotonic() > self._pause_at:
            await asyncio.sleep(self._pause)
            self._pause_at = time.monotonic() + SLICE_SECONDS


async def run_in_slices(steps: Generator[None, None, _Result], pause: float = PAUSE_SECONDS) -> _Result:
    """The value of a generator that is run to its end, with pauses for other tasks. No step is interrupted."""
    await asyncio.sleep(0)  # what the caller did just now is not part of the first slice
    slices = Slices(pause)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return cast(_Result, end.value)
        await slices.let_others_run()
