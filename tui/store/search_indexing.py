"""Reading turns for the search that were kept before all of their texts were."""

from tui.store.database import Database
from tui.store.session_cache import read_events
from tui.store.turn_texts import TurnTexts, texts_of

TURNS_AT_ONCE = 20
"""Turns that are read in one short transaction."""

_NEXT = "SELECT id, events FROM turns WHERE evidence IS NULL LIMIT ?"
_FILL = (
    f"UPDATE turns SET {', '.join(f'{column} = ?' for column in TurnTexts._fields)} WHERE id = ? AND evidence IS NULL"
)


class SearchIndexing:
    """Reads the turns of all accounts, a few at a time. Not for the event loop."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def left(self) -> int:
        """How many turns are still to be read."""
        query = "SELECT count(*) FROM turns WHERE evidence IS NULL"
        return self._database.read(lambda connection: connection.execute(query).fetchone()[0])

    def index_more(self) -> bool:
        """Read some more turns. False where none is left."""
        rows = self._database.read(lambda connection: connection.execute(_NEXT, (TURNS_AT_ONCE,)).fetchall())
        texts = [(*texts_of(read_events(self._database, row["events"])), row["id"]) for row in rows]
        if texts:
            self._database.write(lambda connection: connection.executemany(_FILL, texts))
        return bool(rows)
