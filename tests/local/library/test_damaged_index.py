"""The file of an index that is damaged: all of it can be read from the folder again."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.local.conftest import write_notes
from tests.local.opened import OpenedFolder, opened
from tui.local.library.database import INDEX_LOST


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


def test_what_is_wrong_with_a_question_takes_no_index_away(tmp_path: Path) -> None:
    folder = opened(write_notes(tmp_path / "notes"), tmp_path / "data")
    names = folder.sync()
    with pytest.raises(sqlite3.OperationalError), folder.database.index(folder.index_id).reading() as connection:
        connection.execute("SELECT nothing FROM nowhere")
    assert [file.name for file in folder.library.documents.files([folder.index_id])] == names
