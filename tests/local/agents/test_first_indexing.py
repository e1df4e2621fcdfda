"""What a turn tells while it waits for the first indexing of its folders."""

import asyncio
import sys
from pathlib import Path

import pytest

from tests.local.opened import opened
from tui.api.models import TextDelta, ThinkingDelta
from tui.local.agents.agent import Ask, bring_up_to_date
from tui.local.agents.extractive import BEHIND, ExtractiveAgent
from tui.local.library.database import LibraryDatabase
from tui.local.library.folders import folders_of
from tui.local.library.library import Library, open_library
from tui.local.library.syncing.supervisor import SyncSupervisor

STEPWISE = """
import pathlib, sys, time
from tui.local.library.syncing.messages import FileProgress, JobDone, line_of

def tell(report):
    print(line_of(report), end="", flush=True)

for line in sys.stdin:
    for done in (212, 1051):
        tell(FileProgress(done, 1051))
        go = pathlib.Path(sys.argv[1], "go")
        while not go.exists():
            time.sleep(0.01)
        go.unlink()
    tell(JobDone(None))
"""


STALLED = """
import pathlib, sys, time
from tui.local.library.syncing.messages import JobDone, line_of

for line in sys.stdin:
    while not pathlib.Path(sys.argv[1], "go").exists():
        time.sleep(0.01)
    print(line_of(JobDone(None)), end="", flush=True)
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


async def test_changes_that_are_still_being_read_are_said_and_waited_for_where_nothing_answers(tmp_path: Path) -> None:
    (tmp_path / "garden").mkdir()
    (tmp_path / "garden" / "bed.md").write_text("The rose was planted in 2019.\n")
    local = opened(tmp_path / "garden", tmp_path)
    local.sync()
    worker = [sys.executable, "-c", STALLED, str(tmp_path)]
    supervisor = SyncSupervisor(local.database, local.library.folders, local.library.states, worker)
    (tmp_path / "garden" / "new.md").write_text("The willow was planted in 2021.\n")

    async def answer(question: str) -> tuple[str, str]:
        thoughts = text = ""
        async for event in ExtractiveAgent()(Ask(question, (), [local.index_id]), local.library, supervisor):
            thoughts += event.content if isinstance(event, ThinkingDelta) else ""
            text += event.content if isinstance(event, TextDelta) else ""
            if thoughts.endswith("look again.\n"):
                local.sync()
                (tmp_path / "go").touch()
        return thoughts, text

    try:
        thoughts, text = await answer("When was the rose planted?")
        assert text.startswith(f"{BEHIND}\n\nThe rose was planted in 2019. [1]")
        assert "look again" not in thoughts
        thoughts, text = await answer("Where is the willow?")
        assert "look again" in thoughts
        assert text.startswith("The willow was planted in 2021. [")
    finally:
        supervisor.stop()


BOTH_STALLED = """
import pathlib, sys, time
from tui.local.library.syncing.messages import JobDone, line_of

for number, line in enumerate(sys.stdin):
    while not pathlib.Path(sys.argv[1], "go" if number else "begin").exists():
        time.sleep(0.01)
    print(line_of(JobDone(None)), end="", flush=True)
"""


async def test_a_folder_that_is_looked_through_again_is_not_said_to_have_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.local.agents.agent.SYNC_TIMEOUT", 20.0)
    (tmp_path / "garden").mkdir()
    (tmp_path / "garden" / "bed.md").write_text("The rose was planted in 2019.\n")
    local = opened(tmp_path / "garden", tmp_path)
    local.sync()
    worker = [sys.executable, "-c", BOTH_STALLED, str(tmp_path)]
    supervisor = SyncSupervisor(local.database, local.library.folders, local.library.states, worker)

    async def looked_through_again() -> None:
        while supervisor.running is None:
            await asyncio.sleep(0.01)
        supervisor.ask(local.index_id)
        (tmp_path / "begin").touch()

    again = asyncio.create_task(looked_through_again())
    ask = Ask("When was the rose planted?", (), [local.index_id])
    try:
        text = ""
        async for event in ExtractiveAgent()(ask, local.library, supervisor):
            text += event.content if isinstance(event, TextDelta) else ""
        assert text.startswith("The rose was planted in 2019. [1]")
    finally:
        await again
        (tmp_path / "go").touch()
        supervisor.stop()
