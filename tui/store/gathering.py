"""Which histories are still to be fetched for the search, and whether they are to be."""

from typing import Literal, TypeAlias

from tui.store.database import Database

GatheringState: TypeAlias = Literal["off", "on", "paused"]


class GatheringNotes:
    """What is kept of an account on fetching the sessions that were never opened on this machine."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def state(self, account: str) -> GatheringState:
        """Whether the histories are fetched: "off" until the search is used for the first time."""
        query = "SELECT is_paused FROM gathering WHERE account = ?"
        row = self._database.read(lambda connection: connection.execute(query, (account,)).fetchone())
        return "off" if row is None else "paused" if row["is_paused"] else "on"

    def save(self, account: str, *, is_paused: bool) -> None:
        """Fetch them from now on, also after the next start, or pause that."""
        query = (
            "INSERT INTO gathering (account, is_paused) VALUES (?, ?)"
            " ON CONFLICT DO UPDATE SET is_paused = excluded.is_paused"
        )
        self._database.write(lambda connection: connection.execute(query, (account, int(is_paused))))

    def missing(self, account: str) -> list[str]:
        """The sessions whose history is not kept, the one used last first."""
        query = "SELECT session_id FROM sessions WHERE account = ? AND turns IS NULL ORDER BY updated DESC, id"
        rows = self._database.read(lambda connection: connection.execute(query, (account,)).fetchall())
        return [row["session_id"] for row in rows]
