"""Long work on the event loop, done in slices, so that keys and frames in between are not held up."""

import asyncio
import time
from collections.abc import Generator
from typing import TypeVar, cast

SLICE_SECONDS = 0.006
"""Seconds of work after which others get their turn: with the step that is begun then, half a frame."""

PAUSE_SECONDS = 0.001
"""Seconds that the others get. A key passes through several tasks: without a pause each would wait for a slice."""

_Result = TypeVar("_Result")


def run_at_once(steps: Generator[None, None, _Result]) -> _Result:
    """The value of a generator that is run to its end."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return cast(_Result, end.value)


async def run_in_slices(steps: Generator[None, None, _Result]) -> _Result:
    """The value of a generator that is run to its end, with pauses for other tasks. No step is interrupted."""
    pause_at = time.monotonic() + SLICE_SECONDS
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return cast(_Result, end.value)
        if time.monotonic() > pause_at:
            await asyncio.sleep(PAUSE_SECONDS)
            pause_at = time.monotonic() + SLICE_SECONDS
