"""Many at once: fifty turns, a client that leaves in the middle of each, and more than can search at once."""

import asyncio
import json
import threading
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from httpx_sse import aconnect_sse

from tests.local.inprocess import served
from tests.local.server import Connection
from tests.local.turn import index_ids
from tui.local.agents.agent import Ask
from tui.local.agents.extractive import SEARCHES_AT_ONCE
from tui.local.agents.lookup import Lookup, begin_lookup
from tui.local.library.library import Library

STREAMS = 50


def client(server: Connection) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {server.api_key}"}
    limits = httpx.Limits(max_connections=STREAMS)
    return httpx.AsyncClient(base_url=server.base_url, headers=headers, trust_env=False, timeout=60, limits=limits)


async def new_session(http: httpx.AsyncClient, ids: Sequence[str]) -> str:
    return (await http.post("/api/v1/chat", json={"index_ids": ids})).json()["session_id"]


async def turn(
    http: httpx.AsyncClient, session_id: str, ids: Sequence[str], begun: Callable[[], None] = lambda: None
) -> list[dict[str, Any]]:
    body = {"prompt": "who is the electrician?", "index_ids": ids}
    async with aconnect_sse(http, "POST", f"/api/v1/chat/{session_id}/messages/stream", json=body) as source:
        assert source.response.status_code == 200
        events: list[dict[str, Any]] = []
        async for event in source.aiter_sse():
            begun()
            events.append(json.loads(event.data))
        return events


async def test_fifty_turns_at_once_are_answered_and_stored_whole(server: Connection) -> None:
    async with client(server) as http:
        ids = [index["id"] for index in (await http.get("/api/v1/indexes")).json()["items"]]
        sessions = [await new_session(http, ids) for _ in range(STREAMS)]
        told = await asyncio.gather(*(turn(http, session_id, ids) for session_id in sessions))
        for session_id, events in zip(sessions, told, strict=True):
            assert events[-1]["type"] == "stop"
            assert events[-1]["is_error"] is False
            stored = (await http.get(f"/api/v1/chat/{session_id}")).json()["events"]
            assert stored[1:] == [event for event in events if not event["type"].endswith("_delta")]


async def test_turns_that_nobody_listens_to_are_stored_whole(server: Connection) -> None:
    async with client(server) as http:
        ids = [index["id"] for index in (await http.get("/api/v1/indexes")).json()["items"]]
        sessions = [await new_session(http, ids) for _ in range(10)]
        for session_id in sessions:
            body = {"prompt": "who is the electrician?", "index_ids": ids}
            async with http.stream("POST", f"/api/v1/chat/{session_id}/messages/stream", json=body):
                pass
        async with asyncio.timeout(20):
            for session_id in sessions:
                while (events := (await http.get(f"/api/v1/chat/{session_id}")).json()["events"])[-1:] == [] or (
                    events[-1]["type"] != "stop"
                ):
                    await asyncio.sleep(0.02)
                assert events[-1]["is_error"] is False


@dataclass
class Gate:
    """Holds up the turns that begin to search, and counts them."""

    opened: threading.Event = field(default_factory=threading.Event)
    searching: int = 0

    def search(self, ask: Ask, library: Library) -> Lookup:
        self.searching += 1
        self.opened.wait()
        return begin_lookup(ask, library)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Generator[Gate]:
    gate = Gate()
    monkeypatch.setattr("tui.local.agents.extractive.begin_lookup", gate.search)
    yield gate
    gate.opened.set()


async def test_a_turn_is_seen_to_have_begun_while_others_search(notes: Path, tmp_path: Path, gate: Gate) -> None:
    async def first_of(session_id: str) -> asyncio.Task[list[dict[str, Any]]]:
        begun = asyncio.Event()
        running = asyncio.create_task(turn(http, session_id, ids, begun.set))
        await begun.wait()
        return running

    with served(notes, tmp_path) as base:
        async with httpx.AsyncClient(base_url=base.base_url, headers=base.headers, trust_env=False, timeout=20) as http:
            ids = list(index_ids(base).values())
            sessions = [await new_session(http, ids) for _ in range(SEARCHES_AT_ONCE + 3)]
            running = [await first_of(session_id) for session_id in sessions]
            for _ in range(20):  # time in which the others would begin, too
                assert (await http.get("/api/v1/chat")).status_code == 200
            at_once = gate.searching
            for session_id in sessions[: SEARCHES_AT_ONCE + 1]:
                assert (await http.delete(f"/api/v1/chat/{session_id}")).status_code == 204
            gate.opened.set()
            told = await asyncio.gather(*running)
    assert at_once <= SEARCHES_AT_ONCE
    assert [events[0]["content"] for events in told] == ["I search notes. "] * len(sessions)
    assert [events[-1]["is_error"] for events in told] == [True] * (SEARCHES_AT_ONCE + 1) + [False] * 2
