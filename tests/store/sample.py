"""Values to be kept, for the tests of the store."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tui.api.models import Event, Session, Stop, Text, TextDelta, Thinking, ToolCall, ToolResult, UserInput
from tui.store.search import SessionSearch
from tui.store.search_indexing import SearchIndexing
from tui.store.search_query import parse
from tui.store.store import Store

ACCOUNT = "https://example.test project"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def session(number: int) -> Session:
    """One session of many; the higher its number, the older."""
    return Session(
        f"s{number}",
        NOON - timedelta(minutes=number, microseconds=number % 3),
        f"Lease terms, part {number} — übersicht 漢字",
        ("index-1", "index-2") if number % 2 else None,
        "private",
    )


def turn(number: int) -> list[Event]:
    """One finished turn."""
    return [
        UserInput(f"Question {number}: what is the notice period?"),
        Thinking("The lease must say."),
        ToolCall(f"call-{number}", "retrieve", {"query": "notice period", "top_k": 5}),
        ToolResult(f"call-{number}", "retrieve", {"results": [{"text": f"Clause {number}", "score": 0.5}]}),
        TextDelta("Three "),
        Text(f"Three months, says clause {number}."),
        Stop(),
    ]


def history(turns: int) -> list[Event]:
    return [event for number in range(turns) for event in turn(number)]


def index_all(store: Store) -> None:
    """Read all that is kept for the search, as the app does in the background."""
    indexing = SearchIndexing(store.database)
    while indexing.index_more():
        pass


def found(store: Store, typed: str, account: str = ACCOUNT) -> list[tuple[str, list[int]]]:
    """What a search finds: session ids, the one used last first, with the turns that have the words."""
    sessions = SessionSearch(store.database).find(account, parse(typed, NOON.date())).sessions
    return [(one.session.session_id, [hit.turn for hit in one.hits]) for one in sessions]


def filled(path: Path) -> Store:
    """A store in this file with a session of 20 turns, and a question that was asked."""
    store = Store.open(path)
    store.sessions.save_history(ACCOUNT, session(1), history(20))
    store.journal.begin(ACCOUNT, "s1", "Why?", 20, draft="half a thought")
    return store
