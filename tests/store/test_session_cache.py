import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.events import EXAMPLES
from tests.store.sample import ACCOUNT, found, history, session, turn
from tui.api.models import Event, Session, Stop, Text, ToolResult, UserInput
from tui.conversation.transcript_builder import replay
from tui.store.store import Store


def test_the_list_comes_back_newest_first(store: Store) -> None:
    sessions = [session(number) for number in range(50)]
    store.sessions.save(ACCOUNT, sessions[::-1], complete=True)

    assert store.sessions.listed(ACCOUNT) == sessions


def test_sessions_without_a_time_or_a_title_are_kept_and_listed_last(store: Store) -> None:
    bare, dated = Session("bare"), Session("dated", datetime(1970, 1, 1, tzinfo=UTC))
    store.sessions.save(ACCOUNT, [bare, dated], complete=False)

    assert store.sessions.listed(ACCOUNT) == [dated, bare]


def test_a_page_adds_to_the_list_and_a_complete_list_replaces_it(store: Store) -> None:
    store.sessions.save(ACCOUNT, [session(1), session(2)], complete=True)
    store.sessions.save(ACCOUNT, [session(3)], complete=False)
    assert [kept.session_id for kept in store.sessions.listed(ACCOUNT)] == ["s1", "s2", "s3"]

    store.sessions.save(ACCOUNT, [session(2)], complete=True)
    assert store.sessions.listed(ACCOUNT) == [session(2)]


def test_accounts_do_not_mix(store: Store) -> None:
    store.sessions.save("local", [session(1)], complete=True)
    store.sessions.save_history("local", session(1), turn(1))
    store.sessions.save(ACCOUNT, [], complete=True)

    assert store.sessions.listed(ACCOUNT) == []
    assert store.sessions.history(ACCOUNT, "s1") is None
    assert store.sessions.listed("local") == [session(1)]


def test_a_history_comes_back_as_it_was_and_keeps_the_session_listed(store: Store) -> None:
    store.sessions.save_history(ACCOUNT, session(1), history(5))

    kept = store.sessions.history(ACCOUNT, "s1")
    assert kept is not None
    assert (kept.session, kept.events, kept.turns_before) == (session(1), history(5), 0)
    assert store.sessions.listed(ACCOUNT) == [session(1)]


@given(st.lists(st.sampled_from(list(EXAMPLES.values())) | st.builds(Stop), max_size=20))
def test_a_history_of_any_order_is_kept_in_the_turns_that_are_shown(events: list[Event]) -> None:
    shown = [(turn.question, len(turn.parts)) for turn in replay(events)]
    with closing(Store.in_memory()) as store:
        store.sessions.save_history(ACCOUNT, session(1), events)
        kept = [store.sessions.some_events(ACCOUNT, "s1", number, 1) for number in range(len(shown) + 1)]
    assert [(turn.question, len(turn.parts)) for alone in kept for turn in replay(alone)] == shown
    assert kept[-1] == []


def test_only_the_last_turns_can_be_read(store: Store) -> None:
    store.sessions.save_history(ACCOUNT, session(1), history(100))

    kept = store.sessions.history(ACCOUNT, "s1", last_turns=2)
    assert kept is not None
    assert (kept.events, kept.turns_before) == (turn(98) + turn(99), 98)


@pytest.mark.parametrize(("max_chars", "read"), [(0, 1), (3_500, 3), (1_000_000, 5)])
def test_of_long_turns_only_the_last_can_be_read(store: Store, max_chars: int, read: int) -> None:
    events: list[Event] = [event for number in range(5) for event in (UserInput(f"{number}"), Text("a" * 1000), Stop())]
    store.sessions.save_history(ACCOUNT, session(1), events)

    kept = store.sessions.latest(ACCOUNT, "s1", 10, max_chars)
    assert kept is not None
    assert (list(kept.events), kept.turns_before) == (events[-3 * read :], 5 - read)


def test_a_history_that_begins_without_a_question_is_kept_whole(store: Store) -> None:
    events: list[Event] = [Text("before"), UserInput("a"), UserInput("b")]
    store.sessions.save_history(ACCOUNT, session(1), events)

    kept = store.sessions.history(ACCOUNT, "s1")
    assert kept is not None
    assert kept.events == events


@pytest.mark.parametrize("turns", [0, 3, 12])
def test_a_newer_history_replaces_the_older_whether_longer_or_shorter(store: Store, turns: int) -> None:
    store.sessions.save_history(ACCOUNT, session(1), history(6))
    store.sessions.save_history(ACCOUNT, session(1), history(turns))

    kept = store.sessions.history(ACCOUNT, "s1")
    assert kept is not None
    assert kept.events == history(turns)
    assert written_turns(store) == turns


def written_turns(store: Store) -> int:
    """How many turns are on the disk, of whichever session."""
    return store.database.read(lambda connection: connection.execute("SELECT count(*) FROM turns").fetchone()[0])


def test_a_listed_session_that_was_never_opened_has_no_history(store: Store) -> None:
    store.sessions.save(ACCOUNT, [session(1)], complete=True)

    assert store.sessions.history(ACCOUNT, "s1") is None
    assert store.sessions.history(ACCOUNT, "s2") is None


def test_a_removed_session_leaves_nothing_to_be_found(store: Store) -> None:
    store.sessions.save_history(ACCOUNT, session(1), history(3))
    store.notes.save_draft(ACCOUNT, "s1", "half a thought")
    store.sessions.remove(ACCOUNT, "s1")

    assert store.sessions.listed(ACCOUNT) == []
    assert found(store, "clause") == []
    assert found(store, "lease") == []
    assert store.notes.draft(ACCOUNT, "s1") == ""


def test_a_removed_session_is_in_no_table_but_the_journal(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    store = Store.open(path)
    store.sessions.save_history(ACCOUNT, session(1), history(3))
    store.notes.save_name(ACCOUNT, "s1", "Lease")
    store.journal.begin(ACCOUNT, "s1", "Why?", 3)
    store.sessions.remove(ACCOUNT, "s1")
    store.close()

    connection = sqlite3.connect(path)
    query = """SELECT tables.name FROM pragma_table_list AS tables, pragma_table_info(tables.name) AS columns
        WHERE columns.name = 'session_id'"""
    of_sessions = {name for (name,) in connection.execute(query)}
    holding = {name for name in of_sessions if connection.execute(f"SELECT * FROM {name}").fetchone()}
    turns = connection.execute("SELECT * FROM turns").fetchall()
    connection.close()
    assert turns == []
    assert of_sessions >= {"sessions", "notes", "open_turns"}
    assert holding == {"open_turns"}


def test_the_user_own_words_outlive_a_session_that_is_no_longer_listed(store: Store) -> None:
    store.sessions.save(ACCOUNT, [session(1)], complete=True)
    store.notes.save_draft(ACCOUNT, "s1", "half a thought")
    store.notes.save_name(ACCOUNT, "s1", "Lease")
    store.sessions.save(ACCOUNT, [], complete=True)

    assert store.notes.draft(ACCOUNT, "s1") == "half a thought"
    assert store.notes.names(ACCOUNT) == {"s1": "Lease"}


def test_while_a_giant_history_is_saved_others_can_write_in_between(store: Store) -> None:
    def giant() -> Iterator[Event]:
        for number in range(60):
            if number == 30:
                other = threading.Thread(target=store.notes.save_draft, args=(ACCOUNT, "s2", "typed meanwhile"))
                other.start()
                other.join(10)
                assert not other.is_alive()
                assert store.sessions.history(ACCOUNT, "s1") is None
                assert written_turns(store) > 20
            yield from (UserInput(f"{number}"), ToolResult("c", "t", "x" * 400_000))

    store.sessions.save_history(ACCOUNT, session(1), giant())

    assert store.notes.draft(ACCOUNT, "s2") == "typed meanwhile"
    kept = store.sessions.history(ACCOUNT, "s1", last_turns=1)
    assert kept is not None
    assert (kept.events[0], kept.turns_before) == (UserInput("59"), 59)


@pytest.mark.parametrize(("turns", "ends_before"), [(5, 2), (5, 5), (0, 0)])
def test_a_turn_that_ends_while_a_history_is_saved_stays(store: Store, turns: int, ends_before: int) -> None:
    store.sessions.save_history(ACCOUNT, session(1), history(3))
    turn_id = store.journal.begin(ACCOUNT, "s1", "And?", 3)
    store.journal.append(turn_id, [Text("Yes.")])

    def other() -> Iterator[Event]:
        for number in range(turns):
            if number == ends_before:
                store.journal.end(turn_id)
            yield from (UserInput(f"{number}"), ToolResult("c", "t", "x" * 1_000_000))
        if turns == ends_before:
            store.journal.end(turn_id)

    store.sessions.save_history(ACCOUNT, session(1), other())

    kept = store.sessions.history(ACCOUNT, "s1", last_turns=1)
    assert kept is not None
    assert list(kept.events) == [UserInput("And?"), Text("Yes.")]
    assert kept.turns_before == 3


def test_the_search_index_agrees_with_the_turns(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    store = Store.open(path)
    store.sessions.save_history(ACCOUNT, session(1), history(9))
    store.sessions.save_history(ACCOUNT, session(1), history(4))
    store.sessions.save_history(ACCOUNT, session(2), history(2))
    store.sessions.remove(ACCOUNT, "s2")
    store.close()

    connection = sqlite3.connect(path)
    connection.execute("INSERT INTO turns_fts (turns_fts, rank) VALUES ('integrity-check', 1)")
    connection.execute("INSERT INTO titles_fts (titles_fts, rank) VALUES ('integrity-check', 1)")
    connection.close()
