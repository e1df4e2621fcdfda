import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.store.sample import ACCOUNT, NOON, found, index_all, turn
from tui.api.models import Session
from tui.store.event_codec import encode_events
from tui.store.schema import MIGRATIONS
from tui.store.search_indexing import SearchIndexing
from tui.store.store import Store

KEPT_AS_THEY_WERE = (
    *("1439436d", "330d9901", "c2a69322", "9ea5d161", "cde6f3ff"),
    *("7750d6e4", "be396f31", "f68bc2ac", "b94a1bb8", "415ecb89"),
)
"""What tells the migrations that files of users went through from others."""


@pytest.fixture
def old_file(tmp_path: Path) -> Path:
    """What the first version left behind: a session with two turns, one that is running, and the user's notes."""
    path = tmp_path / "store.sqlite3"
    connection = sqlite3.connect(path)
    for statement in MIGRATIONS[0]:
        connection.execute(statement)
    connection.execute(
        "INSERT INTO sessions VALUES (7, ?, 's1', ?, 'Leases', '[\"index-1\"]', '{\"turns\": 3}', 'private', 2)",
        (ACCOUNT, NOON.isoformat()),
    )
    for number in range(2):
        events = turn(number)
        texts = f"Question {number}", f"Three months, says clause {number}."
        row = (number + 1, 7, number, *texts, encode_events(events))
        connection.execute("INSERT INTO turns VALUES (?, ?, ?, ?, ?, ?)", row)
    connection.execute("INSERT INTO open_turns VALUES (5, ?, 's1', 'And then?', 2, ?)", (ACCOUNT, NOON.isoformat()))
    for at in (1, 2):
        connection.execute("INSERT INTO arrived VALUES (?, 5, ?)", (at, encode_events(turn(9)[at : at + 1])))
    connection.execute(
        "INSERT INTO notes VALUES (?, 's1', 'half', '[\"Why?\"]', 'My lease', '{\"turn\": 3}', ?)",
        (ACCOUNT, NOON.isoformat()),
    )
    connection.execute("INSERT INTO questions VALUES (3, ?, 'And then?')", (ACCOUNT,))
    connection.execute("PRAGMA user_version = 1")
    connection.commit()
    connection.close()
    path.chmod(0o600)
    path.parent.chmod(0o700)
    return path


def test_nothing_is_lost_of_a_file_of_the_first_version(old_file: Path) -> None:
    store = Store.open(old_file)

    history = store.sessions.history(ACCOUNT, "s1")
    [entry] = store.journal.entries(ACCOUNT)
    assert history is not None
    assert history.session == Session("s1", NOON, "Leases", ("index-1",), "private")
    assert history.events == turn(0) + turn(1)
    assert (entry.turn_id, entry.prompt, entry.questions_before) == (5, "And then?", 2)
    assert store.journal.events(5) == turn(9)[1:3]
    assert store.notes.drafts(ACCOUNT) == {"s1": "half"}
    assert store.notes.queues(ACCOUNT) == {"s1": ["Why?"]}
    assert store.notes.names(ACCOUNT) == {"s1": "My lease"}
    assert store.journal.questions(ACCOUNT) == ["And then?"]
    assert (store.check(), store.warning) == ("", "")
    store.close()


def test_a_file_of_the_first_version_is_written_and_searched_as_any_other(old_file: Path) -> None:
    store = Store.open(old_file)
    store.journal.append(5, turn(9)[3:])
    store.journal.end(5)

    assert found(store, "clause 9") == [("s1", [2])]
    assert SearchIndexing(store.database).left() == 3
    index_all(store)
    assert SearchIndexing(store.database).left() == 0
    assert found(store, "says clause 1 in:answer") == [("s1", [1])]
    assert found(store, '"notice period" in:evidence tool:retrieve') == [("s1", [0, 1, 2])]
    assert found(store, "leases in:title") == [("s1", [])]
    store.sessions.save_history(ACCOUNT, Session("s1"), turn(4))
    assert found(store, "clause") == [("s1", [0])]
    store.sessions.remove(ACCOUNT, "s1")
    assert found(store, "clause") == []
    assert store.check() == ""
    store.close()

    connection = sqlite3.connect(old_file)
    for index in ("turns_fts", "unspaced_fts"):
        connection.execute(f"INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)")
    connection.close()


def test_what_was_kept_before_letters_were_indexed_is_found_as_it_was_and_then_by_each_word(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in (statement for statements in MIGRATIONS[:9] for statement in statements):
            connection.execute(statement)
        connection.execute("PRAGMA user_version = 9")
        connection.execute("INSERT INTO sessions (id, account, session_id, turns) VALUES (1, ?, 's1', 1)", (ACCOUNT,))
        connection.execute(
            "INSERT INTO turns VALUES (1, 1, 0, 'When?', '合同到期前三个月通知。', '[]', '', '', '', '')"
        )
    store = Store.open(path)
    assert found(store, "when") == [("s1", [0])]
    index_all(store)
    assert found(store, "when") == found(store, "三个月") == [("s1", [0])]
    store.close()


def test_a_migration_stays_as_files_went_through_it() -> None:
    # Some are made of what is used elsewhere too: what is changed there needs a migration of its own.
    made = [hashlib.sha256("\n".join(statements).encode()).hexdigest()[:8] for statements in MIGRATIONS]
    assert tuple(made[: len(KEPT_AS_THEY_WERE)]) == KEPT_AS_THEY_WERE
