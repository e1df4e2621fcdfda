import asyncio

from tests.workspace.cloud import STOP, Cloud, asked, said
from tests.workspace.conftest import ACCOUNT, Office
from tui.api.models import Session, Text, UserInput


def keep(office: Office, session_id: str, answer: str, index_ids: tuple[str, ...] = ()) -> None:
    office.store.sessions.save_history(
        ACCOUNT, Session(session_id, index_ids=index_ids), [UserInput("?"), Text(answer)]
    )


async def test_what_is_kept_is_found_with_the_names_of_the_indexes(office: Office) -> None:
    keep(office, "s1", "The rent is due.", ("idx-notes",))
    keep(office, "s2", "The rent is paid.")
    result = await office.workspace.searching.find("rent index:note index:nothing")

    assert result is not None
    assert [one.session.session_id for one in result.found.sessions] == ["s1"]
    assert result.problems == ('There is no index with "nothing" in its name.',)


async def test_only_the_search_begun_last_has_a_result(office: Office) -> None:
    keep(office, "s1", "The rent is due.")
    results = await asyncio.gather(*(office.workspace.searching.find("rent"[:length]) for length in range(1, 5)))

    assert [result is None for result in results] == [True, True, True, False]
    assert results[3] is not None
    assert [one.session.session_id for one in results[3].found.sessions] == ["s1"]


async def test_what_is_deleted_is_found_no_more_at_once(office: Office, cloud: Cloud) -> None:
    cloud.events["s1"] = [asked("And the rent?"), said("Due."), STOP]
    await office.workspace.open("s1")
    await asyncio.sleep(0)
    keep(office, "s1", "The rent is due.")
    office.workspace.deletion.hide("s1")
    result = await office.workspace.searching.find("rent")

    assert result is not None
    assert result.found.sessions == ()
