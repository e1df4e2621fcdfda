"""A server on loopback that has one session, or some like it, and may take its time to tell them."""

import asyncio
import socket
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tui.api.models import Event
from tui.local.chat.event_json import event_json

SESSION_ID = "one"
TITLE = "The one session"


class OneSession:
    """Speaks the chat API. Each history is told as soon as `may_answer` is set."""

    def __init__(self, events: Sequence[Event], others: Sequence[str]) -> None:
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.refusals = 0
        """So often the list is refused, with a wait of two seconds."""
        self.base_url = ""
        self._events = [event_json(event) for event in events]
        self._titles = {SESSION_ID: TITLE} | {other: f"Session {other}" for other in others}
        routes = [
            Route("/api/v1/chat", self._list),
            Route("/api/v1/chat/{id}", self._get),
            Route("/api/v1/chat/{id}", self._delete, methods=["DELETE"]),
            Route("/api/v1/chat/{id}/summary", self._get_summary),
            Route("/api/v1/indexes", self._indexes),
        ]
        self.app = Starlette(routes=routes)

    def _summary(self, session_id: str) -> dict[str, object]:
        times = {"last_updated_at": "2026-01-01T00:00:00Z"}
        return {"session_id": session_id, "generated_title": self._titles[session_id], "index_ids": ["idx-1"], **times}

    async def _list(self, _: Request) -> Response:
        if self.refusals:
            self.refusals -= 1
            return JSONResponse({"detail": "Slow down."}, 429, {"Retry-After": "2"})
        return JSONResponse({"items": [*map(self._summary, self._titles)], "next_page_token": None})

    async def _get(self, request: Request) -> Response:
        await asyncio.to_thread(self.may_answer.wait)
        return JSONResponse({**self._summary(request.path_params["id"]), "events": self._events})

    async def _delete(self, request: Request) -> Response:
        del self._titles[request.path_params["id"]]
        return Response(status_code=204)

    async def _get_summary(self, request: Request) -> Response:
        await asyncio.to_thread(self.may_answer.wait)
        return JSONResponse(self._summary(request.path_params["id"]))

    async def _indexes(self, _: Request) -> Response:
        return JSONResponse({"items": [{"id": "idx-1", "name": "papers"}], "next_page_token": None})


@contextmanager
def one_session(events: Sequence[Event], others: Sequence[str] = ()) -> Generator[OneSession]:
    """The server, while it runs. `others` are the ids of more sessions, with the same events."""
    session = OneSession(events, others)
    listening = socket.create_server(("127.0.0.1", 0))
    session.base_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    config = uvicorn.Config(session.app, log_level="critical", lifespan="off", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield session
    finally:
        session.may_answer.set()
        server.should_exit = server.force_exit = True
        thread.join()
