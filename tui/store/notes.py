"""What the user made of the sessions: drafts, queued questions, names, pins, and which was opened last."""

import sqlite3
from collections.abc import Sequence
from typing import Literal, TypeAlias

from tui.sanitize import well_formed
from tui.store.database import DAMAGED, Database
from tui.store.event_codec import texts_from_json, to_json

NO_SESSION = ""
"""The session id of what is written before there is a session."""

TextColumn: TypeAlias = Literal["draft", "queue", "name"]
Column: TypeAlias = TextColumn | Literal["pinned"]


class Notes:
    """One note of each kind for each session. Saving one takes about a millisecond."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def are_busy(self) -> bool:
        """Whether to save one now would wait for something else that is being written."""
        return self._database.is_busy

    def save_draft(self, account: str, session_id: str, text: str) -> None:
        self._save(account, session_id, "draft", well_formed(text) or None)

    def draft(self, account: str, session_id: str) -> str:
        """The text that was being written; "" where there is none."""
        return self._all(account, "draft").get(session_id, "")

    def drafts(self, account: str) -> dict[str, str]:
        """All drafts, by session id."""
        return self._all(account, "draft")

    def save_queue(self, account: str, session_id: str, questions: Sequence[str], *, draft: str | None = None) -> None:
        """Keep the questions that wait until the running turn is over.

        Where one went from the draft into the queue, or back, the draft is kept as given in the same transaction.
        """

        def save(connection: sqlite3.Connection) -> None:
            put_note(connection, account, session_id, "queue", to_json(list(questions)) if questions else None)
            if draft is not None:
                put_note(connection, account, session_id, "draft", well_formed(draft) or None)

        self._database.write(save)

    def queues(self, account: str) -> dict[str, list[str]]:
        """The waiting questions, by session id."""
        queues = {session_id: texts_from_json(text) for session_id, text in self._all(account, "queue").items()}
        if None in queues.values():
            self._database.warn(DAMAGED)
        return {session_id: queue for session_id, queue in queues.items() if queue}

    def save_name(self, account: str, session_id: str, name: str) -> None:
        """What the user calls the session; "" takes the name back."""
        self._save(account, session_id, "name", well_formed(name) or None)

    def names(self, account: str) -> dict[str, str]:
        """The names that the user gave, by session id."""
        return self._all(account, "name")

    def save_pinned(self, account: str, session_id: str, *, is_pinned: bool) -> None:
        """Keep whether a session is pinned."""
        self._save(account, session_id, "pinned", 1 if is_pinned else None)

    def pinned(self, account: str) -> set[str]:
        """The sessions that are pinned."""
        query = "SELECT session_id FROM notes WHERE account = ? AND pinned IS NOT NULL"
        rows = self._database.read(lambda connection: connection.execute(query, (account,)).fetchall())
        return {row["session_id"] for row in rows}

    def save_opened(self, account: str, session_id: str) -> None:
        """Keep that this session is the one that was opened last."""

        def save(connection: sqlite3.Connection) -> None:
            query = "SELECT coalesce(max(opened), 0) + 1 FROM notes WHERE account = ?"
            [number] = connection.execute(query, (account,)).fetchone()
            connection.execute(
                "INSERT INTO notes (account, session_id, opened) VALUES (?, ?, ?)"
                " ON CONFLICT DO UPDATE SET opened = excluded.opened",
                (account, session_id, number),
            )

        self._database.write(save)

    def last_opened(self, account: str) -> str | None:
        """The session that was opened last; None where none was, or that one is deleted."""
        query = "SELECT session_id FROM notes WHERE account = ? AND opened IS NOT NULL ORDER BY opened DESC LIMIT 1"
        row = self._database.read(lambda connection: connection.execute(query, (account,)).fetchone())
        return None if row is None else row["session_id"]

    def _save(self, account: str, session_id: str, column: Column, value: str | int | None) -> None:
        self._database.write(lambda connection: put_note(connection, account, session_id, column, value))

    def _all(self, account: str, column: TextColumn) -> dict[str, str]:
        query = f"SELECT session_id, {column} FROM notes WHERE account = ? AND {column} IS NOT NULL"
        return dict(self._database.read(lambda connection: connection.execute(query, (account,)).fetchall()))


def put_note(
    connection: sqlite3.Connection, account: str, session_id: str, column: Column, value: str | int | None
) -> None:
    """Set one note within a transaction."""
    connection.execute(
        f"INSERT INTO notes (account, session_id, {column}) VALUES (?, ?, ?)"
        f" ON CONFLICT DO UPDATE SET {column} = excluded.{column}",
        (account, session_id, value),
    )
