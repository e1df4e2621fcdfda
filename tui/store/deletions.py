"""The sessions that are to be deleted on their server, until that is done: however the program ends meanwhile."""

import sqlite3

from tui.store.database import Database


class Deletions:
    """What the user deleted, and the server may still have."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, account: str, session_id: str) -> None:
        """Keep that a session is to be deleted."""
        query = "INSERT INTO deletions (account, session_id) VALUES (?, ?) ON CONFLICT DO NOTHING"
        self._database.write(lambda connection: connection.execute(query, (account, session_id)))

    def end(self, account: str, session_id: str) -> None:
        """The session is deleted, or is not to be any more."""
        query = "DELETE FROM deletions WHERE account = ? AND session_id = ?"
        self._database.write(lambda connection: connection.execute(query, (account, session_id)))

    def pending(self, account: str) -> list[str]:
        """The sessions that are still to be deleted."""

        def find(connection: sqlite3.Connection) -> list[sqlite3.Row]:
            return connection.execute("SELECT session_id FROM deletions WHERE account = ?", (account,)).fetchall()

        return [row["session_id"] for row in self._database.read(find)]
