"""A server on loopback that writes the bytes it is told to, in the pieces it is told, and notes what it was asked."""

import asyncio
import socket
import struct
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

STREAM_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"


@dataclass(frozen=True)
class Received:
    """One request: its first line's method and target, its headers with lower-case names, its body."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Asked:
    """Everything that the server was asked."""

    base_url: str
    requests: list[Received] = field(default_factory=list[Received])
    connections: int = 0

    @property
    def posts(self) -> int:
        return sum(request.method == "POST" for request in self.requests)


Reply = Callable[[asyncio.StreamWriter], Awaitable[None]]


def answer(status: str, body: bytes = b"", *headers: str) -> Reply:
    """A complete answer with a length; more headers as "Name: value"."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]

    async def reply(writer: asyncio.StreamWriter) -> None:
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    return reply


def pieces(chunks: Iterable[bytes], head: bytes = STREAM_HEAD) -> Reply:
    """A head, and then each piece in a packet of its own."""

    async def reply(writer: asyncio.StreamWriter) -> None:
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        writer.write(head)
        for chunk in chunks:
            writer.write(chunk)
            await writer.drain()
            await asyncio.sleep(0)

    return reply


def chunked_without_end(body: bytes) -> Reply:
    """A chunked body that is cut before its last chunk."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    return pieces([b"%x\r\n%s\r\n" % (len(body), body)], head)


def reset_after(body: bytes) -> Reply:
    """A body, or none, and then a reset instead of an end."""

    async def reply(writer: asyncio.StreamWriter) -> None:
        if body:
            writer.write(STREAM_HEAD + body)
            await writer.drain()
            await asyncio.sleep(0.05)
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    return reply


def then_silence(body: bytes) -> Reply:
    """A body, and then nothing until the client goes."""

    async def reply(writer: asyncio.StreamWriter) -> None:
        writer.write(body)
        await writer.drain()
        while not writer.transport.is_closing():
            await asyncio.sleep(0.01)

    return reply


def endlessly(head: bytes, chunk: bytes, pause: float = 0.0) -> Reply:
    """The same piece again and again until the client goes."""

    async def reply(writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while not writer.transport.is_closing():
            writer.write(chunk)
            await writer.drain()
            await asyncio.sleep(pause)

    return reply


@asynccontextmanager
async def serving(*replies: Reply, keeps_open: bool = False) -> AsyncGenerator[Asked, None]:
    """A server that gives each request the next reply, and the last one from then on.

    With `keeps_open` it takes more requests on a connection, until the client closes that.
    """

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.connections += 1
        is_open = True
        try:
            while is_open:
                asked.requests.append(await _request(reader))
                await replies[min(len(asked.requests), len(replies)) - 1](writer)
                await writer.drain()
                is_open = keeps_open
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    asked = Asked(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    try:
        yield asked
    finally:
        server.close()
        await server.wait_closed()


async def _request(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = head[0].split(" ")
    headers = {line.partition(":")[0].lower(): line.partition(":")[2].strip() for line in head[1:] if line}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Received(method, target, headers, body)
