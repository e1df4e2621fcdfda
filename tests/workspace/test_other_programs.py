"""What another program writes into the store that it shares with this one: here two stores on one file."""

import asyncio
import threading
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.workspace.conftest import ACCOUNT, Office, until
from tui.api.models import Session
from tui.store.store import Store
from tui.workspace import other_programs
from tui.workspace.updates import ListChanged

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def other(store: Store) -> Generator[Store]:
    """The store as another program has it open."""
    assert store.path is not None
    other = Store.open(store.path)
    yield other
    other.close()


@pytest.fixture
def office(store: Store) -> Office:
    store.sessions.save(ACCOUNT, [Session("s1", NOON, "Crew", None, None)], complete=False)
    return Office(store)


async def followed(office: Office) -> None:
    """List what others have written."""
    await office.workspace.others.list_changes()


def listed(office: Office) -> list[str]:
    return [session.session_id for session in office.workspace.catalogue]


async def test_nothing_is_listed_again_where_nobody_or_only_this_program_has_written(
    office: Office, other: Store
) -> None:
    office.workspace.details.rename("s1", "The crew")
    office.updates.clear()
    await followed(office)
    other.notes.save_draft(ACCOUNT, "s1", "half a thought")
    await followed(office)
    assert office.updates == []


async def test_an_older_state_of_a_session_does_not_take_the_place_of_what_is_listed(
    office: Office, other: Store
) -> None:
    before = [Session("s1", NOON - timedelta(hours=1), "Old", None, None), Session("s1", NOON, None, None, None)]
    for session in before:
        other.sessions.save(ACCOUNT, [session], complete=False)
        await followed(office)
        assert office.workspace.title("s1") == "Crew"
    other.sessions.save(ACCOUNT, [Session("s1", NOON, "The crew", None, None)], complete=False)
    await followed(office)
    assert office.workspace.title("s1") == "The crew"
    assert office.published(ListChanged) == [ListChanged()]


async def test_a_session_is_in_the_list_as_long_as_it_is_open_or_kept(office: Office, other: Store) -> None:
    office.workspace.switch("s1", leaving=None)
    other.deletions.begin(ACCOUNT, "s1")
    await followed(office)
    assert listed(office) == ["s1"]
    other.sessions.remove(ACCOUNT, "s1")
    await followed(office)
    assert listed(office) == ["s1"]
    office.workspace.switch(None, leaving="s1")
    await followed(office)
    assert listed(office) == []


async def test_a_session_that_is_brought_back_here_while_the_store_is_read_stays_listed(
    office: Office, other: Store, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    deleted = office.workspace.deletion.hide("s1")
    is_read, may_go_on = threading.Event(), threading.Event()
    pending = store.deletions.pending

    def slow(account: str) -> list[str]:
        found = pending(account)
        is_read.set()
        may_go_on.wait()
        return found

    monkeypatch.setattr(store.deletions, "pending", slow)
    other.notes.save_name(ACCOUNT, "s1", "The crew")
    listing = asyncio.create_task(office.workspace.others.list_changes())
    await until(is_read.is_set)
    office.workspace.deletion.show_again(deleted)
    may_go_on.set()
    await listing
    assert listed(office) == ["s1"]


async def test_of_many_sessions_one_that_is_old_is_brought_back_too(
    store: Store, other: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(other_programs, "FIRST_LISTED", 1)
    for number in range(3):
        store.sessions.save(
            ACCOUNT, [Session(f"s{number}", NOON - timedelta(days=number), "", None, None)], complete=False
        )
    office = Office(store)
    other.deletions.begin(ACCOUNT, "s2")
    await followed(office)
    assert listed(office) == ["s0", "s1"]
    other.deletions.end(ACCOUNT, "s2")
    await followed(office)
    assert listed(office) == ["s0", "s1", "s2"]


async def test_where_the_store_is_lost_meanwhile_nothing_leaves_the_list(
    office: Office, other: Store, store: Store, tmp_path: Path
) -> None:
    other.sessions.remove(ACCOUNT, "s1")
    listing = asyncio.create_task(office.workspace.others.list_changes())
    await asyncio.sleep(0)
    assert store.path is not None
    store.path.rename(tmp_path / "taken-away")
    await listing
    assert store.path is None
    assert listed(office) == ["s1"]
    await followed(office)
    assert listed(office) == ["s1"]


async def test_what_another_program_had_deleted_before_the_start_is_listed_when_it_is_brought_back(
    store: Store, other: Store
) -> None:
    store.sessions.save(ACCOUNT, [Session("s1", NOON, "Crew", None, None)], complete=False)
    other.deletions.begin(ACCOUNT, "s1")
    office = Office(store)
    assert listed(office) == []
    other.deletions.end(ACCOUNT, "s1")
    await followed(office)
    assert listed(office) == ["s1"]
    assert office.workspace.title("s1") == "Crew"
