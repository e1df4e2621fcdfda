"""How long the server waits for its clients, and for how many: nobody needs the key to open a connection.

It relies on what uvicorn's `H11Protocol` (0.40 and later) has: `connections`, `conn`, `transport`, and the methods that
asyncio calls. `tests/local/test_connections.py` finds out where that no longer holds.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_TIMEOUT = 10.0
"""Seconds for a request's head, from its first byte or the begin of the connection."""

IDLE_TIMEOUT = 60
"""Seconds that a connection is kept open between two requests."""

MAX_CONNECTIONS = 256
"""Where more are open, the one that has waited longest without a whole request is closed."""

LOG_SECONDS = 60.0
"""A logger of a library says the same kind of thing at most this often."""


class PatientProtocol(H11Protocol):
    """Closes a connection without a whole head in `HEAD_TIMEOUT`, and the longest waiting one where there are many."""

    waiting: ClassVar[dict["PatientProtocol", asyncio.TimerHandle]] = {}
    """The connections that a head is expected of, the oldest first, each with what will close it."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._expect_head()
        if len(self.connections) > MAX_CONNECTIONS:
            next(iter(self.waiting)).drop()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._expect_nothing()
        elif self not in self.waiting:
            self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._expect_nothing()
        super().connection_lost(exc)

    def drop(self) -> None:
        """Close the connection without an answer."""
        self._expect_nothing()
        self.connections.discard(self)
        self.transport.abort()

    def _expect_head(self) -> None:
        self.waiting[self] = asyncio.get_running_loop().call_later(HEAD_TIMEOUT, self.drop)

    def _expect_nothing(self) -> None:
        if timer := self.waiting.pop(self, None):
            timer.cancel()


def seldom() -> Callable[[logging.LogRecord], bool]:
    """A filter that lets one record through each `LOG_SECONDS`: what clients do must not fill the disk."""
    allowed_at = 0.0

    def is_time(_: logging.LogRecord) -> bool:
        nonlocal allowed_at
        now = time.monotonic()
        if now < allowed_at:
            return False
        allowed_at = now + LOG_SECONDS
        return True

    return is_time


def allow_many_files() -> None:
    """Have as many files and connections open as the system lets this process have."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
