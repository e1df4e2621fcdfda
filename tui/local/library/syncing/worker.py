"""The process that keeps the indexes up to date, started by the server for itself:
`python -m tui.local.library.syncing.worker DATA`.

It is a process of its own so that it never holds up requests. Files are opened in others, which it starts.
`tui.local.library.syncing.messages` says what goes in and out.
"""

import logging
import os
import queue
import sys
import threading
from pathlib import Path

from tui.local.library.database import DamagedIndexError, LibraryDatabase, LibraryError
from tui.local.library.reading.pool import ReaderPool
from tui.local.library.syncing.messages import (
    CancelJob,
    FileProgress,
    ForgetJob,
    Job,
    JobDone,
    Report,
    SyncJob,
    line_of,
    request_in,
)
from tui.local.library.syncing.sync import Stopping, forget_index, sync
from tui.process_limits import limit_this_process
from tui.sqlite_errors import is_unwritten

_log = logging.getLogger(__name__)


class _Jobs:
    """What standard input asks for. When it closes the process ends at once: SQLite undoes what was half written."""

    def __init__(self) -> None:
        self.cancelled = threading.Event()
        self._queue: queue.SimpleQueue[Job] = queue.SimpleQueue()
        threading.Thread(target=self._listen, name="jobs", daemon=True).start()

    def next(self) -> Job:
        return self._queue.get()

    def _listen(self) -> None:
        for line in sys.stdin:
            match request_in(line):
                case CancelJob():
                    self.cancelled.set()
                case SyncJob() | ForgetJob() as job:
                    self.cancelled.clear()  # here, so that what cancels this job always comes after it
                    self._queue.put(job)
        os._exit(0)


def _report(report: Report) -> None:
    sys.stdout.write(line_of(report))
    sys.stdout.flush()


def _do(job: Job, database: LibraryDatabase, readers: ReaderPool, stopping: Stopping) -> None:
    match job:
        case SyncJob():
            sync(
                database,
                job.folder,
                stopping,
                lambda done, total: _report(FileProgress(done, total)),
                readers.reading,
            )
        case ForgetJob(index_id=index_id):
            forget_index(database, index_id, stopping)


def _error_of(job: Job, database: LibraryDatabase, readers: ReaderPool, stopping: Stopping) -> str | None:
    """Do a job. Returns the reason, for the user, when it failed."""
    try:
        try:
            _do(job, database, readers, stopping)
        except DamagedIndexError:  # the file is empty now
            _do(job, database, readers, stopping)
    except Exception as error:  # a fault in one folder must not end the process that all folders wait for
        if not isinstance(error, (OSError, LibraryError)):
            _log.exception("A job failed")
        if is_unwritten(error):
            return (
                f"What was read of the folder could not be kept in {database.path.parent}: {error}. That disk may be "
                "full: make room on it, and ask again."
            )
        return f"The folder could not be read: {error}"
    return None


def main() -> None:
    """Do jobs until standard input closes."""
    limit_this_process()
    database = LibraryDatabase(Path(sys.argv[1]))
    jobs = _Jobs()
    with ReaderPool() as readers:
        while True:
            _report(JobDone(_error_of(jobs.next(), database, readers, jobs.cancelled.is_set)))


if __name__ == "__main__":
    main()
