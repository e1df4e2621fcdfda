"""What is stored of each index: when it was synced, why it could not be, how many files it holds, on which disks."""

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tui.local.library.database import DamagedIndexError, IndexFile, LibraryDatabase
from tui.local.library.files import FileNames, begins_disk, disk_of
from tui.local.library.folders import Folder, ServedFolders
from tui.sanitize import clean_line

MAX_NAMESAKES = 3


@dataclass(frozen=True, slots=True)
class IndexState:
    """What is stored of an index. Times are ISO 8601 in UTC with `Z`; `synced` is None before its first sync."""

    id: str
    name: str
    folder: str
    created: str
    synced: str | None
    error: str | None
    files: int
    skipped_files: int


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A file that is not read, and why, in words that follow its name: "it is encrypted with a password"."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class RemarkedFile:
    """A document, and what was not read of it, or guessed, in words that follow its name: "page 2 without text"."""

    name: str
    remark: str


class IndexStates:
    """What is stored of the indexes. Any thread may call its methods at any time."""

    def __init__(self, database: LibraryDatabase, folders: ServedFolders) -> None:
        self._database = database
        self._folders = folders

    def served(self) -> dict[str, IndexState]:
        """The state of each index that is served, by its id."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT * FROM indexes").fetchall()
        return {row["id"]: self._state(row) for row in rows if row["id"] in self._folders.by_id}

    def _state(self, row: sqlite3.Row) -> IndexState:
        columns = ("id", "name", "folder", "created", "synced", "error")
        counts = 0, 0
        with suppress(DamagedIndexError), self._database.index(row["id"]).reading() as connection:
            counts = connection.execute(
                "SELECT (SELECT coalesce(sum(documents), 0) FROM languages), (SELECT count(reason) FROM skipped_files)"
            ).fetchone()
        return IndexState(*(row[column] for column in columns), *counts)

    def folder_of(self, index_id: str) -> Folder | None:
        """An index's folder, also when only an earlier start served it; None when it was never known or was removed."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT name, folder FROM indexes WHERE id = ?", (index_id,)).fetchone()
        if row is None or not row["folder"]:
            return None
        return Folder(index_id, row["name"], Path(row["folder"]), clean_line(row["folder"]))

    def set_error(self, index_id: str, message: str) -> None:
        """Note why an index could not be synced; the next good sync takes the note away."""
        with self._database.writing() as connection:
            connection.execute("UPDATE indexes SET error = ? WHERE id = ?", (message, index_id))

    def size(self, index_id: str) -> int:
        """How large the documents of an index are together, in bytes."""
        with self._database.index(index_id).reading() as connection:
            return connection.execute("SELECT coalesce(sum(size), 0) FROM documents").fetchone()[0]

    def skipped_files(self, index_id: str, limit: int) -> Sequence[SkippedFile]:
        """The first files of an index that could not be read, in the order of their names."""
        with self._database.index(index_id).reading() as connection:
            rows = connection.execute(
                "SELECT path, reason FROM skipped_files WHERE reason IS NOT NULL ORDER BY path LIMIT ?", (limit,)
            ).fetchall()
        return [SkippedFile(row["path"], row["reason"]) for row in rows]

    def remarked_files(self, index_id: str, limit: int) -> Sequence[RemarkedFile]:
        """The first documents of an index of which there is something to tell, in the order of their names."""
        with self._database.index(index_id).reading() as connection:
            rows = connection.execute(
                "SELECT path, remarks FROM documents WHERE remarks <> '' ORDER BY path LIMIT ?", (limit,)
            ).fetchall()
        return [RemarkedFile(*row) for row in rows]

    def is_passed_over(self, index_id: str, name: str) -> bool:
        """Whether the file at this path of an index was found to be no document."""
        with self._database.index(index_id).reading() as connection:
            asked = "SELECT 1 FROM skipped_files WHERE reason IS NULL AND path = ?"
            return connection.execute(asked, (name,)).fetchone() is not None

    def skipped_named(self, index_ids: Sequence[str], names: FileNames) -> Mapping[str, Sequence[SkippedFile]]:
        """The first files of these indexes that could not be read and that a text means by each of the names."""
        found: defaultdict[str, list[SkippedFile]] = defaultdict(list)
        for index_id in index_ids:
            with self._database.index(index_id).reading() as connection:
                rows = connection.execute("SELECT path, reason FROM skipped_files WHERE reason IS NOT NULL")
                for path, reason in rows:
                    for name in names.of(path):
                        found[name].append(SkippedFile(path, reason))
        return {name: sorted(files, key=lambda file: file.name)[:MAX_NAMESAKES] for name, files in found.items()}


def is_elsewhere(index: IndexFile, path: Path) -> bool:
    """Whether the documents of an index were read from another disk than its folder is on now, or that is away."""
    with index.reading() as connection:
        before = connection.execute("PRAGMA application_id").fetchone()[0]
        is_stored = connection.execute("SELECT 1 FROM documents").fetchone()
    return bool(is_stored) and before not in (0, _short(disk_of(path)))


def is_away(index: IndexFile, path: Path) -> bool:
    """Whether documents of an index were read from its folder's disk, or from one below it, which is not there now."""
    return is_elsewhere(index, path) or any(not begins_disk(path / place) for place in places_of_disks(index))


def places_of_disks(index: IndexFile) -> Sequence[str]:
    """The subfolders where a disk of its own began when they were read, each with `/` behind its path."""
    with index.reading() as connection:
        is_there = connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'disks'").fetchone()
        return [row["place"] for row in connection.execute("SELECT place FROM disks")] if is_there else []


def note_disks(index: IndexFile, disk: int, places: Collection[str], lost: tuple[str, ...]) -> None:
    """Keep which disk the folder of an index is on, and where in it others begin; those of what is `lost` stay known.

    The disk is kept in the number that SQLite leaves to the application.
    """
    before = places_of_disks(index)
    after = {*places, *(place for place in before if place.startswith(lost))}
    with index.reading() as connection:
        is_known = connection.execute("PRAGMA application_id").fetchone()[0] == _short(disk)
    if not is_known or after != set(before):
        with index.writing() as connection:
            connection.execute(f"PRAGMA application_id = {_short(disk)}")
            connection.execute("CREATE TABLE IF NOT EXISTS disks (place TEXT PRIMARY KEY) STRICT, WITHOUT ROWID")
            connection.execute("DELETE FROM disks")
            connection.executemany("INSERT INTO disks (place) VALUES (?)", [(place,) for place in after])


def _short(disk: int) -> int:
    """The number of a disk, as much of it as fits 31 bits."""
    return disk & 0x7FFF_FFFF
