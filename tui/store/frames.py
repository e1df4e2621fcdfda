"""The first frames of earlier starts, for the next one to show at once: files in a folder beside the store."""

import os
from contextlib import suppress
from pathlib import Path

from tui.files.private_files import make_private_folder
from tui.first_frame import FOLDER, read_frame

MAX_FRAMES = 20
"""Ways of starting whose frames are kept: the last ones."""


class Frames:
    """Frames by the name of their way of starting (see `tui.first_frame`). Without a folder nothing is kept."""

    def __init__(self, store: Path | None) -> None:
        """`store` is the store's file; None where it is in memory."""
        self._folder = None if store is None else store.with_name(FOLDER)

    def keep(self, name: str, frame: bytes) -> None:
        """Keep a frame in place of the one before. One that cannot be kept is only missed by the next start."""
        if self._folder is None:
            return
        with suppress(OSError):
            make_private_folder(self._folder)
            fresh = self._folder / f"{name}.{os.getpid()}"
            with open(os.open(fresh, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_NOFOLLOW, 0o600), "wb") as file:
                file.write(frame)
            fresh.rename(self._folder / name)
            for old in self._by_age()[MAX_FRAMES:]:
                old.unlink(missing_ok=True)

    def latest(self) -> bytes | None:
        """The frame that was kept last, whatever way of starting it is of; None where there is none."""
        return next(filter(None, map(read_frame, map(str, self._by_age()))), None)

    def clear(self) -> None:
        """Delete all frames: something that they may show is not to be kept any more. Raises `OSError`."""
        if self._folder is not None and self._folder.is_dir():
            for file in self._by_age():
                file.unlink(missing_ok=True)
            self._folder.rmdir()

    def _by_age(self) -> list[Path]:
        """The latest first."""
        if self._folder is None or not self._folder.is_dir():
            return []
        return sorted(self._folder.iterdir(), key=lambda file: -file.lstat().st_mtime_ns)
