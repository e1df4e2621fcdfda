"""The library's SQLite file: where it is, its tables, and how to read and write it safely from several processes."""

import os
import sqlite3
from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import platformdirs

from tui.private_files import make_private_folder

SCHEMA_VERSION = 6
"""Of the tables below, and of what the readers make of a file: with a higher one, all folders are read anew."""
BUSY_TIMEOUT = 10.0
"""Seconds that a statement waits for another process's short write transaction."""

_DERIVED_TABLES = ("vocabulary", "passages", "grams", "chunks", "skipped_files", "documents")
"""Tables that are made from the folders: a new version of the schema drops them, and the folders are read anew."""
_INDEXES_VERSION = 3
"""The version since which the table of indexes is as it is now. It is kept, for it knows the sessions' folders."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS sessions (
    id TEXT PRIMARY KEY,
    updated TEXT NOT NULL,
    title TEXT,
    index_ids TEXT,
    shared_access TEXT NOT NULL,
    last_run TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS sessions_by_time ON sessions (updated DESC, id DESC);
CREATE TABLE IF NOT EXISTS events (
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (session_id, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS indexes (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    folder TEXT NOT NULL,
    created TEXT NOT NULL,
    synced TEXT,
    error TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS added_folders (
    index_id TEXT PRIMARY KEY,
    path TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS documents (
    id INTEGER PRIMARY KEY,
    file_id TEXT NOT NULL UNIQUE,
    index_id TEXT NOT NULL REFERENCES indexes (id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    format TEXT NOT NULL,
    size INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    digest TEXT NOT NULL,
    pages INTEGER NOT NULL,
    remarks TEXT NOT NULL,
    UNIQUE (index_id, path)
) STRICT;
CREATE TABLE IF NOT EXISTS skipped_files (
    index_id TEXT NOT NULL REFERENCES indexes (id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    size INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    reason TEXT,
    PRIMARY KEY (index_id, path)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS chunks (
    id INTEGER PRIMARY KEY,
    document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    start_char INTEGER NOT NULL,
    end_char INTEGER NOT NULL,
    first_line INTEGER,
    first_page INTEGER,
    last_page INTEGER,
    anchor TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS chunks_of_document ON chunks (document_id, number);
CREATE VIRTUAL TABLE IF NOT EXISTS passages USING fts5 (
    file, heading, body, tokenize = 'unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE IF NOT EXISTS grams USING fts5 (words, tokenize = 'unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE IF NOT EXISTS vocabulary USING fts5vocab (passages, row);
"""


def placeholders(values: Sequence[str]) -> str:
    """A question mark for each value, for SQL's `IN (...)`."""
    return ", ".join("?" * len(values))


def _drops(version: int) -> str:
    """The SQL that takes away what a file of this older version holds of the folders."""
    tables = _DERIVED_TABLES if version >= _INDEXES_VERSION else (*_DERIVED_TABLES, "indexes")
    drops = "".join(f"DROP TABLE IF EXISTS {table};" for table in tables)
    return drops + ("UPDATE indexes SET synced = NULL, error = NULL;" if version >= _INDEXES_VERSION else "")


class NewerLibraryError(Exception):
    """The file was written by a newer version of this program, whose tables this version does not know."""


def data_folder() -> Path:
    """Where the library is kept: `LLAMACHAT_DATA_DIR`, else the platform's data folder of the user."""
    chosen = os.environ.get("LLAMACHAT_DATA_DIR")
    return Path(chosen).expanduser() if chosen else Path(platformdirs.user_data_dir("llamachat", appauthor=False))


class LibraryDatabase:
    """The SQLite file. Each use opens its own connection, so that any thread may use it at any time."""

    def __init__(self, folder: Path) -> None:
        """Open or create `library.sqlite3` in `folder`, readable by its owner only.

        Raises `NewerLibraryError`, `OSError` and `sqlite3.Error`.
        """
        make_private_folder(folder)
        folder.chmod(0o700)
        self.path = folder / "library.sqlite3"
        os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        self.path.chmod(0o600)
        with closing(self._connect()) as connection:
            version = int(connection.execute("PRAGMA user_version").fetchone()[0])
            if version > SCHEMA_VERSION:
                raise NewerLibraryError(f"{self.path} was written by a newer version of llamachat-tui.")
            if version < SCHEMA_VERSION:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA foreign_keys = OFF")
                connection.executescript(
                    f"BEGIN IMMEDIATE;{_drops(version)}{_SCHEMA}PRAGMA user_version = {SCHEMA_VERSION};COMMIT;"
                )

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=BUSY_TIMEOUT, isolation_level=None)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection

    @contextmanager
    def reading(self) -> Generator[sqlite3.Connection]:
        """A connection for queries that all see one state of the library."""
        with closing(self._connect()) as connection:
            connection.execute("BEGIN")
            yield connection

    @contextmanager
    def writing(self) -> Generator[sqlite3.Connection]:
        """One write transaction: kept whole at the end of the block, undone by an exception. Keep it short."""
        with closing(self._connect()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()
