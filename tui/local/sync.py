"""Bringing an index up to date with its folder: only what changed is read again, each batch is one transaction."""

import hashlib
import os
import sqlite3
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tui.local.chunks import Chunk, chunks_of
from tui.local.database import Database
from tui.local.documents import MAX_BYTES, Document, UnreadableError, read_document, reader_for
from tui.local.library import HEADING_JOIN, Folder, file_id_of, utc_now

Stopping = Callable[[], bool]

LOCK_SECONDS = 0.2
"""How long one try to get the lock waits, before it is asked whether to stop."""

BATCH_SECONDS = 0.25
"""How long files are gathered for one write transaction, which is then short."""


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file of the folder: its path inside it with `/`, and what tells whether it changed."""

    name: str
    path: Path
    size: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class _Changed:
    file: FoundFile
    digest: str
    document: Document | None


def walk(folder: Path) -> Iterator[FoundFile]:
    """The folder's files, in the order of their names. Hidden ones are left out, and links are not followed."""
    pending = [folder]
    while pending:
        try:
            entries = sorted(os.scandir(pending.pop()), key=lambda entry: entry.name)
        except OSError:
            continue  # a subfolder that may not be read, or has just gone, holds no documents for us
        visible = [entry for entry in entries if not entry.name.startswith(".") and not entry.is_symlink()]
        pending.extend(Path(entry.path) for entry in reversed(visible) if entry.is_dir(follow_symlinks=False))
        for entry in visible:
            if entry.is_file(follow_symlinks=False):
                with suppress(OSError):  # it went away since the folder was listed
                    stat = entry.stat(follow_symlinks=False)
                    path = Path(entry.path)
                    yield FoundFile(path.relative_to(folder).as_posix(), path, stat.st_size, stat.st_mtime_ns)


def has_documents(folder: Path) -> bool:
    """Whether there is at least one document in the folder that can be read."""
    return any(_read(found) is not None for found in walk(folder) if reader_for(found.name))


def _bytes(found: FoundFile) -> bytes | None:
    if reader_for(found.name) is None or found.size > MAX_BYTES:
        return None
    try:
        descriptor = os.open(found.path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        return file.read(MAX_BYTES + 1)


def _read(found: FoundFile) -> Document | None:
    data = _bytes(found)
    try:
        return read_document(found.name, data) if data is not None else None
    except UnreadableError:
        return None


@contextmanager
def sole_writer(database: Database, stopping: Stopping) -> Generator[bool]:
    """Waits until no other process syncs; gives False when told to stop instead.

    The lock is SQLite's own on a file of its own, which works on every platform and ends with the process.
    """
    path = database.path.with_name("sync-lock.sqlite3")
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    with closing(sqlite3.connect(path, timeout=LOCK_SECONDS, isolation_level=None)) as lock:
        while not stopping():
            try:
                lock.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError:
                continue
            yield True
            return
        yield False


def sync(database: Database, folder: Folder, stopping: Stopping = lambda: False) -> None:
    """Reads what is new or changed in the folder, forgets what is gone. A sync that is cut short keeps what it did."""
    with sole_writer(database, stopping) as allowed:
        if not allowed:
            return
        known = _known_files(database, folder.index_id)
        seen: set[str] = set()
        skipped = 0
        batch: list[_Changed] = []
        batch_end = time.monotonic() + BATCH_SECONDS
        for found in walk(folder.path):
            if stopping():
                return
            changed = _change(found, known.get(found.name))
            if isinstance(changed, _Changed):
                batch.append(changed)
            if changed is None:
                skipped += 1
            else:
                seen.add(found.name)
            if time.monotonic() > batch_end:
                _write(database, folder.index_id, batch)
                batch, batch_end = [], time.monotonic() + BATCH_SECONDS
        _write(database, folder.index_id, batch)
        _finish(database, folder.index_id, [id_ for name, (id_, *_) in known.items() if name not in seen], skipped)


_Known = tuple[int, int, int, str]


def _known_files(database: Database, index_id: str) -> dict[str, _Known]:
    with database.reading() as connection:
        rows = connection.execute("SELECT * FROM documents WHERE index_id = ?", (index_id,)).fetchall()
    return {row["path"]: (row["id"], row["size"], row["modified_ns"], row["digest"]) for row in rows}


def _change(found: FoundFile, known: _Known | None) -> _Changed | bool | None:
    """What changed in a file; True when nothing did, None when it is not a document that can be read."""
    if known and known[1:3] == (found.size, found.modified_ns):
        return True
    data = _bytes(found)
    if data is None:
        return None
    digest = hashlib.blake2b(data, digest_size=16).hexdigest()
    if known and known[3] == digest:
        return _Changed(found, digest, None)
    try:
        return _Changed(found, digest, read_document(found.name, data))
    except UnreadableError:
        return None


def _write(database: Database, index_id: str, batch: list[_Changed]) -> None:
    if not batch:
        return
    cut = [(changed, list(chunks_of(changed.document)) if changed.document else None) for changed in batch]
    with database.writing() as connection:
        for changed, chunks in cut:
            if chunks is None or changed.document is None:
                connection.execute(
                    "UPDATE documents SET size = ?, modified_ns = ? WHERE index_id = ? AND path = ?",
                    (changed.file.size, changed.file.modified_ns, index_id, changed.file.name),
                )
            else:
                _replace(connection, index_id, changed, changed.document, chunks)


def _replace(
    connection: sqlite3.Connection, index_id: str, changed: _Changed, document: Document, chunks: list[Chunk]
) -> None:
    file = changed.file
    old = connection.execute("SELECT id FROM documents WHERE index_id = ? AND path = ?", (index_id, file.name))
    _forget(connection, [row["id"] for row in old])
    document_id = connection.execute(
        "INSERT INTO documents (file_id, index_id, path, format, size, modified_ns, digest)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            file_id_of(index_id, file.name),
            index_id,
            file.name,
            document.format,
            file.size,
            file.modified_ns,
            changed.digest,
        ),
    ).lastrowid
    for number, chunk in enumerate(chunks):
        chunk_id = connection.execute(
            "INSERT INTO chunks (document_id, number, start_char, end_char, first_line, first_page, last_page)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (document_id, number, chunk.start, chunk.end, chunk.first_line, chunk.first_page, chunk.last_page),
        ).lastrowid
        connection.execute(
            "INSERT INTO passages (rowid, file, heading, body) VALUES (?, ?, ?, ?)",
            (chunk_id, file.name, HEADING_JOIN.join(chunk.headings), document.text[chunk.start : chunk.end]),
        )


def _forget(connection: sqlite3.Connection, document_ids: list[int]) -> None:
    for document_id in document_ids:
        connection.execute(
            "DELETE FROM passages WHERE rowid IN (SELECT id FROM chunks WHERE document_id = ?)", (document_id,)
        )
        connection.execute("DELETE FROM documents WHERE id = ?", (document_id,))


def _finish(database: Database, index_id: str, gone: list[int], skipped: int) -> None:
    with database.writing() as connection:
        _forget(connection, gone)
        connection.execute(
            "UPDATE indexes SET synced = ?, error = NULL, skipped_files = ? WHERE id = ?",
            (utc_now(), skipped, index_id),
        )
