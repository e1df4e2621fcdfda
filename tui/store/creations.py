"""Sessions that were about to be created, and whose first question was not asked: they may be on the server, empty."""

import sqlite3
from collections.abc import Sequence

from tui.store.database import Database
from tui.store.event_codec import to_json


class Creations:
    """One for each account and each set of indexes that a session is bound to; None where it is unbound.

    `Journal.begin` ends the one of a session with its first question.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, account: str, bound_to: Sequence[str] | None) -> None:
        """Keep that a session is about to be created."""
        query = "INSERT OR REPLACE INTO creations (account, bound_to) VALUES (?, ?)"
        self._database.write(lambda connection: connection.execute(query, (account, _key(bound_to))))

    def created(self, account: str, bound_to: Sequence[str] | None, session_id: str) -> None:
        """Keep which session it is."""
        query = "UPDATE creations SET session_id = ? WHERE account = ? AND bound_to = ?"
        self._database.write(lambda connection: connection.execute(query, (session_id, account, _key(bound_to))))

    def is_unfinished(self, account: str, bound_to: Sequence[str] | None) -> bool:
        """Whether a session may have been created on these indexes that nothing was asked in."""
        query = "SELECT 1 FROM creations WHERE account = ? AND bound_to = ?"
        found = self._database.read(lambda connection: connection.execute(query, (account, _key(bound_to))).fetchone())
        return found is not None


def finish_creation(connection: sqlite3.Connection, account: str, session_id: str) -> None:
    """A session gets its first question, in this transaction."""
    connection.execute("DELETE FROM creations WHERE account = ? AND session_id = ?", (account, session_id))


def _key(bound_to: Sequence[str] | None) -> str:
    return "" if bound_to is None else to_json(sorted(bound_to))
