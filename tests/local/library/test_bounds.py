"""What bounds the processes that open files which others wrote."""

import asyncio
import json
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.local import documents as papers
from tests.local.opened import opened
from tests.local.server import until
from tui.local.library.folders import index_id_of
from tui.local.library.page_images import PageImages
from tui.local.library.readers.time_limit import FILE_TIMEOUT
from tui.local.library.reading.pool import READER
from tui.local.library.stored_documents import PagedFile, file_id_of
from tui.local.library.syncing.supervisor import SYNC_WORKER
from tui.local.search import pattern_worker

MOST_BYTES = 1 << 30
MOST_SECONDS = 20


def address_space(pid: int) -> int:
    soft, _ = resource.prlimit(pid, resource.RLIMIT_AS)
    return soft


@pytest.fixture
def paged(tmp_path: Path) -> PagedFile:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "a.pdf").write_bytes(papers.pdf([["one"]]))
    local = opened(folder, tmp_path / "data")
    local.sync()
    file = local.library.documents.paged_file(file_id_of(index_id_of(folder), "a.pdf"))
    assert file is not None
    return file


@pytest.mark.parametrize("command", [SYNC_WORKER, READER])
def test_no_process_that_reads_documents_can_take_the_whole_memory(tmp_path: Path, command: Sequence[str]) -> None:
    with subprocess.Popen([*command, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        until(lambda: 0 < address_space(process.pid) <= MOST_BYTES, 20)
        process.kill()


def test_no_file_takes_the_reader_longer_than_others_can_wait() -> None:
    assert 0 < FILE_TIMEOUT <= MOST_SECONDS


def test_the_process_that_searches_cannot_take_the_whole_memory() -> None:
    asked = {"pattern": "a", "any_case": False, "timeout": 9, "text": "a", "start": 0, "limit": 1}
    command = [sys.executable, "-P", "-m", pattern_worker.__name__]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(asked) + "\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline()) == {"spans": [[0, 1]]}
        assert 0 < address_space(process.pid) <= pattern_worker.MAX_MEMORY_BYTES
        process.kill()


DRAW_AND_TELL = """
import resource, runpy, sys
runpy.run_module("tui.local.library.page_image_worker", run_name="__main__")
print(resource.getrlimit(resource.RLIMIT_AS)[0], file=sys.stderr)
"""


def test_the_process_that_draws_pages_cannot_take_the_whole_memory(paged: PagedFile) -> None:
    command = [sys.executable, "-c", DRAW_AND_TELL, str(paged.path), "1", "1"]
    drawn = subprocess.run(command, capture_output=True, check=True)
    assert len(drawn.stdout) > 1000
    assert 0 < int(drawn.stderr) <= MOST_BYTES


async def test_a_page_that_is_never_drawn_is_given_up(
    paged: PagedFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endless = tmp_path / "endless"
    endless.write_text("#!/bin/sh\nexec sleep 600\n")
    endless.chmod(0o700)
    monkeypatch.setattr("tui.local.library.page_images.DRAWING_TIMEOUT", 0.2)
    monkeypatch.setattr("tui.local.library.page_images.sys.executable", str(endless))
    async with asyncio.timeout(20):
        assert await PageImages().draw(paged, 1, 1) == []


def test_a_file_that_is_larger_than_its_reader_takes_is_skipped_with_the_reason(tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "small.md").write_text("# Small\n")
    (folder / "large.py").write_bytes(b"x = 1\n" * 400_000)
    local = opened(folder, tmp_path / "data")
    assert local.sync() == ["small.md"]
    (skipped,) = local.library.states.skipped_files(local.index_id, 10)
    assert (skipped.name, skipped.reason) == ("large.py", "it is larger than 2 MB")


async def test_a_module_in_the_current_folder_is_not_run_in_place_of_what_draws(
    paged: PagedFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tui.py").write_text("raise SystemExit('another program')")
    monkeypatch.chdir(tmp_path)
    assert len(await PageImages().draw(paged, 1, 1)) == 1
