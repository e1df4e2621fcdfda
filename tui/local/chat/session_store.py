"""Sessions and their events, kept in the library's database.

Source: the API reference pages "List Sessions", "Create Session", "Get Full Session", "Delete Session",
"Get Session Summary" and "Generate Session Title". Times are UTC without a zone, as that reference shows them.
"""

import json
import secrets
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from tui.api.models import Event, Stop, UserInput
from tui.api.session_file import SessionFile, SessionFileError
from tui.local.chat.event_json import event_json
from tui.local.chat.paging import ListPage, decode_token, encode_token
from tui.local.library.database import LibraryDatabase
from tui.local.library.folders import export_config_id
from tui.sanitize import clean_line

TITLE_CHARS = 60
_COLUMNS = "id, updated, title, index_ids, shared_access, last_run"
DAMAGED = "*What was stored here is damaged and cannot be shown.*"
CUT_OFF = "This turn was cut off: the server ended in the middle of it."


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A session without its events, under the API's names. `index_ids` is None when it is unbound."""

    session_id: str
    last_updated_at: str
    generated_title: str | None
    index_ids: Sequence[str] | None
    job_metadata: Mapping[str, object] | None
    """What its most recent turn cost and how it ended; None before the first one."""
    shared_access: str


def _now() -> str:
    return datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")


def title_of(question: str) -> str:
    """A session's title: its first question, cut to one short line."""
    return clean_line(question, TITLE_CHARS)


def _session(row: sqlite3.Row) -> StoredSession:
    return StoredSession(
        session_id=row["id"],
        last_updated_at=row["updated"],
        generated_title=row["title"],
        index_ids=_stored(row["index_ids"], None),
        job_metadata=_stored(row["last_run"], None),
        shared_access=row["shared_access"],
    )


class SessionStore:
    """The stored sessions. Every method may be called from any thread and by several processes at once."""

    def __init__(self, database: LibraryDatabase) -> None:
        self._database = database

    def create(self, index_ids: Sequence[str] | None, shared_access: str) -> StoredSession:
        """Make a session that is bound to `index_ids` or (None) unbound."""
        session_id = f"ses-{secrets.token_hex(12)}"
        bound = None if index_ids is None else json.dumps(list(index_ids))
        with self._database.writing() as connection:
            row = connection.execute(
                "INSERT INTO sessions (id, updated, index_ids, shared_access) VALUES (?, ?, ?, ?) RETURNING *",
                (session_id, _now(), bound, shared_access),
            ).fetchone()
            return _session(row)

    def page(self, size: int, token: str | None) -> ListPage[StoredSession]:
        """A page of the sessions, newest first.

        The token is the place of the last session seen, so that new sessions do not shift what follows.
        Raises `PageTokenError`.
        """
        updated, session_id = decode_token(token, 2) if token else ("9", "")
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT * FROM sessions WHERE (updated, id) < (?, ?) ORDER BY updated DESC, id DESC LIMIT ?",
                (updated, session_id, size + 1),
            ).fetchall()
        last = rows[size - 1] if len(rows) > size else None
        return ListPage(
            [_session(row) for row in rows[:size]], encode_token(last["updated"], last["id"]) if last else None
        )

    def session(self, session_id: str) -> StoredSession | None:
        """The session without its events; None when there is none."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT * FROM sessions WHERE id = ?", (session_id,)).fetchone()
            return _session(row) if row else None

    def with_events(self, session_id: str) -> tuple[StoredSession, list[Mapping[str, object]]] | None:
        """The session, and its events as the API writes them, oldest first; None when there is none."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT * FROM sessions WHERE id = ?", (session_id,)).fetchone()
            return (_session(row), _events(connection, session_id)) if row else None

    def delete(self, session_id: str) -> bool:
        """True when there was such a session."""
        with self._database.writing() as connection:
            return connection.execute("DELETE FROM sessions WHERE id = ?", (session_id,)).rowcount > 0

    def put(self, session: SessionFile, *, replace: bool) -> bool:
        """Store a session that came from elsewhere, as it is. False where the same is there already.

        Raises `SessionFileError` where another session has its id, unless that is to be replaced.
        """
        fields = (
            session.session_id,
            session.last_updated_at,
            session.generated_title,
            None if session.index_ids is None else json.dumps(list(session.index_ids)),
            session.shared_access,
            None if session.job_metadata is None else json.dumps(session.job_metadata),
        )
        bodies = ["".join(event) for event in session.events]
        events = [(session.session_id, number, body) for number, body in enumerate(bodies, 1)]
        with self._database.writing() as connection:
            key = (session.session_id,)
            row = connection.execute(f"SELECT {_COLUMNS} FROM sessions WHERE id = ?", key).fetchone()
            if row is not None:
                there = connection.execute(
                    "SELECT body FROM events WHERE session_id = ? ORDER BY number", key
                ).fetchall()
                if _told((*row, *(event["body"] for event in there))) == _told((*fields, *bodies)):
                    return False
                if not replace:
                    raise SessionFileError("Another session here has its id; --force replaces that.")
                connection.execute("DELETE FROM sessions WHERE id = ?", key)
            connection.execute(f"INSERT INTO sessions ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", fields)
            connection.executemany("INSERT INTO events (session_id, number, body) VALUES (?, ?, ?)", events)
        return True

    def set_title(self, session_id: str, first_message: str) -> StoredSession | None:
        """Title the session by its first question. None when there is no such session."""
        with self._database.writing() as connection:
            row = connection.execute(
                "UPDATE sessions SET title = ? WHERE id = ? RETURNING *", (title_of(first_message), session_id)
            ).fetchone()
            return _session(row) if row else None

    def begin_turn(self, session_id: str, prompt: str) -> list[Mapping[str, object]]:
        """Store the question, and title the session if it has no title yet. Returns the events before it.

        A turn before it that has no end, because its server was killed, is closed first.
        """
        with self._database.writing() as connection:
            earlier = _events(connection, session_id)
            if earlier and earlier[-1].get("type") != "stop":
                _append(connection, session_id, {"type": "stop", "is_error": True, "error": CUT_OFF, "usage": {}})
            _append(connection, session_id, event_json(UserInput(prompt)))
            connection.execute(
                "UPDATE sessions SET updated = ?, title = coalesce(title, ?) WHERE id = ?",
                (_now(), title_of(prompt), session_id),
            )
            return earlier

    def append(self, session_id: str, event: Event) -> None:
        """Store one more event; nothing happens when the session was deleted meanwhile."""
        with self._database.writing() as connection:
            _append(connection, session_id, event_json(event))

    def end_turn(self, session_id: str, stop: Stop, index_ids: Sequence[str]) -> None:
        """Store the turn's last event, and what the turn cost as the session's most recent run."""
        run = {
            **asdict(stop.usage),
            "is_error": stop.is_error,
            "error": stop.error,
            "export_config_ids": [export_config_id(index_id) for index_id in index_ids],
        }
        with self._database.writing() as connection:
            _append(connection, session_id, event_json(stop))
            connection.execute(
                "UPDATE sessions SET updated = ?, last_run = ? WHERE id = ?", (_now(), json.dumps(run), session_id)
            )


def _events(connection: sqlite3.Connection, session_id: str) -> list[Mapping[str, object]]:
    rows = connection.execute("SELECT body FROM events WHERE session_id = ? ORDER BY number", (session_id,))
    return [_stored(row["body"], {"type": "text", "content": DAMAGED}) for row in rows]


def _stored(text: str | None, damaged: Any) -> Any:
    """What was stored as JSON; `damaged` where it is none any more, for a damaged file hides no other session."""
    try:
        return None if text is None else json.loads(text)
    except ValueError:
        return damaged


def _append(connection: sqlite3.Connection, session_id: str, event: Mapping[str, object]) -> None:
    connection.execute(
        "INSERT INTO events (session_id, number, body)"
        " SELECT id, (SELECT coalesce(max(number), 0) + 1 FROM events WHERE session_id = sessions.id), ?"
        " FROM sessions WHERE id = ?",
        (json.dumps(event), session_id),
    )


def _told(values: Sequence[str | None]) -> list[str | None]:
    """What texts say of which some are JSON, however it is written: as text, since 0.0 and false are equal values."""
    return [_canonical(text) for text in values]


def _canonical(text: str | None) -> str | None:
    try:
        return None if text is None else json.dumps(json.loads(text), sort_keys=True)
    except ValueError:
        return text
