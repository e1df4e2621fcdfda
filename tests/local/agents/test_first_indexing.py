"""What a turn tells while it waits for the first indexing of its folders."""

import sys
from pathlib import Path

import pytest

from tui.local.agents.agent import Ask, bring_up_to_date
from tui.local.library.database import LibraryDatabase
from tui.local.library.folders import folders_of
from tui.local.library.library import Library, open_library
from tui.local.library.sync_supervisor import SyncSupervisor

STEPWISE = """
import pathlib, sys, time
from tui.local.library.sync_messages import FileProgress, JobDone, line_of

def tell(report):
    print(line_of(report), end="", flush=True)

for line in sys.stdin:
    for done in (212, 1051):
        tell(FileProgress(done, 1051, None))
        go = pathlib.Path(sys.argv[1], "go")
        while not go.exists():
            time.sleep(0.01)
        go.unlink()
    tell(JobDone(None))
"""


@pytest.fixture
def library(tmp_path: Path) -> Library:
    for name in ("garden", "kitchen"):
        (tmp_path / name).mkdir()
    return open_library(LibraryDatabase(tmp_path), folders_of([tmp_path / "garden", tmp_path / "kitchen"]))


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.local.agents.agent.SYNC_TIMEOUT", 0.0)
    monkeypatch.setattr("tui.local.agents.agent.PROGRESS_SECONDS", 0.01)


async def test_a_turn_tells_how_far_the_indexing_is(library: Library, tmp_path: Path) -> None:
    garden, kitchen = library.folders.by_id
    worker = [sys.executable, "-c", STEPWISE]
    supervisor = SyncSupervisor(LibraryDatabase(tmp_path), library.folders, library.states, worker)
    try:
        supervisor.ask(garden)
        told: list[str] = []
        async for notice in bring_up_to_date(Ask("Why?", (), [kitchen]), library, supervisor):
            told.append(notice)
            if "files" in notice:
                (tmp_path / "go").touch()
    finally:
        supervisor.stop()
    assert told == [
        "kitchen is being indexed for the first time.\n",
        "garden: 212 of 1,051 files, which were asked for before.\n",
        "garden: 1,051 of 1,051 files, which were asked for before.\n",
        "kitchen: 212 of 1,051 files, then I answer.\n",
        "kitchen: 1,051 of 1,051 files, then I answer.\n",
    ]
