"""The sessions as last listed, and their events as last retrieved.

Their questions and answers can be searched; the app does not offer that yet.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import NamedTuple

from tui.api.models import Event, Session, Text, TextDelta, UserInput
from tui.sanitize import well_formed
from tui.store.database import DAMAGED, Database
from tui.store.event_codec import decode_events, encode_events, texts_from_json, to_json

_BATCH_CHARS = 1_000_000
"""Characters of events that are written in one transaction, which takes some milliseconds."""

_SESSION_COLUMNS = "session_id, updated, title, index_ids, shared_access"
_PUT_SESSION = f"""
    INSERT INTO sessions (account, {_SESSION_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (account, session_id) DO UPDATE SET updated = excluded.updated, title = excluded.title,
        index_ids = excluded.index_ids, shared_access = excluded.shared_access"""

_PUT_TURN = """
    INSERT INTO turns (session, number, question, answer, events)
    SELECT id, ?, ?, ?, ? FROM sessions WHERE account = ? AND session_id = ?
    ON CONFLICT (session, number) DO UPDATE
    SET question = excluded.question, answer = excluded.answer, events = excluded.events
    WHERE events <> excluded.events"""


@dataclass(frozen=True, slots=True)
class History:
    """A session with its last turns. `turns_before` counts the stored turns that `events` leaves out."""

    session: Session
    events: Sequence[Event]
    turns_before: int = 0


@dataclass(frozen=True, slots=True)
class Hit:
    """A turn that a search found.

    `turn` is its place among the session's turns; `excerpt` the piece of the answer that fits best.
    """

    session_id: str
    turn: int
    question: str
    excerpt: str


class KeptTurn(NamedTuple):
    """A turn as it is kept: encoded, and with its texts for the search."""

    number: int
    question: str
    answer: str
    events: str


class SessionCache:
    """What the server said when it was last asked. It may be gone or changed there since."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, account: str, sessions: Sequence[Session], *, complete: bool) -> None:
        """Keep these as listed. `complete`: they are all there are, so that every other one is removed."""
        rows = [_row(account, session) for session in sessions]
        kept = to_json([session.session_id for session in sessions])

        def save(connection: sqlite3.Connection) -> None:
            connection.executemany(_PUT_SESSION, rows)
            if complete:
                connection.execute(
                    "DELETE FROM sessions WHERE account = ? AND session_id NOT IN (SELECT value FROM json_each(?))",
                    (account, kept),
                )

        self._database.write(save)

    def listed(self, account: str, limit: int = -1) -> list[Session]:
        """All sessions kept, or so many, newest first; those without a time come last."""
        query = f"SELECT {_SESSION_COLUMNS} FROM sessions WHERE account = ? ORDER BY updated DESC, id LIMIT ?"
        rows = self._database.read(lambda c: c.execute(query, (account, limit)).fetchall())
        return [self._session(row) for row in rows]

    def remove(self, account: str, session_id: str) -> None:
        """Remove a session with its history, and what the user noted of it. Open turns are the journal's."""

        def remove(connection: sqlite3.Connection) -> None:
            key = account, session_id
            connection.execute("DELETE FROM sessions WHERE account = ? AND session_id = ?", key)
            connection.execute("DELETE FROM notes WHERE account = ? AND session_id = ?", key)

        self._database.write(remove)

    def save_history(self, account: str, session: Session, events: Iterable[Event]) -> None:
        """Keep a session with its whole history, oldest event first. May be called from any thread.

        It takes several short transactions, and writes only turns that differ from those kept. A program that dies on
        the way leaves the older length: what is read then is a history too, if not the newest.
        """
        self._database.write(lambda connection: connection.execute(_PUT_SESSION, _row(account, session)))
        number = 0
        for batch in _batches(_turns(events)):
            number = batch[-1].number + 1
            rows = [(*turn, account, session.session_id) for turn in batch]
            self._database.write(lambda connection, rows=rows: connection.executemany(_PUT_TURN, rows))

        def finish(connection: sqlite3.Connection) -> None:
            key = account, session.session_id
            connection.execute("UPDATE sessions SET turns = ? WHERE account = ? AND session_id = ?", (number, *key))
            connection.execute(
                "DELETE FROM turns WHERE number >= ? AND session ="
                " (SELECT id FROM sessions WHERE account = ? AND session_id = ?)",
                (number, *key),
            )

        self._database.write(finish)

    def history(self, account: str, session_id: str, last_turns: int | None = None) -> History | None:
        """The session's history, or only its last turns, in time that grows with these alone. None: it is not kept."""

        def find(connection: sqlite3.Connection) -> tuple[sqlite3.Row, int, list[sqlite3.Row]] | None:
            query = f"SELECT id, turns, {_SESSION_COLUMNS} FROM sessions WHERE account = ? AND session_id = ?"
            row = connection.execute(query, (account, session_id)).fetchone()
            if row is None or row["turns"] is None:
                return None
            first = 0 if last_turns is None else max(0, row["turns"] - last_turns)
            query = "SELECT number, events FROM turns WHERE session = ? AND number >= ? AND number < ? ORDER BY number"
            return row, first, connection.execute(query, (row["id"], first, row["turns"])).fetchall()

        found = self._database.read(find)
        if found is None:
            return None
        row, first, turns = found
        events = [event for turn in turns for event in read_events(self._database, turn["events"])]
        return History(self._session(row), events, first)

    def _session(self, row: sqlite3.Row) -> Session:
        index_ids, updated = texts_from_json(row["index_ids"] or "[]"), _time(row["updated"])
        if index_ids is None or (updated is None and row["updated"] is not None):
            self._database.warn(DAMAGED)
        bound_to = None if row["index_ids"] is None or index_ids is None else tuple(index_ids)
        return Session(row["session_id"], updated, row["title"], bound_to, row["shared_access"])

    def search(self, account: str, words: str, limit: int = 50) -> list[Hit]:
        """The stored turns whose question and answer have all the words (each may be a beginning), best first."""
        quoted = (word.replace('"', '""') for word in well_formed(words).replace("\0", " ").split())
        terms = " ".join(f'"{word}"*' for word in quoted)
        if not terms:
            return []
        query = """
            SELECT sessions.session_id, turns.number, turns.question, snippet(turns_fts, 1, '', '', '…', 16)
            FROM turns_fts JOIN turns ON turns.id = turns_fts.rowid JOIN sessions ON sessions.id = turns.session
            WHERE turns_fts MATCH ? AND sessions.account = ? AND turns.number < sessions.turns
            ORDER BY turns_fts.rank LIMIT ?"""
        return [
            Hit(*row) for row in self._database.read(lambda c: c.execute(query, (terms, account, limit)).fetchall())
        ]


def add_turn(connection: sqlite3.Connection, account: str, session_id: str, turn: KeptTurn) -> None:
    """Put one turn behind those that are kept of a session, even where nothing is kept of it yet."""
    key = account, session_id
    connection.execute("INSERT INTO sessions (account, session_id) VALUES (?, ?) ON CONFLICT DO NOTHING", key)
    query = "SELECT ifnull(turns, 0) FROM sessions WHERE account = ? AND session_id = ?"
    number = connection.execute(query, key).fetchone()[0]
    connection.execute(_PUT_TURN, (*turn._replace(number=number), *key))
    connection.execute("UPDATE sessions SET turns = ? WHERE account = ? AND session_id = ?", (number + 1, *key))


def _row(account: str, session: Session) -> tuple[str | None, ...]:
    return (
        account,
        session.session_id,
        session.last_updated_at.astimezone(UTC).isoformat() if session.last_updated_at else None,
        session.generated_title if session.generated_title is None else well_formed(session.generated_title),
        None if session.index_ids is None else to_json(list(session.index_ids)),
        session.shared_access,
    )


def read_events(database: Database, text: str) -> list[Event]:
    """The events as they were kept. Where the file is damaged, what cannot be read is `Unknown`, and that is said."""
    events, is_whole = decode_events(text)
    if not is_whole:
        database.warn(DAMAGED)
    return events


def _time(text: str | None) -> datetime | None:
    """A time as it was kept; None where there is none, or the file is damaged."""
    try:
        time = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return time if time.tzinfo else None


def _turns(events: Iterable[Event]) -> Iterator[KeptTurn]:
    """The turns that the events make: a question opens one, and what comes before the first question is one too."""
    number, turn = 0, list[Event]()
    for event in events:
        if isinstance(event, UserInput) and turn:
            yield kept_turn(number, turn)
            number, turn = number + 1, []
        turn.append(event)
    if turn:
        yield kept_turn(number, turn)


def kept_turn(number: int, events: Sequence[Event]) -> KeptTurn:
    """The row of a turn with this number among those of its session."""
    question = next((event.content for event in islice(events, 1) if isinstance(event, UserInput)), "")
    whole = [event.content for event in events if isinstance(event, Text)]
    pieces = whole or [event.content for event in events if isinstance(event, TextDelta)]
    answer = "\n\n".join(whole) if whole else "".join(pieces)
    return KeptTurn(number, well_formed(question), well_formed(answer), encode_events(events))


def _batches(turns: Iterable[KeptTurn]) -> Iterator[list[KeptTurn]]:
    batch, chars = list[KeptTurn](), 0
    for turn in turns:
        batch.append(turn)
        chars += len(turn.events)
        if chars >= _BATCH_CHARS:
            yield batch
            batch, chars = [], 0
    if batch:
        yield batch
