import asyncio

import pytest

from tests.store.sample import found
from tests.workspace.cloud import STOP, Cloud, Turn, asked, said
from tests.workspace.conftest import ACCOUNT, Office, until
from tui.api.models import UserInput
from tui.store.store import Store
from tui.workspace.search.gathering import SECONDS_BETWEEN, Gathered, Gathering, pause_after


@pytest.fixture
def rents(cloud: Cloud) -> Cloud:
    """Three sessions, on two pages, that were never opened here."""
    for number in range(2, 5):
        cloud.add_session(f"s{number}", asked("And the rent?"), said("Due."), STOP)
    cloud.pages = {
        ("/api/v1/chat", None): {"items": [cloud.summaries["s4"], cloud.summaries["s3"]], "next_page_token": "p2"},
        ("/api/v1/chat", "p2"): {"items": [cloud.summaries["s2"]], "next_page_token": None},
    }
    return cloud


class Waits:
    """The pauses between two requests, which take no time."""

    def __init__(self, gathering: Gathering) -> None:
        self.seconds: list[float] = []
        gathering.sleep = self.wait

    async def wait(self, seconds: float) -> None:
        self.seconds.append(seconds)
        await asyncio.sleep(0)


async def all_is_here(office: Office) -> None:
    await until(lambda: not office.workspace.searching.gathering.progress().words)


async def gathered(office: Office) -> Waits:
    gathering = office.workspace.searching.gathering
    waits = Waits(gathering)
    gathering.begin()
    await gathering.run()
    await all_is_here(office)
    return waits


async def test_sessions_never_opened_here_are_fetched_newest_first_and_found(store: Store, rents: Cloud) -> None:
    office = Office(store)
    await office.connect(rents)
    assert found(store, "rent", ACCOUNT) == []
    waits = await gathered(office)

    assert found(store, "rent", ACCOUNT) == [("s4", [0]), ("s3", [0]), ("s2", [0])]
    fetched = [request for request in rents.requests if request.startswith("GET /api/v1/chat/s")]
    assert fetched == ["GET /api/v1/chat/s4", "GET /api/v1/chat/s3", "GET /api/v1/chat/s2"]
    assert waits.seconds == [SECONDS_BETWEEN] * 4
    assert office.workspace.searching.gathering.progress().words == ""
    await office.workspace.close()


async def test_nothing_is_fetched_before_the_search_was_used(store: Store, rents: Cloud) -> None:
    office = Office(store)
    gathering = office.workspace.searching.gathering
    waits = Waits(gathering)
    await office.connect(rents)
    await gathering.run()
    await until(lambda: not gathering.is_running)

    assert (rents.count("GET /api/v1/chat/s4"), waits.seconds) == (0, [])
    await office.workspace.close()


async def test_it_goes_on_at_the_next_start_where_it_was(store: Store, rents: Cloud) -> None:
    office = Office(store)
    await office.connect(rents)
    gathering = office.workspace.searching.gathering
    waits = Waits(gathering)
    gathering.begin()
    office.workspace.start(gathering.run())
    await until(lambda: rents.count("GET /api/v1/chat/s4") == 1 and len(waits.seconds) > 1)
    await office.workspace.close()

    again = Office(store)
    again_waits = Waits(again.workspace.searching.gathering)
    await again.connect(rents)
    await until(lambda: again.workspace.searching.gathering.progress().words == "")
    assert rents.count("GET /api/v1/chat/s4") == 1
    assert again_waits.seconds
    await again.workspace.close()


async def test_a_pause_lasts_until_it_is_ended_also_over_a_start(store: Store, rents: Cloud) -> None:
    office = Office(store)
    await office.connect(rents)
    gathering = office.workspace.searching.gathering
    gathering.begin()
    gathering.toggle()
    await gathering.run()
    assert gathering.progress() == Gathered(0, 2, has_more=True, state="paused")
    assert gathering.progress().words == "0 of 2 and more sessions are searched · fetching the others is paused"
    await office.workspace.close()

    again = Office(store)
    await again.connect(rents)
    await again.workspace.searching.gathering.run()
    assert rents.count("GET /api/v1/chat/s4") == 0
    Waits(again.workspace.searching.gathering)
    again.workspace.searching.gathering.toggle()
    again.workspace.start(again.workspace.searching.gathering.run())
    await all_is_here(again)
    await again.workspace.close()


async def test_while_a_turn_runs_nothing_is_fetched(store: Store, rents: Cloud) -> None:
    rents.turns = [held := Turn(is_held=True)]
    office = Office(store)
    await office.connect(rents)
    office.workspace.ask("s4", "Why?")
    gathering = office.workspace.searching.gathering
    waits = Waits(gathering)
    gathering.begin()
    office.workspace.start(gathering.run())
    await until(lambda: len(waits.seconds) > 5)
    assert rents.count("GET /api/v1/chat/s3") == 0
    held.gate.set()
    await all_is_here(office)
    assert rents.count("GET /api/v1/chat/s3") == 1
    await office.workspace.close()


async def test_a_question_that_was_stopped_is_kept_once(store: Store, cloud: Cloud) -> None:
    cloud.turns = [Turn(is_held=True, keeps=(said("Half"),))]
    office = Office(store)
    await office.connect(cloud)
    session_id = await office.workspace.create(["idx-notes"], is_bound=True)
    assert session_id is not None
    assert office.workspace.ask_first(session_id, "Why?", None)
    await until(lambda: len(cloud.questions) == 1)
    assert office.workspace.stop(session_id)
    await until(lambda: not office.workspace.is_busy(session_id))
    gathering = office.workspace.searching.gathering
    Waits(gathering)
    gathering.begin()
    await gathering.run()
    await office.ask(session_id, "And then?")

    kept = store.sessions.history(ACCOUNT, session_id)
    assert kept is not None
    assert [event.content for event in kept.events if isinstance(event, UserInput)] == ["Why?", "And then?"]
    await office.workspace.close()


async def test_a_session_that_cannot_be_fetched_holds_up_no_other(store: Store, rents: Cloud) -> None:
    rents.statuses = {"GET /api/v1/chat/s4": 403}
    office = Office(store)
    await office.connect(rents)
    gathering = office.workspace.searching.gathering
    waits = Waits(gathering)
    gathering.begin()
    office.workspace.start(gathering.run())
    await until(lambda: found(store, "rent", ACCOUNT) == [("s3", [0]), ("s2", [0])])
    rents.statuses = {}
    await all_is_here(office)

    assert waits.seconds[:2] == [SECONDS_BETWEEN, 60]
    assert office.problems == []
    assert found(store, "rent", ACCOUNT) == [("s4", [0]), ("s3", [0]), ("s2", [0])]
    await office.workspace.close()


async def test_a_server_that_fails_is_left_alone_for_longer_and_longer(store: Store, rents: Cloud) -> None:
    rents.statuses = {f"GET /api/v1/chat/s{number}": 403 for number in (2, 3, 4)}
    rents.pages = {}  # all of the list at once
    office = Office(store)
    await office.connect(rents)
    gathering = office.workspace.searching.gathering
    waits = Waits(gathering)
    gathering.begin()
    office.workspace.start(gathering.run())
    await until(lambda: len(waits.seconds) > 3)

    assert waits.seconds[:4] == [SECONDS_BETWEEN, 60, 120, 240]
    assert office.problems == []
    await office.workspace.close()


async def test_what_was_asked_while_a_session_was_fetched_is_not_lost(store: Store, rents: Cloud) -> None:
    rents.turns = [Turn([said("Since May."), STOP])]
    gate = rents.gates["GET /api/v1/chat/s4"] = asyncio.Event()
    office = Office(store)
    await office.connect(rents)
    gathering = office.workspace.searching.gathering
    Waits(gathering)
    gathering.begin()
    office.workspace.start(gathering.run())
    await until(lambda: rents.count("GET /api/v1/chat/s4") == 1)
    del rents.gates["GET /api/v1/chat/s4"]
    await office.workspace.open("s4")
    office.workspace.ask("s4", "Since when?")
    await until(lambda: found(store, "since", ACCOUNT) == [("s4", [1])])
    gate.set()
    await all_is_here(office)

    assert found(store, "since", ACCOUNT) == [("s4", [1])]
    await office.workspace.close()


async def test_a_session_that_is_gone_is_passed_over(store: Store, rents: Cloud) -> None:
    rents.statuses = {"GET /api/v1/chat/s4": 404}
    office = Office(store)
    await office.connect(rents)
    await gathered(office)

    assert found(store, "rent", ACCOUNT) == [("s3", [0]), ("s2", [0])]
    await office.workspace.close()


async def test_a_session_that_is_deleted_while_it_is_fetched_is_not_kept(store: Store, rents: Cloud) -> None:
    rents.pages = {}  # the whole list at once, so that no later page removes what is gone
    gate = rents.gates["GET /api/v1/chat/s4"] = asyncio.Event()
    office = Office(store)
    await office.connect(rents)
    gathering = office.workspace.searching.gathering
    Waits(gathering)
    gathering.begin()
    office.workspace.start(gathering.run())
    await until(lambda: rents.count("GET /api/v1/chat/s4") == 1)
    office.workspace.deletion.hide("s4")
    gate.set()
    await all_is_here(office)

    assert store.sessions.history(ACCOUNT, "s4") is None
    await office.workspace.close()


async def test_where_nothing_is_kept_nothing_is_fetched(rents: Cloud) -> None:
    office = Office(Store.in_memory())
    await office.connect(rents)
    gathering = office.workspace.searching.gathering
    gathering.begin()
    await gathering.run()
    gathering.toggle()
    gathering.toggle()
    await gathering.run()

    assert gathering.progress().state == "off"
    assert rents.count("GET /api/v1/chat/s4") == 0
    await office.workspace.close()


@pytest.mark.parametrize(("failures", "seconds"), [(0, 3.0), (1, 60.0), (2, 120.0), (5, 960.0), (99, 960.0)])
def test_the_pause_grows_with_the_failures(failures: int, seconds: float) -> None:
    assert pause_after(failures) == seconds


def test_how_far_it_is_is_told_in_words() -> None:
    assert Gathered(3, 3, has_more=False, state="on").words == ""
    assert Gathered(3, 9, has_more=False, state="on").words == (
        "3 of 9 sessions are searched · fetching the others, 20 a minute"
    )
    assert Gathered(3, 9, has_more=True, state="paused", to_read=1200).words == (
        "Reading what is kept here: 1,200 turns to go."
    )
    assert Gathered(3, 9, has_more=True, state="on", to_read=1).words == "Reading what is kept here: 1 turn to go."
