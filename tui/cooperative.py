"""Long work on the event loop, done in slices, so that keys and frames in between are not held up."""

import asyncio
import time
from collections.abc import Generator
from typing import TypeVar, cast

SLICE = 0.008
"""Seconds after which others get their turn: half a frame."""

PAUSE = 0.001
"""Seconds that others have. A key passes through several tasks: with no time between, each would wait for a slice."""

_Result = TypeVar("_Result")


async def run_in_slices(steps: Generator[None, None, _Result]) -> _Result:
    """Take all steps of a generator and return its value. A single step is never interrupted."""
    pause_at = time.monotonic() + SLICE
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return cast(_Result, end.value)
        if time.monotonic() > pause_at:
            await asyncio.sleep(PAUSE)
            pause_at = time.monotonic() + SLICE
