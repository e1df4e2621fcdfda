"""Keeping an index up to date with its folder."""

import os
import threading
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.local.conftest import write_notes
from tests.local.server import running_server
from tests.local.turn import answer_to, index_ids
from tui.local.library.database import LibraryDatabase
from tui.local.library.files import walk
from tui.local.library.library import Library, folders_of
from tui.local.library.sync import forget_index, sole_writer, sync


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_notes(tmp_path / "notes")


@pytest.fixture
def library(folder: Path, tmp_path: Path) -> Library:
    return Library(LibraryDatabase(tmp_path / "data"), folders_of([folder]))


def bring_up_to_date(library: Library) -> list[str]:
    (index,) = library.folders.values()
    sync(library.database, index)
    return library.file_names([index.index_id], 100)


def chunk_ids(library: Library, name: str) -> list[int]:
    with library.database.reading() as connection:
        rows = connection.execute(
            "SELECT chunks.id FROM chunks JOIN documents ON documents.id = document_id WHERE path = ?", (name,)
        )
        return [row["id"] for row in rows]


def test_only_what_changed_is_read_again(folder: Path, library: Library) -> None:
    assert bring_up_to_date(library) == ["kitchen.md", "work/deploying.md", "work/retro.txt"]
    kept = chunk_ids(library, "kitchen.md")
    os.utime(folder / "kitchen.md", (1, 1))
    (folder / "work" / "retro.txt").write_text("The outage was short.")
    bring_up_to_date(library)
    assert chunk_ids(library, "kitchen.md") == kept
    ids = list(library.folders)
    assert [passage.text for passage in library.search('"outage"', ids, 5)] == ["The outage was short."]


def test_files_that_are_gone_are_forgotten(folder: Path, library: Library) -> None:
    bring_up_to_date(library)
    (folder / "kitchen.md").unlink()
    (folder / "work" / "retro.txt").write_bytes(b"now\0binary")
    assert bring_up_to_date(library) == ["work/deploying.md"]
    assert library.count('"oak" OR "outage"', list(library.folders)) == 0


def test_hidden_binary_and_linked_files_are_left_out(folder: Path, library: Library, tmp_path: Path) -> None:
    (tmp_path / "outside.md").write_text("outside")
    (folder / "link.md").symlink_to(tmp_path / "outside.md")
    (folder / "linked").symlink_to(tmp_path, target_is_directory=True)
    (folder / ".git").mkdir()
    (folder / ".git" / "config.txt").write_text("hidden")
    (folder / ".hidden.md").write_text("hidden")
    (folder / "picture.png").write_bytes(b"\x89PNG\0")
    (folder / "not.txt").write_bytes(b"\0\1\2")
    assert bring_up_to_date(library) == ["kitchen.md", "work/deploying.md", "work/retro.txt"]
    (state,) = library.index_states().values()
    assert (state.files, state.skipped_files) == (3, 1)
    assert not [found.name for found in walk(folder) if "hidden" in found.name or "link" in found.name]


def test_a_sync_that_is_stopped_keeps_what_it_has_and_goes_on_later(library: Library) -> None:
    (index,) = library.folders.values()
    answers = iter([False, False, True, True])
    sync(library.database, index, lambda: next(answers))
    assert library.index_states()[index.index_id].synced is None
    assert len(bring_up_to_date(library)) == 3


def test_two_syncs_at_once_do_not_disturb_each_other(library: Library) -> None:
    with ThreadPoolExecutor() as pool:
        syncs = [pool.submit(bring_up_to_date, library) for _ in range(4)]
        assert [len(done.result()) for done in syncs] == [3] * 4
    with library.database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM documents").fetchone()[0] == 3
        chunks, passages = (
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("chunks", "passages")
        )
        assert chunks == passages


def test_an_index_that_another_server_deleted_is_read_anew(library: Library) -> None:
    bring_up_to_date(library)
    (index_id,) = library.folders
    forget_index(library.database, index_id)
    assert library.index_states() == {}
    assert len(bring_up_to_date(library)) == 3
    assert library.index_states()[index_id].synced


def test_forgetting_that_is_stopped_can_be_done_again(library: Library) -> None:
    bring_up_to_date(library)
    (index_id,) = library.folders
    forget_index(library.database, index_id, iter([False, True, True]).__next__)
    assert index_id in library.index_states()
    forget_index(library.database, index_id)
    assert library.count('"oak" OR "outage"', [index_id]) == 0


def test_waiting_for_another_process_ends_when_told_to(library: Library) -> None:
    stop = threading.Event()
    with sole_writer(library.database, lambda: False) as first:
        assert first
        threading.Timer(0.1, stop.set).start()
        with sole_writer(library.database, stop.is_set) as second:
            assert not second


def test_reading_around_a_passage_gives_the_document_s_text(folder: Path, library: Library) -> None:
    bring_up_to_date(library)
    (index_id,) = library.folders
    passage = library.search('"slate"', [index_id], 1)[0]
    text = (folder / "kitchen.md").read_text()
    assert library.read(passage.file_id, index_id, 0, 10_000) == text
    assert library.read(passage.file_id, index_id, 20, 30) == text[20:50]
    assert library.read(passage.file_id, index_id, 10_000, 30) == ""
    assert library.read("dfl-none", index_id, 0, 10) is None


@pytest.fixture
def http(folder: Path, tmp_path: Path) -> Generator[httpx.Client]:
    with running_server([folder], tmp_path / "data") as server:
        headers = {"Authorization": f"Bearer {server.api_key}"}
        with httpx.Client(base_url=server.base_url, headers=headers, trust_env=False, timeout=20) as client:
            yield client


def test_a_new_file_is_found_at_the_next_question(http: httpx.Client, folder: Path) -> None:
    ids = list(index_ids(http).values())
    assert "Nothing in **notes**" in answer_to(http, "Who feeds the hedgehog?", ids)
    (folder / "garden.md").write_text("# Garden\n\nGrandmother feeds the hedgehog.\n")
    assert answer_to(http, "Who feeds the hedgehog?", ids).startswith("Grandmother feeds the hedgehog. [1]")


def test_an_index_says_what_it_holds(http: httpx.Client) -> None:
    answer_to(http, "oak?", list(index_ids(http).values()))
    (item,) = http.get("/api/v1/indexes").json()["items"]
    assert item["metadata"] == {
        "status": "ready",
        "error_message": None,
        "files": 3,
        "skipped_files": 0,
        "files_done": None,
        "files_total": None,
    }
    assert item["last_synced_at"].endswith("Z")


def test_namesakes_are_told_apart(tmp_path: Path) -> None:
    folders = [tmp_path / "home" / "notes", tmp_path / "work" / "notes", tmp_path / "papers"]
    for path in folders:
        path.mkdir(parents=True)
    assert [folder.name for folder in folders_of(folders)] == ["home/notes", "work/notes", "papers"]
    assert len({folder.index_id for folder in folders_of([*folders, folders[0]])}) == 3
