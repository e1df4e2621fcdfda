"""A store in which single values are damaged, or whose file is taken away: all else goes on."""

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.store.sample import ACCOUNT, found, history, index_all, session, turn
from tests.store.test_going_on_in_memory import UNTIL_END
from tui.api.models import EVENT_TYPES
from tui.conversation.transcript_builder import replay
from tui.lineview.transcript_lines import TranscriptLines
from tui.lineview.viewport import START, window
from tui.store.database import DAMAGED, HISTORIES_LEFT
from tui.store.journal import JournalEntry
from tui.store.search_indexing import SearchIndexing
from tui.store.store import Store

NO_TEXT = "CAST(x'ff41fe' AS TEXT)"
NO_JSON = "'[\"half'"
NO_TIME = "'yesterday'"


def filled(path: Path) -> Path:
    """A store with something in each column."""
    store = Store.open(path)
    store.sessions.save_history(ACCOUNT, session(1), history(3))
    store.sessions.save(ACCOUNT, [session(2)], complete=False)
    store.notes.save_draft(ACCOUNT, "s1", "a draft")
    store.notes.save_queue(ACCOUNT, "s1", ["waits"])
    store.notes.save_name(ACCOUNT, "s1", "a name")
    store.journal.append(store.journal.begin(ACCOUNT, "s1", "Why?", 3, draft="a draft"), history(1))
    store.close()
    return path


READS: dict[str, Callable[[Store], object]] = {
    "sessions": lambda store: store.sessions.listed(ACCOUNT),
    "history": lambda store: store.sessions.history(ACCOUNT, "s1"),
    "drafts": lambda store: store.notes.drafts(ACCOUNT),
    "queues": lambda store: store.notes.queues(ACCOUNT),
    "names": lambda store: store.notes.names(ACCOUNT),
    "open turns": lambda store: [store.journal.events(entry.turn_id) for entry in store.journal.entries(ACCOUNT)],
    "questions": lambda store: store.journal.questions(ACCOUNT),
}


@pytest.mark.fault(54)
def test_turns_that_cannot_be_read_hold_up_no_search(tmp_path: Path) -> None:
    path = filled(tmp_path / "store.sqlite3")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE turns SET evidence = NULL")
        connection.execute(f"UPDATE turns SET events = {NO_TEXT} WHERE number = 0")
    store = Store.open(path)
    indexing = SearchIndexing(store.database)
    assert indexing.left() == 3
    index_all(store)
    assert [indexing.left(), indexing.index_more()] == [0, False]
    assert found(store, "clause 2") == [("s1", [2])]
    store.close()


def test_a_turn_that_changes_while_it_is_read_for_the_search_is_found_by_what_it_is_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = filled(tmp_path / "store.sqlite3")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE turns SET evidence = NULL")
    store, other = Store.open(path), Store.open(path)
    read = store.database.read

    def read_and_see_it_change(work: Callable[[sqlite3.Connection], list[sqlite3.Row]]) -> list[sqlite3.Row]:
        rows = read(work)
        other.sessions.save_history(ACCOUNT, session(1), [event for number in (7, 8, 9) for event in turn(number)])
        return rows

    monkeypatch.setattr(store.database, "read", read_and_see_it_change)
    SearchIndexing(store.database).index_more()
    monkeypatch.undo()
    assert found(store, "clause 8 in:evidence") == [("s1", [1])]
    assert found(store, "clause 1 in:evidence") == []
    store.close()
    other.close()


@pytest.mark.fault(54)
@pytest.mark.parametrize(
    ("column", "value"),
    [
        *((column, NO_TEXT) for column in ("notes.draft", "notes.queue", "notes.name", "questions.text")),
        *((f"sessions.{column}", NO_TEXT) for column in ("updated", "title", "index_ids", "shared_access")),
        *((column, NO_TEXT) for column in ("turns.events", "open_turns.prompt", "turn_events.events")),
        *((column, NO_JSON) for column in ("notes.queue", "sessions.index_ids", "turns.events", "turn_events.events")),
        ("sessions.index_ids", "'{}'"),
        ("notes.queue", "'[1]'"),
        ("sessions.updated", NO_TIME),
    ],
)
def test_one_damaged_value_takes_nothing_else_with_it(tmp_path: Path, column: str, value: str) -> None:
    path = filled(tmp_path / "store.sqlite3")
    table, name = column.split(".")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"UPDATE {table} SET {name} = {value}")
    store = Store.open(path)
    for read in READS.values():
        read(store)
    assert {one.session_id for one in store.sessions.listed(ACCOUNT)} == {"s1", "s2"}
    assert isinstance(store.journal.entries(ACCOUNT)[0], JournalEntry)
    assert store.warning == DAMAGED
    store.notes.save_draft(ACCOUNT, "s1", "written on")
    assert store.notes.draft(ACCOUNT, "s1") == "written on"
    store.close()


TEXTS = [
    *("notes.draft", "notes.queue", "notes.name", "questions.text", "turns.events", "turn_events.events"),
    *("sessions.updated", "sessions.title", "sessions.index_ids", "sessions.shared_access", "open_turns.prompt"),
]
NUMBERS = ["sessions.turns", "turns.number", "open_turns.questions_before", "notes.opened"]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
events = st.lists(
    st.tuples(st.sampled_from([*EVENT_TYPES, "", "new"]), st.lists(json_values, max_size=6)).map(
        lambda event: [event[0], *event[1]]
    ),
    max_size=4,
)
texts = (json_values | events).map(json.dumps).map(str.encode) | st.binary(max_size=12)
numbers = st.integers(-(2**63), 2**63 - 1)
damage = st.tuples(st.sampled_from(TEXTS), texts.map(lambda text: f"CAST(x'{text.hex()}' AS TEXT)"))
damage |= st.tuples(st.sampled_from(NUMBERS), numbers.map(str))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filled(tmp_path_factory.mktemp("whole") / "store.sqlite3")


@pytest.mark.fault(54)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damage=damage)
def test_whatever_is_in_a_column_the_rest_is_read_and_can_be_shown(
    whole: Path, tmp_path: Path, damage: tuple[str, str]
) -> None:
    (table, column), value = damage[0].split("."), damage[1]
    path = Path(shutil.copy(whole, tmp_path / "store.sqlite3"))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"UPDATE OR IGNORE {table} SET {column} = {value}")
    store = Store.open(path)
    for read in READS.values():
        read(store)
    assert {one.session_id for one in store.sessions.listed(ACCOUNT)} == {"s1", "s2"}
    kept = store.sessions.history(ACCOUNT, "s1", 2)
    for entry in store.journal.entries(ACCOUNT):
        store.journal.end(entry.turn_id)
    lines = TranscriptLines()
    lines.show(replay(kept.events if kept else ()))
    assert all(lines.line(place).text is not None for place in window(lines, START, 1000))
    assert store.warning in ("", DAMAGED)
    store.close()


@pytest.mark.fault(54)
def test_a_file_that_is_deleted_in_use_is_said_once_and_work_goes_on(tmp_path: Path) -> None:
    path = filled(tmp_path / "store.sqlite3")
    store, said = Store.open(path), list[str]()
    store.database.tell = said.append
    Store.open(path).forget()
    store.notes.save_draft(ACCOUNT, "s1", "written on")
    store.notes.save_draft(ACCOUNT, "s1", "and on")
    assert store.notes.draft(ACCOUNT, "s1") == "and on"
    assert said == [f"{path} was deleted while it was in use. {UNTIL_END}"]
    assert store.path is None
    assert not path.exists()
    store.close()


@pytest.mark.fault(54)
@pytest.mark.parametrize("left", [0, 4096])
def test_a_file_that_is_cut_short_in_use_is_said_at_the_next_look_and_written_anew(tmp_path: Path, left: int) -> None:
    path = filled(tmp_path / "store.sqlite3")
    store, said = Store.open(path), list[str]()
    store.database.tell = said.append
    store.notes.save_draft(ACCOUNT, "s1", "before")
    os.truncate(path, left)
    store.notes.draft(ACCOUNT, "s1")
    assert said == [
        f"{path} was cut short while it was in use: what can be read of it is written there anew, the rest is "
        f"store.sqlite3.broken-1. {HISTORIES_LEFT}"
    ]
    store.notes.save_draft(ACCOUNT, "s1", "written on")
    store.sessions.save_history(ACCOUNT, session(1), history(2))
    assert (len(said), store.path) == (1, path)
    store.close()
    again = Store.open(path)
    kept = again.sessions.history(ACCOUNT, "s1")
    assert kept
    assert (again.warning, again.check(), again.notes.draft(ACCOUNT, "s1"), kept.events) == (
        *("", "", "written on"),
        history(2),
    )
    again.close()


@pytest.mark.fault(54)
def test_a_file_cut_short_that_cannot_be_written_anew_leaves_a_store_in_memory(tmp_path: Path) -> None:
    path = filled(tmp_path / "state" / "store.sqlite3")
    store = Store.open(path)
    os.truncate(path, 0)
    path.parent.chmod(0o770)
    store.notes.save_draft(ACCOUNT, "s1", "written on")
    assert "cut short while it was in use, and nothing more can be kept there: Others can change" in store.warning
    assert (store.path, store.notes.draft(ACCOUNT, "s1")) == (None, "written on")
    store.close()


def moved_away(folder: Path) -> None:
    folder.rename(folder.with_name("away"))


def on_another_disk(folder: Path) -> None:
    moved_away(folder)
    folder.symlink_to("/dev")


@pytest.mark.fault(54)
@pytest.mark.parametrize("take_away", [moved_away, on_another_disk])
def test_a_folder_that_is_taken_away_in_use_is_not_told_as_a_deleted_file(
    tmp_path: Path, take_away: Callable[[Path], None]
) -> None:
    path = filled(tmp_path / "state" / "store.sqlite3")
    store, said = Store.open(path), list[str]()
    store.database.tell = said.append
    take_away(path.parent)
    store.notes.save_draft(ACCOUNT, "s1", "written on")
    assert said == [
        f"{path} cannot be reached any more: its folder was moved or deleted, or the disk that it is on was taken "
        f"away. Bring it back and start again. {UNTIL_END}"
    ]
    assert store.notes.draft(ACCOUNT, "s1") == "written on"
    store.close()
