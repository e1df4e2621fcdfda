"""Bytes that are put aside for a while: on the disk, in a file without a name that ends with the program."""

import errno
import os
import zlib
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from threading import Lock, RLock, Thread
from typing import IO
from weakref import finalize

_LEVEL = 1
"""Of compression: more takes longer and saves little."""


class Room:
    """How many more bytes may be held in memory, of all who share it. May be used from any thread."""

    def __init__(self, size: int) -> None:
        self._left = size
        # Spills end, and give back, wherever garbage is collected: also in a thread that has the lock already.
        self._lock = RLock()

    def take(self, size: int) -> bool:
        """Take so many bytes of it. False where there are not so many left."""
        with self._lock:
            if size > self._left:
                return False
            self._left -= size
            return True

    def give_back(self, held: Mapping[int, bytes]) -> None:
        """Have the bytes that were held be free again."""
        size = sum(map(len, held.values()))  # not under the lock, because garbage may be collected meanwhile
        with self._lock:
            self._left += size


class Spill:
    """Bytes that only this process reads again. May be used from any thread.

    The file is made in the folder of `beside`, so that what is private there stays so. What it cannot hold, because the
    disk is full or fails, is held in memory, as all of it is where `beside` is None: compressed, and as long as there
    is `room`. What has none is lost.
    """

    def __init__(self, beside: Path | None, room: Room | None = None) -> None:
        self._beside = beside
        self._room = room
        self._lock = Lock()
        self._file: IO[bytes] | None = None
        self._held: dict[int, bytes] = {}
        """By their places; b"" for what is lost."""
        if room is not None:
            finalize(self, room.give_back, self._held)
        self._end = 0
        self.held_bytes = 0
        """Bytes that were put aside and are in memory, before they were compressed."""
        self.failure: OSError | None = None
        """Why the disk took something not, the last time that it did not."""

    def append(self, data: bytes) -> int:
        """Put bytes aside; the place of them for `read`."""
        with self._lock:
            place, self._end = self._end, self._end + len(data)
            if data and not self._write(place, data):
                packed = zlib.compress(data, _LEVEL)
                has_room = self._room is None or self._room.take(len(packed))
                self._held[place] = packed if has_room else b""
                self.held_bytes += len(data) if has_room else 0
            return place

    def read(self, place: int, size: int) -> bytes:
        """What was put aside at a place, of that size.

        Raises `OSError` where the disk does not give it back, with `ENOSPC` where there was no room for it.
        """
        with self._lock:
            held = self._held.get(place)
            if held == b"":
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            if held is not None:
                return zlib.decompress(held)
            data = b""
            if self._file is not None:
                self._file.seek(place)
                data = self._file.read(size)
            if len(data) != size:
                raise OSError("what was put aside is not there any more")
            return data

    def _write(self, place: int, data: bytes) -> bool:
        if self._beside is None:
            return False
        try:
            if self._file is None:
                self._file = _file_without_a_name(self._beside)
                finalize(self, _close, self._file)
            self._file.seek(place)
            if self._file.write(data) < len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            self.failure = error
            return False
        return True


def why_not_written(error: OSError) -> str:
    """Why a disk does not take something, for the end of a sentence, and what can be done where that is known."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "the disk is full. Make room there and try again."
    return f"{error.strerror or type(error).__name__}."


def _close(file: IO[bytes]) -> None:
    """Close a file in a thread of its own: a large one that nobody finds any more is removed then, which takes time."""
    try:
        Thread(target=file.close, name="closing", daemon=True).start()
    except RuntimeError:  # the program ends
        file.close()


def _file_without_a_name(beside: Path) -> IO[bytes]:
    """A file in the folder of another, not buffered; the caller closes it. Raises `OSError`."""
    import tempfile  # here, because it loads what no first frame needs

    with ExitStack() as stack:
        made = stack.enter_context(tempfile.TemporaryFile(buffering=0, prefix=f"{beside.name}.", dir=beside.parent))
        stack.pop_all()
    return made
