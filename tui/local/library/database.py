"""The library's SQLite files: where they are, their tables, and how several processes read and write them safely.

`library.sqlite3` holds the sessions and the list of indexes. Each index has a file of its own: one that is not served
costs nothing, and one that is deleted goes at once.
"""

import logging
import os
import sqlite3
import threading
import weakref
from collections import deque
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TypeAlias

import platformdirs

from tui.files.private_files import make_private_folder
from tui.sanitize import clean, clean_line
from tui.sqlite_errors import is_bad_text, is_broken, tolerant

SCHEMA_VERSION = 18
"""Of the tables below, and of what the readers make of a file: with a higher one, all folders are read anew."""
BUSY_TIMEOUT = 10.0
"""Seconds that a statement waits for another process's short write transaction."""
MAX_IDLE = 8
"""Connections to a file that are kept for the next use. Each holds up to 2 MB of the file in memory."""

INDEX_LOST = "What was stored of the folder was damaged. It is read anew."

_EARLIER_TABLES = ("vocabulary", "passages", "grams", "chunks", "skipped_files", "documents")
"""Tables that were in the library's file before each index had a file of its own."""
_INDEXES_VERSION = 3
"""The version since which the table of indexes is as it is now. It is kept, for it knows the sessions' folders."""

_LIBRARY_SCHEMA = """
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
"""

_VECTOR_TABLES = ("vectors", "embedding", "embedding_models")
_INDEX_TABLES = ("vocabulary", "stems", *_VECTOR_TABLES, "chunks", "skipped_files", "documents", "languages")
_INDEX_SCHEMA = """
CREATE TABLE documents (
    id INTEGER PRIMARY KEY,
    file_id TEXT NOT NULL UNIQUE,
    path TEXT NOT NULL UNIQUE,
    format TEXT NOT NULL,
    language TEXT NOT NULL,
    size INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    digest TEXT NOT NULL,
    pages INTEGER NOT NULL,
    remarks TEXT NOT NULL
) STRICT;
CREATE TABLE skipped_files (
    path TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    reason TEXT
) STRICT, WITHOUT ROWID;
CREATE TABLE chunks (
    id INTEGER PRIMARY KEY,
    document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    start_char INTEGER NOT NULL,
    end_char INTEGER NOT NULL,
    first_line INTEGER,
    first_page INTEGER,
    last_page INTEGER,
    anchor TEXT NOT NULL,
    heading TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX chunks_of_document ON chunks (document_id, number);
CREATE VIRTUAL TABLE stems USING fts5 (file, heading, body, tokenize = 'ascii');
CREATE VIRTUAL TABLE vocabulary USING fts5vocab (stems, row);
CREATE TABLE languages (
    language TEXT PRIMARY KEY,
    documents INTEGER NOT NULL,
    passages INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE embedding_models (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    dimensions INTEGER NOT NULL,
    stamp TEXT NOT NULL,
    used REAL NOT NULL
) STRICT;
CREATE TABLE vectors (
    chunk_id INTEGER NOT NULL REFERENCES chunks (id) ON DELETE CASCADE,
    model_id INTEGER NOT NULL REFERENCES embedding_models (id),
    code BLOB NOT NULL,
    vector BLOB NOT NULL,
    PRIMARY KEY (chunk_id, model_id)
) STRICT;
CREATE INDEX codes ON vectors (model_id, code, chunk_id);
"""


_log = logging.getLogger(__name__)

_Prepare: TypeAlias = Callable[[sqlite3.Connection], None]
"""Makes the tables of a file where they are not there yet."""


class LibraryError(Exception):
    """The library cannot be used. The message, not yet safe to show, names the file or folder and what can be done."""


class DamagedIndexError(sqlite3.DatabaseError):
    """The file of an index was damaged, and is deleted unless it is a folder. The message is safe to show."""


class _NoFileError(sqlite3.DatabaseError):
    """At the place of a SQLite file there is no file at all, or one that was emptied."""


def data_folder() -> Path:
    """Where the library is kept: `LLAMACHAT_DATA_DIR`, else the platform's data folder of the user."""
    chosen = os.environ.get("LLAMACHAT_DATA_DIR")
    return Path(chosen).expanduser() if chosen else Path(platformdirs.user_data_dir("llamachat", appauthor=False))


class SqliteFile:
    """A SQLite file, readable by its owner only. Any thread may use it at any time: each use has a connection for
    itself.

    To open one costs more than most queries, and the last one to be closed writes the log back into the file: so some
    stay open.
    """

    def __init__(self, path: Path, prepare: _Prepare, beside: str = "") -> None:
        self.path = path
        self._beside = beside  # a pattern of names: where one is in the folder, an empty file is not begun anew
        self._prepare = prepare
        self._idle: deque[tuple[int, sqlite3.Connection]] = deque()
        self._turn_to_write = threading.Lock()
        weakref.finalize(self, _close_all, self._idle)

    def _connect(self) -> sqlite3.Connection:
        with _turn_to_open(self.path.parent):
            self._make_file()
            connection = sqlite3.connect(self.path, timeout=BUSY_TIMEOUT, isolation_level=None, check_same_thread=False)
            connection.row_factory = sqlite3.Row
            try:
                connection.execute("PRAGMA synchronous = NORMAL")
                self._prepare(connection)
                connection.execute("PRAGMA foreign_keys = ON")
            except BaseException:
                connection.close()
                raise
        return connection

    def _make_file(self) -> None:
        try:
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except FileExistsError:
            if not self.path.is_file():  # SQLite would wait for a pipe
                raise _NoFileError("it is no file") from None
            if self._beside and not self.path.stat().st_size and any(self.path.parent.glob(self._beside)):
                raise _NoFileError("it was emptied") from None
            return
        Path(f"{self.path}-wal").unlink(missing_ok=True)  # of a file that was deleted while it was read
        Path(f"{self.path}-shm").unlink(missing_ok=True)

    def _inode(self) -> int:
        try:
            return os.stat(self.path).st_ino
        except FileNotFoundError:
            return 0

    def _borrowed(self) -> tuple[int, sqlite3.Connection]:
        """A connection to the file that is at the path now, and that file's number."""
        inode = self._inode()
        with suppress(IndexError):
            while True:
                known, connection = self._idle.pop()
                if known == inode:
                    return known, connection
                connection.close()
        connection = self._connect()
        return self._inode(), connection

    @contextmanager
    def _transaction(self, begin: str) -> Generator[sqlite3.Connection]:
        inode, connection = self._borrowed()
        try:
            connection.execute(begin)
            yield connection
            connection.commit()
        except BaseException:
            connection.close()
            raise
        if len(self._idle) < MAX_IDLE:
            self._idle.append((inode, connection))
        else:
            connection.close()

    @contextmanager
    def reading(self) -> Generator[sqlite3.Connection]:
        """A connection for queries that all see one state of the file."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Generator[sqlite3.Connection]:
        """One write transaction: kept whole at the end of the block, undone by an exception. Keep it short."""
        # SQLite looks only now and then whether it is its turn; the threads of one process need not wait for that.
        with self._turn_to_write, self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    def delete(self) -> None:
        """Delete the file. It is made anew, empty, when it is used again."""
        for ending in ("-wal", "-shm", ""):
            Path(f"{self.path}{ending}").unlink(missing_ok=True)


class IndexFile(SqliteFile):
    """The file of one index: its documents, their passages, and the stems of their words.

    All of it can be read from the folder again: so a file that is damaged is deleted, and an empty one takes its place.
    """

    def __init__(self, path: Path, on_loss: Callable[[], None] = lambda: None) -> None:
        """`on_loss` is called after a damaged file was deleted, on any thread."""
        super().__init__(path, _prepare_index)
        self._on_loss = on_loss

    def _connect(self) -> sqlite3.Connection:
        with suppress(DamagedIndexError), self._deleted_if_damaged():
            return super()._connect()
        return super()._connect()

    @contextmanager
    def _transaction(self, begin: str) -> Generator[sqlite3.Connection]:
        with self._deleted_if_damaged(), super()._transaction(begin) as connection:
            yield connection

    @contextmanager
    def _deleted_if_damaged(self) -> Generator[None]:
        inode = self._inode()
        try:
            yield
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            path = clean(str(self.path))
            if self.path.is_dir():
                raise DamagedIndexError(f"{path} is a folder; an index is kept there. Move it away.") from error
            why = "a text in it is no UTF-8" if is_bad_text(error) else clean_line(str(error))
            if inode == self._inode():  # else another has seen to it
                _log.warning("%s was damaged (%s) and is deleted. Its folder is read anew.", path, why)
                self.delete()
                self._on_loss()
            raise DamagedIndexError(f"What was stored of the folder was damaged ({why}). Ask again.") from None


class LibraryDatabase(SqliteFile):
    """The file of the sessions and of the list of indexes, and beside it the files of the indexes."""

    def __init__(self, folder: Path) -> None:
        """Open or create `library.sqlite3` in `folder`.

        Raises `LibraryError`, `OSError` and `sqlite3.Error`.
        """
        if folder.exists() and not folder.is_dir():
            raise LibraryError(f"{folder} is no folder. Move it away, or set LLAMACHAT_DATA_DIR to a folder.")
        make_private_folder(folder)
        folder.chmod(0o700)
        super().__init__(folder / "library.sqlite3", _prepare_library, "idx-*.sqlite3")
        self._indexes: dict[str, IndexFile] = {}
        self.on_index_lost: Callable[[str], object] | None = None
        """Called with the id of an index whose file was damaged and is empty now, on any thread."""
        try:
            with self.reading():
                self.path.chmod(0o600)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            raise LibraryError(
                f"{self.path} is damaged ({error}). It holds the sessions of this machine's folders. Put a copy of "
                "yours in its place; or rename it, and a new library without those sessions is made at the next start."
            ) from error

    def _connect(self) -> sqlite3.Connection:
        connection = super()._connect()
        # A damaged text hides nothing else: sessions cannot be made again.
        connection.text_factory = tolerant
        return connection

    def index(self, index_id: str) -> IndexFile:
        """The file of an index."""
        path = self.path.with_name(f"{index_id}.sqlite3")
        return self._indexes.setdefault(index_id, IndexFile(path, partial(_note_lost, weakref.ref(self), index_id)))


def _note_lost(of: weakref.ref[LibraryDatabase], index_id: str) -> None:
    """Note that an index's file was lost. Its file does not keep the library's open, so it is known weakly."""
    if database := of():
        with database.writing() as connection:
            connection.execute("UPDATE indexes SET synced = NULL, error = ? WHERE id = ?", (INDEX_LOST, index_id))
        if database.on_index_lost:
            database.on_index_lost(index_id)


def is_damage(error: sqlite3.DatabaseError) -> bool:
    """Whether a file is no whole SQLite file, or has texts that are no UTF-8."""
    return isinstance(error, _NoFileError) or is_bad_text(error) or is_broken(error)


def _prepare_library(connection: sqlite3.Connection) -> None:
    version = _version(connection)
    if version > SCHEMA_VERSION:
        path = connection.execute("PRAGMA database_list").fetchone()["file"]
        raise LibraryError(f"{path} was written by a newer version of llamachat-tui.")
    if version < SCHEMA_VERSION:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(
            f"BEGIN IMMEDIATE;{_drops(version)}{_LIBRARY_SCHEMA}PRAGMA user_version = {SCHEMA_VERSION};COMMIT;"
        )
        if version > 0:  # gives back the disk space of the earlier tables
            connection.execute("VACUUM")


def _prepare_index(connection: sqlite3.Connection) -> None:
    if _version(connection) != SCHEMA_VERSION:
        connection.execute("PRAGMA journal_mode = WAL")
        drops = "".join(f"DROP TABLE IF EXISTS {table};" for table in _INDEX_TABLES)
        connection.executescript(
            f"BEGIN IMMEDIATE;{drops}{_INDEX_SCHEMA}PRAGMA user_version = {SCHEMA_VERSION};COMMIT;"
        )


@contextmanager
def _turn_to_open(folder: Path) -> Generator[None]:
    """Opening a file of the folder, alone among all threads and processes.

    Two that make the same file at once would be in each other's way: the change to a write-ahead log fails at once
    where another connection reads, whatever the time to wait (https://sqlite.org/wal.html), and what is left of an
    earlier log is deleted only as long as nobody has the new file open.
    """
    if os.name != "posix":
        yield
        return
    import fcntl

    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _drops(version: int) -> str:
    """The SQL that takes away what a file of this older version holds of the folders."""
    tables = _EARLIER_TABLES if version >= _INDEXES_VERSION else (*_EARLIER_TABLES, "indexes")
    drops = "".join(f"DROP TABLE IF EXISTS {table};" for table in tables)
    return drops + ("UPDATE indexes SET synced = NULL, error = NULL;" if version >= _INDEXES_VERSION else "")


def _close_all(connections: deque[tuple[int, sqlite3.Connection]]) -> None:
    while connections:
        connections.pop()[1].close()
