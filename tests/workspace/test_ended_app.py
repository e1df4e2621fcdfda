"""Turns whose embedded server ended with its app, and turns of an app that runs beside this one."""

import errno
import fcntl
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.workspace.cloud import STOP, Cloud, Turn, asked, broken, said
from tests.workspace.conftest import Office, end_of, until
from tui.settings import LOCAL_ACCOUNT
from tui.store.store import Store
from tui.workspace.recovery import CUT_OFF, NOT_ASKED


async def begun_after_one_that_ended_in_a_turn(cloud: Cloud, store: Store) -> Office:
    """The office of an app over an embedded server, which ended with the app before."""
    office = Office(store, LOCAL_ACCOUNT)
    await office.connect(cloud)
    await office.workspace.open("s1")
    office.workspace.ask("s1", "Why?")
    await until(lambda: bool(cloud.questions))
    await office.workspace.close()
    return Office(store, LOCAL_ACCOUNT)


@pytest.mark.fault(44)
@pytest.mark.parametrize("arrives", [True, False])
async def test_a_turn_of_an_embedded_server_that_ended_with_its_app_is_not_waited_for(
    cloud: Cloud, store: Store, *, arrives: bool
) -> None:
    cloud.turns = [Turn(sends=[STOP], is_held=True, keeps=[said("Half.")], is_lost=not arrives)]
    later = await begun_after_one_that_ended_in_a_turn(cloud, store)
    await later.connect(cloud)
    await later.settle("s1")
    assert later.pauses == [1]
    if arrives:
        assert later.read("s1") == [("Why?", "Half.")]
        assert end_of(later) == CUT_OFF
    else:
        assert later.workspace.draft("s1") == "Why?"
        assert later.notices == [NOT_ASKED]
    assert len(cloud.questions) == 1
    await later.workspace.close()


@pytest.mark.fault(44)
async def test_the_last_words_of_an_embedded_server_that_ended_with_its_app_are_seen(
    cloud: Cloud, store: Store
) -> None:
    cloud.turns = [Turn(is_held=True, is_lost=True)]
    later = await begun_after_one_that_ended_in_a_turn(cloud, store)
    later.while_waiting = lambda: cloud.events["s1"].extend([asked("Why?"), said("Half."), STOP])
    await later.connect(cloud)
    await later.settle("s1")
    assert later.read("s1") == [("Why?", "Half.")]
    assert later.workspace.draft("s1") == ""
    await later.workspace.close()


HOLDING = """
import sys
from pathlib import Path
from tui.store.store import Store

store = Store.open(Path(sys.argv[1]))
store.hold("local", "s1")
store.journal.begin("local", "s1", "Why?", 0)
print(flush=True)
sys.stdin.read()
"""


@contextmanager
def another_app(path: Path) -> Generator[subprocess.Popen[bytes]]:
    """A process that has asked a question, and has its session until its standard input ends."""
    command = [sys.executable, "-c", HOLDING, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"\n"
        yield other
        other.communicate()


async def test_a_turn_of_another_app_that_runs_is_not_taken_for_one_that_ended_with_it(
    cloud: Cloud, store: Store
) -> None:
    assert store.path is not None
    with another_app(store.path):
        office = Office(store, LOCAL_ACCOUNT)
        await office.connect(cloud)
        await office.workspace.open("s1")
        await until(lambda: len(office.pauses) > 10)
        assert [entry.prompt for entry in store.journal.entries(LOCAL_ACCOUNT)] == ["Why?"]
        assert office.workspace.draft("s1") == ""
        await office.workspace.close()


@pytest.mark.fault(44)
async def test_a_turn_of_another_app_that_ends_meanwhile_is_not_waited_for(cloud: Cloud, store: Store) -> None:
    assert store.path is not None
    with another_app(store.path) as other:
        office = Office(store, LOCAL_ACCOUNT)
        await office.connect(cloud)
        other.kill()
        other.wait()
        await office.workspace.open("s1")
        await office.settle("s1")
    assert office.pauses == [1]
    assert office.workspace.draft("s1") == "Why?"
    assert office.notices == [NOT_ASKED]
    await office.workspace.close()


@pytest.mark.fault(44)
async def test_the_end_of_another_app_whose_turn_is_looked_after_is_seen_within_a_second(
    cloud: Cloud, store: Store
) -> None:
    cloud.events["s1"].extend([asked("Why?"), said("Half.")])
    office = Office(store, LOCAL_ACCOUNT)
    assert store.path is not None
    with another_app(store.path) as other:

        def kill() -> None:
            if len(office.pauses) == 4:
                other.kill()
                other.wait()

        office.while_waiting = kill
        await office.connect(cloud)
        await office.workspace.open("s1")
        await office.settle("s1")
    assert len(office.pauses) == 5
    assert end_of(office) == CUT_OFF
    await office.workspace.close()


@pytest.mark.fault(44)
async def test_where_the_system_has_no_locks_no_turn_is_taken_for_one_that_ended_with_its_app(
    cloud: Cloud, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lack(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "lockf", lack)
    assert store.path is not None
    with another_app(store.path):
        office = Office(store, LOCAL_ACCOUNT)
        await office.connect(cloud)
        await until(lambda: len(office.pauses) > 10)
        assert [entry.prompt for entry in store.journal.entries(LOCAL_ACCOUNT)] == ["Why?"]
        await office.workspace.close()


async def test_a_turn_of_an_embedded_server_that_runs_is_waited_for(cloud: Cloud, store: Store) -> None:
    cloud.turns = [broken()]
    office = Office(store, LOCAL_ACCOUNT)
    await office.connect(cloud)
    await office.ask("s1", "Why?")
    assert sum(office.pauses) > 100
    await office.workspace.close()
