"""LlamaCloud as an object in memory: it answers the client's requests from values, and fails where a test wants it."""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import httpx

from tui.api.client import Client
from tui.api.connection import Connection

Json: TypeAlias = dict[str, Any]

NOTES: Json = {"id": "idx-notes", "name": "notes"}
STOP: Json = {"type": "stop", "is_error": False, "usage": {}}


def said(text: str) -> Json:
    """An event of the answer."""
    return {"type": "text", "content": text}


def asked(prompt: str) -> Json:
    """The event of a question."""
    return {"type": "user_input", "content": prompt}


@dataclass
class Turn:
    """What the server does with one question."""

    sends: Sequence[Json] = (said("Yes."), STOP)
    keeps: Sequence[Json] | None = None
    """Events that it keeps after the question; None: all that it sends."""

    breaks: bool = False
    """Whether the connection breaks after what is sent."""

    is_lost: bool = False
    """Whether the question gets lost: nothing is sent and nothing is kept."""

    status: int = 200
    is_held: bool = False
    """Whether the last events are sent only when `gate` is set."""

    held: int = 1
    """How many of them."""

    gate: asyncio.Event = field(default_factory=asyncio.Event)


def broken(*, sends: Sequence[Json] = (), keeps: Sequence[Json] = ()) -> Turn:
    """A turn whose connection breaks before the answer is complete."""
    return Turn(sends=sends, keeps=keeps, breaks=True)


@dataclass
class Question:
    """One POST of a turn."""

    session_id: str
    prompt: str
    index_ids: Sequence[str]


class Cloud:
    """The server. Everything is public: tests set up what it has, and read what it was asked."""

    def __init__(self) -> None:
        self.summaries: dict[str, Json] = {}
        self.events: dict[str, list[Json]] = {}
        self.indexes: list[Json] = [NOTES]
        self.documents: dict[tuple[str, str], str] = {}
        """The texts of documents, by their index and their id."""
        self.turns: list[Turn] = []
        """What happens to the next questions; each later one is answered."""
        self.questions: list[Question] = []
        self.requests: list[str] = []
        self.statuses: dict[str, int] = {}
        """Requests that are refused: "DELETE /api/v1/chat/s1" and the status."""
        self.refusals: dict[str, list[int]] = {}
        """As `statuses`, for the next requests only: one status for each."""
        self.pages: dict[tuple[str, str | None], Json] = {}
        """Pages of a list, by its path and the token that asks for them, instead of one page of all."""
        self.gates: dict[str, asyncio.Event] = {}
        """Requests that are answered, as things stood when they came, only when their gate is set."""
        self.binds = True
        """Whether a new session is bound to the indexes that it was asked for with."""
        self.running: set[str] = set()
        self.was_asked_while_running = False

    def add_session(
        self, session_id: str, *events: Json, title: str = "", index_ids: Sequence[str] | None = None
    ) -> None:
        self.summaries[session_id] = {
            "session_id": session_id,
            "generated_title": title or None,
            "last_updated_at": f"2026-01-{len(self.summaries) + 1:02}T00:00:00Z",
            "index_ids": list(index_ids) if index_ids is not None else None,
        }
        self.events[session_id] = list(events)

    def client(self) -> Client:
        """A client whose requests come here."""

        async def no_pause(_: float) -> None: ...

        return Client(Connection("https://cloud.test"), transport=httpx.MockTransport(self.answer), sleep=no_pause)

    def count(self, request: str) -> int:
        """How often this was requested: "POST /api/v1/chat"."""
        return self.requests.count(request)

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """What the server answers; the connection breaks where this raises."""
        await asyncio.sleep(0)
        path = request.url.path
        name = f"{request.method} {path}"
        self.requests.append(name)
        next_refusals = self.refusals.get(name, [])
        status = next_refusals.pop(0) if next_refusals else self.statuses.get(name)
        if status is not None:
            return httpx.Response(status, json={"detail": "refused by the test"})
        body: Json = json.loads(request.content) if request.content else {}
        if path.endswith("/messages/stream"):
            return await self._turn(path.split("/")[4], body)
        page = self.pages.get((path, request.url.params.get("page_token"))) if request.method == "GET" else None
        found = page or self._value(request.method, path.removeprefix("/api/v1/").split("/"), body)
        found = deepcopy(found)
        if gate := self.gates.get(name):
            await gate.wait()
        return httpx.Response(404, json={"detail": "not found"}) if found is None else httpx.Response(200, json=found)

    def _value(self, method: str, path: Sequence[str], body: Json) -> Json | None:
        match path[0]:
            case "indexes":
                return self._of_indexes(method, path[1:], body)
            case "retrieval":
                return self._of_documents(body)
            case _:
                return self._of_chat(method, path[1:], body)

    def _of_documents(self, body: Json) -> Json | None:
        text = self.documents.get((body["index_id"], body["file_id"]))
        start = body.get("offset", 0)
        return None if text is None else {"content": text[start : start + body["max_length"]]}

    def _of_indexes(self, method: str, path: Sequence[str], body: Json) -> Json | None:
        match method, path:
            case "GET", []:
                return {"items": self.indexes}
            case "POST", []:
                self.indexes.append({"id": f"idx-{len(self.indexes)}", "name": body["source_directory_id"]})
                return self.indexes[-1]
            case "DELETE", [index_id]:
                self.indexes = [index for index in self.indexes if index["id"] != index_id]
                return {}
            case "POST", [_, "sync"]:
                return {}
            case _:
                return None

    def _of_chat(self, method: str, path: Sequence[str], body: Json) -> Json | None:
        match method, path:
            case "GET", []:
                return {"items": list(self.summaries.values())}
            case "POST", []:
                session_id = f"new-{len(self.summaries) + 1}"
                self.add_session(session_id, index_ids=body.get("index_ids") if self.binds else None)
                return self.summaries[session_id]
            case "GET", [session_id]:
                summary = self.summaries.get(session_id)
                return summary and {**summary, "events": self.events[session_id]}
            case "GET", [session_id, "summary"]:
                return self.summaries.get(session_id)
            case "POST", [session_id, "title"] if session_id in self.summaries:
                self.summaries[session_id]["generated_title"] = body["first_message"]
                return self.summaries[session_id]
            case "DELETE", [session_id] if session_id in self.summaries:
                del self.events[session_id]
                return self.summaries.pop(session_id)
            case _:
                return None

    async def _turn(self, session_id: str, body: Json) -> httpx.Response:
        self.questions.append(Question(session_id, body["prompt"], body["index_ids"]))
        self.was_asked_while_running |= session_id in self.running
        turn = self.turns.pop(0) if self.turns else Turn()
        if turn.status != 200:
            return httpx.Response(turn.status, json={"detail": "refused by the test"})
        if turn.is_lost:
            if turn.is_held:
                await turn.gate.wait()
            raise httpx.ReadError("The connection was reset.")
        self.events[session_id] += [asked(body["prompt"]), *(turn.sends if turn.keeps is None else turn.keeps)]
        stream = self._stream(session_id, body["prompt"], turn)
        return httpx.Response(200, headers={"Content-Type": "text/event-stream"}, content=stream)

    async def _stream(self, session_id: str, prompt: str, turn: Turn) -> AsyncGenerator[bytes]:
        self.running.add(session_id)
        sends = [asked(prompt), *turn.sends]
        first, last = sends[: -turn.held], sends[-turn.held :]
        try:
            for event in first:
                yield _message(event)
            if turn.is_held:
                await turn.gate.wait()
        finally:
            self.running.discard(session_id)
        for event in last:
            yield _message(event)
        if turn.breaks:
            raise httpx.ReadError("The connection was reset.")


def _message(event: Json) -> bytes:
    return f"data: {json.dumps(event)}\n\n".encode()
