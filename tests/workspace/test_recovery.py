import asyncio
import threading
from collections.abc import Iterator

import pytest

from tests.workspace.cloud import STOP, Cloud, Turn, asked, broken, said
from tests.workspace.conftest import ACCOUNT, Office, end_of, until
from tui.api.models import Event, Stop, Text, UserInput
from tui.conversation.reconcile import PAUSE_SECONDS
from tui.store.database import Database
from tui.store.session_cache import History, read_events
from tui.store.store import Store
from tui.workspace.recovery import GIVEN_UP, NO_END, NOT_CONFIRMED
from tui.workspace.updates import TurnEnded


async def test_a_broken_turn_is_completed_from_the_server(office: Office, cloud: Cloud, store: Store) -> None:
    cloud.turns = [broken(sends=[said("Half")], keeps=[said("Half and the rest."), STOP])]
    await office.ask("s1", "Why?")
    assert office.read("s1") == [("Why?", "Half and the rest.")]
    assert office.notices == ["Finished while you were away: 1 new event."]
    assert office.published(TurnEnded) == [TurnEnded("s1", well=True)]
    assert len(cloud.questions) == 1
    assert store.journal.entries(ACCOUNT) == []


async def test_a_turn_that_goes_on_at_the_server_is_polled_until_it_ends(office: Office, cloud: Cloud) -> None:
    cloud.turns = [broken(keeps=[said("Half")])]
    seen: list[str] = []

    def go_on() -> None:
        seen.append(end_of(office))
        if len(office.pauses) == 3:
            cloud.events["s1"] += [said("The rest."), STOP]

    office.while_waiting = go_on
    await office.ask("s1", "Why?")
    assert office.read("s1") == [("Why?", "HalfThe rest.")]
    assert all("Still running on the server" in reason for reason in seen)
    assert len(cloud.questions) == 1


@pytest.mark.fault(44)
async def test_what_the_server_shows_of_a_turn_that_goes_on_is_kept_as_it_is_shown(
    office: Office, cloud: Cloud, store: Store
) -> None:
    cloud.turns = [broken(keeps=[said("Half")])]
    kept: list[object] = []
    office.while_waiting = lambda: kept.extend(
        store.journal.events(entry.turn_id) for entry in store.journal.entries(ACCOUNT)
    )
    await office.ask("s1", "Why?")
    assert kept[0] == [Text("Half")]
    await office.workspace.close()
    offline = Office(store)
    await offline.workspace.open("s1")
    assert offline.read("s1") == [("Why?", "Half")]


async def test_the_next_question_waits_until_it_is_known_what_became_of_the_one_before(
    office: Office, cloud: Cloud
) -> None:
    cloud.turns = [broken()]

    asked_while_unknown: list[int] = []
    waiting: list[str] = []

    def ask_and_end() -> None:
        if len(office.pauses) == 1:
            office.workspace.ask("s1", "next?")
            waiting.extend(office.workspace.waiting("s1"))
        elif len(office.pauses) == 3:
            cloud.events["s1"] += [said("Late."), STOP]
        asked_while_unknown.append(len(cloud.questions))

    office.while_waiting = ask_and_end
    await office.ask("s1", "Why?")
    await office.settle("s1")
    assert waiting == ["next?"]
    assert set(asked_while_unknown) == {1}
    assert [question.prompt for question in cloud.questions] == ["Why?", "next?"]


async def test_a_question_that_never_arrived_is_given_back_and_not_sent_again(
    office: Office, cloud: Cloud, store: Store
) -> None:
    cloud.turns = [Turn(is_lost=True)]
    await office.ask("s1", "Why?")
    assert any(NOT_CONFIRMED in notice for notice in office.notices)
    assert office.workspace.draft("s1") == store.notes.draft(ACCOUNT, "s1") == "Why?"
    assert office.read("s1") == []
    assert sum(office.pauses) == sum(PAUSE_SECONDS)
    assert len(cloud.questions) == 1


async def test_a_turn_that_never_ends_is_kept_as_far_as_it_came(office: Office, cloud: Cloud) -> None:
    cloud.turns = [broken(sends=[said("Half")], keeps=[said("Half")])]
    await office.ask("s1", "Why?")
    assert office.read("s1") == [("Why?", "Half")]
    assert NO_END in end_of(office)
    assert office.published(TurnEnded) == [TurnEnded("s1", well=False)]


@pytest.mark.fault(55)
async def test_a_session_that_is_gone_can_still_be_read_also_at_the_next_start(
    office: Office, cloud: Cloud, store: Store
) -> None:
    cloud.turns = [Turn(), broken(sends=[said("Half")])]
    await office.workspace.open("s1")
    await office.ask("s1", "Who?")
    cloud.statuses["GET /api/v1/chat/s1"] = 404
    await office.ask("s1", "Why?")
    assert office.read("s1") == [("Who?", "Yes."), ("Why?", "Half")]
    assert office.workspace.is_deleted_elsewhere("s1")
    assert any("Deleted elsewhere." in notice for notice in office.notices)
    await office.workspace.close()
    later = Office(store)
    await later.workspace.open("s1")
    assert later.read("s1") == [("Who?", "Yes."), ("Why?", "Half")]
    await later.workspace.close()


@pytest.mark.fault(44)
async def test_a_completed_turn_is_kept_before_its_entry_in_the_journal_goes(
    office: Office, cloud: Cloud, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop, kept = store.journal.drop, list[History | None]()

    def look_and_drop(turn_id: int) -> None:
        kept.append(store.sessions.history(ACCOUNT, "s1"))
        drop(turn_id)

    monkeypatch.setattr(store.journal, "drop", look_and_drop)
    cloud.turns = [broken(keeps=[said("Late."), STOP])]
    await office.ask("s1", "Why?")
    assert [history and history.events for history in kept] == [[UserInput("Why?"), Text("Late."), Stop()]]


async def test_a_server_that_cannot_be_asked_is_given_up_with_a_sentence(office: Office, cloud: Cloud) -> None:
    cloud.turns = [broken(sends=[said("Half")])]
    cloud.statuses["GET /api/v1/chat/s1"] = 403
    await office.ask("s1", "Why?")
    assert sum(office.pauses) == sum(PAUSE_SECONDS)
    assert "Open the session again to look once more." in end_of(office)
    assert office.read("s1") == [("Why?", "Half")]


async def test_stop_ends_the_polling(office: Office, cloud: Cloud) -> None:
    cloud.turns = [broken(keeps=[said("Half")])]
    office.while_waiting = lambda: None if len(office.pauses) < 2 else _stop(office)
    await office.ask("s1", "Why?")
    assert end_of(office) == GIVEN_UP
    await until(lambda: len(asyncio.all_tasks()) == 1)
    assert len(office.pauses) == 2


def _stop(office: Office) -> None:
    assert office.workspace.stop("s1")


@pytest.mark.parametrize("is_known", [True, False], ids=["finished", "never arrived"])
async def test_a_turn_of_an_earlier_run_is_looked_for_at_the_next_start(
    office: Office, cloud: Cloud, store: Store, is_known: bool
) -> None:
    cloud.turns = [Turn(is_held=True, keeps=[said("Yes. And why."), STOP], is_lost=not is_known)]
    await office.workspace.open("s1")
    office.workspace.ask("s1", "Why?")
    await until(lambda: bool(cloud.questions))
    await office.workspace.close()
    assert [entry.prompt for entry in store.journal.entries(ACCOUNT)] == ["Why?"]
    later = Office(store)
    assert later.workspace.is_busy("s1")
    await later.connect(cloud)
    await later.settle("s1")
    assert later.read("s1") == ([("Why?", "Yes. And why.")] if is_known else [])
    assert later.workspace.draft("s1") == ("" if is_known else "Why?")
    assert len(later.pauses) == (0 if is_known else sum(PAUSE_SECONDS))
    assert len(cloud.questions) == 1
    assert store.journal.entries(ACCOUNT) == []
    await later.workspace.close()


@pytest.mark.fault(56)
async def test_a_session_that_is_about_to_be_deleted_is_not_listed_by_the_look_after_its_turn(
    office: Office, cloud: Cloud
) -> None:
    cloud.turns = [broken(keeps=[said("Half")])]
    listed: list[int] = []

    def delete_and_look() -> None:
        if not office.workspace.deletion.is_hidden("s1"):
            office.workspace.deletion.hide("s1")
        elif len(office.pauses) == 3:
            listed.append(len(office.workspace.catalogue))
            cloud.events["s1"] += [STOP]

    office.while_waiting = delete_and_look
    await office.ask("s1", "Why?")
    assert listed == [0]
    assert len(office.workspace.catalogue) == 0


async def test_the_same_question_asked_twice_is_told_apart(office: Office, cloud: Cloud) -> None:
    cloud.turns = [Turn(), Turn(is_lost=True)]
    await office.ask("s1", "Why?")
    await office.ask("s1", "Why?")
    assert cloud.events["s1"].count(asked("Why?")) == 1
    assert office.workspace.draft("s1") == "Why?"
    assert office.read("s1") == [("Why?", "Yes.")]


@pytest.mark.fault(40)
async def test_a_lost_question_in_a_session_not_loaded_yet_is_not_said_to_be_answered(
    office: Office, cloud: Cloud
) -> None:
    cloud.add_session("s2", asked("Why?"), said("Because."), STOP, index_ids=["idx-notes"])
    await office.workspace.refresh()
    cloud.turns = [Turn(is_lost=True)]
    await office.ask("s2", "Why?")
    assert not any("Finished while you were away" in words for words in office.notices)
    assert office.workspace.draft("s2") == "Why?"


@pytest.mark.fault(28)
async def test_what_had_arrived_of_a_turn_is_not_decoded_on_the_event_loop(
    office: Office, cloud: Cloud, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded_in: list[threading.Thread] = []

    def noted(database: Database, text: str) -> Iterator[Event]:
        decoded_in.append(threading.current_thread())
        return read_events(database, text)

    monkeypatch.setattr("tui.store.journal.read_events", noted)
    cloud.turns = [broken(keeps=[said("Half")])]
    await office.ask("s1", "Why?")
    again = Office(store)
    await again.workspace.open("s1")
    assert again.read("s1") == [("Why?", "Half")]
    assert decoded_in
    assert threading.main_thread() not in decoded_in
