"""Conversations of so many turns that the past ones are put aside."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.workspace.cloud import STOP, Cloud, Json, Turn, asked, said
from tests.workspace.conftest import ACCOUNT, Office, until
from tui.api import bodies
from tui.api.client import Client
from tui.api.connection import Connection
from tui.api.errors import NoAnswerError
from tui.api.models import Event, Session, Stop, Text, UserInput
from tui.conversation.past_turns import KEPT, PastTurns
from tui.store.store import Store
from tui.workspace import opening
from tui.workspace.opening import SHOWN_CHARS
from tui.workspace.updates import RequestFailed

TURNS = KEPT + 6
SHOWN: list[tuple[str | None, str]] = [(f"{number}?", f"It is {number}.") for number in range(TURNS)]


@pytest.fixture(autouse=True)
def long_session(cloud: Cloud) -> None:
    events: list[Json] = []
    for number in range(TURNS):
        events += [asked(f"{number}?"), said(f"It is {number}."), STOP]
    cloud.events["s1"] = events


@pytest.fixture(autouse=True)
def put_aside_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "_PUT_ASIDE_BYTES", 1_000)


def kept_turns(store: Store) -> int:
    return store.database.read(lambda c: c.execute("SELECT max(turns) FROM sessions").fetchone()[0]) or 0


async def test_a_long_conversation_is_put_aside_and_goes_on(office: Office, tmp_path: Path) -> None:
    files = set(tmp_path.iterdir())
    await office.workspace.open("s1")
    assert office.read("s1") == SHOWN
    transcript = office.workspace.transcript("s1")
    assert transcript is not None
    assert isinstance(transcript.past, PastTurns)
    await until(lambda: kept_turns(office.store) == TURNS)
    await office.ask("s1", "And?")
    assert office.read("s1") == [*SHOWN, ("And?", "Yes.")]
    assert set(tmp_path.iterdir()) == files


async def test_a_turn_that_broke_off_in_a_long_conversation_is_shown_and_kept_with_all_others(
    office: Office, cloud: Cloud
) -> None:
    cloud.turns = [Turn(sends=[said("Half")], keeps=[said("Half and the rest."), STOP], breaks=True)]
    await office.workspace.open("s1")
    await office.ask("s1", "And?")
    whole = [*SHOWN, ("And?", "Half and the rest.")]
    assert office.read("s1") == whole
    transcript = office.workspace.transcript("s1")
    assert transcript is not None
    assert isinstance(transcript.past, PastTurns)
    offline = Office(office.store)
    await offline.workspace.open("s1")
    await until(lambda: offline.read("s1") == whole)
    await offline.workspace.close()


@pytest.mark.fault(54)
async def test_what_cannot_be_read_from_the_disk_again_does_not_end_the_polling(
    office: Office, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: bodies.SessionBody) -> Iterator[Event]:
        raise NoAnswerError("The disk may be failing.")

    cloud.turns = [Turn(sends=[said("Half")], keeps=[said("Half and the rest."), STOP], breaks=True)]
    with monkeypatch.context() as patch:
        patch.setattr(bodies.SessionBody, "events", fails)
        office.while_waiting = patch.undo
        await office.ask("s1", "And?")
    assert office.pauses
    assert office.read("s1") == [*SHOWN, ("And?", "Half and the rest.")]


async def test_a_long_conversation_is_shown_whole_without_the_server(
    office: Office, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.workspace.open("s1")
    await until(lambda: kept_turns(office.store) == TURNS)
    monkeypatch.setattr(opening, "EARLIER_AFTER_SECONDS", 0)
    cloud.statuses["GET /api/v1/chat/s1"] = 403
    offline = Office(office.store)
    await offline.connect(cloud)
    await offline.workspace.open("s1")
    await until(lambda: len(offline.read("s1")) == TURNS)
    assert offline.read("s1") == SHOWN
    await offline.workspace.close()


async def test_a_session_that_is_too_long_for_memory_is_exported_whole(
    office: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(bodies, "MAX_HELD_BYTES", 1_500)
    path = await office.workspace.exporter.write("s1", "Long", "jsonl", tmp_path / "long.jsonl")
    assert len(path.read_text().splitlines()) == 1 + 3 * TURNS


@pytest.mark.fault(42)
async def test_a_history_that_does_not_come_whole_leaves_what_is_kept(office: Office, cloud: Cloud) -> None:
    await office.workspace.open("s1")
    await until(lambda: kept_turns(office.store) == TURNS)
    before = office.store.sessions.history(ACCOUNT, "s1")
    changed = [*cloud.events["s1"], asked("More?"), said("Changed."), STOP]
    changed[1] = said("Changed.")
    body = json.dumps({"session_id": "s1", "events": changed}).encode()

    async def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path != "/api/v1/chat/s1":
            return await cloud.answer(request)
        return httpx.Response(200, content=body[:-40])

    client = Client(Connection("https://cloud.test"), transport=httpx.MockTransport(answer))
    later = Office(office.store)
    await later.workspace.connect(client)
    await later.workspace.open("s1")
    assert later.published(RequestFailed)
    assert later.read("s1")[-1] == SHOWN[-1]
    await later.workspace.close()
    assert office.store.sessions.history(ACCOUNT, "s1") == before


async def test_a_turn_that_ends_while_the_history_is_being_kept_follows_it(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_go_on = threading.Event()
    save = office.store.sessions.save_history

    def saving(account: str, session: Session, events: Iterator[Event]) -> None:
        may_go_on.wait(30)
        save(account, session, events)

    monkeypatch.setattr(office.store.sessions, "save_history", saving)
    await office.workspace.open("s1")
    assert office.workspace.ask("s1", "And?")
    await until(lambda: office.read("s1")[-1] == ("And?", "Yes."))
    assert kept_turns(office.store) == 0
    may_go_on.set()
    await office.settle("s1")
    await until(lambda: kept_turns(office.store) == TURNS + 1)
    kept = office.store.sessions.history(ACCOUNT, "s1")
    assert kept is not None
    assert [event.content for event in kept.events if isinstance(event, UserInput)][-2:] == [SHOWN[-1][0], "And?"]


async def test_to_leave_does_not_wait_until_a_long_history_is_kept(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, may_go_on, is_over = threading.Event(), threading.Event(), threading.Event()
    given: list[Event] = []

    def slowly(_: bodies.SessionBody) -> Iterator[Event]:
        for number in range(1_000):
            given.append(UserInput(f"{number}?"))
            yield given[-1]
            begun.set()
            may_go_on.wait(5)

    save = office.store.sessions.save_history

    def saving(account: str, session: Session, events: Iterator[Event]) -> None:
        try:
            save(account, session, events)
        finally:
            is_over.set()

    monkeypatch.setattr(office.store.sessions, "save_history", saving)
    monkeypatch.setattr(bodies.SessionBody, "events", slowly)
    await office.workspace.open("s1")
    await until(begun.is_set)
    await office.workspace.close()
    may_go_on.set()
    await until(is_over.is_set)
    assert len(given) < 10
    assert office.store.sessions.history(ACCOUNT, "s1") is None


async def test_of_a_kept_conversation_with_long_turns_the_last_are_shown_first(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = "word " * (SHOWN_CHARS // 20)
    events = [event for number in range(12) for event in (UserInput(f"{number}?"), Text(f"{number} {long}"), Stop())]
    store.sessions.save_history(ACCOUNT, Session("s1"), events)
    monkeypatch.setattr(opening, "EARLIER_AFTER_SECONDS", 0)
    offline = Office(store)
    await offline.workspace.open("s1")
    shown_first = offline.workspace.transcript("s1")
    assert shown_first is not None
    assert [turn.question for turn in shown_first] == ["9?", "10?", "11?"]
    await until(lambda: [question for question, _ in offline.read("s1")] == [f"{number}?" for number in range(12)])
    await offline.workspace.close()
