"""Reading the turns that are kept for the search: what no statement of SQL can tell of them."""

import sqlite3

from tui.store.database import Database
from tui.store.session_cache import read_events
from tui.store.turn_texts import TurnTexts, texts_of
from tui.unspaced import has_unspaced, parted

TURNS_AT_ONCE = 20
"""Turns that are read in one short transaction."""

CHARS_AT_ONCE = 1_000_000
"""Where they have more characters than this, fewer of them are."""

_COLUMNS = ", ".join(TurnTexts._fields)
_NEXT = "SELECT id, events FROM turns WHERE evidence IS NULL LIMIT ?"
_FILL = (
    f"UPDATE turns SET {', '.join(f'{column} = ?' for column in TurnTexts._fields)} WHERE id = ? AND evidence IS NULL"
)
_NEXT_UNSPACED = f"""
    SELECT turn, {_COLUMNS} FROM unspaced_to_read JOIN turns ON turns.id = turn ORDER BY turn DESC LIMIT ?"""
_PUT_UNSPACED = f"""
    INSERT OR REPLACE INTO unspaced_fts (rowid, {_COLUMNS}) VALUES (?, {", ".join("?" for _ in TurnTexts._fields)})"""


class SearchIndexing:
    """Reads the turns of all accounts, a few at a time. Not for the event loop."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def left(self) -> int:
        """How many turns are still to be read."""
        left = "SELECT id FROM turns WHERE evidence IS NULL UNION SELECT turn FROM unspaced_to_read"
        query = f"SELECT count(*) FROM ({left})"
        return self._database.read(lambda connection: connection.execute(query).fetchone()[0])

    def index_more(self) -> bool:
        """Read some more turns. False where none is left."""
        return self._read_events() or self.index_unspaced()

    def _read_events(self) -> bool:
        """Turns that were kept before all of their texts were."""
        rows = self._database.read(lambda connection: connection.execute(_NEXT, (TURNS_AT_ONCE,)).fetchall())
        texts = [(*texts_of([*read_events(self._database, row["events"])]), row["id"]) for row in rows]
        if texts:
            self._database.write(lambda connection: connection.executemany(_FILL, texts))
        return bool(rows)

    def index_unspaced(self) -> bool:
        """Read some more turns for letters of scripts without spaces, the latest first. False where none is left."""
        is_left = "SELECT EXISTS (SELECT 1 FROM unspaced_to_read)"
        if not self._database.read(lambda connection: connection.execute(is_left).fetchone()[0]):
            return False
        self._database.write(_index_unspaced)
        return True


def _index_unspaced(connection: sqlite3.Connection) -> None:
    read, chars = list[tuple[int]](), 0
    for row in connection.execute(_NEXT_UNSPACED, (TURNS_AT_ONCE,)):
        turn, *texts = row
        read.append((turn,))
        if any(has_unspaced(text or "") for text in texts):
            connection.execute(_PUT_UNSPACED, (turn, *(parted(text or "") for text in texts)))
        chars += sum(len(text or "") for text in texts)
        if chars >= CHARS_AT_ONCE:
            break
    connection.executemany("DELETE FROM unspaced_to_read WHERE turn = ?", read)
