"""Bodies of answers that mean harm by their size, their number or their shape: made as they are sent, never held."""

import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import TypeAlias

MEGABYTE = 1_000_000
PIECE_BYTES = 256 * 1024

Pieces: TypeAlias = Iterable[bytes]

_GZIP = zlib.MAX_WBITS | 16


@dataclass(frozen=True)
class Body:
    """An answer. `pieces` makes its body anew each time that it is asked for."""

    pieces: Callable[[], Pieces]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


def body(value: object, status: int = 200) -> Body:
    """A JSON value that is small enough to be made at once."""
    return Body(lambda: [json.dumps(value).encode()], status)


def streamed(events: Callable[[], Pieces]) -> Body:
    """A stream of server-sent events."""
    return Body(lambda: _gathered(events()), headers={"Content-Type": "text/event-stream"})


def compressed(pieces: Callable[[], Pieces]) -> Body:
    """The same in gzip: a thousandth of what it becomes, where it repeats itself."""
    return Body(lambda: _zipped(pieces()), headers={"Content-Encoding": "gzip"})


def event(value: object) -> bytes:
    """One server-sent event."""
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def sent(text: Pieces) -> Pieces:
    """The server-sent event whose data is this JSON text, which has no line end."""
    return chain([b"data: "], text, [b"\n\n"])


def long_text(before: str, after: str, length: int, filled_with: bytes = b"word ") -> Iterator[bytes]:
    """A JSON text with a string of so many bytes between what comes before and after it."""
    piece = filled_with * (PIECE_BYTES // len(filled_with))
    yield before.encode()
    for _ in range(length // len(piece)):
        yield piece
    yield after.encode()


def listed(before: bytes, element: bytes, times: int, after: bytes) -> Iterator[bytes]:
    """A JSON array in which one element is repeated, between what comes before and after it."""
    together = max(1, PIECE_BYTES // len(element))
    yield before
    for _ in range(times // together):
        yield (element + b",") * together
    yield element + after


def numbered(template: str, times: int) -> Iterator[bytes]:
    """A text for each number, which it has in place of each `#`."""
    pieces = template.encode().split(b"#")
    for number in range(times):
        yield (b"%d" % number).join(pieces)


def endless(piece: bytes) -> Iterator[bytes]:
    return repeat(piece * max(1, PIECE_BYTES // len(piece)))


def _gathered(pieces: Pieces) -> Iterator[bytes]:
    """The same bytes in larger pieces, so that the sending costs next to nothing."""
    gathered = bytearray()
    for piece in pieces:
        gathered += piece
        if len(gathered) >= PIECE_BYTES:
            yield bytes(gathered)
            gathered.clear()
    yield bytes(gathered)


def _zipped(pieces: Pieces) -> Iterator[bytes]:
    deflate = zlib.compressobj(9, zlib.DEFLATED, _GZIP)
    for piece in pieces:
        if out := deflate.compress(piece):
            yield out
    yield deflate.flush()
