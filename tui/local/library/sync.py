"""Bringing an index up to date with its folder: only what changed is read again, each batch is one transaction."""

import hashlib
import os
import sqlite3
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TypeAlias

from tui.local.library.chunks import Chunk, chunks_of
from tui.local.library.database import LibraryDatabase
from tui.local.library.documents import Document, UnreadableError
from tui.local.library.files import FoundFile, read_bytes, walk
from tui.local.library.folders import Folder, store_index
from tui.local.library.passages import delete_passages, insert_passages
from tui.local.library.readers import HEAD_BYTES, read_document, reader_for
from tui.local.library.readers.office import NeedsExtraError
from tui.local.library.stored_documents import file_id_of
from tui.local.library.timestamps import utc_now

Stopping = Callable[[], bool]
OnProgress: TypeAlias = Callable[[int, int, str | None], None]
"""Called with how many files are done, of how many, and the name of the one that is read now (None: between two)."""

LOCK_TIMEOUT = 0.2
"""Seconds that one try to get the lock waits, before it is asked whether to stop."""

BATCH_SECONDS = 0.1
"""Seconds for which files are gathered for one write transaction, which is then short."""

FORGET_SECONDS = 0.05
"""Seconds for which one transaction forgets documents."""

PAUSE_SECONDS = 0.02
"""Seconds that others get to write between two such transactions."""


@dataclass(frozen=True, slots=True)
class _ReadFile:
    """A file that is new or has changed."""

    file: FoundFile
    digest: str
    document: Document
    chunks: Sequence[Chunk]


@dataclass(frozen=True, slots=True)
class _TouchedFile:
    """A file whose time changed and whose content did not."""

    file: FoundFile


@dataclass(frozen=True, slots=True)
class _SkippedFile:
    """A file that is not read; without a reason it is no document, and nobody needs to know."""

    file: FoundFile
    reason: str | None
    again: bool = False
    """Whether to try it again at the next sync, though it has not changed."""


_Outcome: TypeAlias = _ReadFile | _TouchedFile | _SkippedFile


@dataclass(frozen=True, slots=True)
class _StoredFile:
    """What is stored of a file; `document_id` and `digest` are None for one that was skipped."""

    size: int
    modified_ns: int
    document_id: int | None = None
    digest: str | None = None


@contextmanager
def sole_writer(database: LibraryDatabase, stopping: Stopping) -> Generator[bool]:
    """Wait until no other process syncs; gives False when told to stop instead.

    The lock is SQLite's own on a file of its own, which works on every platform and ends with the process.
    """
    path = database.path.with_name("sync-lock.sqlite3")
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    with closing(sqlite3.connect(path, timeout=LOCK_TIMEOUT, isolation_level=None)) as lock:
        while not stopping():
            try:
                lock.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError:
                continue
            yield True
            return
        yield False


def sync(
    database: LibraryDatabase,
    folder: Folder,
    stopping: Stopping = lambda: False,
    on_progress: OnProgress = lambda _done, _total, _file: None,
) -> None:
    """Read what is new or changed in the folder, forget what is gone. A sync that is cut short keeps what it did.

    Raises `OSError` when the folder cannot be listed; what was read from it before is kept then.
    """
    with sole_writer(database, stopping) as allowed:
        if not allowed:
            return
        found = list(walk(folder.path))
        known = _known_files(database, folder)
        batch: list[_Outcome] = []
        batch_end = time.monotonic() + BATCH_SECONDS
        for done, file in enumerate(found):
            if stopping():
                _write(database, folder.index_id, batch)
                return
            before = known.pop(file.name, None)
            if before is None or (before.size, before.modified_ns) != (file.size, file.modified_ns):
                on_progress(done, len(found), file.name)
                batch.append(_read_if_changed(file, before))
            if time.monotonic() > batch_end:
                on_progress(done + 1, len(found), None)
                _write(database, folder.index_id, batch)
                batch, batch_end = [], time.monotonic() + BATCH_SECONDS
        on_progress(len(found), len(found), None)
        _write(database, folder.index_id, batch)
        _forget_all(database, (gone.document_id for gone in known.values() if gone.document_id is not None), stopping)
        _finish(database, folder.index_id, [name for name, gone in known.items() if gone.document_id is None])


def forget_index(database: LibraryDatabase, index_id: str, stopping: Stopping = lambda: False) -> None:
    """Delete all that is stored of an index, a little at a time. One that is cut short can be done again."""
    with sole_writer(database, stopping) as allowed:
        if not allowed:
            return
        with database.reading() as connection:
            rows = connection.execute("SELECT id FROM documents WHERE index_id = ?", (index_id,)).fetchall()
        _forget_all(database, (row["id"] for row in rows), stopping)
        if not stopping():
            with database.writing() as connection:
                connection.execute("DELETE FROM indexes WHERE id = ?", (index_id,))


def _known_files(database: LibraryDatabase, folder: Folder) -> dict[str, _StoredFile]:
    index_id = folder.index_id
    with database.reading() as connection:
        stored = connection.execute("SELECT 1 FROM indexes WHERE id = ?", (index_id,)).fetchone()
    if not stored:  # another server has deleted the index that this one still serves
        with database.writing() as connection:
            store_index(connection, folder)
    with database.reading() as connection:
        skipped = connection.execute("SELECT * FROM skipped_files WHERE index_id = ?", (index_id,)).fetchall()
        rows = connection.execute("SELECT * FROM documents WHERE index_id = ?", (index_id,)).fetchall()
    known = {row["path"]: _StoredFile(row["size"], row["modified_ns"]) for row in skipped}
    return known | {row["path"]: _StoredFile(row["size"], row["modified_ns"], row["id"], row["digest"]) for row in rows}


def _read_if_changed(file: FoundFile, known: _StoredFile | None) -> _Outcome:
    try:
        head = read_bytes(file.path, HEAD_BYTES)
        reader = reader_for(file.name, head)
        if reader is None or not head.strip():
            return _SkippedFile(file, None)
        data = read_bytes(file.path, reader.max_bytes + 1)
        digest = hashlib.blake2b(data, digest_size=16).hexdigest()
        if known and known.digest == digest:
            return _TouchedFile(file)
        document = read_document(file.name, data)
        return _ReadFile(file, digest, document, list(chunks_of(document)))
    except NeedsExtraError as error:
        return _SkippedFile(file, str(error), again=True)
    except UnreadableError as error:
        return _SkippedFile(file, str(error))
    except OSError as error:
        return _SkippedFile(file, f"it cannot be opened: {error.strerror}", again=True)


def _write(database: LibraryDatabase, index_id: str, batch: Sequence[_Outcome]) -> None:
    if not batch:
        return
    with database.writing() as connection:
        for outcome in batch:
            file = outcome.file
            match outcome:
                case _TouchedFile():
                    connection.execute(
                        "UPDATE documents SET size = ?, modified_ns = ? WHERE index_id = ? AND path = ?",
                        (file.size, file.modified_ns, index_id, file.name),
                    )
                case _SkippedFile(reason=reason, again=again):
                    _forget_file(connection, index_id, file.name)
                    connection.execute(
                        "INSERT INTO skipped_files (index_id, path, size, modified_ns, reason) VALUES (?, ?, ?, ?, ?)",
                        (index_id, file.name, -1 if again else file.size, file.modified_ns, reason),
                    )
                case _ReadFile():
                    _forget_file(connection, index_id, file.name)
                    _insert(connection, index_id, outcome)


def _insert(connection: sqlite3.Connection, index_id: str, read: _ReadFile) -> None:
    file, document = read.file, read.document
    (document_id,) = connection.execute(
        "INSERT INTO documents (file_id, index_id, path, format, size, modified_ns, digest, pages, remarks)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (
            file_id_of(index_id, file.name),
            index_id,
            file.name,
            document.format,
            file.size,
            file.modified_ns,
            read.digest,
            len(document.page_starts),
            "; ".join(document.remarks),
        ),
    ).fetchone()
    insert_passages(connection, document_id, file.name, document, read.chunks)


def _forget_file(connection: sqlite3.Connection, index_id: str, name: str) -> None:
    old = connection.execute("SELECT id FROM documents WHERE index_id = ? AND path = ?", (index_id, name)).fetchall()
    for row in old:
        _forget(connection, row["id"])
    connection.execute("DELETE FROM skipped_files WHERE index_id = ? AND path = ?", (index_id, name))


def _forget(connection: sqlite3.Connection, document_id: int) -> None:
    delete_passages(connection, document_id)
    connection.execute("DELETE FROM documents WHERE id = ?", (document_id,))


def _forget_all(database: LibraryDatabase, document_ids: Iterable[int], stopping: Stopping) -> None:
    rest = list(document_ids)
    while rest and not stopping():
        end = time.monotonic() + FORGET_SECONDS
        with database.writing() as connection:
            while rest and time.monotonic() < end:
                _forget(connection, rest.pop())
        time.sleep(PAUSE_SECONDS if rest else 0)


def _finish(database: LibraryDatabase, index_id: str, no_longer_skipped: Sequence[str]) -> None:
    with database.writing() as connection:
        connection.executemany(
            "DELETE FROM skipped_files WHERE index_id = ? AND path = ?",
            [(index_id, name) for name in no_longer_skipped],
        )
        connection.execute("UPDATE indexes SET synced = ?, error = NULL WHERE id = ?", (utc_now(), index_id))
