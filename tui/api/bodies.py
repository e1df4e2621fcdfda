"""Bodies of answers, read up to a limit: what a server sends decides neither how long that takes nor how much it fills.

Short ones are held in memory. The body of a session may be long: it is put aside while it comes.

They are decompressed here and not by httpx, which expands each piece whole: a few kilobytes may be a gigabyte.
"""

import asyncio
import zlib
from bisect import bisect_right
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from pathlib import Path

import httpx

from tui.api import decoding
from tui.api.errors import NoAnswerError, TooLargeAnswerError
from tui.api.models import Event
from tui.cooperative import Slices
from tui.files.spill import Spill, why_not_written
from tui.sanitize import clean_line

ACCEPTED = "gzip"
"""The one compression that is asked for, and read."""

_GZIP = zlib.MAX_WBITS | 16
_PIECE_BYTES = 64 * 1024


MAX_ANSWER_BYTES = 4 * 1024 * 1024
"""Longest answer that is read, decompressed; a page of a thousand sessions has about 300 kB."""

MAX_SESSION_BYTES = 512 * 1024 * 1024
"""Longest session that is read; one of 30,000 turns has about 180 MB."""

MAX_HELD_BYTES = 110 * 1024 * 1024
"""Bytes of a session that are held in memory where they cannot be put on the disk."""

START_BYTES = 4096
"""Bytes of a session's body that are kept for a message."""

START_TIMEOUT = 5.0
"""Seconds for the start of a body that is only wanted for its message."""

_PUT_ASIDE_BYTES = 256 * 1024
"""Bytes that are put aside at once: less is held in memory."""


class SessionBody:
    """The body of a session with all its events, as the server sent it.

    It is on the disk beside a file of the user's, or in memory where `beside` is None. It may be read again and again.
    """

    def __init__(self, beside: Path | None) -> None:
        self.start = b""
        self.size = 0
        self._beside = beside
        self._spill = Spill(beside)
        self._places: list[tuple[int, int]] = []
        self._last = bytearray()

    def write(self, data: bytes) -> None:
        """Add the bytes that came next."""
        self.start += data[: START_BYTES - len(self.start)]
        self.size += len(data)
        self._last += data
        if len(self._last) >= _PUT_ASIDE_BYTES:
            self._places.append((self._spill.append(bytes(self._last)), len(self._last)))
            self._last.clear()

    @property
    def held_bytes(self) -> int:
        """Bytes of it that are in memory."""
        return self._spill.held_bytes + len(self._last)

    def why_held(self) -> str:
        """Why no more of it can be held, in a sentence that says what to do."""
        if self._beside is None or self._spill.failure is None:
            return "One that long can be read where sessions are kept on the disk (keep = true), and not be exported."
        return f"It cannot be put on the disk in {self._beside.parent}: {why_not_written(self._spill.failure)}"

    def pieces(self, start: int = 0) -> Iterator[bytes]:
        """The bytes from a place on, in pieces. NoAnswerError where the disk does not give them back."""
        first = max(0, bisect_right(self._places, (start, MAX_SESSION_BYTES)) - 1)
        for place, size in self._places[first:]:
            try:
                yield self._spill.read(place, size)[max(0, start - place) :]
            except OSError as error:
                raise NoAnswerError(
                    "The session was put on the disk, and could not be read from there: the disk may be failing. Try "
                    "again."
                ) from error
        if self._last:
            yield bytes(self._last[max(0, start - self.size + len(self._last)) :])

    def events(self) -> Iterator[Event]:
        """Its events, without a pause: not for the event loop. The body is one that was read before."""
        return decoding.session_events(self.pieces())


async def whole_body(response: httpx.Response, limit: int) -> bytes:
    """The body, decompressed. TooLargeAnswerError where it is longer than `limit` bytes, of which no more are held."""
    body = bytearray()
    async with aclosing(_pieces(response, limit)) as pieces:
        async for piece in pieces:
            body += piece
            if len(body) > limit:
                raise _too_large(response, limit)
    return bytes(body)


async def short_body(response: httpx.Response) -> bytes:
    """The body of any answer but a session with its events."""
    return await whole_body(response, MAX_ANSWER_BYTES)


async def long_body(response: httpx.Response, beside: Path | None) -> SessionBody:
    """The body of a session, decompressed. TooLargeAnswerError where it is longer than there is room for."""
    body = SessionBody(beside)
    async with aclosing(_pieces(response, MAX_SESSION_BYTES)) as pieces:
        async for piece in pieces:
            body.write(piece)
            if body.held_bytes > MAX_HELD_BYTES:
                size = f"{MAX_HELD_BYTES // 1024**2} MB"
                raise TooLargeAnswerError(f"This session has more than {size}, too much for memory. {body.why_held()}")
            if body.size > MAX_SESSION_BYTES:
                raise _too_large(response, MAX_SESSION_BYTES)
    return body


def _too_large(response: httpx.Response, limit: int) -> TooLargeAnswerError:
    host = clean_line(response.request.url.netloc.decode("ascii", "replace"))
    return TooLargeAnswerError(
        f"{host} sent more than {limit // 1024**2} MB for one answer, so it was not read. The server, or a proxy on "
        "the way, may be at fault. Try again."
    )


async def body_start(response: httpx.Response, limit: int) -> bytes:
    """The first bytes of a body that is only wanted for its message; what cannot be read, or not soon, is left out."""
    body = bytearray()
    try:
        async with asyncio.timeout(START_TIMEOUT), aclosing(_pieces(response, limit)) as pieces:
            async for piece in pieces:
                body += piece
                if len(body) >= limit:
                    break
    except (httpx.RequestError, TooLargeAnswerError):
        return b""
    except TimeoutError:
        pass  # what the answer means is known by its status
    return bytes(body[:limit])


async def _pieces(response: httpx.Response, limit: int) -> AsyncGenerator[bytes, None]:
    """The body, decompressed, in short pieces, between which others get their turn.

    TooLargeAnswerError where more than `limit` bytes were compressed: they may hold nothing, without an end.
    """
    slices = Slices()
    coding = response.headers.get("content-encoding", "identity").strip().lower()
    if coding in ("identity", ""):
        async for chunk in response.aiter_bytes():
            for at in range(0, len(chunk), _PIECE_BYTES):
                yield chunk[at : at + _PIECE_BYTES]
                await slices.let_others_run()
        return
    if coding not in (ACCEPTED, f"x-{ACCEPTED}"):
        raise httpx.DecodingError(f"compressed with {coding}", request=response.request)
    inflate, read = zlib.decompressobj(_GZIP), 0
    async for chunk in response.aiter_raw():
        if inflate.eof:
            return
        read += len(chunk)
        if read > limit:
            raise _too_large(response, limit)
        waiting = chunk
        while waiting:
            try:
                yield inflate.decompress(waiting, _PIECE_BYTES)
            except zlib.error as error:
                raise httpx.DecodingError(str(error), request=response.request) from error
            await slices.let_others_run()
            waiting = inflate.unconsumed_tail
