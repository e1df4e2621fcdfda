"""Which histories are still to be fetched for the search, and whether they are to be."""

from collections.abc import Collection
from typing import Literal, TypeAlias

from tui.store.database import Database
from tui.store.event_codec import to_json

GatheringState: TypeAlias = Literal["off", "on", "paused"]

_MISSING = "account = ? AND turns IS NULL AND session_id NOT IN (SELECT value FROM json_each(?))"


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

    def missing(self, account: str, left_out: Collection[str]) -> int:
        """How many sessions there are whose history is not kept, without some."""
        query = f"SELECT count(*) FROM sessions WHERE {_MISSING}"
        key = account, to_json(list(left_out))
        return self._database.read(lambda connection: connection.execute(query, key).fetchone()[0])

    def newest_missing(self, account: str, left_out: Collection[str]) -> str | None:
        """The session used last of those whose history is not kept, without some."""
        query = f"SELECT session_id FROM sessions WHERE {_MISSING} ORDER BY updated DESC, id LIMIT 1"
        key = account, to_json(list(left_out))
        row = self._database.read(lambda connection: connection.execute(query, key).fetchone())
        return None if row is None else row["session_id"]

    def is_kept(self, account: str, session_id: str) -> bool:
        """Whether the history of a session is kept."""
        query = "SELECT 1 FROM sessions WHERE account = ? AND session_id = ? AND turns IS NOT NULL"
        row = self._database.read(lambda connection: connection.execute(query, (account, session_id)).fetchone())
        return row is not None
