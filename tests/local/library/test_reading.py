"""Files are read by several processes at once, and none that is made to harm takes another one along."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.local.opened import OpenedFolder, opened
from tui.local.library.passages import ReadFile, StoredPassage
from tui.local.library.reading import pool
from tui.local.library.reading.file_reading import FileContent, KnownContent, UnreadFile
from tui.local.library.reading.messages import (
    CutShortError,
    ReadTask,
    content_in,
    line_of_task,
    lines_of_content,
    task_in,
)
from tui.local.library.reading.pool import FILES_A_READER, ReaderPool
from tui.local.library.syncing.sync import sync

READ = ReadFile(
    "d1",
    "markdown",
    "german",
    2,
    ["page 1 has no text"],
    "stem",
    [
        StoredPassage(0, 9, 1, None, None, "#a", "Ä B", "text\nöl\ud800", "a | b", "text ol"),
        StoredPassage(9, 12, None, 2, 3, "", "", "end", "", "end"),
    ],
)


@pytest.mark.parametrize("content", [KnownContent("d1"), UnreadFile(None), UnreadFile("it is\nodd", again=True), READ])
def test_what_was_read_arrives_as_it_was_sent(content: FileContent) -> None:
    lines = list(lines_of_content(content))
    assert all(line.index("\n") == len(line) - 1 for line in lines)
    assert content_in(iter([*lines, "the next"])) == content
    for cut in (lines[:-1], [*lines[:-1], lines[-1][:-1]]):
        with pytest.raises(CutShortError):
            content_in(iter(cut))


def test_a_task_arrives_as_it_was_sent() -> None:
    task = ReadTask("a\n.md", Path("/home/x/caf\udce9"), ("d1", "d2"))
    assert task_in(line_of_task(task)) == task


TRAP = """
import os, sys, time
from pathlib import Path
from tui.local.library.reading import file_reading, reader_process
from tui.local.library.readers import time_limit

read = file_reading.read_document

def read_or_fall(name, data):
    if name == "a-crash.md":
        os.abort()
    if name == "b-hang.md":
        time.sleep(60)
    if name == "c-full.md":
        raise MemoryError
    if name == "d-lost.md" and not Path(sys.argv[1], "lost").exists():
        Path(sys.argv[1], "lost").touch()
        os.abort()
    if name == "e-talks.md":
        os.write(1, b"a library says so\\n")
    return read(name, data)

Path(sys.argv[1], f"started-{os.getpid()}").touch()
read("loaded.md", b"# What reading needs is loaded before the clock runs")
file_reading.read_document = read_or_fall
time_limit.FILE_TIMEOUT = 0.5
reader_process.main()
"""
HOSTILE = ("a-crash.md", "b-hang.md", "c-full.md")


@pytest.fixture
def local(tmp_path: Path) -> OpenedFolder:
    folder = tmp_path / "moss"
    folder.mkdir()
    for name in (*HOSTILE, "d-lost.md", "e-talks.md", *(f"moss{n:02}.md" for n in range(2 * FILES_A_READER))):
        (folder / name).write_text(f"# {name}\n")
    return opened(folder, tmp_path / "data")


@pytest.fixture
def readers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sequence[str]:
    """Processes that fall over some files, where others do over what is in them."""
    (tmp_path / "reader.py").write_text(TRAP)
    command = (sys.executable, str(tmp_path / "reader.py"), str(tmp_path))
    monkeypatch.setattr(pool, "READER", command)
    return command


def read_by_processes(local: OpenedFolder) -> None:
    with ReaderPool() as readers:
        sync(local.database, local.folder, reading=readers.reading)


@pytest.mark.usefixtures("readers")
def test_a_file_that_crashes_hangs_or_fills_its_reader_takes_no_other_along(local: OpenedFolder) -> None:
    for _ in range(2):
        read_by_processes(local)
        reasons = [(one.name, one.reason) for one in local.library.states.skipped_files(local.index_id, 10)]
        assert reasons == [
            ("a-crash.md", "reading it crashes the reader"),
            ("b-hang.md", "reading it takes longer than 20 s"),
            ("c-full.md", "reading it takes more memory than it may"),
        ]
        with local.database.index(local.index_id).reading() as connection:
            stored = [path for (path,) in connection.execute("SELECT path FROM documents ORDER BY id")]
        assert stored == sorted(path.name for path in local.folder.path.iterdir() if path.name not in HOSTILE)


def test_readers_that_do_not_start_are_told_and_no_file_is_given_up(
    local: OpenedFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "READER", (sys.executable, "-c", "pass"))
    with pytest.raises(OSError, match="does not start"):
        read_by_processes(local)
    assert local.library.states.skipped_files(local.index_id, 10) == []


def test_a_reader_ends_in_the_middle_of_a_file_that_nobody_waits_for(
    local: OpenedFolder, readers: Sequence[str]
) -> None:
    with subprocess.Popen(readers, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        process.stdin.write(line_of_task(ReadTask("b-hang.md", local.folder.path / "b-hang.md", ())))
        process.stdin.close()
        assert process.wait(20) == 0


@pytest.mark.usefixtures("readers")
def test_a_file_that_hangs_does_not_keep_a_sync_that_is_to_end(local: OpenedFolder) -> None:
    with ReaderPool() as readers, readers.reading(1) as read:
        hanging = read(ReadTask("b-hang.md", local.folder.path / "b-hang.md", ()))
    assert hanging.cancelled() or hanging.exception() is not None


@pytest.mark.usefixtures("readers")
def test_one_process_stays_for_the_next_files(
    local: OpenedFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    for name in (*HOSTILE, "d-lost.md"):
        (local.folder.path / name).unlink()
    with ReaderPool() as readers:
        for text in ("# First\n", "# Second\n"):
            (local.folder.path / "moss00.md").write_text(text)
            sync(local.database, local.folder, reading=readers.reading)
            assert len(list(tmp_path.glob("started-*"))) == 2
