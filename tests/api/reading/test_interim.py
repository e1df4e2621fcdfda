"""Interim answers before the answer: a few are read over, and no service can keep the client with them."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.api.raw_server import Reply, endlessly, pieces, serving
from tui.api import errors
from tui.api.client import Client
from tui.api.connection import Connection
from tui.api.reading.interim import MAX_INTERIM_BYTES, PIECE_BYTES, limit_interim

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
NONE = b'{"items": [], "next_page_token": null}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(NONE)


async def no_wait(_: float) -> None: ...


async def listed(*replies: Reply, times: int = 1, keeps_open: bool = False) -> int:
    """How many sessions are listed by that many requests, over how many connections."""
    async with serving(*replies, keeps_open=keeps_open) as asked:
        client = Client(Connection(asked.base_url), sleep=no_wait)
        for _ in range(times):
            assert not (await client.sessions()).items
        await client.aclose()
    return asked.connections


@pytest.mark.fault(27)
async def test_interim_answers_without_end_are_given_up():
    async with serving(endlessly(b"", CONTINUE * 4000)) as asked:
        client = Client(Connection(asked.base_url), sleep=no_wait)
        with pytest.raises(errors.NotTheApiError) as caught:
            await asyncio.wait_for(client.sessions(), 20)
        await client.aclose()
    assert "interim answers" in caught.value.message


@pytest.mark.parametrize("size", [1, 7, len(CONTINUE), 10_000])
async def test_a_few_interim_answers_are_read_over_however_they_are_cut(size: int):
    sent = CONTINUE * 20 + HEAD + NONE
    cut = [sent[at : at + size] for at in range(0, len(sent), size)]
    assert await listed(pieces(cut, b"")) == 1


async def test_each_answer_on_a_connection_may_have_as_many_before_it():
    whole = pieces([CONTINUE * (MAX_INTERIM_BYTES // len(CONTINUE) - 1), HEAD + NONE], b"")
    assert await listed(whole, times=3, keeps_open=True) == 1


class Connected:
    """A connection over which the same bytes come without an end."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.asked_for: list[int] = []

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        del timeout
        self.asked_for.append(max_bytes)
        return self.data[:max_bytes]

    async def write(self, buffer: bytes, timeout: float | None = None) -> None: ...


async def connected(data: bytes) -> Connected:
    request, connection = httpx.Request("GET", "http://127.0.0.1/"), Connected(data)
    await limit_interim(request)
    trace: Any = request.extensions["trace"]
    await trace("connection.connect_tcp.complete", {"return_value": connection})
    await connection.write(b"GET / HTTP/1.1\r\n\r\n")
    return connection


@pytest.mark.parametrize("data", [CONTINUE * 4000, (b"X: HTTP/1.1 200\r\n" + CONTINUE) * 4000])
async def test_interim_answers_are_read_in_small_pieces(data: bytes):
    connection = await connected(data)
    for _ in range(MAX_INTERIM_BYTES // PIECE_BYTES):
        await connection.read(65536)
    assert set(connection.asked_for) == {PIECE_BYTES}


async def test_the_answer_is_read_in_large_pieces():
    connection = await connected(HEAD + NONE * 4000)
    await connection.read(65536)
    assert len(await connection.read(65536)) == 65536


async def test_answers_over_a_secure_connection_are_limited_too():
    request, connection = httpx.Request("GET", "https://127.0.0.1/"), Connected(CONTINUE * 4000)
    await limit_interim(request)
    trace: Any = request.extensions["trace"]
    await trace("connection.start_tls.complete", {"return_value": connection})
    await connection.write(b"GET / HTTP/1.1\r\n\r\n")
    assert len(await connection.read(65536)) == PIECE_BYTES
