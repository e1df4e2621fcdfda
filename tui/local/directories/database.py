"""What is known of the directories and their files, in an SQLite file that lies beside them."""

import json
import os
import sqlite3
from collections.abc import Generator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

BUSY_TIMEOUT = 10.0
"""Seconds that a statement waits for another process's short write transaction."""

DirectoryType: TypeAlias = Literal["user", "ephemeral"]
Metadata: TypeAlias = Mapping[str, object]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS directories (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    description TEXT,
    type TEXT NOT NULL,
    created TEXT NOT NULL,
    updated TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS files (
    id TEXT PRIMARY KEY,
    directory_id TEXT NOT NULL REFERENCES directories (id) ON DELETE CASCADE,
    display_name TEXT NOT NULL,
    unique_id TEXT NOT NULL,
    file_id TEXT NOT NULL,
    metadata TEXT NOT NULL,
    place TEXT NOT NULL,
    created TEXT NOT NULL,
    updated TEXT NOT NULL,
    UNIQUE (directory_id, unique_id),
    UNIQUE (directory_id, place)
) STRICT;
CREATE INDEX IF NOT EXISTS files_by_name ON files (directory_id, display_name);
CREATE TABLE IF NOT EXISTS uploads (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    external_file_id TEXT,
    purpose TEXT NOT NULL,
    created TEXT NOT NULL
) STRICT;
"""


@dataclass(frozen=True, slots=True)
class Directory:
    """A directory. Times are ISO 8601 in UTC with `Z`."""

    id: str
    name: str
    description: str | None
    type: DirectoryType
    created: str
    updated: str


@dataclass(frozen=True, slots=True)
class DirectoryFile:
    """A file of a directory.

    `place` is its path inside the directory's folder: its name, with a number where that name was taken. `file_id`
    names what was uploaded.
    """

    id: str
    directory_id: str
    display_name: str
    unique_id: str
    file_id: str
    metadata: Metadata
    place: str
    created: str
    updated: str


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was uploaded by itself, to be put into directories."""

    id: str
    name: str
    external_file_id: str | None
    purpose: str
    created: str


class DirectoryDatabase:
    """The SQLite file. Each use opens its own connection, so that any thread may use it at any time."""

    def __init__(self, path: Path) -> None:
        """Open or create it, readable by its owner only. Raises `OSError` and `sqlite3.Error`."""
        self._path = path
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        with closing(self._connect()) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(_SCHEMA)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=BUSY_TIMEOUT, isolation_level=None)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    @contextmanager
    def reading(self) -> Generator[sqlite3.Connection]:
        """A connection for queries."""
        with closing(self._connect()) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Generator[sqlite3.Connection]:
        """One write transaction: kept whole at the end of the block, undone by an exception."""
        with closing(self._connect()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()


def directory_of(row: sqlite3.Row) -> Directory:
    """The directory in a row of its table."""
    return Directory(*(row[name] for name in Directory.__slots__))


def file_of(row: sqlite3.Row) -> DirectoryFile:
    """The file in a row of its table."""
    fields: dict[str, Any] = {name: row[name] for name in DirectoryFile.__slots__}
    fields["metadata"] = json.loads(row["metadata"])
    return DirectoryFile(**fields)


def upload_of(row: sqlite3.Row) -> Upload:
    """The upload in a row of its table."""
    return Upload(*(row[name] for name in Upload.__slots__))
