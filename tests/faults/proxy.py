"""A proxy on loopback between the app and a real server, that does to the turns of a chat what lines and servers do."""

import asyncio
import json
import socket
import ssl
import struct
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urlsplit

PIECE = 4096


@dataclass
class Exchange:
    """A request that came, the way back to the client, and the way on to the server."""

    request: bytes
    to_client: asyncio.StreamWriter
    upstream: tuple[str, int]

    async def answer(self) -> AsyncGenerator[bytes]:
        """Send the request on, and give the answer as it comes."""
        reader, writer = await asyncio.open_connection(*self.upstream)
        try:
            writer.write(self.request)
            await writer.drain()
            while piece := await reader.read(PIECE):
                yield piece
        finally:
            writer.close()

    async def whole_answer(self) -> bytes:
        """Send the request on, and wait until the server has done all of it."""
        return b"".join([piece async for piece in self.answer()])

    async def give(self, data: bytes) -> None:
        self.to_client.write(data)
        await self.to_client.drain()

    def reset(self) -> None:
        """Break the connection off without an end."""
        sock = self.to_client.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.to_client.transport.abort()


Fault: TypeAlias = Callable[[Exchange], Awaitable[None]]


async def no_fault(exchange: Exchange) -> None:
    async with aclosing(exchange.answer()) as pieces:
        async for piece in pieces:
            await exchange.give(piece)


async def byte_by_byte(exchange: Exchange) -> None:
    """Every byte in a packet of its own."""
    exchange.to_client.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    async with aclosing(exchange.answer()) as pieces:
        async for piece in pieces:
            for at in range(len(piece)):
                await exchange.give(piece[at : at + 1])
                await asyncio.sleep(0)


async def all_at_once(exchange: Exchange) -> None:
    """A proxy that buffers: nothing, and then everything."""
    await exchange.give(await exchange.whole_answer())


def cut_at(share: float) -> Fault:
    """A part of the answer, and then a clean end of the connection. The server goes on meanwhile."""

    async def fault(exchange: Exchange) -> None:
        whole = await exchange.whole_answer()
        await exchange.give(whole[: int(len(whole) * share)])

    return fault


def reset_at(share: float) -> Fault:
    """A part of the answer, and then a reset."""

    async def fault(exchange: Exchange) -> None:
        whole = await exchange.whole_answer()
        await exchange.give(whole[: int(len(whole) * share)])
        await asyncio.sleep(0.02)
        exchange.reset()

    return fault


def stalled_at(share: float) -> Fault:
    """A part of the answer, and then silence until the client goes."""

    async def fault(exchange: Exchange) -> None:
        whole = await exchange.whole_answer()
        await exchange.give(whole[: int(len(whole) * share)])
        while not exchange.to_client.transport.is_closing():
            await asyncio.sleep(0.01)

    return fault


async def silence(exchange: Exchange) -> None:
    """No answer, until the client goes."""
    while not exchange.to_client.transport.is_closing():
        await asyncio.sleep(0.01)


class Gate:
    """Holds a turn back until it is opened, or the client has gone."""

    def __init__(self, then: Fault = no_fault) -> None:
        self._then = then
        self._opened = asyncio.Event()

    def open(self) -> None:
        self._opened.set()

    async def fault(self, exchange: Exchange) -> None:
        while not self._opened.is_set() and not exchange.to_client.transport.is_closing():
            await asyncio.sleep(0.01)
        await self._then(exchange)


def dropped_at(share: float) -> Fault:
    """A part of the answer, and then the end of the connection below TLS, which is not told of it."""

    async def fault(exchange: Exchange) -> None:
        whole = await exchange.whole_answer()
        await exchange.give(whole[: int(len(whole) * share)])
        exchange.to_client.get_extra_info("socket").shutdown(socket.SHUT_WR)

    return fault


async def lost_answer(exchange: Exchange) -> None:
    """The server takes the question, and the client never hears of it."""
    await exchange.whole_answer()


async def lost_question(_: Exchange) -> None:
    """The question goes nowhere, and the client cannot know that."""


def refused(status: str, *headers: str, body: bytes = b'{"detail": "not now"}') -> Fault:
    """An answer in the server's place; the server never hears of the request."""

    async def fault(exchange: Exchange) -> None:
        await exchange.give(_response(status, headers, body))

    return fault


def taken_but(status: str, *headers: str, body: bytes = b"<h1>Bad gateway</h1>") -> Fault:
    """The server takes the question, and something between answers for it."""

    async def fault(exchange: Exchange) -> None:
        await exchange.whole_answer()
        await exchange.give(_response(status, headers, body))

    return fault


async def flood(exchange: Exchange) -> None:
    """Many events of no use in the midst of the answer."""
    whole = await exchange.whole_answer()
    head, _, body = whole.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith((b"transfer-", b"content-length"))]
    events = b"".join(_unchunked(body))
    first = events.index(b"\n\n") + 2 if b"\n\n" in events else events.index(b"\r\n\r\n") + 4
    await exchange.give(b"\r\n".join(lines) + b"\r\n\r\n" + events[:first])
    await exchange.give(b": nothing\n\n" * 20_000)
    await exchange.give(b'data: {"type": "novelty", "content": "?"}\n\n' * 500)
    await exchange.give(events[first:])


def _unchunked(body: bytes) -> Sequence[bytes]:
    chunks: list[bytes] = []
    while body:
        size, _, rest = body.partition(b"\r\n")
        length = int(size, 16)
        chunks.append(rest[:length])
        body = rest[length + 2 :] if length else b""
    return chunks


def _response(status: str, headers: Sequence[str], body: bytes) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class FaultProxy:
    """What the app reaches: `next_turns` are the faults of the turns to come, `others` that of all other requests."""

    def __init__(self, upstream: str) -> None:
        address = urlsplit(upstream)
        self._upstream = address.hostname or "", address.port or 0
        self.base_url = ""
        self.next_turns: deque[Fault] = deque()
        self.others: Fault = no_fault
        self.prompts: list[str] = []
        """Every question that left the app, as often as it left it."""
        self.requests: list[str] = []
        self.tls: ssl.SSLContext | None = None
        """What clients meet who come through the door that is opened next; None: no TLS."""
        self._door: asyncio.Server | None = None
        self._port: int = 0
        self._tasks: set[asyncio.Task[object]] = set()

    async def open_door(self) -> None:
        """Let clients in, from the second time on at the same address."""
        self._door = await asyncio.start_server(self.serve, "127.0.0.1", self._port, ssl=self.tls)
        _, self._port = self._door.sockets[0].getsockname()
        self.base_url = f"{'http' if self.tls is None else 'https'}://127.0.0.1:{self._port}"

    def close_door(self) -> None:
        """Refuse every connection from now on."""
        if self._door is not None:
            self._door.close()

    async def end(self) -> None:
        """Let go of every connection."""
        await asyncio.sleep(0)  # one that has just come in is served from now on
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            request, target, body = await _request(reader)
            self.requests.append(target)
            exchange = Exchange(request, writer, self._upstream)
            if target.startswith("POST") and "/messages/stream" in target:
                self.prompts.append(json.loads(body)["prompt"])
                await (self.next_turns.popleft() if self.next_turns else no_fault)(exchange)
            else:
                await self.others(exchange)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # the client has gone, or the test is over: there is nobody to tell
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


async def _request(reader: asyncio.StreamReader) -> tuple[bytes, str, bytes]:
    """A request as it is sent on, its method and target, and its body."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    lines = [line for line in head if line and not line.lower().startswith("connection:")]
    length = next((int(line.partition(":")[2]) for line in lines if line.lower().startswith("content-length:")), 0)
    body = await reader.readexactly(length)
    return "\r\n".join([*lines, "Connection: close"]).encode("latin-1") + b"\r\n\r\n" + body, lines[0], body


@asynccontextmanager
async def fault_proxy(upstream: str) -> AsyncGenerator[FaultProxy]:
    """A proxy to this address, on a free port of this machine."""
    proxy = FaultProxy(upstream)
    await proxy.open_door()
    try:
        yield proxy
    finally:
        proxy.close_door()
        await proxy.end()
