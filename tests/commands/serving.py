"""`Cloud` on loopback, for commands that are processes of their own."""

import asyncio
import socket
import threading
from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from tests.workspace.cloud import Cloud, Turn


class ServedCloud:
    """Speaks for a cloud. `base_url` is where."""

    def __init__(self, cloud: Cloud, base_url: str) -> None:
        self.cloud = cloud
        self.base_url = base_url
        self._loop: asyncio.AbstractEventLoop | None = None
        methods = ["GET", "POST", "DELETE"]
        self.app = Starlette(routes=[Route("/{path:path}", self._answer, methods=methods)])

    def release(self, turn: Turn) -> None:
        """Send what is held of a turn."""
        assert self._loop is not None
        self._loop.call_soon_threadsafe(turn.gate.set)

    async def _answer(self, request: Request) -> Response:
        self._loop = asyncio.get_running_loop()
        asked = httpx.Request(request.method, str(request.url), content=await request.body())
        answer = await self.cloud.answer(asked)
        return StreamingResponse(_pieces(answer), answer.status_code, dict(answer.headers))


async def _pieces(answer: httpx.Response) -> AsyncGenerator[bytes]:
    try:
        async for piece in answer.aiter_bytes():
            yield piece
    finally:
        await answer.aclose()


@contextmanager
def served(cloud: Cloud) -> Generator[ServedCloud]:
    """The server, while it runs."""
    listening = socket.create_server(("127.0.0.1", 0))
    serving = ServedCloud(cloud, f"http://127.0.0.1:{listening.getsockname()[1]}")
    server = uvicorn.Server(uvicorn.Config(serving.app, log_level="critical", lifespan="off", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield serving
    finally:
        server.should_exit = server.force_exit = True
        thread.join()
