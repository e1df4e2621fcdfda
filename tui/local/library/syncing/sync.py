"""Bringing an index up to date with its folder: only what changed is read again, each batch is one transaction."""

import os
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TypeAlias

from tui.local.library.database import IndexFile, LibraryDatabase, LibraryError
from tui.local.library.files import AWAY, KEPT, FoundFile, begins_disk, disk_of, disks_in, listed
from tui.local.library.folders import Folder, store_index
from tui.local.library.index_state import is_elsewhere, note_disks, places_of_disks
from tui.local.library.passages import ReadFile, delete_documents, insert_passages, rename_passages
from tui.local.library.readers import ocr
from tui.local.library.reading.file_reading import FileContent, KnownContent, UnreadFile
from tui.local.library.reading.messages import ReadTask
from tui.local.library.reading.pool import Read, Reading, in_this_process
from tui.local.library.stored_documents import file_id_of
from tui.local.library.timestamps import utc_now
from tui.sqlite_errors import is_locked

Stopping = Callable[[], bool]
OnProgress: TypeAlias = Callable[[int, int], None]
"""Called with how many files are done, of how many."""

LOCK_TIMEOUT = 0.2
"""Seconds that one try to get the lock waits, before it is asked whether to stop."""

BATCH_SECONDS = 0.1
"""Seconds for which files are gathered for one write transaction, which is then short."""

AHEAD_FILES = 32
AHEAD_BYTES = 50_000_000
"""What is read before it is its turn to be stored: so many files, of so many bytes all together."""

FORGET_SECONDS = 0.05
"""Seconds for which one transaction forgets documents."""

FORGET_TOGETHER = 10
"""Documents that are forgotten between two looks at the time."""
PAUSE_SECONDS = 0.02
"""Seconds that others get to write between two such transactions."""


@dataclass(frozen=True, slots=True)
class _StoredFile:
    """What is stored of a file; `document_id` and `digest` are None for one that was skipped.

    `size` is -1 for one that is to be read though it has not changed.
    """

    name: str
    size: int
    modified_ns: int
    document_id: int | None = None
    digest: str | None = None

    def is_unchanged(self, file: FoundFile) -> bool:
        return (self.size, self.modified_ns) == (file.size, file.modified_ns)


@dataclass(frozen=True, slots=True)
class _Change:
    """A file that is new or has changed, and what is stored of it."""

    file: FoundFile
    before: _StoredFile | None


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What came of a file that is new or has changed; `moved` is the document that it is under an earlier name."""

    file: FoundFile
    content: FileContent
    moved: _StoredFile | None = None


class _Known:
    """What is stored of a folder, taken away file by file as they are found again: the rest is gone."""

    def __init__(self, stored: Iterable[_StoredFile], found: Iterable[FoundFile]) -> None:
        self.rest = {file.name: file for file in stored}
        there = {file.name for file in found}
        self._gone: dict[int, list[_StoredFile]] = {}
        for file in self.rest.values():
            if file.digest and file.name not in there:
                self._gone.setdefault(file.size, []).append(file)

    def changed(self, found: Iterable[FoundFile]) -> list[_Change]:
        """Those of the files that are found which are to be read; what is stored of any of them is taken away."""
        known = ((file, self.rest.pop(file.name, None)) for file in found)
        return [_Change(file, before) for file, before in known if not (before and before.is_unchanged(file))]

    def earlier(self, file: FoundFile) -> Sequence[_StoredFile]:
        """The documents that are gone and that this new file may be: as large, and read by the same reader."""
        ending = PurePosixPath(file.name).suffix
        return [gone for gone in self._gone.get(file.size, ()) if PurePosixPath(gone.name).suffix == ending]

    def take_moved(self, file: FoundFile, digest: str) -> _StoredFile | None:
        """The document that is gone and has this content; nothing else is it then."""
        for gone in self.earlier(file):
            if gone.digest == digest and gone.name in self.rest:
                return self.rest.pop(gone.name)
        return None


@contextmanager
def sole_writer(database: LibraryDatabase, stopping: Stopping) -> Generator[bool]:
    """Wait until no other process syncs; gives False when told to stop instead.

    The lock is SQLite's own on a file of its own, which works on every platform and ends with the process. Raises
    `LibraryError` when that file cannot be used.
    """
    path = database.path.with_name("sync-lock.sqlite3")
    with _opened_lock(path) as lock:
        is_held = False
        while not is_held and not stopping():
            is_held = _try_to_hold(lock, path)
        yield is_held


@contextmanager
def _opened_lock(path: Path) -> Generator[sqlite3.Connection]:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        lock = sqlite3.connect(path, timeout=LOCK_TIMEOUT, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise _unusable(path, error) from error
    with closing(lock):
        yield lock


def _try_to_hold(lock: sqlite3.Connection, path: Path) -> bool:
    """Take the lock; False when another process holds it."""
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:
        if is_locked(error):
            return False
        raise _unusable(path, error) from error
    return True


def _unusable(path: Path, error: Exception) -> LibraryError:
    why = error.strerror if isinstance(error, OSError) else error
    return LibraryError(
        f"{path}, which one process at a time holds while it reads folders, cannot be used ({why}). Nothing is kept in "
        "it: move it away, and see that this user may write beside it."
    )


def sync(
    database: LibraryDatabase,
    folder: Folder,
    stopping: Stopping = lambda: False,
    on_progress: OnProgress = lambda _done, _total: None,
    reading: Reading = in_this_process,
) -> None:
    """Read what is new or changed in the folder, forget what is gone. A sync that is cut short keeps what it did.

    Raises `OSError` when the folder cannot be reached; what was read from it before is kept then.
    """
    with sole_writer(database, stopping) as allowed:
        if not allowed:
            return
        found, lost = listed(folder.path)
        index = database.index(folder.index_id)
        if not found:
            _check_disk(index, folder)
        stored = _stored_files(database, index, folder)
        lost |= _away(index, folder, stored, found)
        known = _Known([file for file in stored if not file.name.startswith(tuple(lost))], found)
        changed = known.changed(found)
        unchanged = len(found) - len(changed)
        with reading(len(changed)) as read:
            outcomes = _outcomes(changed, known, read)
            is_whole = _store(
                index, folder.index_id, outcomes, stopping, lambda stored: on_progress(unchanged + stored, len(found))
            )
        if is_whole:
            _forget_all(index, known.rest.values(), stopping)
            note_disks(index, disk_of(folder.path), disks_in(folder.path, found), tuple(lost))
            _finish(database, index, folder, known.rest.values())
            if lost:
                raise OSError(next(iter(lost.values())))


def _check_disk(index: IndexFile, folder: Folder) -> None:
    """Raise `OSError` where an empty folder is not the one that was read: the place of a disk that is not mounted."""
    if is_elsewhere(index, folder.path):
        raise OSError(f"{folder.path} is empty, and on another disk than before. {KEPT} {AWAY}")


def _away(
    index: IndexFile, folder: Folder, stored: Sequence[_StoredFile], found: Sequence[FoundFile]
) -> dict[str, str]:
    """The subfolders that were read from a disk of their own which is not mounted now, each with why."""
    return {
        place: f"{folder.path / place} was on a disk of its own, which is not there. {KEPT} {AWAY}"
        for place in places_of_disks(index)
        if not begins_disk(folder.path / place)
        and not any(file.name.startswith(place) for file in found)
        and any(file.name.startswith(place) for file in stored)
    }


def forget_index(database: LibraryDatabase, index_id: str, stopping: Stopping = lambda: False) -> None:
    """Delete all that is stored of an index."""
    with sole_writer(database, stopping) as allowed:
        if not allowed:
            return
        database.index(index_id).delete()
        with database.writing() as connection:
            connection.execute("DELETE FROM indexes WHERE id = ?", (index_id,))


def _stored_files(database: LibraryDatabase, index: IndexFile, folder: Folder) -> list[_StoredFile]:
    with database.reading() as connection:
        stored = connection.execute("SELECT 1 FROM indexes WHERE id = ?", (folder.index_id,)).fetchone()
    if not stored:  # another server has deleted the index that this one still serves
        with database.writing() as connection:
            store_index(connection, folder)
    with index.reading() as connection:
        skipped = connection.execute("SELECT path, size, modified_ns, reason FROM skipped_files").fetchall()
        documents = connection.execute("SELECT path, size, modified_ns, remarks, id, digest FROM documents").fetchall()
    readable_now = ocr.is_available()
    return [
        _StoredFile(path, -1, time_ns, document_id)
        if readable_now and ocr.WITHOUT_PROGRAM in (told or "")
        else _StoredFile(path, size, time_ns, document_id, digest)
        for path, size, time_ns, told, document_id, digest in (*((*row, None, None) for row in skipped), *documents)
    ]


def _outcomes(changed: Iterable[_Change], known: _Known, read: Read) -> Generator[_Outcome]:
    """What comes of the files, in their order, so that the same folder is always stored alike."""
    begun: deque[tuple[_Change, Future[FileContent]]] = deque()
    for change in changed:
        begun.append((change, read(_task(change, known))))
        while len(begun) > AHEAD_FILES or sum(one.file.size for one, _ in begun) > AHEAD_BYTES:
            yield _outcome(*begun.popleft(), known, read)
    while begun:
        yield _outcome(*begun.popleft(), known, read)


def _task(change: _Change, known: _Known) -> ReadTask:
    candidates = (change.before,) if change.before else known.earlier(change.file)
    return ReadTask(change.file.name, change.file.path, tuple(one.digest for one in candidates if one.digest))


def _outcome(change: _Change, reading: Future[FileContent], known: _Known, read: Read) -> _Outcome:
    file, content = change.file, reading.result()
    if change.before is not None or not isinstance(content, KnownContent):
        return _Outcome(file, content)
    moved = known.take_moved(file, content.digest)
    if moved is None:  # a second file with the content of one that is gone is a document of its own
        content = read(ReadTask(file.name, file.path, ())).result()
    return _Outcome(file, content, moved)


def _store(
    index: IndexFile,
    index_id: str,
    outcomes: Iterator[_Outcome],
    stopping: Stopping,
    on_stored: Callable[[int], None],
) -> bool:
    """Store what came of the files in short transactions, and tell how many are stored. False when told to stop."""
    batch: list[_Outcome] = []
    stored, batch_end = 0, time.monotonic() + BATCH_SECONDS
    on_stored(0)
    while not (is_stopped := stopping()) and (outcome := next(outcomes, None)):
        batch.append(outcome)
        if time.monotonic() > batch_end:
            _write(index, index_id, batch)
            stored += len(batch)
            on_stored(stored)
            batch, batch_end = [], time.monotonic() + BATCH_SECONDS
    _write(index, index_id, batch)
    on_stored(stored + len(batch))
    return not is_stopped


def _write(index: IndexFile, index_id: str, batch: Sequence[_Outcome]) -> None:
    if not batch:
        return
    with index.writing() as connection:
        _forget_files(connection, [one.file.name for one in batch if not isinstance(one.content, KnownContent)])
        for outcome in batch:
            file = outcome.file
            match outcome.content:
                case KnownContent():
                    _move(connection, index_id, file, outcome.moved)
                case UnreadFile(reason=reason, again=again):
                    connection.execute(
                        "INSERT INTO skipped_files (path, size, modified_ns, reason) VALUES (?, ?, ?, ?)",
                        (file.name, -1 if again else file.size, file.modified_ns, reason),
                    )
                case ReadFile() as read:
                    _insert(connection, index_id, file, read)


def _move(connection: sqlite3.Connection, index_id: str, file: FoundFile, moved: _StoredFile | None) -> None:
    """Note the file's new time, and its new name where it was `moved`."""
    before = moved.name if moved else file.name
    connection.execute(
        "UPDATE documents SET path = ?, file_id = ?, size = ?, modified_ns = ? WHERE path = ?",
        (file.name, file_id_of(index_id, file.name), file.size, file.modified_ns, before),
    )
    row = connection.execute("SELECT id, language FROM documents WHERE path = ?", (file.name,)).fetchone()
    if moved and row is not None:
        rename_passages(connection, row["id"], file.name, row["language"])


def _insert(connection: sqlite3.Connection, index_id: str, file: FoundFile, read: ReadFile) -> None:
    # Without RETURNING: SQLite would write out what FTS5 gathers, for each document anew.
    document_id = connection.execute(
        "INSERT INTO documents (file_id, path, format, language, size, modified_ns, digest, pages, remarks)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            file_id_of(index_id, file.name),
            file.name,
            read.format,
            read.language,
            file.size,
            file.modified_ns,
            read.digest,
            read.pages,
            "; ".join(read.remarks),
        ),
    ).lastrowid
    assert document_id is not None
    insert_passages(connection, document_id, read)


def _forget_files(connection: sqlite3.Connection, names: Sequence[str]) -> None:
    stored = [connection.execute("SELECT id FROM documents WHERE path = ?", (name,)).fetchone() for name in names]
    delete_documents(connection, [row["id"] for row in stored if row])
    connection.executemany("DELETE FROM skipped_files WHERE path = ?", [(name,) for name in names])


def _forget_all(index: IndexFile, files: Iterable[_StoredFile], stopping: Stopping) -> None:
    rest = [file.document_id for file in files if file.document_id is not None]
    while rest and not stopping():
        end = time.monotonic() + FORGET_SECONDS
        with index.writing() as connection:
            while rest and time.monotonic() < end:
                delete_documents(connection, rest[-FORGET_TOGETHER:])
                del rest[-FORGET_TOGETHER:]
        time.sleep(PAUSE_SECONDS if rest else 0)


def _finish(database: LibraryDatabase, index: IndexFile, folder: Folder, gone: Iterable[_StoredFile]) -> None:
    skipped = [(file.name,) for file in gone if file.document_id is None]
    if skipped:
        with index.writing() as connection:
            connection.executemany("DELETE FROM skipped_files WHERE path = ?", skipped)
    with database.writing() as connection:
        connection.execute("UPDATE indexes SET synced = ?, error = NULL WHERE id = ?", (utc_now(), folder.index_id))
