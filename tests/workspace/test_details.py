import asyncio

import pytest

from tests.workspace.cloud import STOP, Cloud, asked, said
from tests.workspace.conftest import ACCOUNT, Office, listed
from tui.store.store import Store


async def test_a_pinned_session_stands_first_until_it_is_not_any_more(store: Store, many: Cloud) -> None:
    office = Office(store)
    await office.connect(many)
    office.workspace.details.pin("s4", is_pinned=True)
    await office.workspace.close()
    later = Office(store).workspace.details
    sessions, pinned = later.pinned_first()
    assert ([session.session_id for session in sessions], pinned) == (["s4", "s5"], 1)
    later.pin("s4", is_pinned=False)
    assert Office(store).workspace.details.pinned_first()[1] == 0


async def test_the_first_question_is_asked_of_the_server_where_it_is_not_kept(office: Office, cloud: Cloud) -> None:
    cloud.events["s1"] = [asked("Why?"), said("Yes."), STOP, asked("Who?"), said("Ada."), STOP]
    assert await office.workspace.details.facts("s1") is None
    assert await office.workspace.details.first_question("s1") == "Why?"
    await office.workspace.open("s1")
    requests = cloud.count("GET /api/v1/chat/s1")
    cloud.add_session("s2")
    assert await office.workspace.details.first_question("s2") is None
    assert await office.workspace.details.first_question("s1") == "Why?"
    assert cloud.count("GET /api/v1/chat/s1") == requests
    facts = await office.workspace.details.facts("s1")
    assert facts is not None
    assert facts.turns == 2


async def test_a_session_that_is_not_listed_is_found_without_its_events(office: Office, cloud: Cloud) -> None:
    cloud.add_session("s2")
    assert await office.workspace.find("s2")
    assert set(listed(office)) == {"s1", "s2"}
    assert not await office.workspace.find("s3")
    assert cloud.count("GET /api/v1/chat/s2") == 0


async def test_of_many_sessions_the_newest_are_listed_at_once_and_the_others_soon(
    store: Store, many: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office(store)
    await office.connect(many)
    for _ in range(2):
        await office.workspace.load_more()
    await office.workspace.close()
    monkeypatch.setattr("tui.workspace.state.FIRST_LISTED", 2)
    monkeypatch.setattr("tui.workspace.listing.FIRST_LISTED", 2)
    later = Office(store)
    assert listed(later) == ["s5", "s4"]
    later.workspace.deletion.hide("s4")
    await asyncio.gather(later.workspace.list_kept(), later.workspace.list_kept())
    assert listed(later) == ["s5", "s3", "s2", "s1"]
    assert len(store.sessions.listed(ACCOUNT)) == 5


async def test_several_deleted_sessions_are_brought_back_or_gone_together(office: Office, many: Cloud) -> None:
    await office.connect(many)
    await office.workspace.load_more()
    office.workspace.deletion.show_again(office.workspace.deletion.hide("s4", "s2"))
    assert listed(office) == ["s5", "s4", "s3", "s2", "s1"]
    await office.workspace.deletion.delete(office.workspace.deletion.hide("s4", "s2"))
    assert listed(office) == ["s5", "s3", "s1"]
    assert not {"s4", "s2"} & many.summaries.keys()
