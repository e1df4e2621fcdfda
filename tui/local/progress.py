"""The line on a terminal that shows how far the first indexing is."""

import shutil
import threading
from contextlib import suppress
from typing import TextIO

from tui.local.library.folders import ServedFolders
from tui.local.library.syncing.supervisor import SyncSupervisor

REDRAW_SECONDS = 0.1
BAR_CELLS = 24
CLEAR_LINE = "\r\x1b[K"


def bar(name: str, done: int, total: int, width: int) -> str:
    """One line of at most `width` cells: `Indexing notes [#####     ] 1,204 of 10,000 files`."""
    cells = BAR_CELLS * done // max(total, 1)
    return f"Indexing {name} [{'#' * cells:<{BAR_CELLS}}] {done:,} of {total:,} files"[:width]


class ProgressLine:
    """Drawn until everything that was asked for at the start is indexed, or the server ends; then taken away."""

    def __init__(self, folders: ServedFolders, supervisor: SyncSupervisor, stream: TextIO) -> None:
        self._folders = folders
        self._supervisor = supervisor
        self._stream = stream
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._show, name="progress", daemon=True)

    def start(self) -> None:
        """Draw it from now on, on a thread of its own."""
        self._thread.start()

    def end(self) -> None:
        """Leave the cursor at the start of an empty line, for the shell's prompt."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()
        self._write(CLEAR_LINE)

    def _show(self) -> None:
        drawn = False
        while any(map(self._supervisor.in_progress, self._folders.by_id)):
            for folder in self._folders.by_id.values():
                if progress := self._supervisor.progress(folder.index_id):
                    line = bar(folder.name, progress.done, progress.total, shutil.get_terminal_size().columns - 1)
                    self._write(f"\r{line}\x1b[K")
                    drawn = True
            if self._ended.wait(REDRAW_SECONDS):
                return
        if drawn:
            self._write(CLEAR_LINE)

    def _write(self, text: str) -> None:
        with suppress(OSError):  # the terminal has gone
            self._stream.write(text)
            self._stream.flush()
