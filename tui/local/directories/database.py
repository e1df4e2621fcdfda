"""What is known of the directories and their files, in an SQLite file that lies beside them."""

import json
import logging
import sqlite3
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias, cast

from tui.local.library.database import SqliteFile, is_damage
from tui.sanitize import clean, clean_line
from tui.sqlite_errors import has_other_tables, is_bad_text, tolerant

DirectoryType: TypeAlias = Literal["user", "ephemeral"]
Metadata: TypeAlias = Mapping[str, object]

PREFIX = "dir-"
"""How the id of a directory begins, and the name of its folder."""

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


_log = logging.getLogger(__name__)


class DamagedDirectoriesError(Exception):
    """What is kept of the directories cannot be read. The message is safe to show, and says what can be done."""


class DirectoryDatabase(SqliteFile):
    """The SQLite file. Any thread may use it at any time.

    It is made, or opened, with its first use: where it is damaged each use raises `DamagedDirectoriesError`, and all
    else is served as before.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path, _prepare, f"{PREFIX}*")

    def _connect(self) -> sqlite3.Connection:
        connection = super()._connect()
        connection.text_factory = tolerant  # a damaged text hides nothing else
        return connection

    @contextmanager
    def _transaction(self, begin: str) -> Generator[sqlite3.Connection]:
        try:
            with super()._transaction(begin) as connection:
                yield connection
        except sqlite3.DatabaseError as error:
            if not (is_damage(error) or has_other_tables(error)):
                raise
            why = "a text in it is no UTF-8" if is_bad_text(error) else clean_line(str(error))
            _log.warning("%s is damaged (%s).", clean(str(self.path)), why)
            raise DamagedDirectoriesError(
                f"What this server keeps of directories is damaged (directories/{self.path.name} in its data folder: "
                f"{why}). Their files lie beside it, untouched, and indexes are searched as before. Put a copy of that "
                "file in its place; or rename it, and it is begun anew, without these directories."
            ) from None


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript(_SCHEMA)
    for table, kind in (("directories", Directory), ("files", DirectoryFile), ("uploads", Upload)):
        connection.execute(f"SELECT {columns_of(kind)} FROM {table} LIMIT 0")


def columns_of(kind: type[Directory | DirectoryFile | Upload]) -> str:
    """The columns of what is kept as a row, for a SELECT."""
    return ", ".join(kind.__slots__)


def directory_of(row: sqlite3.Row) -> Directory:
    """The directory in a row of its table."""
    return Directory(*(row[name] for name in Directory.__slots__))


def file_of(row: sqlite3.Row) -> DirectoryFile:
    """The file in a row of its table."""
    fields: dict[str, Any] = {name: row[name] for name in DirectoryFile.__slots__}
    fields["metadata"] = _metadata_in(row["metadata"])
    return DirectoryFile(**fields)


def _metadata_in(text: str) -> Metadata:
    """What was stored as JSON; nothing where it is none any more: a damaged value hides no file."""
    try:
        stored: object = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return cast("Metadata", stored) if isinstance(stored, dict) else {}


def upload_of(row: sqlite3.Row) -> Upload:
    """The upload in a row of its table."""
    return Upload(*(row[name] for name in Upload.__slots__))
