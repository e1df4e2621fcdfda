"""From the threads that wait for the terminal, back to the event loop."""

import asyncio
from collections.abc import Callable
from contextlib import suppress


def call_on(loop: asyncio.AbstractEventLoop, act: Callable[[], object]) -> None:
    """Have something called on the event loop, from another thread."""
    with suppress(RuntimeError):  # the loop is closed: nobody waits any more
        loop.call_soon_threadsafe(act)
