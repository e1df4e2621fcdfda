"""A store whose file fails while it is in use, or that has none: work goes on in memory, which has a limit."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.store.sample import ACCOUNT, filled, found, history, session, turn
from tui.api.models import Event, Text, UserInput
from tui.store.database import HISTORIES_LEFT, NO_MORE_HISTORIES, TOO_LARGE
from tui.store.schema import BESIDE_HISTORIES, MIGRATIONS
from tui.store.store import Store

UNTIL_END = "What you write and name here is kept only until the program ends; sessions stay with their server."


def set_aside(path: Path) -> str:
    return f"The file was set aside as {path}.broken-1; the next start begins a fresh one."


@pytest.mark.fault(54)
def test_when_the_disk_is_full_work_goes_on_in_memory_with_one_warning(path: Path) -> None:
    store = filled(path)
    told: list[str] = []
    store.database.tell = told.append
    pages = store.database.read(lambda connection: connection.execute("PRAGMA page_count").fetchone()[0])
    store.database.read(lambda connection: connection.execute(f"PRAGMA max_page_count = {pages}").fetchone())

    store.sessions.save_history(ACCOUNT, session(2), history(500))
    store.notes.save_draft(ACCOUNT, "s2", "still typed")

    kept = store.sessions.history(ACCOUNT, "s2")
    assert kept is not None
    assert kept.events == history(500)
    assert store.notes.drafts(ACCOUNT) == {"s1": "half a thought", "s2": "still typed"}
    assert told == [store.warning]
    assert store.warning == (
        f"Nothing more can be kept in {path}: the disk is full. Make room there and start again. {UNTIL_END}"
    )
    store.close()


def test_a_file_that_cannot_be_written_any_more_is_left_and_work_goes_on(path: Path) -> None:
    store = filled(path)
    store.database.read(lambda connection: connection.execute("PRAGMA query_only = ON"))

    store.notes.save_draft(ACCOUNT, "s1", "still typed")

    assert store.notes.drafts(ACCOUNT) == {"s1": "still typed"}
    assert store.warning == (f"Nothing more can be kept in {path}: attempt to write a readonly database. {UNTIL_END}")
    store.close()


@pytest.mark.fault(54)
def test_of_a_large_file_memory_takes_all_but_the_histories(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.store.database.MAX_COPIED_BYTES", 4096)
    store = filled(path)
    store.notes.save_name(ACCOUNT, "s1", "My lease")
    store.journal.append(1, turn(20)[1:])
    store.database.read(lambda connection: connection.execute("PRAGMA query_only = ON"))

    store.sessions.save_history(ACCOUNT, session(2), history(2))
    assert store.warning == (
        f"Nothing more can be kept in {path}: attempt to write a readonly database. {UNTIL_END} {TOO_LARGE}"
    )
    assert store.notes.drafts(ACCOUNT) == {"s1": "half a thought"}
    assert store.notes.names(ACCOUNT) == {"s1": "My lease"}
    assert store.sessions.listed(ACCOUNT) == [session(1), session(2)]
    assert store.sessions.history(ACCOUNT, "s1") is None
    assert found(store, "clause") == [("s2", [0, 1])]
    store.journal.end(1)
    assert store.journal.entries(ACCOUNT) == []
    assert store.sessions.history(ACCOUNT, "s1") is None
    store.sessions.save_history(ACCOUNT, session(1), history(21))
    store.journal.end(store.journal.begin(ACCOUNT, "s1", "And then?", 21))
    kept = store.sessions.history(ACCOUNT, "s1")
    assert kept is not None
    assert kept.events == [*history(21), UserInput("And then?")]
    store.close()


def test_the_tables_are_those_of_the_histories_and_those_that_go_into_memory_without_them() -> None:
    store = Store.in_memory()
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '*_fts*' AND name NOT GLOB 'sqlite_*'"
    )
    tables = {name for (name,) in store.database.read(lambda connection: connection.execute(query).fetchall())}
    assert tables == {"turns", "unspaced_to_read", *BESIDE_HISTORIES}
    store.close()


@pytest.mark.fault(26)
def test_of_what_memory_takes_nothing_is_too_large(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.store.database.MAX_COPIED_BYTES", 4096)
    monkeypatch.setattr("tui.store.database.MAX_MEMORY_BYTES", 1_000_000)
    store = filled(path)
    for _ in range(20):
        store.journal.append(1, [Text("word " * 40_000)])
    store.database.read(lambda connection: connection.execute("PRAGMA query_only = ON"))
    store.notes.save_draft(ACCOUNT, "s1", "still typed")

    assert store.notes.drafts(ACCOUNT) == {"s1": "still typed"}
    assert [entry.prompt for entry in store.journal.entries(ACCOUNT)] == ["Why?"]
    assert len(store.database.read(lambda connection: connection.serialize())) < 1_100_000
    store.notes.save_draft(ACCOUNT, "s1", "long " * 1_000_000)
    store.close()


@pytest.mark.fault(54)
def test_a_history_of_which_a_part_was_left_behind_is_not_kept(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.store.database.MAX_COPIED_BYTES", 4096)
    monkeypatch.setattr("tui.store.session_cache._BATCH_CHARS", 1)
    store = filled(path)

    def going_on() -> Iterator[Event]:
        yield from history(3)
        store.database.read(lambda connection: connection.execute("PRAGMA query_only = ON"))
        yield from history(3)

    store.sessions.save_history(ACCOUNT, session(2), going_on())
    assert store.warning.endswith(TOO_LARGE)
    assert store.sessions.history(ACCOUNT, "s2") is None
    store.close()


@pytest.mark.fault(26)
def test_memory_takes_histories_up_to_a_limit_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.store.database.MAX_MEMORY_BYTES", 1_000_000)
    store, told = Store.in_memory(), list[str]()
    store.database.tell = told.append
    for number in range(1, 20):
        store.sessions.save_history(ACCOUNT, session(number), history(200))
    store.notes.save_draft(ACCOUNT, "s9", "still typed")
    store.journal.end(store.journal.begin(ACCOUNT, "s1", "Why?", 200))

    first, last = (store.sessions.history(ACCOUNT, name) for name in ("s1", "s19"))
    assert first is not None
    assert (first.events, last) == (history(200), None)
    assert store.journal.entries(ACCOUNT) == []
    assert store.notes.draft(ACCOUNT, "s9") == "still typed"
    assert len(store.sessions.listed(ACCOUNT)) == 19
    assert len(store.database.read(lambda connection: connection.serialize())) < 2_000_000
    assert told == [NO_MORE_HISTORIES]
    store.close()


@pytest.mark.fault(26)
def test_behind_a_turn_that_had_no_room_no_other_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store.in_memory()
    store.sessions.save_history(ACCOUNT, session(1), history(4))
    with monkeypatch.context() as full:
        full.setattr("tui.store.database.MAX_MEMORY_BYTES", 0)
        store.journal.end(store.journal.begin(ACCOUNT, "s1", "The fifth?", 4))
    store.journal.end(store.journal.begin(ACCOUNT, "s1", "The sixth?", 5))

    kept = store.sessions.history(ACCOUNT, "s1")
    assert kept is not None
    assert kept.events == history(4)
    store.close()


@pytest.mark.parametrize("questions_before", [3, -1])
def test_a_turn_of_a_session_that_is_not_kept_is_not_taken_for_its_first(questions_before: int) -> None:
    store = Store.in_memory()
    store.sessions.save(ACCOUNT, [session(1)], complete=False)
    store.journal.end(store.journal.begin(ACCOUNT, "s1", "And?", questions_before))
    assert store.sessions.history(ACCOUNT, "s1") is None
    assert store.sessions.some_events(ACCOUNT, "s1", 0, 9) == []
    store.close()


def test_a_file_found_broken_while_in_use_is_set_aside_and_work_goes_on(path: Path) -> None:
    filled(path).close()
    store = Store.open(path)
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))

    assert store.warning == ""
    assert store.sessions.listed(ACCOUNT) == []
    store.notes.save_draft(ACCOUNT, "s1", "typed now")
    assert store.notes.draft(ACCOUNT, "s1") == "typed now"
    assert store.warning == (
        f"Nothing more can be kept in {path}: database disk image is malformed. {UNTIL_END} {set_aside(path)} "
        f"{HISTORIES_LEFT}"
    )
    store.close()
    Store.open(path).close()


@pytest.mark.fault(54)
@pytest.mark.parametrize(
    "damage", ["DROP TABLE notes", "DROP TABLE sessions", "ALTER TABLE notes RENAME COLUMN draft TO d"]
)
def test_a_table_that_goes_while_it_is_in_use_is_said_once_and_work_goes_on(path: Path, damage: str) -> None:
    store, told = filled(path), list[str]()
    store.database.tell = told.append
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(damage)

    store.sessions.save(ACCOUNT, [session(1), session(2)], complete=True)
    store.notes.save_draft(ACCOUNT, "s2", "typed now")
    store.sessions.save_history(ACCOUNT, session(2), history(3))

    kept = store.sessions.history(ACCOUNT, "s2")
    assert kept is not None
    assert kept.events == history(3)
    assert store.notes.draft(ACCOUNT, "s2") == "typed now"
    assert [entry.prompt for entry in store.journal.entries(ACCOUNT)] == ["Why?"]
    why = "its tables are not those that were made in it"
    assert told == [f"Nothing more can be kept in {path}: {why}. {UNTIL_END} {set_aside(path)} {HISTORIES_LEFT}"]
    store.close()
    again = Store.open(path)
    assert again.warning == ""
    again.close()


@pytest.mark.fault(54)
@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "was cut short while it was in use: what can be read of it is written there anew"),
        (b"no store", "was cut short while it was in use: what can be read of it is written there anew"),
        (b"no store" * 100_000, "Nothing more can be kept in"),
    ],
)
def test_a_file_that_is_emptied_or_written_over_while_it_is_in_use_stops_no_work(
    path: Path, data: bytes, told: str
) -> None:
    filled(path).close()
    store = Store.open(path)
    path.write_bytes(data)

    store.notes.save_draft(ACCOUNT, "s2", "typed now")
    store.sessions.save_history(ACCOUNT, session(2), history(3))

    assert store.notes.draft(ACCOUNT, "s2") == "typed now"
    assert store.sessions.listed(ACCOUNT)[-1] == session(2)
    assert told in store.warning
    assert str(path) in store.warning
    store.close()
    Store.open(path).close()


@pytest.mark.fault(54)
def test_a_file_that_a_newer_version_changes_while_it_is_in_use_is_left_alone(path: Path) -> None:
    store = filled(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(f"ALTER TABLE notes RENAME TO more_notes; PRAGMA user_version = {len(MIGRATIONS) + 1}")
    store.notes.save_draft(ACCOUNT, "s2", "typed now")

    assert store.notes.draft(ACCOUNT, "s2") == "typed now"
    assert store.sessions.listed(ACCOUNT) == [session(1)]
    assert store.warning == (
        f"Nothing more can be kept in {path}: What is kept on this machine was written by a newer version of "
        "llamachat-tui. Update the program, or set LLAMACHAT_STATE_DIR to another folder. "
        f"{UNTIL_END} {HISTORIES_LEFT}"
    )
    assert not list(path.parent.glob("*.broken-*"))
    store.close()
