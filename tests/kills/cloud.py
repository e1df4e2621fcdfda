"""A server of the chat API on loopback that keeps all that it is asked, and answers word by word, however slowly."""

import asyncio
import json
import random
import socket
import subprocess
import threading
from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

Event: TypeAlias = dict[str, object]

WORDS_OF_AN_ANSWER = 12
STOP: Event = {"type": "stop", "is_error": False, "usage": {}}
INDEX = {"id": "idx-1", "name": "notes", "last_synced_at": "2026-01-01T00:00:00Z"}


@dataclass
class KeptSession:
    """A session as the server has it."""

    session_id: str
    number: int
    index_ids: list[str] | None = None
    """None where the session is unbound: each question then says what it searches."""
    title: str | None = None
    was_late: bool = False
    """Whether it came into being when the program that had asked for it was gone: the next one cannot know of it."""

    turns: list["KeptTurn"] = field(default_factory=list["KeptTurn"])

    @property
    def summary(self) -> dict[str, object]:
        minutes = self.number + len(self.turns)
        return {
            "session_id": self.session_id,
            "generated_title": self.title,
            "last_updated_at": f"2026-01-01T{minutes // 60:02}:{minutes % 60:02}:00Z",
            "index_ids": self.index_ids,
        }

    @property
    def events(self) -> list[Event]:
        return [event for turn in self.turns for event in turn.events]


@dataclass
class KeptTurn:
    """A question, and as much of its answer as there is by now. It goes on when nobody listens any more."""

    prompt: str
    words: list[str] = field(default_factory=list[str])
    is_over: bool = False

    @property
    def events(self) -> list[Event]:
        said: list[Event] = [{"type": "text", "content": " ".join(self.words)}] if self.words else []
        return [{"type": "user_input", "content": self.prompt}, *said, *([STOP] if self.is_over else [])]


class KeepingCloud:
    """What the server has. `word_seconds` and `creation_seconds` say how slow it is."""

    ready = "LlamaCloud · 127.0.0.1"

    def __init__(self) -> None:
        self.arguments: Sequence[str] = ()
        self.environment: Mapping[str, str] = {"LLAMA_CLOUD_API_KEY": "llx-kills"}
        self.sessions: dict[str, KeptSession] = {}
        self.prompts: list[tuple[str, str]] = []
        """Every question that came, with its session."""
        self.asked_nowhere: list[str] = []
        """The questions that came to an unbound session, and did not say what to search."""
        self.deleted: dict[str, KeptSession] = {}
        self.word_seconds = 0.05
        self.creation_seconds = 0.0
        self.lists_given = 0
        self._made = 0
        self._words = 0
        self._turns = set[asyncio.Task[None]]()
        of_session = "/api/v1/chat/{id}"
        self.app = Starlette(
            routes=[
                Route("/api/v1/indexes", self._indexes),
                Route("/api/v1/chat", self._list),
                Route("/api/v1/chat", self._create, methods=["POST"]),
                Route(of_session, self._get),
                Route(of_session, self._delete, methods=["DELETE"]),
                Route(f"{of_session}/summary", self._summary),
                Route(f"{of_session}/title", self._title, methods=["POST"]),
                Route(f"{of_session}/messages/stream", self._ask, methods=["POST"]),
            ]
        )

    @property
    def never_asked(self) -> list[list[str]]:
        """The sessions that nothing was ever asked in and that could be known: those that are bound, and the others."""
        empty = [session for session in self.sessions.values() if not session.turns and not session.was_late]
        return [[each.session_id for each in empty if bool(each.index_ids) is is_bound] for is_bound in (True, False)]

    def words_in(self, session_id: str, /) -> list[str]:
        session = self.sessions.get(session_id) or self.deleted.get(session_id)
        return [word for turn in session.turns for word in turn.words] if session else []

    def begin_round(self, chance: random.Random, *, is_slow: bool) -> None:
        self.word_seconds = 0.4 if is_slow else chance.choice((0.01, 0.05, 0.3))
        self.creation_seconds = chance.choice((0.0, 0.1, 0.8))

    def kill(self, program: subprocess.Popen[bytes]) -> str:
        program.kill()
        program.wait()
        return ""

    async def _indexes(self, _: Request) -> Response:
        return JSONResponse({"items": [INDEX]})

    async def _list(self, _: Request) -> Response:
        self.lists_given += 1
        return JSONResponse({"items": [session.summary for session in reversed(self.sessions.values())]})

    async def _create(self, request: Request) -> Response:
        self._made += 1
        session = KeptSession(f"ses-{self._made}", self._made, (await request.json()).get("index_ids"))
        await asyncio.sleep(self.creation_seconds / 2)
        session.was_late = await request.is_disconnected()
        self.sessions[session.session_id] = session
        await asyncio.sleep(self.creation_seconds / 2)
        return JSONResponse(session.summary)

    async def _get(self, request: Request) -> Response:
        session = self.sessions.get(request.path_params["id"])
        return _missing() if session is None else JSONResponse({**session.summary, "events": session.events})

    async def _summary(self, request: Request) -> Response:
        session = self.sessions.get(request.path_params["id"])
        return _missing() if session is None else JSONResponse(session.summary)

    async def _title(self, request: Request) -> Response:
        session = self.sessions.get(request.path_params["id"])
        if session is None:
            return _missing()
        session.title = (await request.json())["first_message"]
        return JSONResponse(session.summary)

    async def _delete(self, request: Request) -> Response:
        session_id = request.path_params["id"]
        if session_id not in self.sessions:
            return _missing()
        self.deleted[session_id] = self.sessions.pop(session_id)
        return JSONResponse({})

    async def _ask(self, request: Request) -> Response:
        asked = await request.json()
        prompt: str = asked["prompt"]
        session = self.sessions.get(request.path_params["id"])
        if session is None:
            return _missing()
        if not asked.get("index_ids"):
            self.asked_nowhere.append(prompt)
        if session.turns and not session.turns[-1].is_over:
            return JSONResponse({"detail": "A turn is running."}, status_code=409)
        self.prompts.append((session.session_id, prompt))
        session.turns.append(turn := KeptTurn(prompt))
        task = asyncio.create_task(self._answer(turn))
        self._turns.add(task)
        task.add_done_callback(self._turns.discard)
        return StreamingResponse(self._follow(turn), media_type="text/event-stream")

    async def _answer(self, turn: KeptTurn) -> None:
        for _ in range(WORDS_OF_AN_ANSWER):
            await asyncio.sleep(self.word_seconds)
            self._words += 1
            turn.words.append(f"A{self._words:06}Z")
        turn.is_over = True

    async def _follow(self, turn: KeptTurn) -> AsyncGenerator[bytes]:
        yield _message({"type": "user_input", "content": turn.prompt})
        sent = 0
        while sent < len(turn.words) or not turn.is_over:
            if sent < len(turn.words):
                yield _message({"type": "text_delta", "content": f"{turn.words[sent]} "})
                sent += 1
            else:
                await asyncio.sleep(0.01)
        yield _message(STOP)


def _missing() -> Response:
    return JSONResponse({"detail": "not found"}, status_code=404)


def _message(event: Event) -> bytes:
    return f"data: {json.dumps(event)}\n\n".encode()


@contextmanager
def keeping_cloud() -> Generator[KeepingCloud]:
    """Such a server, while it runs beside the caller."""
    cloud = KeepingCloud()
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(cloud.app, log_level="critical", lifespan="off", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        cloud.arguments = "--base-url", f"http://127.0.0.1:{listening.getsockname()[1]}"
        yield cloud
    finally:
        server.should_exit = server.force_exit = True
        thread.join()
