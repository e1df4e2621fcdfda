"""The folders that are served, each as one index."""

import hashlib
import sqlite3
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tui.local.library.database import LibraryDatabase
from tui.local.library.timestamps import utc_now
from tui.sanitize import clean_line

MANUAL_ID = "idx-manual"


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that is served as one index."""

    index_id: str
    name: str
    path: Path
    description: str


def index_id_of(path: Path) -> str:
    """The same folder has the same id at every start."""
    return f"idx-{hashlib.sha256(str(path).encode()).hexdigest()[:12]}"


def export_config_id(index_id: str) -> str:
    """What an index's export is called; older routes and the official examples name the index by it."""
    return f"cfg-{index_id.removeprefix('idx-')}"


def own_id(given: str) -> str:
    """The index's own id, where it may be named by its export."""
    return f"idx-{given.removeprefix('cfg-')}" if given.startswith("cfg-") else given


def folders_of(paths: Sequence[Path]) -> tuple[Folder, ...]:
    """The folders as indexes: each named after its folder, with as much of the path as tells namesakes apart."""
    unique = list(dict.fromkeys(path.resolve() for path in paths))
    names = [path.name or str(path) for path in unique]
    return tuple(
        Folder(
            index_id_of(path),
            clean_line(name if names.count(name) == 1 else f"{path.parent.name}/{name}"),
            path,
            clean_line(str(path)),
        )
        for path, name in zip(unique, names, strict=True)
    )


def manual_folder(path: Path) -> Folder:
    """The manual, served when no folder is given. Its id does not depend on where the program is installed."""
    return Folder(MANUAL_ID, "manual", path, "The manual of llamachat-tui")


class ServedFolders:
    """The folders that are served now: those of this start, and those that were added before and not removed since.

    `by_id` maps index ids to folders. It is replaced whole, never changed, so any thread may read it at any time.
    """

    def __init__(self, database: LibraryDatabase, folders: Sequence[Folder]) -> None:
        self._database = database
        self._lock = threading.Lock()
        with database.reading() as connection:
            rows = connection.execute("SELECT * FROM added_folders ORDER BY rowid").fetchall()
        added = [Folder(row["index_id"], row["name"], Path(row["path"]), row["description"]) for row in rows]
        self.by_id: Mapping[str, Folder] = {folder.index_id: folder for folder in (*added, *folders)}
        with database.writing() as connection:
            for folder in self.by_id.values():
                store_index(connection, folder)

    def names(self, index_ids: Sequence[str]) -> list[str]:
        """The names of these indexes."""
        return [self.by_id[index_id].name for index_id in index_ids]

    def add(self, folder: Folder) -> None:
        """Serve one more folder, now and at every start to come."""
        with self._database.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO added_folders (index_id, path, name, description) VALUES (?, ?, ?, ?)",
                (folder.index_id, str(folder.path), folder.name, folder.description),
            )
        self.serve(folder)

    def serve(self, folder: Folder) -> None:
        """Serve one more folder until the server ends."""
        with self._database.writing() as connection:
            store_index(connection, folder)
        with self._lock:
            self.by_id = {**self.by_id, folder.index_id: folder}

    def remove(self, index_id: str) -> None:
        """Serve an index no longer; what is stored of it stays until it is forgotten."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM added_folders WHERE index_id = ?", (index_id,))
            connection.execute("UPDATE indexes SET folder = '' WHERE id = ?", (index_id,))
        with self._lock:
            self.by_id = {known: folder for known, folder in self.by_id.items() if known != index_id}


def store_index(connection: sqlite3.Connection, folder: Folder) -> None:
    """Make sure that there is an index to store the folder's documents in."""
    connection.execute(
        "INSERT INTO indexes (id, name, folder, created) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET name = excluded.name, folder = excluded.folder",
        (folder.index_id, folder.name, str(folder.path), utc_now()),
    )
