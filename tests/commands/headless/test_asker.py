"""`Asker`: each call hears of its own failures, and of no other one's."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.commands.headless.test_ask import ANSWERED
from tests.workspace.cloud import STOP, Cloud, Turn, asked, said
from tui.api.errors import ForbiddenError, ServerError, TooManyRequestsError
from tui.commands.exit_code import BadUseError
from tui.commands.headless import asker
from tui.commands.headless.asker import UNCONFIRMED, Asker
from tui.commands.headless.output import StepLine
from tui.conversation.transcript import Turn as ToldTurn
from tui.settings import Settings
from tui.store.store import Store
from tui.workspace.backend import Backend


@pytest.fixture
def cloud() -> Cloud:
    made = Cloud()
    made.add_session("s1", asked("Old?"), said("Yes, old."), STOP, index_ids=["idx-notes"])
    return made


@pytest.fixture
async def asking(cloud: Cloud, tmp_path: Path) -> AsyncGenerator[Asker]:
    store = Store.open(tmp_path / "store.sqlite3")
    store.deletions.begin(Settings().account, "half-deleted")
    made = Asker(store, Settings(), Backend(cloud.client(), "the cloud"), StepLine())
    yield made
    await made.close()
    store.close()


async def no_watch(_: object) -> None: ...


async def asked_new(asking: Asker, question: str) -> str:
    """Ask in a new session; its id."""
    session_id = await asking.new_session(["idx-notes"])
    assert (await asking.ask(session_id, question, no_watch, is_first=True)).turn is not None
    return session_id


async def test_a_request_that_failed_once_fails_no_other_one(cloud: Cloud, asking: Asker) -> None:
    cloud.refusals = {"GET /api/v1/indexes": [403], "POST /api/v1/chat": [429], "GET /api/v1/chat/s1": [403]}
    with pytest.raises(ForbiddenError):
        await asking.indexes()
    assert [index.id for index in await asking.indexes()] == ["idx-notes"]
    with pytest.raises(TooManyRequestsError):
        await asking.new_session(["idx-notes"])
    with pytest.raises(ForbiddenError):
        await asking.opened("s1")
    assert await asking.opened("s1") == "s1"
    assert await asked_new(asking, "Two?") == "new-2"


async def test_no_other_question_takes_a_session_in_which_one_may_have_arrived(cloud: Cloud, asking: Asker) -> None:
    asking.workspace.turns.recovery.absent_pauses = ()
    cloud.turns = [Turn(status=500)]
    session_id = await asking.new_session(["idx-notes"])
    assert (await asking.ask(session_id, "One?", no_watch, is_first=True)).problem == UNCONFIRMED
    cloud.refusals = {"POST /api/v1/chat": [500]}
    with pytest.raises(ServerError):
        await asking.new_session(["idx-notes"])
    assert await asked_new(asking, "Two?") != session_id
    assert [(each.session_id == session_id, each.prompt) for each in cloud.questions] == [
        (True, "One?"),
        (False, "Two?"),
    ]


async def test_a_title_that_is_refused_behind_an_answer_fails_nothing_that_follows(cloud: Cloud, asking: Asker) -> None:
    cloud.statuses["POST /api/v1/chat/new-2/title"] = 403
    cloud.gates["GET /api/v1/indexes"] = asyncio.Event()
    await asked_new(asking, "One?")
    indexes = asyncio.create_task(asking.indexes())
    while not cloud.count("POST /api/v1/chat/new-2/title"):
        await asyncio.sleep(0)
    cloud.gates["GET /api/v1/indexes"].set()
    assert len(await indexes) == 1
    assert await asking.opened("new-2") == "new-2"


async def test_a_conversation_that_cannot_be_fetched_is_not_gone_on_with(cloud: Cloud, asking: Asker) -> None:
    cloud.statuses["GET /api/v1/chat/s1"] = 403
    with pytest.raises(ForbiddenError):
        await asking.opened("s1")


async def test_a_refused_question_is_not_told_with_the_answer_before_it(cloud: Cloud, asking: Asker) -> None:
    told: list[ToldTurn] = []

    async def watch(turn: ToldTurn) -> None:
        told.append(turn)

    cloud.turns = [Turn(status=403)]
    outcome = await asking.ask(await asking.opened("s1"), "More?", watch, is_first=False)
    assert (isinstance(outcome.error, ForbiddenError), outcome.turn) == (True, None)
    assert "Old?" not in [turn.question for turn in told]


async def test_what_was_stopped_is_not_waited_for_at_the_end_but_a_later_title_is(
    cloud: Cloud, asking: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asker, "END_TIMEOUT", 60.0)
    cloud.turns = [Turn(ANSWERED, keeps=[], is_held=True)]
    stopped = asyncio.create_task(asking.ask(await asking.opened("s1"), "More?", no_watch, is_first=False))
    while not cloud.questions:
        await asyncio.sleep(0)
    stopped.cancel()
    title = cloud.gates["POST /api/v1/chat/new-2/title"] = asyncio.Event()
    session_id = await asked_new(asking, "Fresh?")
    closing = asyncio.create_task(asking.close())
    ended, _ = await asyncio.wait({closing}, timeout=0.2)
    assert not ended
    title.set()
    ended, _ = await asyncio.wait({closing}, timeout=30)
    assert ended
    assert asking.workspace.catalogue[session_id].generated_title == "Fresh?"


async def test_a_session_that_is_being_deleted_is_not_there_and_its_deletion_goes_on(
    cloud: Cloud, asking: Asker
) -> None:
    cloud.add_session("half-deleted", title="Herons")
    assert not await asking.is_there("half-deleted")
    with pytest.raises(BadUseError, match="There is no session half-deleted"):
        await asking.opened("half-deleted")
    session = await asking.session("half-deleted")
    assert session is not None
    cloud.refusals["DELETE /api/v1/chat/half-deleted"] = [403]
    with pytest.raises(ForbiddenError):
        await asking.delete(session)
    assert await asking.is_there("half-deleted")
    await asking.delete(session)
    assert "half-deleted" not in cloud.summaries


async def test_a_question_that_the_server_does_not_have_is_not_sent_again(cloud: Cloud, asking: Asker) -> None:
    pauses: list[float] = []

    async def no_pause(seconds: float) -> None:
        pauses.append(seconds)

    cloud.add_session("empty", index_ids=["idx-notes"])
    asking.workspace.turns.recovery.sleep = no_pause
    outcome = await asking.look_for("empty", "One?", no_watch)
    assert sum(pauses) <= 15, "no connection is left over which it could still come"
    assert (outcome.code, outcome.problem, cloud.questions) == (3, UNCONFIRMED, [])
    assert asking.workspace.draft("empty") == "One?", "no other question takes this session"


async def test_a_question_right_behind_one_that_was_stopped_is_asked(cloud: Cloud, asking: Asker) -> None:
    cloud.turns = [Turn(ANSWERED, is_held=True), Turn()]
    assert await asking.is_there("s1")
    stopped = asyncio.create_task(asking.ask("s1", "One?", no_watch, is_first=False))
    while not cloud.questions:
        await asyncio.sleep(0)
    stopped.cancel()
    outcome = await asking.ask("s1", "Two?", no_watch, is_first=False)
    assert outcome.turn is not None
    assert (outcome.turn.question, [each.prompt for each in cloud.questions]) == ("Two?", ["One?", "Two?"])


async def test_whoever_leaves_waits_no_longer_for_a_title(
    cloud: Cloud, asking: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asker, "END_TIMEOUT", 600.0)
    cloud.gates = {"POST /api/v1/chat/new-2/title": asyncio.Event()}
    await asked_new(asking, "One?")
    while not cloud.count("POST /api/v1/chat/new-2/title"):
        await asyncio.sleep(0)
    closing = asyncio.create_task(asking.close())
    await asyncio.sleep(0)
    assert not closing.done()
    asking.leave()
    async with asyncio.timeout(60):
        await closing
