"""The sessions as last listed, and their events as last retrieved, with the texts that `SessionSearch` finds."""

import sqlite3
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC
from typing import NamedTuple

from tui.api.models import Event, Session, Stop, begins_turn
from tui.api.times import parse_time
from tui.lazy_dataclass import dataclass
from tui.sanitize import well_formed
from tui.store.database import DAMAGED, Database
from tui.store.event_codec import decode_events, encode_events, texts_from_json, to_json
from tui.store.turn_texts import TurnTexts, texts_of

_BATCH_CHARS = 250_000
"""Characters of events that are written in one transaction, which takes some milliseconds."""

MAX_TURN_CHARS = 32_000_000
"""Characters of events that are kept of one turn: SQLite holds a value several times while it writes it."""

_SESSION_COLUMNS = "session_id, updated, title, index_ids, shared_access"
_PUT_SESSION = f"""
    INSERT INTO sessions (account, {_SESSION_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (account, session_id) DO UPDATE SET updated = excluded.updated, title = excluded.title,
        index_ids = excluded.index_ids, shared_access = excluded.shared_access"""

_TEXT_COLUMNS = ", ".join(TurnTexts._fields)
_PUT_TURN = f"""
    INSERT INTO turns (session, number, events, {_TEXT_COLUMNS})
    SELECT id, ?, ?, {", ".join("?" for _ in TurnTexts._fields)} FROM sessions WHERE account = ? AND session_id = ?
    ON CONFLICT (session, number) DO UPDATE
    SET events = excluded.events, {", ".join(f"{column} = excluded.{column}" for column in TurnTexts._fields)}
    WHERE events <> excluded.events"""

_COUNT_TURNS = """
    SELECT count(*) FROM turns JOIN sessions ON sessions.id = turns.session
    WHERE number < ? AND account = ? AND session_id = ?"""


@dataclass(frozen=True, slots=True)
class History:
    """A session with its last turns. `turns_before` counts the stored turns that `events` leaves out."""

    session: Session
    events: Sequence[Event]
    turns_before: int = 0


class Latest(NamedTuple):
    """The last turns of a history: each event is decoded when it is asked for."""

    events: Iterator[Event]
    turns_before: int


class KeptTurn(NamedTuple):
    """A turn as it is kept: its events encoded, and the texts that it is found by."""

    number: int
    events: str
    texts: TurnTexts

    @property
    def row(self) -> tuple[int | str, ...]:
        return self.number, self.events, *self.texts


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

    def ids(self, account: str) -> set[str]:
        """The ids of all sessions kept."""
        query = "SELECT session_id FROM sessions WHERE account = ?"
        rows = self._database.read(lambda c: c.execute(query, (account,)).fetchall())
        return {session_id for (session_id,) in rows}

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
        the way leaves the older length: what is read then is a history too, if not the newest. The same is left where
        there is no room for more (`Database.has_room`), and where the length is changed meanwhile, by a turn that
        ended: this history is older than that turn.
        """
        key = account, session.session_id

        def begin(connection: sqlite3.Connection) -> int | None:
            connection.execute(_PUT_SESSION, _row(account, session))
            return _length(connection, key)

        length = self._database.write(begin)

        def write(connection: sqlite3.Connection, batch: Sequence[KeptTurn]) -> bool:
            is_unchanged = _length(connection, key) == length
            if is_unchanged:
                connection.executemany(_PUT_TURN, [(*turn.row, *key) for turn in batch])
            return is_unchanged

        def finish(connection: sqlite3.Connection) -> None:
            # Where the store went on in memory meanwhile, what was written before may be left behind.
            is_whole = connection.execute(_COUNT_TURNS, (number, *key)).fetchone()[0] == number
            if is_whole and _length(connection, key) == length:
                connection.execute("UPDATE sessions SET turns = ? WHERE account = ? AND session_id = ?", (number, *key))
                connection.execute(
                    "DELETE FROM turns WHERE number >= ? AND session ="
                    " (SELECT id FROM sessions WHERE account = ? AND session_id = ?)",
                    (number, *key),
                )

        number = 0
        for batch in _batches(_turns(events)):
            number = batch[-1].number + 1
            if not (
                self._database.has_room()
                and self._database.write(lambda connection, batch=batch: write(connection, batch))
            ):
                return
        self._database.write(finish)

    def history(self, account: str, session_id: str, last_turns: int | None = None) -> History | None:
        """The session's history, or only its last turns, in time that grows with these alone. None: it is not kept."""
        found = self._last_turns(account, session_id, last_turns, sys.maxsize)
        if found is None:
            return None
        row, first, turns = found
        events = [event for turn in turns for event in read_events(self._database, turn["events"])]
        return History(self._session(row), events, first)

    def latest(self, account: str, session_id: str, last_turns: int, max_chars: int) -> Latest | None:
        """At most so many last turns. Of those with more characters together, only the last ones: one at least."""
        found = self._last_turns(account, session_id, last_turns, max_chars)
        if found is None:
            return None
        _, first, turns = found
        return Latest((event for turn in turns for event in read_events(self._database, turn["events"])), first)

    def _last_turns(
        self, account: str, session_id: str, last_turns: int | None, max_chars: int
    ) -> tuple[sqlite3.Row, int, list[sqlite3.Row]] | None:
        """The row of a session, the number of the first of these turns, and their rows."""

        def find(connection: sqlite3.Connection) -> tuple[sqlite3.Row, int, list[sqlite3.Row]] | None:
            query = f"SELECT id, turns, {_SESSION_COLUMNS} FROM sessions WHERE account = ? AND session_id = ?"
            row = connection.execute(query, (account, session_id)).fetchone()
            if row is None or row["turns"] is None:
                return None
            first = 0 if last_turns is None else max(0, row["turns"] - last_turns)
            query = "SELECT events FROM turns WHERE session = ? AND number >= ? AND number < ? ORDER BY number DESC"
            room, turns = max_chars, list[sqlite3.Row]()
            for turn in connection.execute(query, (row["id"], first, row["turns"])):
                room -= len(turn["events"])
                if turns and room < 0:
                    first = row["turns"] - len(turns)
                    break
                turns.append(turn)
            return row, first, turns[::-1]

        return self._database.read(find)

    def some_events(self, account: str, session_id: str, first: int, turns: int) -> list[Event]:
        """The events of so many kept turns, from the one with the number `first` on; [] where there is none."""
        query = (
            "SELECT events FROM turns JOIN sessions ON sessions.id = turns.session WHERE account = ? AND session_id = ?"
            " AND number >= ? AND number < min(?, sessions.turns) ORDER BY number"
        )
        key = account, session_id, first, first + turns
        rows = self._database.read(lambda connection: connection.execute(query, key).fetchall())
        return [event for row in rows for event in read_events(self._database, row["events"])]

    def _session(self, row: sqlite3.Row) -> Session:
        session, is_whole = session_of(row)
        if not is_whole:
            self._database.warn(DAMAGED)
        return session


def session_of(row: sqlite3.Row) -> tuple[Session, bool]:
    """The session of a row that has its columns, and whether all of it could be read."""
    index_ids, updated = texts_from_json(row["index_ids"] or "[]"), parse_time(row["updated"])
    is_whole = index_ids is not None and (updated is not None or row["updated"] is None)
    bound_to = None if row["index_ids"] is None or index_ids is None else tuple(index_ids)
    return Session(row["session_id"], updated, row["title"], bound_to, row["shared_access"]), is_whole


def add_turn(connection: sqlite3.Connection, key: tuple[str, str], turn: KeptTurn, questions_before: int) -> None:
    """Put one turn behind those that are kept of a session, by its account and id, unless some between are missing.

    `questions_before` counts the questions before it, and is negative where that is not known. Without the turn, what
    is kept is a history too, if not the newest: see `SessionCache.save_history`.
    """
    kept = _length(connection, key)
    number = kept or 0
    if number < questions_before or (kept is None and questions_before):
        return
    connection.execute("INSERT INTO sessions (account, session_id) VALUES (?, ?) ON CONFLICT DO NOTHING", key)
    connection.execute(_PUT_TURN, (*turn._replace(number=number).row, *key))
    connection.execute("UPDATE sessions SET turns = ? WHERE account = ? AND session_id = ?", (number + 1, *key))


def _length(connection: sqlite3.Connection, key: tuple[str, str]) -> int | None:
    """How many turns are kept of a session; None where nothing was kept of it yet, or it is gone."""
    found = connection.execute("SELECT turns FROM sessions WHERE account = ? AND session_id = ?", key).fetchone()
    return found and found[0]


def _row(account: str, session: Session) -> tuple[str | None, ...]:
    return (
        account,
        session.session_id,
        session.last_updated_at.astimezone(UTC).isoformat() if session.last_updated_at else None,
        session.generated_title if session.generated_title is None else well_formed(session.generated_title),
        None if session.index_ids is None else to_json(list(session.index_ids)),
        session.shared_access,
    )


def read_events(database: Database, text: str) -> Iterator[Event]:
    """The events as they were kept. Where the file is damaged, what cannot be read is `Unknown`, and that is said."""
    is_whole = yield from decode_events(text)
    if not is_whole:
        database.warn(DAMAGED)


def _turns(events: Iterable[Event]) -> Iterator[KeptTurn]:
    """The turns that the events make: see `begins_turn`. Of what belongs to none, each is put with the turn before."""
    number, turn, has_begun, is_open = 0, list[Event](), False, False
    for event in events:
        begins = begins_turn(event, is_open=is_open)
        if begins and has_begun:
            yield kept_turn(number, turn)
            number, turn = number + 1, []
        turn.append(event)
        has_begun, is_open = has_begun or begins, not isinstance(event, Stop)
    if has_begun:
        yield kept_turn(number, turn)


def kept_turn(number: int, events: Sequence[Event]) -> KeptTurn:
    """The row of a turn with this number among those of its session."""
    return KeptTurn(number, encode_events(events, MAX_TURN_CHARS), texts_of(events))


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
