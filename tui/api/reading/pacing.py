"""Reading a stream of small pieces: together, where they come fast, and never for long in one go.

A service sends an answer word by word, each in a packet of its own. To be woken for each costs more than what is then
done with it, and nobody sees words come faster than frames do. So after a small read the next one waits for a moment,
and the system keeps what comes meanwhile. Large reads follow each other at once: there is more than fits into one.

httpx tells which connection a response is read from (`network_stream`, one of its documented extensions); its `read` is
what waits here. A response without one is read as it comes.
"""

import asyncio
import time
from typing import Any

import httpx

from tui.cooperative import Slices

READ_SECONDS = 1 / 20
"""Seconds from one small read to the next."""

SMALL_BYTES = 8 * 1024
"""A read of fewer bytes has emptied the connection."""


class PacedReading:
    """Paces the reads of one response."""

    def __init__(self, response: httpx.Response) -> None:
        self._slices = Slices()
        self._next_at = 0.0
        connection: Any = response.extensions.get("network_stream")
        if connection is not None:
            self._read = connection.read
            connection.read = self._read_paced

    async def _read_paced(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if (wait := self._next_at - time.monotonic()) > 0:
            await asyncio.sleep(wait)
        data: bytes = await self._read(max_bytes, timeout)
        self._slices = Slices()
        self._next_at = time.monotonic() + READ_SECONDS if len(data) < SMALL_BYTES else 0.0
        return data

    async def let_others_run(self) -> None:
        """Called with each piece that was read: pause where the pieces of one read take long."""
        await self._slices.let_others_run()
