"""A server on loopback whose every text is poisoned."""

import json
import socket
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

LETTER_SECONDS = 0.005
"""Time enough for most of them to be drawn before what follows replaces them."""

REFUSED = "refuse this"
"""A question that contains this is answered with an error whose text is poisoned, and repeats the key."""


UNSENDABLE = "\ud800", "x" * 70_000
"""Identifiers that no address can hold."""


class HostileApi:
    """Speaks the chat API with this text wherever there is a text.

    With `knows` it sends no event of a type that is none: those are shown as they came, with the escapes of JSON.
    """

    def __init__(self, text: str, *, knows: bool = False) -> None:
        self._text = text
        self._knows = knows
        self._session = {
            "session_id": "ses-1",
            "generated_title": f"Title {text}",
            "last_updated_at": "2026-01-01T00:00:00Z",
            "index_ids": ["idx-1"],
        }
        routes = [
            Route("/api/v1/chat", self._list),
            Route("/api/v1/chat/{id}/messages/stream", self._stream, methods=["POST"]),
            Route("/api/v1/chat/{id}", self._get),
            Route("/api/v1/indexes", self._indexes),
        ]
        self.app = Starlette(routes=routes, exception_handlers={404: self._refuse})

    def _events(self, question: str) -> list[dict[str, object]]:
        text = self._text
        passages = [{"text": f"Passage {text}", "file_name": f"file {text}", "page_number": 3, "score": 0.5}]
        markdown = (
            f"Answer {text}\n\n```{text}\ncode {text}\n```\n\n| a {text} | b |\n|---|---|\n| {text} | c |\n\n> {text}"
        )
        links = (
            "[good](https://example.com/a) [bad](javascript:alert) [file](file:///etc/passwd) [esc](http://a/%1b]0;P)"
        )
        unknown: list[dict[str, object]] = [{"type": text, "content": text, "more": {text: [text]}}]
        return [
            {"type": "user_input", "content": question},
            {"type": "thinking", "content": f"Thinking {text}"},
            {"type": "tool_call", "name": f"tool {text}", "call_id": "c1", "arguments": {f"key {text}": text}},
            {
                "type": "tool_result",
                "call_id": "c1",
                "name": f"tool {text}",
                "result": {"results": passages, text: text},
                "image_attachment": {"attachment_name": f"../../{text}/page_7.jpg", "source_id": f"../{text}"},
            },
            {"type": "tool_call", "name": text, "call_id": "c2", "arguments": {"query": text}},
            {"type": "tool_result", "call_id": "c2", "name": text, "result": text},
            *([] if self._knows else unknown),
            {"type": "text", "content": f"{markdown}\n\n{links}"},
            {"type": "stop", "is_error": True, "error": f"Stopped {text}", "usage": {}},
        ]

    async def _list(self, _: Request) -> Response:
        unsendable = [{**self._session, "session_id": text} for text in UNSENDABLE]
        return _escaped({"items": [*unsendable, self._session], "next_page_token": UNSENDABLE[1]})

    async def _get(self, _: Request) -> Response:
        return JSONResponse({**self._session, "events": self._events(f"Question {self._text}")})

    async def _indexes(self, _: Request) -> Response:
        index = {"id": "idx-1", "name": f"Index {self._text}", "description": self._text, "status": self._text}
        unsendable = [{**index, "id": text, "project_id": text} for text in UNSENDABLE]
        return _escaped({"items": [*unsendable, index], "next_page_token": UNSENDABLE[0]})

    async def _refuse(self, _: Request, __: Exception) -> Response:
        return JSONResponse({"detail": f"Refused {self._text}"}, status_code=403)

    async def _stream(self, request: Request) -> Response:
        question: str = (await request.json())["prompt"]
        if REFUSED in question:
            detail = f"Refused {request.headers['authorization']} {self._text}"
            return JSONResponse({"detail": detail}, status_code=403)
        return StreamingResponse(self._sent(question), media_type="text/event-stream")

    def _sent(self, question: str) -> Iterator[bytes]:
        """The answer letter by letter first, so that every sequence is split."""
        for letter in f"Streamed {self._text}":
            time.sleep(LETTER_SECONDS)
            yield _event({"type": "text_delta", "content": letter})
        for event in self._events(question):
            yield _event(event)


def _escaped(value: object) -> Response:
    return Response(json.dumps(value), media_type="application/json")


def _event(event: dict[str, object]) -> bytes:
    return f"event: message\ndata: {json.dumps(event)}\n\n".encode()


@contextmanager
def hostile_api(text: str, *, knows: bool = False) -> Generator[str]:
    """The address of such a server, while it runs."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(HostileApi(text, knows=knows).app, log_level="critical", lifespan="off", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = server.force_exit = True
        thread.join()
