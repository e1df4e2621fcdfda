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
"""Seconds for a request's head, from its first byte or the begin of the connection, and for what is still to come of
one that is answered already."""

IDLE_TIMEOUT = 60
"""Seconds that a connection is kept open between two requests."""

MAX_CONNECTIONS = 256
"""Where more are open, the one that has been idle for longest is closed."""

LOG_SECONDS = 60.0
"""A logger of a library says the same kind of thing at most this often."""


class PatientProtocol(H11Protocol):
    """Closes a connection without a whole head in `HEAD_TIMEOUT`, and the one idle for longest where there are many."""

    waiting: ClassVar[dict["PatientProtocol", asyncio.TimerHandle]] = {}
    """The connections that a head is expected of, or the rest of a refused body, each with what will close it."""

    idle: ClassVar[dict["PatientProtocol", None]] = {}
    """The connections without a whole request that is being answered, the one idle for longest first."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._expect_more()
        self.idle[self] = None
        if len(self.connections) > MAX_CONNECTIONS:
            next(iter(self.idle)).drop()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._is_answering:
            self._expect_nothing()
            if self.conn.their_state is not h11.SEND_BODY:
                self.idle.pop(self, None)
        elif self not in self.waiting:
            self._expect_more()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self in self.connections and not self._is_answering:
            self.idle.setdefault(self)
            if self.conn.their_state is h11.SEND_BODY and self not in self.waiting:
                self._expect_more()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget()
        super().connection_lost(exc)

    def drop(self) -> None:
        """Close the connection without an answer."""
        self._forget()
        self.connections.discard(self)
        self.transport.abort()

    @property
    def _is_answering(self) -> bool:
        return self.conn.our_state in (h11.SEND_RESPONSE, h11.SEND_BODY)

    def _forget(self) -> None:
        self._expect_nothing()
        self.idle.pop(self, None)

    def _expect_more(self) -> None:
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
