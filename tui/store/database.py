"""The connection to the store's file, and what happens when the file fails: work goes on in memory, said once.

There is one connection with one lock, so that any thread may call. Whoever has much to write does so in several short
transactions: nobody then waits long for the lock, nor does another instance of the program.

A transaction is given as a callable, because it may run twice: where the file fails, it is run again in memory. (The
local library gives its transactions as context managers: its callers are told of a failure, and nothing runs again.)
"""

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from errno import EDQUOT, ENOSPC
from pathlib import Path
from typing import NamedTuple, TypeVar

from tui.sqlite_errors import has_other_tables, is_bad_text, is_broken, is_full, is_interrupted, is_unusable, tolerant
from tui.store.files import StoreError, prepare, set_aside
from tui.store.schema import BESIDE_HISTORIES, SchemaError, check, migrate

BUSY_TIMEOUT = 2.0
"""Seconds to wait for another instance's transaction, which takes milliseconds unless that instance is stopped."""

_WAL_BYTES = 8 * 1024 * 1024
_NO_LIMIT = 0xFFFFFFFE
"""The most pages that SQLite allows (https://www.sqlite.org/limits.html)."""

_KEPT_UNTIL_END = "What you write and name here is kept only until the program ends; sessions stay with their server."
_BROKEN_AT_START = "What was kept on this machine could not be read. It was set aside as {}; a fresh store is begun."
_BROKEN_IN_USE = "The file was set aside as {}; the next start begins a fresh one."

DAMAGED = "Some of what is kept on this machine is damaged. What cannot be read is left out; all else works as before."

MAX_COPIED_BYTES = 32 * 1024 * 1024
"""A file of so many bytes goes into memory whole where it cannot be written any more; of a larger one the histories of
sessions, which the server has too, stay behind."""

MAX_MEMORY_BYTES = 64 * 1024 * 1024
"""Bytes of a database in memory beyond which no more histories go into it."""

TOO_LARGE = "The conversations kept there are too large for memory: each is searched again once you open it."
HISTORIES_LEFT = "The conversations kept there are left behind: each is searched again once you open it."
NO_MORE_HISTORIES = (
    "What is kept in memory has grown large. What you open from now on is not searched, nor here without a connection."
)

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]


class Database:
    """SQLite in a file, or in memory where `path` is None. `warning` is a sentence to show, or ""."""

    def __init__(self, path: Path | None, warning: str = "") -> None:
        """Raises `StoreError` where the file cannot be used. One that is broken is set aside, and a fresh one begun."""
        self.path = path
        self.warning = warning
        self.tell: Callable[[str], None] | None = None
        """Hears a warning that comes up later, in whichever thread it comes up."""
        self._lock = threading.RLock()
        self._beside: sqlite3.Connection | None = None
        self._connection = _in_memory() if path is None else self._open_or_replace(path)
        self._last_seen = path and _look_at(path)

    def read(self, work: Work[T]) -> T:
        """What `work` finds, all in one state of the database."""
        return self._run("BEGIN", work)

    def read_beside(self, work: Work[T]) -> T:
        """Like `read`, on a connection of its own: a long search holds up nobody. In memory it is `read`.

        Raises `InterruptedError` where `interrupt_beside` ended it.
        """
        path = self.path
        if path is None:
            return self.read(work)
        try:
            with closing(_open_to_read(path)) as beside:
                self._beside = beside
                return _transaction(beside, "BEGIN", work)
        except sqlite3.DatabaseError as error:
            if is_interrupted(error):
                raise InterruptedError from error
            return self.read(work)
        finally:
            self._beside = None

    def interrupt_beside(self) -> None:
        """End what `read_beside` does in another thread, if it does anything."""
        if (beside := self._beside) is not None:
            with suppress(sqlite3.ProgrammingError):  # it has ended by itself
                beside.interrupt()

    def write(self, work: Work[T]) -> T:
        """One transaction, kept whole or not at all. It survives the program's death, but maybe not the machine's."""
        return self._run("BEGIN IMMEDIATE", work)

    def write_durably(self, work: Work[T]) -> T:
        """Like `write`, and on the disk (fsync) when it returns."""
        with self._lock:
            self._notice_loss()
            self._connection.execute("PRAGMA synchronous = FULL")
            try:
                return self.write(work)
            finally:
                self._connection.execute("PRAGMA synchronous = NORMAL")

    @property
    def is_busy(self) -> bool:
        """Whether another thread is in a transaction, for which whoever writes now would wait."""
        is_free = self._lock.acquire(blocking=False)
        if is_free:
            self._lock.release()
        return not is_free

    def has_room(self) -> bool:
        """Whether the history of one more session can be kept. Where not, because it is memory that fills, says so."""
        if self.path is not None or self.read(_bytes_used) < MAX_MEMORY_BYTES:
            return True
        self.warn(NO_MORE_HISTORIES)
        return False

    def version(self) -> int | None:
        """A number that is another one once somebody else has written; None where one would have to wait to know it.

        (https://www.sqlite.org/pragma.html#pragma_data_version)
        """
        if not self._lock.acquire(blocking=False):
            return None
        try:
            return self.read(lambda connection: connection.execute("PRAGMA data_version").fetchone()[0])
        finally:
            self._lock.release()

    def give_back(self) -> None:
        """Let go of the memory that reading and writing much has filled."""
        self.read(lambda connection: connection.execute("PRAGMA shrink_memory"))

    def leave_file(self) -> None:
        """Go on in memory, empty, and let go of the file."""
        with self._lock:
            self._go_on_with(_in_memory())

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _run(self, begin: str, work: Work[T]) -> T:
        with self._lock:
            try:
                self._notice_loss()
                return _transaction(self._connection, begin, work)
            except sqlite3.DatabaseError as error:
                if is_bad_text(error) and self._connection.text_factory is str:
                    self._connection.text_factory = tolerant
                    self.warn(DAMAGED)
                elif self.path is None or (fault := self._fault(error)) is None:
                    raise
                else:
                    self._fall_back(self.path, fault)
            return _transaction(self._connection, begin, work)

    def _notice_loss(self) -> None:
        """Go on without a file that was taken away or cut short: what SQLite writes on into it nobody finds again."""
        path, before = self.path, self._last_seen
        if path is None or before is None:
            return
        now = _look_at(path)
        if now is None or now[:2] != before[:2]:
            warning = f"{_what_became_of(path, before)} {_KEPT_UNTIL_END}"
            self.warn(f"{warning}{self._go_on_in_memory()}")
        elif now.size < before.size:
            self._begin_anew(path)
        else:
            self._last_seen = now

    def _begin_anew(self, path: Path) -> None:
        """Set a file that was cut short aside, and write what can still be read of it into a new one."""
        said = f"{path} was cut short while it was in use"
        try:
            aside = set_aside(path)
            self._go_on_with(_without_histories(self._connection))
            prepare(path)
            fresh = _open(path)
            self._connection.backup(fresh)
        except (OSError, StoreError, sqlite3.Error) as error:
            warning = f"{said}, and nothing more can be kept there: {_why(error)}. {_KEPT_UNTIL_END}"
            self.warn(f"{warning}{self._go_on_in_memory(is_whole=False)}")
        else:
            self._go_on_with(fresh, path)
            self.warn(
                f"{said}: what can be read of it is written there anew, the rest is {aside.name}. {HISTORIES_LEFT}"
            )

    def warn(self, warning: str) -> None:
        """Say a sentence about the store, once."""
        if warning != self.warning:
            self.warning = warning
            if self.tell is not None:
                self.tell(warning)

    def _fault(self, error: sqlite3.DatabaseError) -> Exception | None:
        """What is wrong with the file, if that is why something failed in it."""
        if has_other_tables(error):
            try:
                check(self._connection)
            except (SchemaError, StoreError) as fault:
                return fault
        return error if is_unusable(error) else None

    def _fall_back(self, path: Path, fault: Exception) -> None:
        """Go on in memory, with what can still be read from the file. One that is broken is set aside."""
        warning = f"Nothing more can be kept in {path}: {_why(fault)}. {_KEPT_UNTIL_END}"
        is_lost = isinstance(fault, SchemaError) or is_broken(fault)
        if is_lost:
            warning = f"{warning} {_set_aside(path, _BROKEN_IN_USE)}"
        self.warn(f"{warning}{self._go_on_in_memory(is_whole=not is_lost)}")

    def _go_on_in_memory(self, *, is_whole: bool = True) -> str:
        """Go on with a copy of what can be read, and let go of the file; a sentence on what is not copied, or ""."""
        if not is_whole:
            return self._leave_histories(HISTORIES_LEFT)
        try:
            copy = _copied(self._connection)
        except _TooLargeError:
            return self._leave_histories(TOO_LARGE)
        except (sqlite3.Error, SchemaError, StoreError):
            return self._leave_histories(HISTORIES_LEFT)
        self._go_on_with(copy)
        return ""

    def _leave_histories(self, told: str) -> str:
        self._go_on_with(_without_histories(self._connection))
        return f" {told}"

    def _go_on_with(self, connection: sqlite3.Connection, path: Path | None = None) -> None:
        self._connection.close()
        self._connection, self.path = connection, path
        self._last_seen = path and _look_at(path)

    def _open_or_replace(self, path: Path) -> sqlite3.Connection:
        try:
            prepare(path)
            try:
                return _open(path)
            except SchemaError:
                pass
            except sqlite3.DatabaseError as error:
                if not is_broken(error):
                    raise
            self.warning = _set_aside(path, _BROKEN_AT_START)
            prepare(path)
            return _open(path)
        except (OSError, RuntimeError, sqlite3.Error) as error:
            raise StoreError(f"Nothing can be kept in {path}: {_why(error)}. {_KEPT_UNTIL_END}") from error


def _why(error: Exception) -> str:
    """Why a file cannot be used, for the end of a sentence, and what can be done where that is known."""
    if is_full(error) or (isinstance(error, OSError) and error.errno in (ENOSPC, EDQUOT)):
        return "the disk is full. Make room there and start again"
    return str((isinstance(error, OSError) and error.strerror) or error).removesuffix(".")


class _Seen(NamedTuple):
    """What tells a file from another one of its name; and its size in bytes, which nothing here makes smaller."""

    device: int
    inode: int
    size: int


def _look_at(path: Path) -> _Seen | None:
    """The file at a path; None where there is none, or it cannot be reached."""
    try:
        status = path.stat()
    except OSError:
        return None
    return _Seen(status.st_dev, status.st_ino, status.st_size)


def _what_became_of(path: Path, before: _Seen) -> str:
    """Why a file that was in use is not found any more, as a sentence, and what can be done."""
    with suppress(OSError):
        if path.parent.stat().st_dev == before.device:
            return f"{path} was deleted while it was in use."
    return (
        f"{path} cannot be reached any more: its folder was moved or deleted, or the disk that it is on was taken "
        "away. Bring it back and start again."
    )


def _set_aside(path: Path, told: str) -> str:
    """Set a broken file aside. What is `told` of it, with its new place, or that it cannot be."""
    try:
        aside = set_aside(path)
    except OSError as error:
        return f"{path} is broken, and cannot be set aside: {error.strerror}. Remove it."
    return told.format(aside)


def _in_memory() -> sqlite3.Connection:
    return _ready(sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False))


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA journal_size_limit = {_WAL_BYTES}")
        return _ready(connection)
    except BaseException:
        connection.close()
        raise


def _open_to_read(path: Path) -> sqlite3.Connection:
    address = f"{path.absolute().as_uri()}?mode=ro"
    connection = sqlite3.connect(address, uri=True, timeout=0, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.text_factory = tolerant
    return connection


def _ready(connection: sqlite3.Connection) -> sqlite3.Connection:
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = FAST")
    migrate(connection)
    return connection


def _transaction(connection: sqlite3.Connection, begin: str, work: Work[T]) -> T:
    connection.execute(begin)
    try:
        result = work(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.rollback()
        raise
    return result


def _bytes_used(connection: sqlite3.Connection) -> int:
    pages, unused, size = (
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    return (pages - unused) * size


class _TooLargeError(Exception):
    """A database has no room in memory."""


def _copied(connection: sqlite3.Connection) -> sqlite3.Connection:
    """A database in memory with all that is in another. Raises `_TooLargeError`, `sqlite3.Error`, and as `check`."""
    if _bytes_used(connection) > MAX_COPIED_BYTES:
        raise _TooLargeError
    memory = _in_memory()
    try:
        connection.backup(memory)
        check(memory)
    except BaseException:
        memory.close()
        raise
    return memory


def _without_histories(connection: sqlite3.Connection) -> sqlite3.Connection:
    """A database in memory with what can be read of another, but for the histories of its sessions."""
    memory = _in_memory()
    (size,) = memory.execute("PRAGMA page_size").fetchone()
    memory.execute(f"PRAGMA max_page_count = {MAX_MEMORY_BYTES // size}")
    connection.text_factory = tolerant
    for table in BESIDE_HISTORIES:
        memory.execute("BEGIN")
        with suppress(sqlite3.Error):  # one that is not there, or damaged, or too large takes no other with it
            rows = connection.execute(f"SELECT * FROM {table}")
            marks = ", ".join("?" for _ in rows.description)
            memory.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
        if memory.in_transaction:
            memory.execute("COMMIT")
    memory.execute("UPDATE sessions SET turns = NULL")
    memory.execute(f"PRAGMA max_page_count = {_NO_LIMIT}")
    return memory
