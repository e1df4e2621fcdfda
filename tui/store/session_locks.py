"""Which sessions this process holds: only the holder writes a session's draft and sends its questions.

A hold is a lock on one byte of a file that all instances share, so that the system lets go of it however the holder
ends (fcntl(2), "Advisory record locking"). It holds against other processes, not within one.
"""

import os
from pathlib import Path

_OFFSETS = 1 << 56
"""Bytes of the file that can be locked: so many that two sessions practically never share one."""


class SessionLocks:
    """The holds of this process. Where there is no file, or no locks on this system, nothing is ever held by others."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: int | None = None

    def acquire(self, account: str, session_id: str) -> bool:
        """Hold a session until `release` or the end of the process. False while another process holds it."""
        return self._lock(account, session_id, hold=True)

    def release(self, account: str, session_id: str) -> None:
        """Let go of a session. One that is not held stays so."""
        self._lock(account, session_id, hold=False)

    def close(self) -> None:
        """Let go of all."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _lock(self, account: str, session_id: str, *, hold: bool) -> bool:
        if self._path is None or os.name != "posix":
            return True
        import fcntl

        try:
            if self._file is None:
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
                os.fchmod(self._file, 0o600)
            operation = fcntl.LOCK_EX | fcntl.LOCK_NB if hold else fcntl.LOCK_UN
            fcntl.lockf(self._file, operation, 1, _offset(account, session_id))
        except (BlockingIOError, PermissionError):
            return False
        except OSError:
            # A file system without locks: two instances are then the user's own care.
            return True
        return True


def _offset(account: str, session_id: str) -> int:
    from hashlib import blake2b

    digest = blake2b(f"{account}\n{session_id}".encode("utf-8", "replace"), digest_size=7).digest()
    return int.from_bytes(digest) % _OFFSETS
