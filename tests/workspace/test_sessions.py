import asyncio

import pytest

from tests.workspace.cloud import STOP, Cloud, Turn, asked, said
from tests.workspace.conftest import ACCOUNT, Office, listed, page, until
from tui.api.client import Client
from tui.api.models import Text
from tui.store.store import Store
from tui.workspace.updates import OpeningFailed, RequestFailed


def held_elsewhere(*_: str) -> bool:
    return False


async def test_the_list_grows_page_by_page(store: Store, many: Cloud) -> None:
    office = Office(store)
    await office.connect(many)
    assert office.workspace.is_live
    assert listed(office) == ["s5", "s4"]
    await office.workspace.load_more()
    await office.workspace.load_more()
    assert listed(office) == ["s5", "s4", "s3", "s2", "s1"]
    await office.workspace.load_more()
    assert many.count("GET /api/v1/chat") == 3
    await office.workspace.close()


async def test_a_page_is_asked_for_once_however_often_it_is_wanted(store: Store, many: Cloud) -> None:
    office = Office(store)
    await office.connect(many)
    await asyncio.gather(*(office.workspace.load_more() for _ in range(5)))
    assert many.count("GET /api/v1/chat") == 2
    await office.workspace.close()


@pytest.mark.fault(41)
@pytest.mark.parametrize("token", ["p2", "p3"])
async def test_pages_that_lead_in_a_circle_end(store: Store, many: Cloud, token: str) -> None:
    many.pages["/api/v1/chat", "p3"] = page(many, "s1", after=token)
    office = Office(store)
    await office.connect(many)
    for _ in range(10):
        await office.workspace.load_more()
    assert listed(office) == ["s5", "s4", "s3", "s2", "s1"]
    assert many.count("GET /api/v1/chat") == 3
    await office.workspace.close()


async def test_the_list_last_seen_is_there_before_the_server_answers(
    office: Office, cloud: Cloud, store: Store
) -> None:
    await office.workspace.close()
    offline = Office(store)
    assert listed(offline) == ["s1"]
    assert not offline.workspace.is_live
    cloud.statuses["GET /api/v1/chat"] = 403
    await offline.connect(cloud)
    assert listed(offline) == ["s1"]
    assert not offline.workspace.is_live
    assert len(offline.problems) == 1
    await offline.workspace.close()


async def test_a_session_that_the_server_has_no_more_goes_with_the_last_page(store: Store, many: Cloud) -> None:
    office = Office(store)
    await office.connect(many)
    for _ in range(2):
        await office.workspace.load_more()
    del many.summaries["s1"]
    many.pages["/api/v1/chat", "p3"] = page(many)
    await office.workspace.refresh()
    assert "s1" in listed(office)
    for _ in range(2):
        await office.workspace.load_more()
    assert "s1" not in listed(office)
    await office.workspace.close()


@pytest.mark.fault(41)
async def test_a_session_whose_turn_runs_stays_listed_whatever_the_server_lists(office: Office, cloud: Cloud) -> None:
    turn = Turn(is_held=True)
    cloud.turns = [turn]
    office.workspace.ask("s1", "Why?")
    await until(lambda: bool(cloud.running))
    cloud.pages["/api/v1/chat", None] = page(cloud)
    await office.workspace.refresh()
    assert listed(office) == ["s1"]
    turn.gate.set()
    await office.settle("s1")
    await office.workspace.refresh()
    assert listed(office) == []


@pytest.mark.fault(61)
async def test_a_title_that_comes_late_does_not_list_a_deleted_session_again(
    office: Office, cloud: Cloud, store: Store
) -> None:
    summary = "GET /api/v1/chat/s1/summary"
    cloud.gates[summary] = asyncio.Event()
    await office.ask("s1", "Why?")
    await until(lambda: cloud.count(summary) == 1)
    await office.workspace.deletion.delete(office.workspace.deletion.hide("s1"))
    cloud.gates[summary].set()
    await all_else()
    assert listed(office) == store.sessions.listed(ACCOUNT) == []


async def test_a_session_is_created_bound_or_unbound(office: Office, cloud: Cloud) -> None:
    bound = await office.workspace.create(["idx-notes"], is_bound=True)
    unbound = await office.workspace.create(["idx-notes"], is_bound=False)
    assert bound is not None
    assert unbound is not None
    assert cloud.summaries[bound]["index_ids"] == ["idx-notes"]
    assert cloud.summaries[unbound]["index_ids"] is None
    assert office.workspace.searched_names(office.workspace.catalogue[unbound]) == ["notes"]
    await office.ask(unbound, "Who?")
    assert cloud.questions[0].index_ids == ["idx-notes"]


async def test_a_session_that_could_not_be_created_is_told(office: Office, cloud: Cloud) -> None:
    cloud.statuses["POST /api/v1/chat"] = 402
    assert await office.workspace.create(["idx-notes"], is_bound=True) is None
    assert len(office.problems) == 1
    assert listed(office) == ["s1"]


async def test_a_deleted_session_is_gone_here_and_there(office: Office, cloud: Cloud, store: Store) -> None:
    await office.ask("s1", "Why?")
    session = office.workspace.deletion.hide("s1")
    assert listed(office) == []
    assert "s1" in cloud.summaries
    store.frames.keep("0a0b0c0d", b"its title\0")
    await office.workspace.deletion.delete(session)
    assert store.path is not None
    assert not store.path.with_name("frames").exists()
    assert "s1" not in cloud.summaries
    assert office.workspace.transcript("s1") is None
    assert store.sessions.listed(ACCOUNT) == []


@pytest.mark.fault(56)
async def test_a_session_that_is_about_to_be_deleted_is_not_listed_by_a_reload(office: Office) -> None:
    session = office.workspace.deletion.hide("s1")
    await office.workspace.refresh()
    assert listed(office) == []
    office.workspace.deletion.show_again(session)
    assert listed(office) == ["s1"]


async def test_a_deletion_is_taken_back(office: Office, cloud: Cloud) -> None:
    office.workspace.deletion.show_again(office.workspace.deletion.hide("s1"))
    assert listed(office) == ["s1"]
    assert cloud.count("DELETE /api/v1/chat/s1") == 0


async def test_a_session_that_could_not_be_deleted_is_listed_again(office: Office, cloud: Cloud, store: Store) -> None:
    cloud.statuses["DELETE /api/v1/chat/s1"] = 403
    await office.workspace.deletion.delete(office.workspace.deletion.hide("s1"))
    assert listed(office) == ["s1"]
    assert len(office.published(RequestFailed)) == 1
    assert [session.session_id for session in store.sessions.listed(ACCOUNT)] == ["s1"]


@pytest.mark.fault(56)
async def test_a_deletion_that_the_end_of_the_program_cut_short_is_done_at_the_next_start(
    office: Office, cloud: Cloud, store: Store
) -> None:
    office.workspace.deletion.hide("s1")
    await office.workspace.close()
    for deletions in (1, 1):
        later = Office(store)
        assert listed(later) == []
        await later.connect(cloud)
        await until(lambda: "s1" not in cloud.summaries)
        await later.workspace.close()
        assert cloud.count("DELETE /api/v1/chat/s1") == deletions
    assert store.sessions.listed(ACCOUNT) == []


@pytest.mark.fault(56)
async def test_a_deletion_that_failed_at_the_end_is_tried_again_at_the_next_start(
    office: Office, cloud: Cloud, store: Store
) -> None:
    cloud.statuses["DELETE /api/v1/chat/s1"] = 403
    await office.workspace.deletion.delete(office.workspace.deletion.hide("s1"), or_next_time=True)
    cloud.statuses.clear()
    await Office(store).connect(cloud)
    await until(lambda: "s1" not in cloud.summaries)


@pytest.mark.fault(56)
async def test_a_deletion_that_was_taken_back_is_not_done_at_the_next_start(
    office: Office, cloud: Cloud, store: Store
) -> None:
    office.workspace.deletion.show_again(office.workspace.deletion.hide("s1"))
    later = Office(store)
    await later.connect(cloud)
    await later.workspace.close()
    assert listed(later) == ["s1"]
    assert cloud.count("DELETE /api/v1/chat/s1") == 0


@pytest.mark.fault(56)
async def test_what_another_program_may_still_bring_back_is_not_deleted(
    office: Office, cloud: Cloud, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.workspace.deletion.hide("s1")
    monkeypatch.setattr(store, "hold", held_elsewhere)
    later = Office(store)
    await later.connect(cloud)
    await all_else()
    assert cloud.count("DELETE /api/v1/chat/s1") == 0
    await later.workspace.close()


async def all_else() -> None:
    """Wait for whatever else is being done."""
    await asyncio.gather(*(task for task in asyncio.all_tasks() if task is not asyncio.current_task()))


async def test_a_session_that_the_server_did_not_bind_searches_what_was_chosen(office: Office, cloud: Cloud) -> None:
    cloud.binds = False
    session_id = await office.workspace.create(["idx-notes"], is_bound=True)
    assert session_id is not None
    assert not office.workspace.needs_scope(office.workspace.catalogue[session_id])
    await office.ask(session_id, "Who?")
    assert cloud.questions[0].index_ids == ["idx-notes"]


async def test_deleting_a_session_stops_its_turn_and_drops_its_queue(office: Office, cloud: Cloud) -> None:
    cloud.turns = [Turn(is_held=True)]
    office.workspace.ask("s1", "Why?")
    office.workspace.ask("s1", "Who?")
    await until(lambda: bool(cloud.running))
    await office.workspace.deletion.delete(office.workspace.deletion.hide("s1"))
    assert not office.workspace.is_busy("s1")
    assert "s1" not in cloud.summaries
    assert office.notices == office.problems == []
    assert [question.prompt for question in cloud.questions] == ["Why?"]
    assert office.workspace.waiting("s1") == ()


async def test_a_session_is_deleted_only_when_its_turn_has_stopped(
    office: Office, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    still_busy: list[bool] = []
    delete = Client.delete_session

    async def noted(client: Client, session_id: str) -> None:
        still_busy.append(office.workspace.is_busy(session_id))
        await delete(client, session_id)

    monkeypatch.setattr(Client, "delete_session", noted)
    cloud.turns = [Turn(is_held=True)]
    office.workspace.ask("s1", "Why?")
    await until(lambda: bool(cloud.running))
    await office.workspace.deletion.delete(office.workspace.deletion.hide("s1"))
    assert still_busy == [False]


async def test_a_session_has_the_user_s_name_until_that_is_taken_back(office: Office, store: Store) -> None:
    assert office.workspace.title("s1") == "(untitled)"
    office.workspace.details.rename("s1", "The crew")
    assert Office(store).workspace.title("s1") == "The crew"
    office.workspace.details.rename("s1", "")
    assert office.workspace.title("s1") == "(untitled)"
    assert office.workspace.name("s1") == ""


async def test_a_conversation_opens_as_it_was_last_seen_and_then_as_it_is(
    office: Office, cloud: Cloud, store: Store
) -> None:
    await office.ask("s1", "Why?")
    await office.workspace.open("s1")
    await until(lambda: store.sessions.history(ACCOUNT, "s1") is not None)
    await office.workspace.close()
    cloud.events["s1"] += [asked("Who?"), said("Ada."), STOP]
    later = Office(store)
    await later.workspace.open("s1")
    assert later.read("s1") == [("Why?", "Yes.")]
    await later.connect(cloud)
    await until(lambda: later.read("s1") == [("Why?", "Yes."), ("Who?", "Ada.")])
    await later.workspace.close()


async def test_opening_a_session_leaves_its_running_turn_alone(office: Office, cloud: Cloud) -> None:
    turn = Turn(is_held=True)
    cloud.turns = [turn]
    office.workspace.ask("s1", "Why?")
    await until(lambda: bool(cloud.running))
    await office.workspace.open("s1")
    turn.gate.set()
    await office.settle("s1")
    assert office.read("s1") == [("Why?", "Yes.")]
    assert cloud.count("GET /api/v1/chat/s1") == 0


@pytest.mark.fault(24, 41)
async def test_an_answer_that_is_older_than_the_running_turn_does_not_take_its_place(
    office: Office, cloud: Cloud, store: Store
) -> None:
    await office.workspace.open("s1")
    await office.ask("s1", "Why?")
    gets = "GET /api/v1/chat/s1"
    cloud.gates[gets] = asyncio.Event()
    turn = Turn(sends=(said("Ada."), STOP), is_held=True)
    cloud.turns = [turn]
    opening = asyncio.create_task(office.workspace.open("s1"))
    await until(lambda: cloud.count(gets) == 2)
    office.workspace.ask("s1", "Who?")
    shown = [("Why?", "Yes."), ("Who?", "Ada.")]
    await until(lambda: office.read("s1") == shown)
    cloud.gates[gets].set()
    await opening
    assert office.read("s1") == shown
    turn.gate.set()
    await office.settle("s1")
    assert office.read("s1") == shown
    kept = store.sessions.history(ACCOUNT, "s1")
    assert kept is not None
    assert Text("Ada.") in kept.events


async def test_a_conversation_that_cannot_be_loaded_is_shown_whole_from_this_machine(
    office: Office, cloud: Cloud, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.workspace.opening.SHOWN_AT_ONCE", 1)
    cloud.events["s1"] = [asked("Why?"), said("Yes."), STOP, asked("Who?"), said("Ada."), STOP]
    await office.workspace.open("s1")
    await until(lambda: store.sessions.history(ACCOUNT, "s1") is not None)
    await office.workspace.close()
    cloud.statuses["GET /api/v1/chat/s1"] = 403
    later = Office(store)
    await later.workspace.open("s1")
    assert later.read("s1") == [("Who?", "Ada.")]
    await later.connect(cloud)
    await until(lambda: later.read("s1") == [("Why?", "Yes."), ("Who?", "Ada.")])
    assert len(later.problems) == 1
    await later.workspace.close()


async def test_a_session_deleted_elsewhere_is_found_out_when_it_is_opened(office: Office, cloud: Cloud) -> None:
    del cloud.summaries["s1"]
    await office.workspace.open("s1")
    assert office.workspace.is_deleted_elsewhere("s1")
    assert any("nothing of it is kept" in failure.why for failure in office.published(OpeningFailed))
    assert not office.workspace.ask("s1", "Why?")
    assert "Deleted elsewhere." in office.problems[0]


async def test_nothing_of_one_account_is_shown_with_another(office: Office, store: Store) -> None:
    workspace = office.workspace
    await office.ask("s1", "Why?")
    await workspace.close()
    workspace.load_account("another")
    assert listed(office) == []
    assert workspace.transcript("s1") is None
    other = Cloud()
    other.add_session("o1")
    await office.connect(other)
    assert listed(office) == ["o1"]
    assert [session.session_id for session in store.sessions.listed("another")] == ["o1"]
    assert [session.session_id for session in store.sessions.listed(ACCOUNT)] == ["s1"]


async def test_work_begun_for_one_account_does_not_end_up_in_another(office: Office, cloud: Cloud) -> None:
    workspace = office.workspace
    opening = asyncio.create_task(workspace.open("s1"))
    await asyncio.sleep(0)
    workspace.load_account("another")
    await opening
    assert cloud.count("GET /api/v1/chat/s1") == 1
    assert workspace.transcript("s1") is None
    assert listed(office) == []


async def test_what_is_found_while_the_list_is_loaded_stays_listed(office: Office, cloud: Cloud) -> None:
    cloud.pages["/api/v1/chat", None] = page(cloud)
    cloud.add_session("elsewhere")
    gate = cloud.gates["GET /api/v1/chat"] = asyncio.Event()
    reloading = asyncio.create_task(office.workspace.refresh())
    await until(lambda: cloud.count("GET /api/v1/chat") == 2)
    assert await office.workspace.find("elsewhere")
    gate.set()
    await reloading
    assert "elsewhere" in listed(office)
    await office.workspace.refresh()
    assert "elsewhere" not in listed(office)
