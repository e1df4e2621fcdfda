"""How many conversations stay in memory, and which."""

import gc

import pytest

from tests.workspace.cloud import STOP, Cloud, asked, said
from tests.workspace.cloud import Turn as Told
from tests.workspace.conftest import ACCOUNT, Office, until
from tui.conversation.transcript import KEPT_CONVERSATIONS, Turn
from tui.store.store import Store

MANY = 3 * KEPT_CONVERSATIONS


def session(number: int) -> str:
    return f"many-{number}"


async def connected(store: Store, cloud: Cloud) -> Office:
    """A workspace with more sessions than stay in memory."""
    for number in range(MANY):
        cloud.add_session(session(number), asked(f"Question {number}?"), said("Yes."), STOP)
    office = Office(store)
    await office.connect(cloud)
    return office


async def open_all(office: Office, but: str = "") -> None:
    for number in range(MANY):
        if session(number) != but:
            await office.workspace.open(session(number))


def turns_in_memory() -> int:
    gc.collect()
    return sum(isinstance(each, Turn) and (each.question or "").startswith("Question ") for each in gc.get_objects())


async def test_of_many_sessions_that_were_opened_only_some_stay_in_memory(store: Store, cloud: Cloud) -> None:
    office = await connected(store, cloud)
    await open_all(office)
    await until(lambda: turns_in_memory() <= KEPT_CONVERSATIONS)
    assert office.workspace.transcript(session(MANY - 1)) is not None
    assert office.workspace.transcript(session(0)) is None
    await office.workspace.open(session(0))
    assert office.read(session(0)) == [("Question 0?", "Yes.")]
    await office.workspace.close()


async def test_a_session_without_a_title_is_called_by_its_first_question_all_the_same(
    store: Store, cloud: Cloud
) -> None:
    office = await connected(store, cloud)
    await open_all(office)
    assert office.workspace.transcript(session(0)) is None
    assert office.workspace.title(session(0)) == "Question 0?"
    await office.workspace.close()


async def test_what_is_read_answered_or_here_alone_stays(store: Store, cloud: Cloud) -> None:
    office = await connected(store, cloud)
    read, answered, alone = session(0), session(1), session(2)
    for session_id in (read, answered, alone):
        await office.workspace.open(session_id)
    held = Told(is_held=True)
    cloud.turns = [held]
    assert office.workspace.ask(answered, "And then?")
    del cloud.summaries[alone]
    await office.workspace.open(alone)
    office.workspace.switch(read, leaving=None)
    for number in range(3, MANY):
        await office.workspace.open(session(number))
    assert [office.read(each)[0] for each in (read, alone)] == [("Question 0?", "Yes."), ("Question 2?", "Yes.")]
    held.gate.set()
    await office.settle(answered)
    assert office.read(answered)[-1] == ("And then?", "Yes.")
    await office.workspace.close()


async def test_a_conversation_with_questions_that_wait_stays(store: Store, cloud: Cloud) -> None:
    office = await connected(store, cloud)
    waiting = session(0)
    await office.workspace.open(waiting)
    failing = Told(sends=[{**STOP, "is_error": True}], is_held=True)
    cloud.turns = [failing]
    assert office.workspace.ask(waiting, "And then?")
    assert office.workspace.ask(waiting, "And last?")
    failing.gate.set()
    await office.settle(waiting)
    assert office.workspace.waiting(waiting) == ["And last?"]
    await open_all(office, but=waiting)
    assert office.workspace.transcript(waiting) is not None
    await office.workspace.close()


@pytest.mark.fault(54)
async def test_where_the_histories_stay_behind_what_was_seen_stays_on_the_screen(
    store: Store, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.store.database.MAX_COPIED_BYTES", 4096)
    cloud.add_session("old", asked("Who?"), said("Ada."), STOP)
    office = Office(store)
    await office.connect(cloud)
    await office.workspace.open("old")
    await until(lambda: store.sessions.history(ACCOUNT, "old") is not None)
    store.database.read(lambda connection: connection.execute("PRAGMA query_only = ON"))
    await office.ask("old", "Why?")
    assert store.sessions.history(ACCOUNT, "old") is None
    shown = [("Who?", "Ada."), ("Why?", "Yes.")]
    assert office.read("old") == shown
    cloud.statuses["GET /api/v1/chat/old"] = 503
    await office.workspace.open("old")
    assert office.read("old") == shown
    await office.workspace.close()
