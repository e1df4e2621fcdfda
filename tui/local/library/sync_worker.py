"""The process that reads documents, started by the server for itself: `python -m tui.local.library.sync_worker DATA`.

It is a process of its own so that reading never holds up requests, and a file that crashes its reader, or never
ends, takes nothing else with it. Jobs come in on standard input, one JSON object a line: `{"sync": [index_id, name,
path, description]}`, `{"forget": index_id}` and `{"cancel": true}`. What happens goes out the same way:
`{"done", "total", "file"}` before each file is read, and `{"finished", "error"}` at the end of each job.
"""

import faulthandler
import json
import logging
import os
import queue
import sys
import threading
from functools import cache
from pathlib import Path
from typing import Any

from tui.local.library.database import LibraryDatabase
from tui.local.library.folders import Folder
from tui.local.library.process_limits import limit_this_process
from tui.local.library.sync import forget_index, sync

FILE_SECONDS = 60.0
"""How long the reading of one file may take."""
TIMED_OUT = 1
"""The exit code when it took longer; it is the one that `faulthandler` ends a process with."""

_log = logging.getLogger(__name__)


def _say(**said: Any) -> None:
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


class _Jobs:
    """What standard input asks for. When it closes the process ends at once: SQLite undoes what was half written."""

    def __init__(self) -> None:
        self.cancelled = threading.Event()
        self._asked: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        threading.Thread(target=self._listen, name="jobs", daemon=True).start()

    def next(self) -> dict[str, Any]:
        job = self._asked.get()
        self.cancelled.clear()
        return job

    def _listen(self) -> None:
        for line in sys.stdin:
            job = json.loads(line)
            if "cancel" in job:
                self.cancelled.set()
            else:
                self._asked.put(job)
        os._exit(0)


def _tell(done: int, total: int, name: str | None) -> None:
    _say(done=done, total=total, file=name)
    if name is None:
        faulthandler.cancel_dump_traceback_later()
    else:
        faulthandler.dump_traceback_later(FILE_SECONDS, exit=True, file=_nowhere())


@cache
def _nowhere() -> int:
    """Where a traceback goes that nobody wants; open until the process ends."""
    return os.open(os.devnull, os.O_WRONLY)


def _run(database: LibraryDatabase, job: dict[str, Any], jobs: _Jobs) -> str | None:
    """Does one job; gives the reason in words when it failed."""
    try:
        if "sync" in job:
            index_id, name, path, description = job["sync"]
            folder = Folder(index_id, name, Path(path), description)
            sync(database, folder, jobs.cancelled.is_set, _tell)
        else:
            forget_index(database, job["forget"], jobs.cancelled.is_set)
    except Exception as error:  # a fault in one folder must not end the process that all folders wait for
        if not isinstance(error, OSError):
            _log.exception("A job failed")
        return f"The folder could not be read: {error}"
    finally:
        faulthandler.cancel_dump_traceback_later()
    return None


def main() -> None:
    """Does jobs until standard input closes."""
    limit_this_process()
    database = LibraryDatabase(Path(sys.argv[1]))
    jobs = _Jobs()
    while True:
        _say(finished=True, error=_run(database, jobs.next(), jobs))


if __name__ == "__main__":
    main()
