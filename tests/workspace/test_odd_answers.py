"""Answers that fit the API and still lead astray."""

from collections.abc import Sequence

import pytest

from tests.workspace.cloud import Cloud, Json, Turn, said
from tests.workspace.conftest import Office, until
from tui.store.store import Store
from tui.workspace.listing import MAX_EMPTY_PAGES
from tui.workspace.recovery import GONE


def listed(office: Office) -> list[str]:
    return [session.session_id for session in office.workspace.catalogue]


def page(cloud: Cloud, *session_ids: str, after: str | None = None) -> Json:
    return {"items": [cloud.summaries[session_id] for session_id in session_ids], "next_page_token": after}


@pytest.mark.fault(41)
async def test_an_empty_page_that_leads_on_is_not_the_last(store: Store, cloud: Cloud) -> None:
    cloud.add_session("s2")
    cloud.pages = {
        ("/api/v1/chat", None): page(cloud, after="p2"),
        ("/api/v1/chat", "p2"): page(cloud, "s2", after="p3"),
        ("/api/v1/chat", "p3"): page(cloud, after="p4"),
        ("/api/v1/chat", "p4"): page(cloud, "s1"),
    }
    office = Office(store)
    await office.connect(cloud)
    for _ in range(4):
        await office.workspace.load_more()
    assert listed(office) == ["s2", "s1"]
    assert office.workspace.catalogue.next_page_token is None
    await office.workspace.close()


@pytest.mark.fault(41)
async def test_empty_pages_without_end_are_not_asked_for_without_end(store: Store, cloud: Cloud) -> None:
    cloud.pages = {("/api/v1/chat", None): page(cloud, "s1", after="p0")}
    cloud.pages |= {("/api/v1/chat", f"p{n}"): page(cloud, after=f"p{n + 1}") for n in range(3 * MAX_EMPTY_PAGES)}
    office = Office(store)
    await office.connect(cloud)
    for _ in range(3 * MAX_EMPTY_PAGES):
        await office.workspace.load_more()
    assert cloud.count("GET /api/v1/chat") == 1 + MAX_EMPTY_PAGES
    assert listed(office) == ["s1"]
    await office.workspace.close()


@pytest.mark.fault(55)
async def test_a_session_deleted_elsewhere_as_its_answer_ends_is_told_plainly(office: Office, cloud: Cloud) -> None:
    held = Turn(is_held=True)
    cloud.turns = [held]
    assert office.workspace.ask("s1", "Why?")
    await until(lambda: len(cloud.questions) == 1)
    del cloud.summaries["s1"]
    held.gate.set()
    await office.settle("s1")
    await until(lambda: office.notices == [GONE])
    assert office.problems == []
    assert office.workspace.is_deleted_elsewhere("s1")
    assert office.read("s1") == [("Why?", "Yes.")]


class Confused(Cloud):
    """Answers the request for a title with another session."""

    def _of_chat(self, method: str, path: Sequence[str], body: Json) -> Json | None:
        if path[-1:] == ["title"]:
            return {"session_id": "stranger", "generated_title": "Of another", "index_ids": None}
        return super()._of_chat(method, path, body)


@pytest.mark.fault(61)
async def test_a_title_of_another_session_lists_nothing(store: Store) -> None:
    cloud = Confused()
    cloud.add_session("s1", index_ids=["idx-notes"])
    office = Office(store)
    await office.connect(cloud)
    cloud.turns = [Turn(sends=[said("Yes."), {"type": "stop", "is_error": False, "usage": {}}])]
    await office.ask("s1", "Why?")
    await until(lambda: cloud.count("POST /api/v1/chat/s1/title") == 1)
    await office.workspace.close()
    assert listed(office) == ["s1"]
    assert [session.session_id for session in store.sessions.listed("cloud")] == ["s1"]
