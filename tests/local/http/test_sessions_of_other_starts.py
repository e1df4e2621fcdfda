"""Sessions that search a folder which the server was started with before, and is not now."""

from pathlib import Path

import httpx
import pytest

from tests.local.conftest import write_notes
from tests.local.inprocess import served
from tests.local.server import connected, running_server, synced_server
from tests.local.turn import ask, index_ids
from tui.local.library.database import SCHEMA_VERSION, LibraryDatabase


@pytest.fixture
def other(tmp_path: Path) -> Path:
    folder = tmp_path / "other"
    folder.mkdir()
    (folder / "moss.md").write_text("# Moss\n\nMoss grows in the shade.\n")
    return folder


@pytest.fixture
def old(tmp_path: Path) -> tuple[str, str]:
    """The session and the index of an earlier start."""
    write_notes(tmp_path / "old")
    with synced_server([tmp_path / "old"], tmp_path / "data") as connection, connected(connection) as http:
        index_id = index_ids(http)["old"]
        session_id = http.post("/api/v1/chat", json={"index_ids": [index_id]}).json()["session_id"]
    return session_id, index_id


def refused(http: httpx.Client, session_id: str, index_id: str) -> str:
    body = {"prompt": "Why oak?", "index_ids": [index_id]}
    response = http.post(f"/api/v1/chat/{session_id}/messages/stream", json=body)
    assert response.status_code == 409
    assert http.get(f"/api/v1/chat/{session_id}").status_code == 200
    return response.json()["detail"]


def test_the_folder_of_a_session_that_goes_on_is_served_again(
    old: tuple[str, str], other: Path, tmp_path: Path
) -> None:
    session_id, index_id = old
    with LibraryDatabase(tmp_path / "data").writing() as database:
        database.execute(f"PRAGMA user_version = {SCHEMA_VERSION - 1}")  # all is read anew, and the folders are known
    with running_server([other], tmp_path / "data") as connection, connected(connection) as http:
        assert index_id not in index_ids(http).values()
        told = [event for _, event in ask(http, session_id, "Why did we choose oak?", [index_id])]
        assert not told[-1]["is_error"]
        assert "because it can be oiled" in next(event["content"] for event in told if event["type"] == "text")
        assert index_ids(http)["old"] == index_id
    with running_server([other], tmp_path / "data") as connection, connected(connection) as http:
        assert set(index_ids(http)) == {"other"}


def test_a_folder_that_is_gone_is_named_until_it_is_back(old: tuple[str, str], other: Path, tmp_path: Path) -> None:
    session_id, index_id = old
    folder = (tmp_path / "old").rename(tmp_path / "away")
    with running_server([other], tmp_path / "data") as connection, connected(connection) as http:
        assert refused(http, session_id, index_id) == (
            f"This session searches {tmp_path / 'old'}, which is not there now. Put it back and ask again."
        )
        (tmp_path / "old").mkdir()
        assert "no document" in refused(http, session_id, index_id)
        (tmp_path / "old").rmdir()
        folder.rename(tmp_path / "old")
        assert not ask(http, session_id, "Why did we choose oak?", [index_id])[-1][1]["is_error"]


def test_a_folder_that_was_removed_is_not_served_again(old: tuple[str, str], tmp_path: Path) -> None:
    session_id, index_id = old
    with synced_server([tmp_path / "old"], tmp_path / "data") as connection, connected(connection) as http:
        assert http.delete(f"/api/v1/indexes/{index_id}").status_code == 204
        assert "not known here any more" in refused(http, session_id, index_id)


def test_a_server_that_others_can_reach_opens_no_folder(old: tuple[str, str], other: Path, tmp_path: Path) -> None:
    with served(other, tmp_path / "data") as http:
        assert "Start the server with it" in refused(http, *old)
