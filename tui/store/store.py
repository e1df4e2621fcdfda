"""The one place for what is kept on this machine.

Everything belongs to an account: a string that names a server and a project, so that two never mix. What a caller
saves is kept when the call returns, even if the program is then killed. Calls take about a millisecond and may come
from any thread; only a long `SessionCache.save_history` or `SessionCache.history` should not be made on the event loop.
"""

from pathlib import Path
from typing import Self

from tui.store.creations import Creations
from tui.store.database import Database
from tui.store.deletions import Deletions
from tui.store.files import StoreError, files_of
from tui.store.frames import Frames
from tui.store.journal import Journal
from tui.store.notes import Notes
from tui.store.saved_sets import SavedSets
from tui.store.session_cache import SessionCache
from tui.store.session_locks import SessionLocks
from tui.store.trusted_servers import TrustedServers

IN_USE = "Another llamachat-tui is running: what it keeps from then on would be lost. Quit it there, and try again."


class Store:
    """A store in a file, or in memory: then it lasts as long as the program, and all calls work the same."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._session_locks = SessionLocks(_lock_file(database.path))
        self._session_locks.share()
        self.sessions = SessionCache(database)
        self.notes = Notes(database)
        self.journal = Journal(database)
        self.creations = Creations(database)
        self.deletions = Deletions(database)
        self.saved_sets = SavedSets(database)
        self.trusted_servers = TrustedServers(database)
        self.frames = Frames(database.path)

    @classmethod
    def open(cls, path: Path) -> Self:
        """The store in this file, which is made if it is missing. Raises `StoreError`."""
        return cls(Database(path))

    @classmethod
    def in_memory(cls, warning: str = "") -> Self:
        """A store that keeps nothing beyond the end of the program; `warning` says why, where that was not chosen."""
        return cls(Database(None, warning))

    @classmethod
    def open_or_in_memory(cls, path: Path) -> Self:
        """The store in this file, or one in memory with a warning where the file cannot be used."""
        try:
            return cls.open(path)
        except StoreError as error:
            return cls.in_memory(str(error))

    @property
    def path(self) -> Path | None:
        """The file in use; None in memory."""
        return self.database.path

    @property
    def warning(self) -> str:
        """A sentence to show about the store itself, or "". See also `Database.tell`."""
        return self.database.warning

    def hold(self, account: str, session_id: str) -> bool:
        """Take a session for this process, to write its draft and send its questions. False: another one has it.

        It is held until `release`, or until the process ends, however it ends.
        """
        return self._session_locks.acquire(account, session_id)

    @property
    def keeps_others_out(self) -> bool:
        """Whether what is held here is held against other processes: not where the system has no locks."""
        return self._session_locks.keep_others_out

    def release(self, account: str, session_id: str) -> None:
        """Let other processes hold the session."""
        self._session_locks.release(account, session_id)

    def forget(self) -> None:
        """Delete all that is kept, with its files, and keep nothing from now on.

        Raises `StoreError` where another process uses it, and `OSError` where a file cannot be removed.
        """
        path = self.path
        if not self._session_locks.have_alone():
            raise StoreError(IN_USE)
        self._session_locks.close()
        self._session_locks = SessionLocks(None)
        self.database.leave_file()
        self.frames.clear()
        for file in files_of(path) if path is not None else ():
            file.unlink(missing_ok=True)

    def size(self) -> int:
        """Bytes on the disk, with what was set aside."""
        return sum(file.stat().st_size for file in files_of(self.path)) if self.path else 0

    def check(self) -> str:
        """What is wrong inside the file, in SQLite's words; "" where it is whole. Reads all of it."""
        rows = self.database.read(lambda connection: connection.execute("PRAGMA integrity_check").fetchall())
        problems = [str(row[0]) for row in rows]
        return "" if problems == ["ok"] else "; ".join(problems)

    def close(self) -> None:
        """Let go of the file and of all holds."""
        self._session_locks.close()
        self.database.close()


def _lock_file(path: Path | None) -> Path | None:
    return None if path is None else path.with_name(f"{path.name}.lock")
