"""Which sessions this process holds: only the holder writes a session's draft and sends its questions.

Beside these, all processes that use the store share one more lock, so that nobody deletes it meanwhile. A lock is on
one byte of a file that all instances share, so that the system lets go of it however the holder ends (fcntl(2),
"Advisory record locking"). It holds against other processes, not within one.
"""

import os
from pathlib import Path
from typing import Literal

_OFFSETS = 1 << 56
"""Bytes of the file that can be locked: so many that two sessions practically never share one."""


_USE = _OFFSETS
"""The byte that all who use the store share."""


class SessionLocks:
    """The holds of this process. Where there is no file, or no locks on this system, nothing is ever held by others."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: int | None = None
        self.keep_others_out = path is not None and os.name == "posix"
        """Whether this system has locks, as far as it was tried."""

    def acquire(self, account: str, session_id: str) -> bool:
        """Hold a session until `release` or the end of the process. False while another process holds it."""
        return self._try_to_lock("hold", _offset(account, session_id))

    def release(self, account: str, session_id: str) -> None:
        """Let go of a session. One that is not held stays so."""
        self._try_to_lock("let go", _offset(account, session_id))

    def share(self) -> None:
        """Keep others from having the store for themselves, until the end of the process."""
        self._try_to_lock("share", _USE)

    def have_alone(self) -> bool:
        """Have the store for this process. False while another one uses it."""
        return self._try_to_lock("hold", _USE)

    def close(self) -> None:
        """Let go of all."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _try_to_lock(self, kind: Literal["hold", "share", "let go"], offset: int) -> bool:
        if self._path is None or os.name != "posix":
            return True
        import fcntl

        try:
            if self._file is None:
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
                os.fchmod(self._file, 0o600)
            operations = {"hold": fcntl.LOCK_EX | fcntl.LOCK_NB, "share": fcntl.LOCK_SH | fcntl.LOCK_NB}
            fcntl.lockf(self._file, operations.get(kind, fcntl.LOCK_UN), 1, offset)
        except (BlockingIOError, PermissionError):
            return False
        except OSError:
            self.keep_others_out = False  # two instances are the user's own care on such a file system
        return True


def _offset(account: str, session_id: str) -> int:
    from hashlib import blake2b

    digest = blake2b(f"{account}\n{session_id}".encode("utf-8", "replace"), digest_size=7).digest()
    return int.from_bytes(digest) % _OFFSETS
