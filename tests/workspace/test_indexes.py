import asyncio
from pathlib import Path

import pytest

from tests.workspace.cloud import NOTES, Cloud
from tests.workspace.conftest import Office, until
from tui.settings import LOCAL_ACCOUNT
from tui.store.store import Store

PLANS = {"id": "idx-plans", "name": "plans"}
SYNCING = {**NOTES, "sync_in_progress": True}


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.workspace.indexes.POLL_SECONDS", 0.001)


def names(office: Office) -> list[str]:
    return [index.name for index in office.workspace.indexes]


async def test_all_pages_are_loaded(store: Store, cloud: Cloud) -> None:
    cloud.pages = {
        ("/api/v1/indexes", None): {"items": [NOTES], "next_page_token": "p2"},
        ("/api/v1/indexes", "p2"): {"items": [PLANS]},
    }
    office = Office(store)
    await office.connect(cloud)
    assert names(office) == ["notes", "plans"]
    await office.workspace.close()


@pytest.mark.fault(41)
@pytest.mark.parametrize("token", ["p1", "p2"])
async def test_pages_that_lead_in_a_circle_end(store: Store, cloud: Cloud, token: str) -> None:
    cloud.pages = {
        ("/api/v1/indexes", None): {"items": [NOTES], "next_page_token": "p1"},
        ("/api/v1/indexes", "p1"): {"items": [PLANS], "next_page_token": "p2"},
        ("/api/v1/indexes", "p2"): {"items": [NOTES], "next_page_token": token},
    }
    office = Office(store)
    await office.connect(cloud)
    assert names(office) == ["notes", "plans"]
    assert cloud.count("GET /api/v1/indexes") == 3
    await office.workspace.close()


async def test_a_list_that_cannot_be_loaded_stays_as_it_was(office: Office, cloud: Cloud) -> None:
    cloud.statuses["GET /api/v1/indexes"] = 403
    await office.workspace.index_list.watch(lambda: True)
    assert names(office) == ["notes"]
    assert len(office.problems) == 1


async def test_a_sync_is_followed_until_it_has_ended(office: Office, cloud: Cloud) -> None:
    cloud.indexes = [SYNCING]
    watching = asyncio.create_task(office.workspace.index_list.watch(lambda: True))
    await until(lambda: cloud.count("GET /api/v1/indexes") > 3)
    assert office.workspace.indexes[0].is_syncing
    cloud.indexes = [NOTES]
    await watching
    assert not office.workspace.indexes[0].is_syncing


async def test_a_sync_is_followed_only_while_somebody_looks(office: Office, cloud: Cloud) -> None:
    cloud.indexes = [SYNCING]
    await office.workspace.index_list.watch(lambda: cloud.count("GET /api/v1/indexes") < 4)
    assert cloud.count("GET /api/v1/indexes") == 4


async def test_indexes_that_are_wanted_before_there_is_a_connection_come_with_it(store: Store, cloud: Cloud) -> None:
    office = Office(store)
    watching = asyncio.create_task(office.workspace.index_list.watch(lambda: True))
    await asyncio.sleep(0.01)
    assert office.problems == []
    await office.connect(cloud)
    await watching
    assert names(office) == ["notes"]
    await office.workspace.close()


async def test_nobody_waits_for_indexes_that_are_not_wanted_any_more(store: Store) -> None:
    office = Office(store)
    await office.workspace.index_list.watch(lambda: False)
    assert names(office) == []
    await office.workspace.close()


async def test_folders_are_added_read_again_and_removed(store: Store, cloud: Cloud, tmp_path: Path) -> None:
    office = Office(store, LOCAL_ACCOUNT)
    await office.connect(cloud)
    assert office.workspace.index_list.keeps_folders
    assert await office.workspace.index_list.add_folder(str(tmp_path)) == ""
    assert names(office) == ["notes", str(tmp_path)]
    await office.workspace.index_list.sync("idx-1")
    assert cloud.count("POST /api/v1/indexes/idx-1/sync") == 1
    await office.workspace.index_list.remove("idx-1")
    assert names(office) == ["notes"]
    await office.workspace.close()


async def test_a_folder_that_cannot_be_added_is_told(office: Office, cloud: Cloud, tmp_path: Path) -> None:
    assert not office.workspace.index_list.keeps_folders
    cloud.statuses["POST /api/v1/indexes"] = 409
    assert "in the list already" in await office.workspace.index_list.add_folder(str(tmp_path))
    assert "There is no folder" in await office.workspace.index_list.add_folder(str(tmp_path / "none"))
    assert names(office) == ["notes"]


@pytest.mark.fault(41)
async def test_of_very_many_indexes_the_first_ones_are_loaded(
    store: Store, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.workspace.indexes.MAX_INDEXES", 1_000)
    for number in range(100):
        items = [{**NOTES, "id": f"idx-{number}-{n}", "export_config_id": None} for n in range(100)]
        cloud.pages["/api/v1/indexes", f"p{number}" if number else None] = {
            "items": items,
            "next_page_token": f"p{number + 1}",
        }
    office = Office(store)
    await office.connect(cloud)
    assert len(office.workspace.indexes) == 1_000
    await office.workspace.close()


@pytest.mark.fault(41)
async def test_a_list_without_an_end_is_left_after_a_hundred_pages(store: Store, cloud: Cloud) -> None:
    for number in range(300):
        token = f"p{number}" if number else None
        cloud.pages["/api/v1/indexes", token] = {"items": [], "next_page_token": f"p{number + 1}"}
    office = Office(store)
    await office.connect(cloud)
    assert cloud.count("GET /api/v1/indexes") == 100
    await office.workspace.close()
