"""A server on loopback that speaks the chat API from made-up histories, and streams answers at a given rate."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from types import TracebackType
from typing import Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from benchmarks.corpus import Event, beginning, deltas, history, long_answer, session_json

NEWEST = datetime(2026, 1, 1, tzinfo=UTC)
LEAD = 3.0
"""Seconds of silence between the deltas that come at once and those that come at the rate: what came at once is drawn
and checked meanwhile. `benchmarks.markdown_stream` has the same.
"""


@dataclass(frozen=True, slots=True)
class Session:
    """A session on offer; the list has them in the order given."""

    session_id: str
    title: str
    turns: int = 3
    answer_chars: int = 0
    """Where not 0: the session is one turn with an answer of so many characters."""


@dataclass(slots=True)
class Stream:
    """A turn that was asked for: `before` deltas in one piece, then `count` at `rate` a second.

    The times are those of `time.monotonic`, 0 while it has not come to that.
    """

    before: int
    count: int
    rate: float
    began: float = 0.0
    ended: float = 0.0


def streaming(before: int, count: int, rate: float) -> str:
    """The question that is answered by such a stream."""
    return json.dumps({"before": before, "count": count, "rate": rate})


class FakeApi:
    """Serves from a thread of this process while it is entered. `streams` are the turns asked for so far."""

    def __init__(self, *sessions: Session) -> None:
        self.sessions = {session.session_id: session for session in sessions}
        self.streams: list[Stream] = []
        self._bodies: dict[str, bytes] = {}
        self._kept = TemporaryDirectory()
        self._socket = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(self._app, log_level="critical", lifespan="off", ws="none")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    @property
    def environment(self) -> dict[str, str]:
        """What makes the app use this server, and keep what it has seen of it from one start to the next."""
        return {
            "LLAMA_CLOUD_BASE_URL": self.base_url,
            "LLAMA_CLOUD_API_KEY": "llx-benchmark-key",
            "LLAMACHAT_STATE_DIR": self._kept.name,
        }

    @property
    def state_folder(self) -> Path:
        """Where the app keeps what it has seen of this server."""
        return Path(self._kept.name)

    @property
    def environment_of_newcomer(self) -> dict[str, str]:
        """The same, with nothing kept yet."""
        return {**self.environment, "LLAMACHAT_STATE_DIR": mkdtemp(dir=self._kept.name)}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = self._server.force_exit = True
        self._thread.join()
        self._kept.cleanup()

    def body(self, session_id: str) -> bytes:
        """A session with its events, as it is sent."""
        if session_id not in self._bodies:
            session = self.sessions[session_id]
            events = long_answer(session.answer_chars) if session.answer_chars else history(session.turns)
            self._bodies[session_id] = session_json(self._summary(session_id), events)
        return self._bodies[session_id]

    @cached_property
    def _app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/api/v1/chat", self._list),
                Route("/api/v1/chat/{id}/summary", self._get_summary),
                Route("/api/v1/chat/{id}/messages/stream", self._stream, methods=["POST"]),
                Route("/api/v1/chat/{id}", self._get),
                Route("/api/v1/indexes", self._indexes),
            ]
        )

    def _summary(self, session_id: str) -> dict[str, object]:
        age = list(self.sessions).index(session_id)
        return {
            "session_id": session_id,
            "generated_title": self.sessions[session_id].title,
            "last_updated_at": (NEWEST - timedelta(hours=age)).isoformat(),
            "index_ids": ["idx-1"],
        }

    async def _list(self, request: Request) -> Response:
        size = int(request.query_params.get("page_size", "50"))
        start = int(request.query_params.get("page_token", "0"))
        names = list(self.sessions)[start : start + size]
        following = str(start + size) if start + size < len(self.sessions) else None
        return JSONResponse({"items": [self._summary(name) for name in names], "next_page_token": following})

    async def _get_summary(self, request: Request) -> Response:
        return JSONResponse(self._summary(request.path_params["id"]))

    async def _get(self, request: Request) -> Response:
        return Response(self.body(request.path_params["id"]), media_type="application/json")

    async def _indexes(self, request: Request) -> Response:
        del request
        return JSONResponse({"items": [{"id": "idx-1", "name": "Surveys"}], "next_page_token": None})

    async def _stream(self, request: Request) -> Response:
        prompt: str = (await request.json())["prompt"]
        stream = Stream(**json.loads(prompt))
        self.streams.append(stream)
        return StreamingResponse(_events(stream, prompt), media_type="text/event-stream")


async def _events(stream: Stream, prompt: str) -> AsyncIterator[bytes]:
    said, pieces = beginning(stream.before), deltas(stream.count)
    yield _sent({"type": "user_input", "content": prompt})
    if said:
        yield _sent({"type": "text_delta", "content": said})
    await asyncio.sleep(LEAD)
    stream.began = time.monotonic()
    for number, piece in enumerate(pieces):
        await asyncio.sleep(stream.began + number / stream.rate - time.monotonic())
        yield _sent({"type": "text_delta", "content": piece})
    stream.ended = time.monotonic()
    yield _sent({"type": "text", "content": f"{said}{''.join(pieces)}"})
    yield _sent({"type": "stop", "is_error": False, "usage": {}})


def _sent(event: Event) -> bytes:
    name = "delta" if event["type"].endswith("_delta") else "message"
    return f"event: {name}\ndata: {json.dumps(event)}\n\n".encode()
