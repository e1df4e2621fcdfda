"""Sets of indexes that the user saved by a name, to choose them again."""

import sqlite3
from collections.abc import Sequence

from tui.sanitize import well_formed
from tui.store.database import DAMAGED, Database
from tui.store.event_codec import texts_from_json, to_json


class SavedSets:
    """The sets of each account, each under its name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, account: str) -> dict[str, Sequence[str]]:
        """The ids of the indexes of each set by its name, in the order of the names."""
        query = "SELECT name, index_ids FROM saved_sets WHERE account = ? ORDER BY lower(name), name"
        rows = self._database.read(lambda connection: connection.execute(query, (account,)).fetchall())
        sets = {row["name"]: texts_from_json(row["index_ids"]) for row in rows}
        if None in sets.values():
            self._database.warn(DAMAGED)
        return {name: index_ids for name, index_ids in sets.items() if index_ids}

    def save(self, account: str, name: str, index_ids: Sequence[str]) -> None:
        """Keep a set, in the place of one that has its name."""
        query = "INSERT OR REPLACE INTO saved_sets (account, name, index_ids) VALUES (?, ?, ?)"
        values = account, well_formed(name), to_json(list(index_ids))
        self._database.write(lambda connection: connection.execute(query, values))

    def rename(self, account: str, name: str, new_name: str) -> bool:
        """Give a set another name. False where one has that already."""

        def rename(connection: sqlite3.Connection) -> bool:
            query = "UPDATE OR IGNORE saved_sets SET name = ? WHERE account = ? AND name = ?"
            return connection.execute(query, (well_formed(new_name), account, name)).rowcount > 0

        return self._database.write(rename)

    def remove(self, account: str, name: str) -> None:
        """Forget a set. The indexes stay."""
        query = "DELETE FROM saved_sets WHERE account = ? AND name = ?"
        self._database.write(lambda connection: connection.execute(query, (account, name)))
