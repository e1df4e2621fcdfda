"""Folders that wait while a large one is read."""

import sys
import threading
from collections.abc import Generator
from concurrent.futures import Future
from pathlib import Path

import pytest

from tests.local.server import until
from tui.local.library.database import LibraryDatabase
from tui.local.library.folders import Folder, folders_of
from tui.local.library.library import Library, open_library
from tui.local.library.syncing.messages import SyncJob
from tui.local.library.syncing.supervisor import SyncSupervisor
from tui.local.library.syncing.sync import sync

READS_ON = """
import json, pathlib, queue, sys, threading, time
from tui.local.library.syncing.messages import FileProgress, JobDone, SyncJob, CancelJob, line_of, request_in

requests = queue.SimpleQueue()

def listen():
    for line in sys.stdin:
        requests.put(request_in(line))

threading.Thread(target=listen, daemon=True).start()

def tell(report):
    print(line_of(report), end="", flush=True)

def is_large(job):
    return job.name == "archive" and not pathlib.Path(sys.argv[1], "finish").exists()

while True:
    job = requests.get()
    while isinstance(job, SyncJob) and is_large(job):
        tell(FileProgress(1, 9000))
        try:
            if isinstance(requests.get(timeout=0.02), CancelJob):
                break
        except queue.Empty:
            pass
    if isinstance(job, SyncJob):
        tell(JobDone(None))
"""
"""A worker that reads the folder "archive" until it is told to end that, or that it is through, and others at once."""


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """The folder "notes" was read before, "archive" was not."""
    folders = [tmp_path / name for name in ("archive", "notes")]
    for folder in folders:
        folder.mkdir()
        (folder / "a.md").write_text("Moss grows in the shade.")
    database = LibraryDatabase(tmp_path)
    library = open_library(database, folders_of(folders))
    sync(database, library.folders.by_id[index_of(library, "notes")])
    return library


@pytest.fixture
def supervisor(library: Library, tmp_path: Path) -> Generator[SyncSupervisor]:
    worker = [sys.executable, "-c", READS_ON, str(tmp_path)]
    supervisor = SyncSupervisor(LibraryDatabase(tmp_path), library.folders, library.states, worker)
    yield supervisor
    supervisor.stop()


def index_of(library: Library, name: str) -> str:
    return next(index_id for index_id, folder in library.folders.by_id.items() if folder.name == name)


@pytest.fixture
def archive(library: Library) -> str:
    return index_of(library, "archive")


@pytest.fixture
def notes(library: Library) -> str:
    return index_of(library, "notes")


@pytest.fixture
def archive_read(supervisor: SyncSupervisor, archive: str, monkeypatch: pytest.MonkeyPatch) -> Future[None]:
    """The large folder is being read, and gives way to others at once."""
    monkeypatch.setattr("tui.local.library.syncing.supervisor.GIVE_WAY_SECONDS", 0.0)
    read = supervisor.ask(archive)
    until(lambda: supervisor.progress(archive) is not None, 20)
    return read


def test_a_folder_that_was_read_need_not_wait_for_a_large_one(
    supervisor: SyncSupervisor, archive: str, notes: str, archive_read: Future[None], tmp_path: Path
) -> None:
    for _ in range(2):
        supervisor.ask(notes).result(20)
        assert not supervisor.in_progress(notes)
        assert supervisor.in_progress(archive)
        assert not archive_read.done()
    (tmp_path / "finish").touch()
    archive_read.result(20)
    assert not supervisor.in_progress(archive)


def test_a_large_folder_that_gave_way_and_is_asked_for_again_is_done_once_it_was_read(
    supervisor: SyncSupervisor, archive: str, notes: str, archive_read: Future[None], tmp_path: Path
) -> None:
    again = supervisor.ask(archive)
    supervisor.ask(notes).result(20)
    assert not archive_read.done()
    (tmp_path / "finish").touch()
    archive_read.result(20)
    again.result(20)


def test_a_sync_that_is_cancelled_before_the_worker_has_it_ends(
    library: Library, supervisor: SyncSupervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_begun, may_go_on = threading.Event(), threading.Event()
    job_of = SyncJob.of

    def slowly(folder: Folder) -> SyncJob:
        has_begun.set()
        may_go_on.wait(20)
        return job_of(folder)

    monkeypatch.setattr(SyncJob, "of", slowly)
    archive = index_of(library, "archive")
    archive_read = supervisor.ask(archive)
    assert has_begun.wait(20)
    assert supervisor.cancel(archive)
    may_go_on.set()
    archive_read.result(20)
    assert not supervisor.in_progress(archive)
