"""The file of an index that is damaged: all of it can be read from the folder again."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.local.conftest import write_notes
from tests.local.inprocess import served
from tests.local.opened import OpenedFolder, opened
from tests.local.turn import answer_to, ask
from tui.local.library.database import INDEX_LOST, DamagedIndexError, LibraryDatabase
from tui.local.library.folders import index_id_of


def no_database(path: Path) -> None:
    path.write_bytes(b"no database" * 1000)


def pages_lost(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))


def documents_lost(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'documents'").fetchone()
    whole = path.read_bytes()
    path.write_bytes(whole[: (page - 1) * 4096] + b"\xff" * 4096 + whole[page * 4096 :])


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def no_text(path: Path) -> None:
    whole = path.read_bytes()
    assert b"kitchen.md" in whole
    path.write_bytes(whole.replace(b"kitchen.md", b"k\xfftchen.md"))


def damaged(tmp_path: Path, damage: Callable[[Path], None]) -> tuple[OpenedFolder, list[str]]:
    """A folder that was read, whose index is damaged since, opened again; and the names of its documents."""
    first = opened(write_notes(tmp_path / "notes"), tmp_path / "data")
    names = first.sync()
    path = first.database.index(first.index_id).path
    del first  # closes its connections, which write the log back
    damage(path)
    return opened(tmp_path / "notes", tmp_path / "data"), names


def state(folder: OpenedFolder) -> tuple[str | None, str | None]:
    kept = folder.library.states.served()[folder.index_id]
    return kept.synced, kept.error


@pytest.mark.parametrize("damage", [no_database, pages_lost, pipe])
def test_it_is_told_and_the_folder_is_asked_to_be_read(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    folder, names = damaged(tmp_path, damage)
    asked: list[str] = []
    folder.database.on_index_lost = asked.append
    state(folder)
    assert state(folder) == (None, INDEX_LOST)
    assert asked == [folder.index_id]
    assert folder.sync() == names
    synced, error = state(folder)
    assert synced
    assert error is None


@pytest.mark.parametrize("damage", [no_database, documents_lost])
def test_a_sync_that_finds_it_reads_the_folder_anew(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    folder, names = damaged(tmp_path, damage)
    supervisor = folder.supervisor()
    supervisor.ask(folder.index_id).result(60)
    supervisor.stop()
    assert state(folder)[1] is None
    assert [file.name for file in folder.library.documents.files([folder.index_id])] == names


def test_a_text_that_is_none_is_damage_and_neither_told_nor_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder, names = damaged(tmp_path, no_text)
    with pytest.raises(DamagedIndexError) as raised:
        folder.library.documents.files([folder.index_id])
    assert str(raised.value) == "What was stored of the folder was damaged (a text in it is no UTF-8). Ask again."
    (told,) = caplog.messages
    assert told.endswith(" was damaged (a text in it is no UTF-8) and is deleted. Its folder is read anew.")
    assert folder.sync() == names


def test_a_folder_in_the_place_of_an_index_is_named(tmp_path: Path) -> None:
    write_notes(tmp_path / "notes")
    path = LibraryDatabase(tmp_path / "da\x1bta").index(index_id_of(tmp_path / "notes")).path
    path.mkdir()
    shown = str(path).replace("\x1b", "␛")
    told = f"{shown} is a folder; an index is kept there. Move it away."
    with served(tmp_path / "notes", tmp_path / "da\x1bta") as http:
        (item,) = http.get("/api/v1/indexes").json()["items"]
        assert item["metadata"]["error_message"] == f"The folder could not be read: {told}"
        index_id = item["id"]
        session_id = http.post("/api/v1/chat", json={"index_ids": [index_id]}).json()["session_id"]
        assert [event for _, event in ask(http, session_id, "Why oak?", [index_id])][-1]["error"] == told
        retrieved = http.post("/api/v1/retrieval/retrieve", json={"index_id": index_id, "query": "oak"})
        assert (retrieved.status_code, retrieved.json()["detail"]) == (503, told)
        path.rmdir()
        assert "because it can be oiled" in answer_to(http, "Why did we choose oak?", [index_id])


def test_what_is_wrong_with_a_question_takes_no_index_away(tmp_path: Path) -> None:
    folder = opened(write_notes(tmp_path / "notes"), tmp_path / "data")
    names = folder.sync()
    with pytest.raises(sqlite3.OperationalError), folder.database.index(folder.index_id).reading() as connection:
        connection.execute("SELECT nothing FROM nowhere")
    assert [file.name for file in folder.library.documents.files([folder.index_id])] == names
