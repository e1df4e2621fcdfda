"""The interim answers before the answer to a request (RFC 9110, 15.2): few of them are read, and in small pieces.

A service may send as many 1xx answers as it likes, 2,600 of them in what is read at once. h11 parses each in its own
time, one after the other, and httpcore reads on until the final one comes: nothing else would run for as long.

httpcore tells of each connection that is made by its `trace` extension, one of those that httpx documents.
"""

import re
from typing import Any

import httpx

from tui.api import errors

PIECE_BYTES = 1024
"""So much is read at once until the final answer begins: what h11 makes of it takes 2 ms at most."""

MAX_INTERIM_BYTES = 16 * 1024

_FINAL = re.compile(rb"\n\r?\nHTTP/1\.[01] [2-9]")
_BEFORE = b"\n\n"
"""What an answer comes after, for the pattern: nothing else stands between it and the request."""

_SPLIT_BYTES = 16
"""More than the pattern matches: a piece may end in the middle of it."""


class _Answers:
    """Reads the answers on one connection."""

    def __init__(self, connection: Any) -> None:
        self._read, self._write = connection.read, connection.write
        self._before: bytes | None = None
        self._left = 0
        connection.read, connection.write = self.read, self.write

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._before, self._left = _BEFORE, MAX_INTERIM_BYTES
        await self._write(buffer, timeout)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._before is None:
            data: bytes = await self._read(max_bytes, timeout)
            return data
        if self._left <= 0:
            raise errors.NotTheApiError("The server sends interim answers (HTTP 1xx) only. Check the base URL.")
        data = await self._read(min(max_bytes, PIECE_BYTES), timeout)
        text = self._before + data
        self._before = None if _FINAL.search(text) else text[-_SPLIT_BYTES:]
        self._left -= len(data)
        return data


async def _on_trace(event: str, info: dict[str, Any]) -> None:
    if event.endswith(("connect_tcp.complete", "start_tls.complete")):
        _Answers(info["return_value"])


async def limit_interim(request: httpx.Request) -> None:
    """A hook for each request of a client. Where too many interim answers come, sending raises NotTheApiError."""
    request.extensions["trace"] = _on_trace
