"""Folders are watched, so that they need not be walked."""

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from tests.local.conftest import write_notes
from tests.local.opened import OpenedFolder, opened
from tests.local.server import until
from tui.local.library.syncing.watching import FolderWatcher


@pytest.fixture
def local(tmp_path: Path) -> OpenedFolder:
    return opened(write_notes(tmp_path / "notes"), tmp_path / "notes" / "data")


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.fixture
def watcher(local: OpenedFolder, asked: list[str]) -> Generator[FolderWatcher]:
    watcher = FolderWatcher(local.library.folders, asked.append, local.database.path.parent)
    watcher.start()
    yield watcher
    watcher.stop()


@pytest.fixture
def ready(watcher: FolderWatcher, local: OpenedFolder, asked: list[str]) -> FolderWatcher:
    until(lambda: watcher.has_told(local.index_id))
    asked.clear()
    return watcher


def test_what_changed_just_now_has_been_told(ready: FolderWatcher, local: OpenedFolder, asked: list[str]) -> None:
    changes = (
        lambda: (local.folder.path / "new.md").write_text("# New"),
        lambda: (local.folder.path / "kitchen.md").write_text("# Changed"),
        lambda: (local.folder.path / "work").rename(local.folder.path / "archive"),
        lambda: (local.folder.path / "archive" / "retro.txt").unlink(),
        lambda: (local.folder.path / ".gitignore").write_text("new.md"),
    )
    for change in changes:
        change()
        assert ready.has_told(local.index_id)
        assert set(asked) == {local.index_id}
        asked.clear()


def test_what_is_hidden_and_the_library_itself_count_for_nothing(
    ready: FolderWatcher, local: OpenedFolder, asked: list[str]
) -> None:
    (local.folder.path / ".git").mkdir()
    (local.folder.path / ".git" / "HEAD").write_text("main")
    (local.database.path.parent / "own.txt").write_text("of the library")
    assert ready.has_told(local.index_id)
    assert asked == []


def test_a_folder_that_has_been_taken_away_is_not_known_any_more(ready: FolderWatcher, local: OpenedFolder) -> None:
    local.folder.path.rename(local.folder.path.with_name("away"))
    assert not ready.has_told(local.index_id)


def no_watch(*_folders: Path, **_options: object) -> Iterator[object]:
    raise OSError("OS file watch limit reached.")


def test_a_folder_that_cannot_be_watched_is_walked_now_and_then_and_says_so(
    local: OpenedFolder, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("watchfiles.watch", no_watch)
    monkeypatch.setattr("tui.local.library.syncing.watching.WALK_SECONDS", 0.1)
    monkeypatch.setattr("tui.local.library.syncing.watching.HOUSEKEEPING_SECONDS", 0.02)
    watcher = FolderWatcher(local.library.folders, asked.append, local.database.path.parent)
    watcher.start()
    try:
        until(lambda: asked.count(local.index_id) > 1)
        assert not watcher.has_told(local.index_id)
        until(lambda: "watch limit reached" in (watcher.problem(local.index_id) or ""))
    finally:
        watcher.stop()


async def test_a_question_does_not_walk_a_folder_in_which_nothing_changed(local: OpenedFolder) -> None:
    supervisor = local.supervisor()
    try:
        assert await supervisor.bring_up_to_date([local.index_id], 20)
        synced = local.library.states.served()[local.index_id].synced
        supervisor.has_told = lambda _index_id: True
        assert await supervisor.bring_up_to_date([local.index_id], 20)
        assert local.library.states.served()[local.index_id].synced == synced
        pending = supervisor.ask(local.index_id)
        assert await supervisor.bring_up_to_date([local.index_id], 20)
        assert pending.done()
    finally:
        supervisor.stop()
