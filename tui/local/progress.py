"""The line on a terminal that shows how far the first indexing is."""

import shutil
import threading
import time
from collections.abc import Callable
from typing import TextIO

from tui.local.library.folders import ServedFolders
from tui.local.library.sync_supervisor import SyncSupervisor

REDRAW_SECONDS = 0.1
BAR_CELLS = 24


def bar(name: str, done: int, total: int, width: int) -> str:
    """One line of at most `width` cells: `Indexing notes [#####     ] 1,204 of 10,000 files`."""
    cells = BAR_CELLS * done // max(total, 1)
    return f"Indexing {name} [{'#' * cells:<{BAR_CELLS}}] {done:,} of {total:,} files"[:width]


def show(
    folders: ServedFolders, supervisor: SyncSupervisor, stream: TextIO, sleep: Callable[[float], None] = time.sleep
) -> None:
    """Draw the line until everything that was asked for at the start is indexed, then take it away."""
    drawn = False
    while any(supervisor.in_progress(index_id) for index_id in folders.by_id):
        for folder in folders.by_id.values():
            if progress := supervisor.progress(folder.index_id):
                line = bar(folder.name, progress.done, progress.total, shutil.get_terminal_size().columns - 1)
                stream.write(f"\r{line}\x1b[K")
                stream.flush()
                drawn = True
        sleep(REDRAW_SECONDS)
    if drawn:
        stream.write("\r\x1b[K")
        stream.flush()


def show_in_background(folders: ServedFolders, supervisor: SyncSupervisor, stream: TextIO) -> None:
    """`show` on a thread of its own, which ends with the process."""
    threading.Thread(target=show, args=(folders, supervisor, stream), name="progress", daemon=True).start()
