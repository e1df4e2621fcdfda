"""A turn while it runs: what is streamed, what is stored, and what happens beside it."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import closing
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import pytest
from starlette.applications import Starlette

from tests.local.inprocess import KEY, Stage, served
from tests.local.server import until
from tests.local.turn import ask, index_ids
from tui.api.models import Event, Text, TextDelta
from tui.local.agents.agent import Agent, Ask
from tui.local.app import build
from tui.local.chat.session_store import CUT_OFF, SessionStore
from tui.local.library.database import LibraryDatabase
from tui.local.library.folders import folders_of
from tui.local.library.library import Library
from tui.local.library.syncing.supervisor import SyncSupervisor


class Gate:
    """An agent that begins to answer, and ends when it is let go."""

    def __init__(self) -> None:
        self.open = threading.Event()

    async def __call__(self, _ask: Ask, _library: Library, _supervisor: SyncSupervisor) -> AsyncIterator[Event]:
        yield TextDelta("Half ")
        while not self.open.is_set():
            await asyncio.sleep(0.01)
        yield TextDelta("and half.")
        yield Text("Half and half.")


async def broken(_ask: Ask, _library: Library, _supervisor: SyncSupervisor) -> AsyncIterator[Event]:
    yield TextDelta("Half ")
    raise ZeroDivisionError


Play: TypeAlias = Callable[[Agent], httpx.Client]


@pytest.fixture(scope="module")
def play(notes: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[Play]:
    """A client of a server whose turns are now run by this agent."""
    stage = Stage()
    with served(notes, tmp_path_factory.mktemp("data"), stage) as http:

        def put_on(agent: Agent) -> httpx.Client:
            stage.agent = agent
            return http

        yield put_on


def new_session(http: httpx.Client) -> tuple[str, dict[str, Any]]:
    ids = list(index_ids(http).values())
    session_id = http.post("/api/v1/chat", json={"index_ids": ids}).json()["session_id"]
    return session_id, {"prompt": "oak?", "index_ids": ids}


def events(http: httpx.Client, session_id: str) -> list[dict[str, Any]]:
    return http.get(f"/api/v1/chat/{session_id}").json()["events"]


def test_deltas_joined_are_the_whole_that_follows(http: httpx.Client) -> None:
    ids = [index_ids(http)["notes"]]
    session_id = http.post("/api/v1/chat", json={"index_ids": ids}).json()["session_id"]
    told = ask(http, session_id, "How do we deploy?", ids)
    for kind in ("thinking", "text"):
        joined, wholes = [""], list[str]()
        for name, event in told:
            if event["type"] == f"{kind}_delta":
                assert name == "delta"
                joined[-1] += event["content"]
            elif event["type"] == kind:
                assert name == "message"
                wholes.append(event["content"])
                joined.append("")
        assert joined[:-1] == wholes
        assert all(wholes)
    stored = events(http, session_id)
    assert stored[0] == {"type": "user_input", "content": "How do we deploy?"}
    assert stored[1:] == [event for name, event in told if name == "message"]


def test_a_stop_tells_what_the_turn_cost(http: httpx.Client) -> None:
    ids = [index_ids(http)["notes"]]
    session_id = http.post("/api/v1/chat", json={"index_ids": ids}).json()["session_id"]
    usage = ask(http, session_id, "How do we deploy?", ids)[-1][1]["usage"]
    assert usage["turns"] == 2
    assert usage["total_input_tokens"] > 50
    assert usage["total_output_tokens"] > 50
    assert usage["duration_ms"] > 0


def test_a_second_turn_waits_for_the_first(play: Play) -> None:
    gate = Gate()
    http = play(gate)
    session_id, body = new_session(http)
    url = f"/api/v1/chat/{session_id}/messages/stream"
    with http.stream("POST", url, json=body) as running:
        assert running.status_code == 200
        second = http.post(url, json=body)
        assert second.status_code == 409
        assert "still running" in second.json()["detail"]
        gate.open.set()
        running.read()
    assert http.post(url, json=body).status_code == 200


def test_a_turn_goes_on_when_the_one_who_asked_leaves(play: Play) -> None:
    gate = Gate()
    http = play(gate)
    session_id, body = new_session(http)
    with http.stream("POST", f"/api/v1/chat/{session_id}/messages/stream", json=body) as running:
        next(running.iter_lines())
    gate.open.set()
    until(lambda: events(http, session_id)[-1]["type"] == "stop")
    told = events(http, session_id)
    assert [event["type"] for event in told] == ["user_input", "text", "stop"]
    assert told[-1]["is_error"] is False


def test_a_silent_stream_is_kept_alive_by_comments(notes: Path, tmp_path: Path) -> None:
    gate = Gate()
    with served(notes, tmp_path, gate, ping_seconds=0.05) as http:
        session_id, body = new_session(http)
        with http.stream("POST", f"/api/v1/chat/{session_id}/messages/stream", json=body) as running:
            assert any(line.startswith(": ping") for line in running.iter_lines())
            gate.open.set()


def test_an_agent_that_fails_ends_its_turn_with_a_reason(play: Play) -> None:
    http = play(broken)
    session_id, body = new_session(http)
    stop = ask(http, session_id, body["prompt"], body["index_ids"])[-1][1]
    assert stop["is_error"]
    assert "not foreseen" in stop["error"]
    assert http.get(f"/api/v1/chat/{session_id}/summary").json()["job_metadata"]["is_error"]


def test_a_turn_that_cannot_be_stored_ends_with_the_reason(notes: Path, tmp_path: Path) -> None:
    gate = Gate()
    with served(notes, tmp_path, gate) as http:
        session_id, body = new_session(http)
        with http.stream("POST", f"/api/v1/chat/{session_id}/messages/stream", json=body) as running:
            lines = running.iter_lines()
            next(lines)
            with closing(sqlite3.connect(tmp_path / "library.sqlite3")) as other:
                other.execute("ALTER TABLE events RENAME TO away")
            gate.open.set()
            told = "\n".join(lines)
        assert "could not be stored: no such table" in told
        with closing(sqlite3.connect(tmp_path / "library.sqlite3")) as other:
            other.execute("ALTER TABLE away RENAME TO events")
        assert ask(http, session_id, body["prompt"], body["index_ids"])[-1][1]["is_error"] is False


def test_a_running_session_can_be_deleted(play: Play) -> None:
    http = play(Gate())
    session_id, body = new_session(http)
    with http.stream("POST", f"/api/v1/chat/{session_id}/messages/stream", json=body) as running:
        assert http.delete(f"/api/v1/chat/{session_id}").status_code == 204
        assert "The session was deleted while this turn ran." in running.read().decode()
    assert http.get(f"/api/v1/chat/{session_id}").status_code == 404


def test_a_turn_whose_server_was_killed_is_closed_by_the_next(tmp_path: Path) -> None:
    sessions = SessionStore(LibraryDatabase(tmp_path))
    session_id = sessions.create(None, "private").session_id
    for prompt in ("first?", "second?"):
        sessions.begin_turn(session_id, prompt)
    _, told = sessions.with_events(session_id) or (None, [])
    assert [event["type"] for event in told] == ["user_input", "stop", "user_input"]
    assert told[1]["error"] == CUT_OFF


def test_a_turn_that_its_server_did_not_end_is_closed_when_it_ends(notes: Path, tmp_path: Path) -> None:
    gate = Gate()
    with served(notes, tmp_path, gate) as http:
        session_id, body = new_session(http)
        with http.stream("POST", f"/api/v1/chat/{session_id}/messages/stream", json=body) as running:
            next(running.iter_lines())
    with served(notes, tmp_path, gate) as http:
        told = events(http, session_id)
        assert told[-1]["type"] == "stop"
        assert told[-1]["error"] == "The server ended before this turn did."


def a_session(notes: Path, data: Path, agent: Agent) -> tuple[Starlette, SessionStore, str]:
    """A server's application that nobody serves, what it stores, and a session in it."""
    database = LibraryDatabase(data)
    sessions = SessionStore(database)
    app = build(database, folders_of([notes]), KEY, agent, loopback_only=True)
    return app, sessions, sessions.create(None, "none").session_id


def stored_types(sessions: SessionStore, session_id: str) -> list[object]:
    found = sessions.with_events(session_id)
    assert found is not None
    return [event["type"] for event in found[1]]


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize(("step", "stored"), [("begin_turn", ["user_input"]), ("append", ["user_input", "text"])])
async def test_a_turn_that_is_ended_while_something_of_it_is_stored_has_its_stop_last(
    step: str, stored: list[str], times: int, notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def agent(_ask: Ask, _library: Library, _supervisor: SyncSupervisor) -> AsyncIterator[Event]:
        yield Text("Half.")
        await asyncio.sleep(60)

    app, sessions, session_id = a_session(notes, tmp_path, agent)
    begun, go_on, store = threading.Event(), threading.Event(), getattr(SessionStore, step)

    def store_late(*arguments: object) -> object:
        begun.set()
        go_on.wait(10)
        return store(*arguments)

    monkeypatch.setattr(SessionStore, step, store_late)
    app.state.turns.start(session_id, "oak?", (), ())
    await asyncio.to_thread(begun.wait, 10)
    endings = list[asyncio.Task[None]]()
    for _ in range(times):
        endings.append(asyncio.create_task(app.state.turns.end(session_id)))
        await asyncio.wait(endings, timeout=0.2)
    go_on.set()
    await asyncio.gather(*endings)
    await asyncio.to_thread(until, lambda: set(stored) <= set(stored_types(sessions, session_id)))
    assert stored_types(sessions, session_id) == [*stored, "stop"]


async def test_a_turn_that_is_ended_at_once_has_its_question(
    notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = SessionStore.begin_turn

    def begin_late(sessions: SessionStore, session_id: str, prompt: str) -> object:
        time.sleep(0.1)
        return begin(sessions, session_id, prompt)

    monkeypatch.setattr(SessionStore, "begin_turn", begin_late)
    app, sessions, session_id = a_session(notes, tmp_path, Gate())
    app.state.turns.start(session_id, "oak?", (), ())
    await app.state.turns.end(session_id)
    assert stored_types(sessions, session_id) == ["user_input", "stop"]
