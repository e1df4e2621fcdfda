"""Turns as a test receives them: recorded streams in any pieces, and servers that break off."""

import json
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path

import httpx
import pytest

from tui.api import errors
from tui.api.client import Client
from tui.api.connection import Connection
from tui.api.models import (
    Event,
    Session,
)
from tui.api.sse import Limits
from tui.api.stream import stream_turn

STREAMS = {path.stem: path for path in (Path(__file__).parent.parent / "streams").glob("*.sse")}
WHOLE = sorted(set(STREAMS) - {"no_final_blank_line"})
BOUND = Session("ses-1", index_ids=("idx-1",))
IMPATIENT = Limits(first_event_timeout=0.3, next_event_timeout=0.3, tick_seconds=0.02)
STOP = b'data: {"type":"stop","is_error":false,"error":null,"usage":{}}\n\n'
HI = b'data: {"type":"text_delta","content":"hi"}\n\n'


def event_bytes(**fields: object) -> bytes:
    return b"data: " + json.dumps(fields).encode() + b"\n\n"


class Pieces(httpx.AsyncByteStream):
    def __init__(self, chunks: Sequence[bytes]) -> None:
        self._chunks = chunks

    async def __aiter__(self):
        for chunk in self._chunks:
            yield chunk


def client_of(chunks: Sequence[bytes], content_type: str = "text/event-stream") -> Client:
    """A client whose every request is answered by these bytes, without a socket."""
    headers = {"Content-Type": content_type} if content_type else {}
    answer = httpx.MockTransport(lambda _: httpx.Response(200, headers=headers, stream=Pieces(chunks)))
    return Client(Connection("https://api.test"), transport=answer)


async def turn(
    client: Client, session: Session = BOUND, prompt: str = "why?", limits: Limits = IMPATIENT
) -> list[Event]:
    async with aclosing(stream_turn(client, session, prompt, limits=limits)) as events:
        return [event async for event in events]


async def replayed(chunks: Sequence[bytes], content_type: str = "text/event-stream") -> list[Event]:
    return await turn(client_of(chunks, content_type))


async def until_broken(client: Client, limits: Limits = IMPATIENT) -> tuple[list[Event], errors.ApiError]:
    """The events before the turn breaks, and the error that ends it."""
    got: list[Event] = []

    async def read() -> None:
        async with aclosing(stream_turn(client, BOUND, "why?", limits=limits)) as events:
            async for event in events:
                got.append(event)

    with pytest.raises(errors.ApiError) as broken:
        await read()
    return got, broken.value


def cut(text: bytes, size: int) -> list[bytes]:
    return [text[i : i + size] for i in range(0, len(text), size)]
