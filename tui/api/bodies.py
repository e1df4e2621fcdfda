"""Bodies of answers, read up to a limit: what a server sends decides neither how long that takes nor how much it fills.

They are decompressed here and not by httpx, which expands each piece whole: a few kilobytes may be a gigabyte.
"""

import zlib
from collections.abc import AsyncGenerator
from contextlib import aclosing

import httpx

from tui.api.errors import TooLargeAnswerError
from tui.sanitize import clean_line

ACCEPTED = "gzip"
"""The one compression that is asked for, and read."""

_GZIP = zlib.MAX_WBITS | 16
_PIECE_BYTES = 64 * 1024


async def whole_body(response: httpx.Response, limit: int) -> bytes:
    """The body, decompressed. TooLargeAnswerError where it is longer than `limit` bytes, of which no more are held."""
    body = bytearray()
    async with aclosing(_pieces(response)) as pieces:
        async for piece in pieces:
            body += piece
            if len(body) > limit:
                host = clean_line(response.request.url.netloc.decode("ascii", "replace"))
                raise TooLargeAnswerError(
                    f"{host} sent more than {limit // 1024**2} MB for one answer, so it was not read. The server, or a "
                    "proxy on the way, may be at fault. Try again."
                )
    return bytes(body)


async def body_start(response: httpx.Response, limit: int) -> bytes:
    """The first bytes of a body that is only wanted for its message; whatever cannot be read is left out."""
    body = bytearray()
    try:
        async with aclosing(_pieces(response)) as pieces:
            async for piece in pieces:
                body += piece
                if len(body) >= limit:
                    break
    except httpx.RequestError:
        return b""
    return bytes(body[:limit])


async def _pieces(response: httpx.Response) -> AsyncGenerator[bytes, None]:
    """The body in pieces that are never much longer than what came over the wire for them."""
    coding = response.headers.get("content-encoding", "identity").strip().lower()
    if coding in ("identity", ""):
        async for chunk in response.aiter_bytes():
            yield chunk
        return
    if coding not in (ACCEPTED, f"x-{ACCEPTED}"):
        raise httpx.DecodingError(f"compressed with {coding}", request=response.request)
    inflate = zlib.decompressobj(_GZIP)
    async for chunk in response.aiter_raw():
        waiting = chunk
        while waiting:
            try:
                yield inflate.decompress(waiting, _PIECE_BYTES)
            except zlib.error as error:
                raise httpx.DecodingError(str(error), request=response.request) from error
            waiting = inflate.unconsumed_tail
