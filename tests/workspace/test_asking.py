import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.store.holding import held_elsewhere
from tests.workspace.cloud import STOP, Cloud, Turn, asked, said
from tests.workspace.conftest import ACCOUNT, Office, store_in_use, until
from tui.api.models import TextDelta
from tui.conversation.transcript import Thought
from tui.store.notes import NO_SESSION
from tui.store.store import Store
from tui.workspace.running_turn import JOURNAL_SECONDS, JOURNALED_TOGETHER, LONG_CHARS, MANY_VALUES
from tui.workspace.updates import DraftChanged, ListChanged, TurnEnded


async def test_a_question_is_sent_once_and_its_answer_is_kept(office: Office, cloud: Cloud, store: Store) -> None:
    office.workspace.write_draft("s1", "Why?")
    await office.ask("s1", "Why?")
    assert [question.prompt for question in cloud.questions] == ["Why?"]
    assert office.read("s1") == [("Why?", "Yes.")]
    assert office.workspace.draft("s1") == store.notes.draft(ACCOUNT, "s1") == ""
    assert store.journal.entries(ACCOUNT) == []
    assert office.published(TurnEnded) == [TurnEnded("s1", well=True)]


async def test_the_session_is_named_after_its_first_question_and_only_then(office: Office, cloud: Cloud) -> None:
    await office.ask("s1", "Why?")
    await until(lambda: bool(office.workspace.catalogue["s1"].generated_title))
    await office.ask("s1", "And who?")
    await until(lambda: cloud.count("GET /api/v1/chat/s1/summary") == 2)
    assert office.workspace.title("s1") == "Why?"
    assert cloud.count("POST /api/v1/chat/s1/title") == 1


async def test_a_bound_session_is_asked_with_its_indexes_and_an_unbound_one_with_what_was_chosen(
    office: Office, cloud: Cloud
) -> None:
    workspace = office.workspace
    assert not workspace.needs_scope(workspace.catalogue["s1"])
    await office.ask("s1", "Why?")
    unbound = await workspace.create([], is_bound=False)
    assert unbound is not None
    assert workspace.needs_scope(workspace.catalogue[unbound])
    assert workspace.searched_names(workspace.catalogue[unbound]) == []
    workspace.set_scope(unbound, ["idx-notes"])
    assert workspace.searched_names(workspace.catalogue[unbound]) == ["notes"]
    await office.ask(unbound, "Who?")
    assert [question.index_ids for question in cloud.questions] == [["idx-notes"], ["idx-notes"]]


async def test_questions_asked_meanwhile_wait_and_are_sent_one_after_another(office: Office, cloud: Cloud) -> None:
    first = Turn(is_held=True)
    cloud.turns = [first]
    for question in ("one", "two", "three"):
        office.workspace.ask("s1", question)
    assert office.workspace.waiting("s1") == ["two", "three"]
    office.workspace.take_last_waiting("s1", to_edit=False)
    assert office.workspace.waiting("s1") == ["two"]
    first.gate.set()
    await until(lambda: len(cloud.questions) == 2)
    await office.settle("s1")
    assert [question.prompt for question in cloud.questions] == ["one", "two"]
    assert not cloud.was_asked_while_running
    assert office.workspace.waiting("s1") == []
    assert office.workspace.draft("s1") == ""


async def test_sessions_are_asked_at_the_same_time(office: Office, cloud: Cloud) -> None:
    cloud.add_session("s2", index_ids=["idx-notes"])
    await office.workspace.refresh()
    cloud.turns = [Turn(is_held=True), Turn()]
    office.workspace.ask("s1", "slow?")
    await until(lambda: len(cloud.questions) == 1)
    await office.ask("s2", "quick?")
    assert office.read("s2") == [("quick?", "Yes.")]
    assert office.workspace.is_busy("s1")


@pytest.mark.parametrize("status", [402, 403, 409, 422, 429])
async def test_a_refused_question_is_given_back_before_what_was_typed_since(
    office: Office, cloud: Cloud, store: Store, status: int
) -> None:
    cloud.turns = [Turn(status=status)]
    office.workspace.ask("s1", "Why?")
    office.workspace.write_draft("s1", "typed since")
    await office.settle("s1")
    assert office.workspace.draft("s1") == store.notes.draft(ACCOUNT, "s1") == "Why?\n\ntyped since"
    assert office.published(DraftChanged) == [DraftChanged("s1")]
    assert office.read("s1") == []
    assert ListChanged() in office.updates[office.updates.index(DraftChanged("s1")) :], "it has no title any more"
    assert len(office.problems) == len(cloud.questions) == 1


async def test_after_a_failure_the_queue_waits_for_the_user(office: Office, cloud: Cloud) -> None:
    first = Turn(status=429)
    cloud.turns = [first]
    office.workspace.ask("s1", "one")
    office.workspace.ask("s1", "two")
    await office.settle("s1")
    assert office.workspace.is_paused("s1")
    assert len(cloud.questions) == 1
    office.workspace.resume("s1")
    await office.settle("s1")
    assert not office.workspace.is_paused("s1")
    assert [question.prompt for question in cloud.questions] == ["one", "two"]


async def test_questions_that_are_resumed_while_a_turn_runs_are_sent_after_it(office: Office, cloud: Cloud) -> None:
    running = Turn(is_held=True)
    cloud.turns = [Turn(status=429), running]
    office.workspace.ask("s1", "one")
    office.workspace.ask("s1", "two")
    await office.settle("s1")
    office.workspace.ask("s1", "three")
    await until(lambda: bool(cloud.running))
    office.workspace.resume("s1")
    assert office.workspace.waiting("s1") == ["two"]
    running.gate.set()
    await until(lambda: len(cloud.questions) == 3)
    await office.settle("s1")
    assert [question.prompt for question in cloud.questions] == ["one", "three", "two"]
    assert not cloud.was_asked_while_running


async def test_a_queue_is_kept_and_waits_for_the_user_at_the_next_start(
    office: Office, cloud: Cloud, store: Store
) -> None:
    cloud.turns = [Turn(is_held=True)]
    office.workspace.ask("s1", "one")
    office.workspace.ask("s1", "two")
    await office.workspace.close()
    later = Office(store)
    assert later.workspace.waiting("s1") == ["two"]
    assert later.workspace.is_paused("s1")
    await later.workspace.close()


async def test_stop_keeps_what_had_arrived_and_pauses_the_queue(office: Office, cloud: Cloud) -> None:
    cloud.turns = [Turn(is_held=True, keeps=())]
    office.workspace.ask("s1", "one")
    office.workspace.ask("s1", "two")
    await until(lambda: office.read("s1") == [("one", "Yes.")])
    assert office.workspace.stop("s1")
    await office.settle("s1")
    assert office.read("s1") == [("one", "Yes.")]
    assert office.workspace.waiting("s1") == ["two"]
    assert office.workspace.is_paused("s1")
    assert len(cloud.questions) == 1


async def test_a_question_that_is_stopped_before_it_left_is_not_sent(office: Office, cloud: Cloud) -> None:
    office.workspace.ask("s1", "Why?")
    assert office.workspace.stop("s1")
    await asyncio.gather(*(task for task in asyncio.all_tasks() if task is not asyncio.current_task()))
    assert not office.workspace.is_busy("s1")
    assert cloud.questions == []


async def test_what_was_stopped_is_completed_from_the_server_when_that_has_it(office: Office, cloud: Cloud) -> None:
    cloud.turns = [Turn(is_held=True, keeps=[said("Yes. And why."), STOP])]
    office.workspace.ask("s1", "one")
    await until(lambda: bool(cloud.running))
    office.workspace.stop("s1")
    await until(lambda: office.read("s1") == [("one", "Yes. And why.")])
    assert len(cloud.questions) == 1


async def test_nothing_is_stopped_where_nothing_runs(office: Office) -> None:
    assert not office.workspace.stop("s1")
    assert not office.workspace.stop(None)


async def test_without_a_connection_the_question_stays_in_the_draft_and_it_is_said_why(
    office: Office, cloud: Cloud, store: Store
) -> None:
    await office.workspace.close()
    offline = Office(store)
    offline.workspace.write_draft("s1", "Why?")
    assert not offline.workspace.ask("s1", "Why?")
    assert offline.workspace.draft("s1") == "Why?"
    assert "There is no connection yet." in offline.problems[0]
    assert cloud.questions == []
    await offline.workspace.close()


async def test_a_session_that_another_process_holds_is_not_asked(office: Office, cloud: Cloud, store: Store) -> None:
    workspace = office.workspace
    assert store.path is not None
    with held_elsewhere(store.path, ACCOUNT, "s1"):
        workspace.switch("s1", leaving=None)
        assert "Another llamachat-tui has this session open." in office.notices[0]
        workspace.write_draft("s1", "Why?")
        assert not workspace.ask("s1", "Why?")
        workspace.save_drafts()
        assert workspace.draft("s1") == "Why?"
        assert store.notes.draft(ACCOUNT, "s1") == ""
    workspace.switch("s1", leaving="s1")
    assert workspace.ask("s1", "Why?")
    await office.settle("s1")
    assert len(cloud.questions) == 1


async def test_each_running_program_writes_on_a_start_page_of_its_own_and_none_is_lost(store: Store) -> None:
    assert store.path is not None
    store.notes.save_draft(ACCOUNT, NO_SESSION, "of the other")
    with held_elsewhere(store.path, ACCOUNT, NO_SESSION):
        beside_it = Office(store).workspace
        assert beside_it.draft(None) == ""
        beside_it.write_draft(None, "of this one")
        beside_it.save_drafts()
        assert store.notes.draft(ACCOUNT, NO_SESSION) == "of the other"
    store.notes.save_draft(ACCOUNT, NO_SESSION, "")
    assert Office(store).workspace.draft(None) == "of this one"


async def test_a_session_deleted_elsewhere_is_not_asked_again(office: Office, cloud: Cloud) -> None:
    cloud.turns = [Turn(status=404)]
    await office.ask("s1", "Why?")
    assert office.workspace.is_deleted_elsewhere("s1")
    assert office.workspace.draft("s1") == "Why?"
    assert not office.workspace.ask("s1", "Why?")
    assert "Deleted elsewhere." in office.problems[-1]
    assert len(cloud.questions) == 1


async def test_how_long_a_thought_took_is_known_where_it_was_measured_and_from_no_history(
    office: Office, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = iter(range(0, 1000, 2))
    monkeypatch.setattr("tui.workspace.running_turn.monotonic", lambda: next(ticks))
    delta, whole = {"type": "thinking_delta", "content": "hm"}, {"type": "thinking", "content": "hmhm"}
    thinking = Turn([delta, delta, whole, said("Yes."), STOP], is_held=True, held=4)
    cloud.turns += [thinking]
    assert office.workspace.ask("s1", "Why?")
    await until(lambda: bool(thoughts(office)))
    thinking.gate.set()
    await office.settle("s1")
    (seconds,) = thoughts(office)
    assert seconds
    await office.workspace.open("s1")
    assert thoughts(office) == [None]


def thoughts(office: Office) -> list[float | None]:
    turns = office.workspace.transcript("s1") or ()
    return [part.seconds for turn in turns for part in turn.parts if isinstance(part, Thought)]


def kept(store: Store) -> tuple[dict[str, list[str]], dict[str, str], list[str]]:
    """What another start of the program would find: queues, drafts, and questions that may have been sent."""
    assert store.path is not None
    another = Store.open(store.path)
    found = another.notes.queues(ACCOUNT), another.notes.drafts(ACCOUNT), another.journal.entries(ACCOUNT)
    another.close()
    return found[0], found[1], [entry.prompt for entry in found[2]]


async def test_a_question_is_at_every_moment_kept_once_in_the_draft_or_in_the_queue(
    office: Office, cloud: Cloud, store: Store
) -> None:
    cloud.turns = [first := Turn(is_held=True)]
    office.workspace.ask("s1", "one")
    office.workspace.write_draft("s1", "two")
    office.workspace.ask("s1", "two")
    assert kept(store) == ({"s1": ["two"]}, {}, ["one"])
    office.workspace.take_last_waiting("s1", to_edit=True)
    assert kept(store) == ({}, {"s1": "two"}, ["one"])
    assert office.workspace.draft("s1") == "two"
    first.gate.set()
    await office.settle("s1")


async def test_the_first_question_of_a_session_is_no_draft_any_more_when_it_is_sent(
    office: Office, cloud: Cloud, store: Store
) -> None:
    cloud.turns = [Turn(is_held=True)]
    office.workspace.write_draft(None, "Why? And how")
    office.workspace.save_drafts()
    session_id = await office.workspace.create(["idx-notes"], is_bound=True)
    assert session_id is not None
    assert office.workspace.ask_first(session_id, "Why?", None)
    assert kept(store) == ({}, {session_id: "And how"}, ["Why?"])
    assert office.workspace.draft(None) == ""


async def test_a_session_that_was_created_and_never_asked_in_is_taken_for_the_next_first_question(
    office: Office, cloud: Cloud, store: Store
) -> None:
    cloud.gates["POST /api/v1/chat"] = asyncio.Event()
    creating = asyncio.create_task(office.workspace.create(["idx-notes"], is_bound=True))
    await until(lambda: cloud.count("POST /api/v1/chat") == 1)
    creating.cancel()
    await office.workspace.close()
    cloud.gates.clear()
    again = Office(store)
    await again.connect(cloud)
    session_id = await again.workspace.create(["idx-notes"], is_bound=True)
    assert session_id is not None
    assert cloud.count("POST /api/v1/chat") == 1
    assert again.workspace.ask_first(session_id, "Why?", None)
    await again.settle(session_id)
    await again.workspace.create(["idx-notes"], is_bound=True)
    assert cloud.count("POST /api/v1/chat") == 2
    await again.workspace.close()


async def test_an_empty_session_is_remembered_while_others_on_other_indexes_are_asked_in(
    office: Office, cloud: Cloud
) -> None:
    left = await office.workspace.create(["idx-notes"], is_bound=False)
    asked_in = await office.workspace.create(["idx-notes"], is_bound=True)
    assert asked_in is not None
    assert office.workspace.ask_first(asked_in, "Why?", None)
    await office.settle(asked_in)
    assert await office.workspace.create(["idx-notes"], is_bound=False) == left
    assert cloud.count("POST /api/v1/chat") == 2


async def test_no_session_with_a_question_or_of_other_indexes_is_taken_for_an_empty_one(
    office: Office, cloud: Cloud, store: Store
) -> None:
    cloud.add_session("asked", asked("Why?"), index_ids=["idx-notes"])
    cloud.add_session("other", index_ids=["idx-other"])
    cloud.add_session("unbound")
    office.workspace.write_draft("s1", "half a thought")
    store.creations.begin(ACCOUNT, ["idx-notes"])
    session_id = await office.workspace.create(["idx-notes"], is_bound=True)
    assert session_id not in (None, "s1", "asked", "other", "unbound")


@pytest.mark.parametrize("held", [1, 4 * JOURNALED_TOGETHER], ids=["a few", "in masses"])
async def test_what_arrives_while_a_long_turn_is_written_is_shown_at_once_and_kept_after_it(
    office: Office, cloud: Cloud, store: Store, held: int
) -> None:
    deltas = [{"type": "text_delta", "content": f"{number} "} for number in range(held + 2)]
    turn = Turn(sends=[*deltas, STOP], is_held=True, held=held)
    cloud.turns = [turn]
    await office.workspace.open("s1")
    office.workspace.ask("s1", "Why?")
    await until(lambda: "0 1 " in office.read("s1")[-1][1])
    async with store_in_use(store):
        if held > 1:
            turn.gate.set()
        await asyncio.sleep(JOURNAL_SECONDS * 2)
        assert len(office.read("s1")[-1][1].split()) >= 3
    if held == 1:
        (entry,) = store.journal.entries(ACCOUNT)
        await until(lambda: len(store.journal.events(entry.turn_id)) == len(deltas) + 1)
        turn.gate.set()
    await office.settle("s1")
    kept = store.sessions.history(ACCOUNT, "s1")
    assert kept is not None
    assert kept.events[1:-1] == [TextDelta(str(delta["content"])) for delta in deltas]


async def test_what_arrives_in_masses_is_kept_piece_by_piece(office: Office, cloud: Cloud, tmp_path: Path) -> None:
    deltas = [{"type": "text_delta", "content": f"{number} "} for number in range(4 * JOURNALED_TOGETHER)]
    turn = Turn(sends=[*deltas, STOP], is_held=True)
    cloud.turns = [turn]
    office.workspace.ask("s1", "Why?")

    with closing(sqlite3.connect(tmp_path / "store.sqlite3")) as file:

        def kept() -> list[int]:
            return [count for (count,) in file.execute("SELECT json_array_length(events) FROM turn_events")]

        await until(lambda: sum(kept()) >= len(deltas))
        assert max(kept()) <= JOURNALED_TOGETHER
    turn.gate.set()
    await office.settle("s1")


async def test_of_long_results_each_is_kept_by_itself(office: Office, cloud: Cloud, tmp_path: Path) -> None:
    results: list[object] = ["a" * LONG_CHARS, {"results": ["b"] * MANY_VALUES}, {"c": ["d" * LONG_CHARS]}]
    sends = [
        {"type": "tool_result", "call_id": f"c{number}", "name": "read", "result": result}
        for number, result in enumerate(results)
    ]
    turn = Turn(sends=[*sends, STOP], is_held=True)
    cloud.turns = [turn]
    office.workspace.ask("s1", "Why?")
    with closing(sqlite3.connect(tmp_path / "store.sqlite3")) as file:

        def kept() -> list[int]:
            return [text.count('"tool_result"') for (text,) in file.execute("SELECT events FROM turn_events")]

        await until(lambda: sum(kept()) == len(results))
        assert max(kept()) == 1
    turn.gate.set()
    await office.settle("s1")
