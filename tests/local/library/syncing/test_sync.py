"""Keeping an index up to date with its folder."""

import errno
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.local.conftest import added, sdk_for, write_notes
from tests.local.opened import OpenedFolder, opened
from tests.local.server import Connection, connected, until
from tests.local.turn import answer_to
from tui.local.library.database import LibraryError
from tui.local.library.files import walk
from tui.local.library.folders import folders_of
from tui.local.library.stored_documents import file_id_of
from tui.local.library.syncing.sync import forget_index, sole_writer, sync


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_notes(tmp_path / "notes")


@pytest.fixture
def local(folder: Path, tmp_path: Path) -> OpenedFolder:
    return opened(folder, tmp_path / "data")


def chunk_ids(local: OpenedFolder, name: str) -> list[int]:
    with local.database.index(local.index_id).reading() as connection:
        rows = connection.execute(
            "SELECT chunks.id FROM chunks JOIN documents ON documents.id = document_id WHERE path = ?", (name,)
        )
        return [row["id"] for row in rows]


def test_only_what_changed_is_read_again(folder: Path, local: OpenedFolder) -> None:
    assert local.sync() == ["kitchen.md", "work/deploying.md", "work/retro.txt"]
    kept = chunk_ids(local, "kitchen.md")
    os.utime(folder / "kitchen.md", (1, 1))
    (folder / "work" / "retro.txt").write_text("The outage was short.")
    local.sync()
    assert chunk_ids(local, "kitchen.md") == kept
    found = local.library.passages.search('"outag"', [local.index_id], 5)
    assert [passage.text for passage in found] == ["The outage was short."]


def test_files_that_are_gone_are_forgotten(folder: Path, local: OpenedFolder) -> None:
    local.sync()
    (folder / "kitchen.md").unlink()
    (folder / "work" / "retro.txt").write_bytes(b"now\0binary")
    assert local.sync() == ["work/deploying.md"]
    assert local.library.vocabulary.frequency('"oak" OR "outag"', [local.index_id]) == 0


def test_hidden_binary_and_linked_files_are_left_out(folder: Path, local: OpenedFolder, tmp_path: Path) -> None:
    (tmp_path / "outside.md").write_text("outside")
    (folder / "link.md").symlink_to(tmp_path / "outside.md")
    (folder / "linked").symlink_to(tmp_path, target_is_directory=True)
    (folder / ".git").mkdir()
    (folder / ".git" / "config.txt").write_text("hidden")
    (folder / ".hidden.md").write_text("hidden")
    (folder / "picture.png").write_bytes(b"\x89PNG\0")
    (folder / "not.txt").write_bytes(b"\0\1\2")
    (folder / "program").write_bytes(b"\x7fELF\0\0")
    assert local.sync() == ["kitchen.md", "work/deploying.md", "work/retro.txt"]
    (state,) = local.library.states.served().values()
    assert (state.files, state.skipped_files) == (3, 1)
    assert not [found.name for found in walk(folder) if "hidden" in found.name or "link" in found.name]


def test_a_sync_that_is_stopped_keeps_what_it_has_and_goes_on_later(
    local: OpenedFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.local.library.syncing.sync.BATCH_SECONDS", 600)
    answers = iter([False, False, True, True])
    sync(local.database, local.folder, lambda: next(answers))
    assert [file.name for file in local.library.documents.files([local.index_id])] == ["kitchen.md"]
    assert local.library.states.served()[local.index_id].synced is None
    assert len(local.sync()) == 3


def test_two_syncs_at_once_do_not_disturb_each_other(local: OpenedFolder) -> None:
    with ThreadPoolExecutor() as pool:
        syncs = [pool.submit(local.sync) for _ in range(4)]
        assert [len(done.result()) for done in syncs] == [3] * 4
    with local.database.index(local.index_id).reading() as connection:
        assert connection.execute("SELECT count(*) FROM documents").fetchone()[0] == 3
        chunks, stems = (
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("chunks", "stems")
        )
        assert chunks == stems == local.library.vocabulary.passage_count([local.index_id])


def test_an_index_that_another_server_deleted_is_read_anew(local: OpenedFolder) -> None:
    local.sync()
    forget_index(local.database, local.index_id)
    assert local.library.states.served() == {}
    assert len(local.sync()) == 3
    assert local.library.states.served()[local.index_id].synced


def test_a_deleted_index_gives_its_disk_space_back_at_once(local: OpenedFolder) -> None:
    local.sync()
    index = local.database.index(local.index_id)
    assert index.path.exists()
    forget_index(local.database, local.index_id)
    assert not list(index.path.parent.glob(f"{index.path.name}*"))
    assert local.library.vocabulary.frequency('"oak" OR "outag"', [local.index_id]) == 0


def test_a_renamed_file_is_not_read_again(folder: Path, local: OpenedFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    local.sync()
    kept = chunk_ids(local, "work/retro.txt")
    (folder / "work").rename(folder / "archive")
    monkeypatch.setattr("tui.local.library.reading.file_reading.read_document", None)
    assert local.sync() == ["archive/deploying.md", "archive/retro.txt", "kitchen.md"]
    assert chunk_ids(local, "archive/retro.txt") == kept
    (passage,) = local.library.passages.search('"archiv" AND "outag"', [local.index_id], 5)
    assert passage.file_id == file_id_of(local.index_id, "archive/retro.txt")
    assert local.library.vocabulary.frequency('file: "work"', [local.index_id]) == 0


def test_a_file_that_is_renamed_and_copied_is_two_documents(folder: Path, local: OpenedFolder) -> None:
    local.sync()
    text = (folder / "kitchen.md").read_text()
    (folder / "kitchen.md").rename(folder / "a.md")
    (folder / "b.md").write_text(text)
    assert local.sync() == ["a.md", "b.md", "work/deploying.md", "work/retro.txt"]


def test_waiting_for_another_process_ends_when_told_to(local: OpenedFolder) -> None:
    with sole_writer(local.database, lambda: False) as first:
        assert first
        with sole_writer(local.database, iter([False, True]).__next__) as second:
            assert not second


def no_database(path: Path) -> None:
    path.write_bytes(b"no database" * 1000)


@pytest.mark.parametrize("damage", [no_database, Path.mkdir, os.mkfifo])
def test_a_lock_that_cannot_be_used_is_told_and_not_waited_for(
    local: OpenedFolder, damage: Callable[[Path], None]
) -> None:
    path = local.database.path.with_name("sync-lock.sqlite3")
    damage(path)
    with pytest.raises(LibraryError, match="move it away"):
        sync(local.database, local.folder, iter([False, True]).__next__)
    supervisor = local.supervisor()
    supervisor.ask(local.index_id).result(60)
    told = local.library.states.served()[local.index_id].error or ""
    assert told.startswith(f"The folder could not be read: {path}, which one process at a time holds")
    path.rename(path.with_name("away"))
    supervisor.ask(local.index_id).result(60)
    supervisor.stop()
    state = local.library.states.served()[local.index_id]
    assert (state.files, state.error) == (3, None)


def test_reading_around_a_passage_gives_the_document_s_text(folder: Path, local: OpenedFolder) -> None:
    local.sync()
    passage = local.library.passages.search('"slate"', [local.index_id], 1)[0]
    text, read = (folder / "kitchen.md").read_text(), local.library.passages.read
    assert read(passage.file_id, local.index_id, 0, 10_000) == text
    assert read(passage.file_id, local.index_id, 20, 30) == text[20:50]
    assert read(passage.file_id, local.index_id, 10_000, 30) == ""
    assert read("dfl-none", local.index_id, 0, 10) is None


def test_a_new_file_is_found_at_the_next_question(workbench: Connection, folder: Path) -> None:
    with sdk_for(workbench) as client, connected(workbench) as http:
        index_id = added(client, folder)
        assert "Nothing in **notes**" in answer_to(http, "Who feeds the hedgehog?", [index_id])
        (folder / "garden.md").write_text("# Garden\n\nGrandmother feeds the hedgehog.\n")
        answer = answer_to(http, "Who feeds the hedgehog?", [index_id])
        assert answer.startswith("Grandmother feeds the hedgehog. [1]")


def test_a_change_is_found_without_a_question(workbench: Connection, folder: Path) -> None:
    with sdk_for(workbench) as client:
        index_id = added(client, folder)
        (folder / "garden.md").write_text("# Garden\n\nGrandmother feeds the hedgehog.\n")
        until(lambda: bool(client.retrieval.retrieve(index_id=index_id, query="hedgehog").results))


def test_an_index_says_what_it_holds(workbench: Connection, folder: Path) -> None:
    with sdk_for(workbench) as client, connected(workbench) as http:
        index_id = added(client, folder)
        (item,) = [item for item in http.get("/api/v1/indexes").json()["items"] if item["id"] == index_id]
    assert item["metadata"] == {
        "status": "ready",
        "error_message": None,
        "not_watched": None,
        "files": 3,
        "skipped_files": 0,
        "files_done": None,
        "files_total": None,
        "folder": str(folder),
    }
    assert item["last_synced_at"].endswith("Z")


def test_namesakes_are_told_apart(tmp_path: Path) -> None:
    folders = [tmp_path / "home" / "notes", tmp_path / "work" / "notes", tmp_path / "papers"]
    for path in folders:
        path.mkdir(parents=True)
    assert [folder.name for folder in folders_of(folders)] == ["home/notes", "work/notes", "papers"]
    assert len({folder.index_id for folder in folders_of([*folders, folders[0]])}) == 3


def state(local: OpenedFolder) -> tuple[int, str | None]:
    kept = local.library.states.served()[local.index_id]
    return kept.files, kept.error


def test_a_folder_that_is_away_is_told_with_what_can_be_done(folder: Path, local: OpenedFolder) -> None:
    local.sync()
    folder.rename(folder.with_name("away"))
    supervisor = local.supervisor()
    supervisor.ask(local.index_id).result(60)
    supervisor.stop()
    assert state(local) == (
        3,
        f"The folder could not be read: No such file or directory: {folder}. What was read from it is kept, "
        "and searched as before. It was moved or deleted, or its disk is not connected: bring it back, or remove "
        "the index.",
    )


def test_where_a_disk_is_not_mounted_its_empty_place_takes_nothing_away(folder: Path, local: OpenedFolder) -> None:
    names = local.sync()
    away = folder.rename(folder.with_name("away"))
    folder.mkdir()
    with local.database.index(local.index_id).writing() as connection:  # as if it had been on another disk
        connection.execute("PRAGMA application_id = 1")
    with pytest.raises(OSError, match=r"is empty, and on another disk than before\. What was read from it is kept"):
        local.sync()
    assert state(local)[0] == 3
    folder.rmdir()
    away.rename(folder)
    assert local.sync() == names
    for name in names:
        (folder / name).unlink()
    assert local.sync() == []


def test_what_was_read_from_a_subfolder_that_is_out_of_reach_is_kept(
    folder: Path, local: OpenedFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = local.sync()
    scandir = os.scandir

    def failing(path: Path) -> Iterator[os.DirEntry[str]]:
        if Path(path) == folder / "work":
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return scandir(path)

    monkeypatch.setattr("tui.files.visible_files.os.scandir", failing)
    (folder / "kitchen.md").rename(folder / "pantry.md")
    with pytest.raises(OSError, match=f"Input/output error: {folder / 'work'}. What was read from it is kept"):
        local.sync()
    kept = [file.name for file in local.library.documents.files([local.index_id])]
    assert kept == ["pantry.md", *names[1:]]
    monkeypatch.undo()
    (folder / "work" / "retro.txt").unlink()
    assert local.sync() == ["pantry.md", "work/deploying.md"]


def test_what_was_read_from_a_disk_below_the_folder_is_kept_when_it_is_not_mounted(
    folder: Path, local: OpenedFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = folder / "work"

    def numbered(path: Path) -> int:
        """As if what is in that subfolder were on a disk of its own."""
        return 0 if not path.exists() else 2 if path.is_relative_to(disk) and any(disk.iterdir()) else 1

    monkeypatch.setattr("tui.local.library.files.disk_of", numbered)
    names = local.sync()
    away = disk.rename(folder.with_name("away"))
    for make_place in (lambda: None, disk.mkdir):
        make_place()
        with pytest.raises(OSError, match=f"{disk} was on a disk of its own, which is not there. What was read"):
            local.sync()
        assert [file.name for file in local.library.documents.files([local.index_id])] == names
    disk.rmdir()
    away.rename(disk)
    assert local.sync() == names
    (disk / "retro.txt").unlink()
    assert local.sync() == [name for name in names if name != "work/retro.txt"]
