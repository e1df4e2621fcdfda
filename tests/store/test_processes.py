import random
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.store.sample import ACCOUNT, history, turn
from tui.store import database
from tui.store.store import Store


@contextmanager
def writer(path: Path) -> Generator[subprocess.Popen[str]]:
    """Another process that uses the store and is killed at the end, wherever it is."""
    command = [sys.executable, "-m", "tests.store.endless_writer", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def kill_after(process: subprocess.Popen[str], steps: int) -> list[str]:
    """Kill it after so many steps were told, and return all that it told."""
    assert process.stdout is not None
    told = [process.stdout.readline().strip() for _ in range(steps)]
    process.send_signal(signal.SIGKILL)
    told += [line.strip() for line in process.stdout if line.endswith("\n")]
    process.wait()
    return told


@pytest.mark.fault(44)
@pytest.mark.parametrize("seed", range(20))
def test_killed_at_any_moment_nothing_that_was_saved_is_lost_or_torn(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "store.sqlite3"
    with writer(path) as process:
        step, number = kill_after(process, random.Random(seed).randint(1, 60))[-1].split()
    store = Store.open(path)

    asked = f"Question {number}: what is the notice period?"
    kept = store.sessions.history(ACCOUNT, "s1")
    known = [] if kept is None else list(kept.events)
    entries = store.journal.entries(ACCOUNT)
    drafts = store.notes.drafts(ACCOUNT)
    assert (store.warning, store.check()) == ("", "")
    assert known == history(len(known) // len(turn(0)))
    for entry in entries:
        arrived = store.journal.events(entry.turn_id)
        assert arrived == turn(entry.questions_before)[1 : 1 + len(arrived)]
    match step:
        case "typed":
            assert asked in [drafts.get("s1"), *(entry.prompt for entry in entries)]
        case "asked" | "received":
            open_turn = [entry.prompt for entry in entries] == [asked]
            assert open_turn or known[-len(turn(0)) :] == turn(int(number))
            assert step == "asked" or not open_turn or store.journal.events(entries[0].turn_id) == turn(int(number))[1:]
        case _:
            assert known == history(int(number) + 1)
    store.close()


@pytest.mark.fault(58)
def test_a_session_is_held_by_one_process_until_that_ends(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    store = Store.open(path)
    with writer(path) as process:
        assert not store.hold(ACCOUNT, "s1")
        assert store.hold(ACCOUNT, "s2")
        assert store.hold("local", "s1")
        kill_after(process, 1)
    assert store.hold(ACCOUNT, "s1")
    store.release(ACCOUNT, "s1")
    store.close()


@pytest.mark.fault(58)
def test_two_instances_write_at_the_same_time_and_see_each_other(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    store = Store.open(path)
    with writer(path) as process:
        for number in range(200):
            store.notes.save_draft(ACCOUNT, "s2", f"draft {number}")
        told = kill_after(process, 30)

    assert store.warning == ""
    assert store.notes.draft(ACCOUNT, "s2") == "draft 199"
    kept = store.sessions.history(ACCOUNT, "s1")
    assert kept is not None
    assert len(kept.events) >= len(turn(0)) * sum(step.startswith("ended") for step in told)
    store.close()


@pytest.mark.fault(58)
def test_a_stopped_instance_in_the_middle_of_a_write_does_not_stop_this_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT", 0.2)
    path = tmp_path / "store.sqlite3"
    store = Store.open(path)
    store.notes.save_draft(ACCOUNT, "s1", "before")
    holder = (
        "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1], isolation_level=None)\nc.execute('BEGIN IMMEDIATE')\n"
    )
    command = [sys.executable, "-c", f"{holder}print(flush=True)\nsys.stdin.read()", str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        store.notes.save_draft(ACCOUNT, "s2", "typed now")
        process.kill()

    assert store.notes.drafts(ACCOUNT) == {"s1": "before", "s2": "typed now"}
    assert "locked" in store.warning
    store.close()
