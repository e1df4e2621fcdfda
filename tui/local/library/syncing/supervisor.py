"""Keeping the served indexes up to date in the background, one folder at a time, beside the requests."""

import asyncio
import logging
import queue
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass

from tui.local.library.database import LibraryDatabase
from tui.local.library.folders import Folder, ServedFolders
from tui.local.library.index_state import IndexStates
from tui.local.library.syncing.messages import (
    CancelJob,
    FileProgress,
    ForgetJob,
    Job,
    JobDone,
    Report,
    Request,
    SyncJob,
    line_of,
    report_in,
)

# -P: a module in the folder where the user happens to be must not be taken for one of ours.
SYNC_WORKER = (sys.executable, "-P", "-m", "tui.local.library.syncing.worker")

GIVE_WAY_SECONDS = 5.0
"""Seconds that a sync goes on before it gives way to folders that were read before, whose changes are few: at least so
many, and as many as it took to begin, for it begins anew."""

STOP_TIMEOUT = 1.0
"""Seconds that the end of the server waits for that of the thread."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the sync of an index is: files looked at, of all."""

    done: int
    total: int


class _SyncWorkerEndedError(Exception):
    """The worker's process ended in the middle of a job."""


class _SyncWorker:
    """The worker's process, started when there is something to do, and again after it has ended."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._process: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()
        self._ended = False

    def run(self, job: Job, is_cancelled: Callable[[], bool] = lambda: False) -> Iterator[Report]:
        """What the worker tells of the job, from its start to `JobDone`. Raises `_SyncWorkerEndedError`.

        `is_cancelled` tells whether `cancel` was called before the worker had the job.
        """
        process = self._started()
        assert process.stdout
        with self._lock, suppress(OSError):  # it has ended: the loop below sees no line
            self._send(process, job)
        if is_cancelled():
            self.cancel()
        for line in process.stdout:
            if not line.endswith("\n"):
                break  # it ended in the middle of a line
            report = report_in(line)
            yield report
            if isinstance(report, JobDone):
                return
        self.close()
        raise _SyncWorkerEndedError

    def cancel(self) -> None:
        """End the running job at the next file; what was read so far is kept."""
        with self._lock, suppress(OSError):
            if self._process:
                self._send(self._process, CancelJob())

    def end(self) -> None:
        """End the process at once; the database is whole whenever it ends. It is not started again."""
        with self._lock:
            self._ended = True
            if self._process:
                self._process.kill()

    def close(self) -> None:
        """Let go of the process, which has ended or ends now that nothing is asked of it any more."""
        with self._lock:
            process, self._process = self._process, None
        if process:
            with suppress(OSError), process:  # closing its input may fail, where it ended before all was written
                process.kill()

    def _started(self) -> subprocess.Popen[str]:
        with self._lock:
            if self._ended:
                raise _SyncWorkerEndedError
            if self._process is None:
                pipe = subprocess.PIPE
                # A session of its own: Ctrl+C in the terminal is for the server, which then ends the worker.
                self._process = subprocess.Popen(
                    self._command, stdin=pipe, stdout=pipe, text=True, encoding="utf-8", start_new_session=True
                )
            return self._process

    @staticmethod
    def _send(process: subprocess.Popen[str], request: Request) -> None:
        assert process.stdin
        process.stdin.write(line_of(request))
        process.stdin.flush()


class SyncSupervisor:
    """A thread that has the worker do what is asked for. A daemon, so that it never keeps a process that is to end."""

    def __init__(
        self,
        database: LibraryDatabase,
        folders: ServedFolders,
        states: IndexStates,
        worker: Sequence[str] = SYNC_WORKER,
    ) -> None:
        """`worker` is the command that starts the worker; the data folder is added to it as the last argument."""
        self._folders = folders
        self._states = states
        self._worker = _SyncWorker([*worker, str(database.path.parent)])
        self.has_told: Callable[[str], bool] | None = None
        """Whether every change of before now in an index's folder has been asked to be read. It may block. None: the
        folders are not watched."""
        self.on_end: Callable[[], object] | None = None
        """Called after each sync, on the thread of this."""
        self._asked: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._waiting: dict[str, Future[None]] = {}
        self._running: str | None = None
        self._done: Future[None] | None = None
        self._progress: Progress | None = None
        self._is_cancelled = False
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sync", daemon=True)
        self._thread.start()

    def ask(self, index_id: str) -> Future[None]:
        """A sync that begins after now: its future is done when the folder as it is now has been read.

        What is stored of an index that is no longer served is forgotten.
        """
        with self._lock:
            if index_id not in self._waiting:
                self._waiting[index_id] = Future()
                self._asked.put(index_id)
            return self._waiting[index_id]

    def in_progress(self, index_id: str) -> bool:
        """Whether the index is being synced or waits for it."""
        with self._lock:
            return index_id == self._running or index_id in self._waiting

    def is_waiting(self, index_id: str) -> bool:
        """Whether the index waits for a sync that will read it as it is then."""
        with self._lock:
            return index_id in self._waiting

    @property
    def running(self) -> str | None:
        """The index that is being synced."""
        with self._lock:
            return self._running

    def progress(self, index_id: str) -> Progress | None:
        """How far the index's sync is; None when none runs, or it has not begun to read."""
        with self._lock:
            return self._progress if index_id == self._running else None

    def cancel(self, index_id: str) -> bool:
        """End the index's running sync at its next file, and one that waits; False when there is none."""
        with self._lock:
            waiting = self._waiting.pop(index_id, None)
            running = index_id == self._running
            if running:
                self._is_cancelled = True
                self._worker.cancel()  # while no other job can begin, which it would end
        if waiting:
            waiting.set_result(None)
        return running or waiting is not None

    def pending(self, index_id: str) -> Future[None] | None:
        """The end of the index's last sync that was asked for; None when that has ended."""
        with self._lock:
            return self._waiting.get(index_id) or (self._done if index_id == self._running else None)

    async def bring_up_to_date(self, index_ids: Sequence[str], timeout: float | None) -> bool:
        """Sync these indexes; False when that takes longer than `timeout` seconds (it goes on all the same).

        One whose folder is watched is synced only where something has changed.
        """
        futures = [await self._brought_up_to_date(index_id) for index_id in index_ids]
        asked = [asyncio.wrap_future(future) for future in futures if future]
        if not asked:
            return True
        _, unfinished = await asyncio.wait([asyncio.shield(future) for future in asked], timeout=timeout)
        return not unfinished

    async def _brought_up_to_date(self, index_id: str) -> Future[None] | None:
        """The end of the sync that reads all that has changed before now; None where that has been read."""
        if self.has_told and await asyncio.to_thread(self.has_told, index_id):
            return self.pending(index_id)
        return self.ask(index_id)

    def stop(self) -> None:
        """End the thread and the worker; what was read so far is kept."""
        self._stopping.set()
        self._asked.put("")
        self._worker.end()
        self._thread.join(STOP_TIMEOUT)

    def _run(self) -> None:
        while not self._stopping.is_set():
            index_id = self._asked.get()
            with self._lock:
                done = self._waiting.pop(index_id, None)
                self._running, self._done = (index_id, done) if done else (None, None)
                self._is_cancelled = False
            if done is None:
                continue
            is_done = True
            try:
                is_done = self._do(index_id)
            except Exception:  # a fault in one folder must not end the thread that all folders and turns wait for
                _log.exception("Syncing %s failed", index_id)
            with self._lock:
                self._running = self._done = self._progress = None
                is_done = is_done or self._is_cancelled
                if not is_done:
                    self._wait_again(index_id, done)
            if is_done:
                done.set_result(None)
            if self.on_end:
                self.on_end()
        self._worker.close()

    def _wait_again(self, index_id: str, done: Future[None]) -> None:
        """Let an index whose sync gave way wait for its next turn, behind those that wait."""
        if later := self._waiting.get(index_id):
            later.add_done_callback(lambda _: done.set_result(None))
        else:
            self._waiting[index_id] = done
            self._asked.put(index_id)

    def _do(self, index_id: str) -> bool:
        """Do what is asked of an index. False where its sync gave way to others before it was done."""
        folder = self._folders.by_id.get(index_id)
        if folder is None:
            for _ in self._worker.run(ForgetJob(index_id)):
                pass
            return True
        reached = -1
        while not self._stopping.is_set():
            try:
                return self._sync(folder)
            except _SyncWorkerEndedError:
                # It may have been ended from outside: it is started again as long as it gets further.
                done = self._progress.done if self._progress else 0
                if done <= reached:
                    self._note(folder, "Reading the folder ended in a way that was not foreseen.")
                    return True
                reached = done
        return True

    def _sync(self, folder: Folder) -> bool:
        """Bring an index up to date. False where that gave way to others before it was done."""
        began, gives_way_from = time.monotonic(), None
        read_before = {state.id for state in self._states.served().values() if state.synced} - {folder.index_id}
        gave_way = False
        for report in self._worker.run(SyncJob.of(folder), lambda: self._is_cancelled):
            match report:
                case FileProgress(done=done, total=total):
                    now = time.monotonic()
                    gives_way_from = gives_way_from or now + max(GIVE_WAY_SECONDS, now - began)
                    with self._lock:
                        self._progress = Progress(done, total)
                        is_waited_for = not read_before.isdisjoint(self._waiting)
                    if is_waited_for and not gave_way and now >= gives_way_from:
                        gave_way = True
                        self._worker.cancel()
                case JobDone(error=str(error)):
                    self._note(folder, error)
                    return True
                case JobDone():
                    pass
        return not gave_way

    def _note(self, folder: Folder, message: str) -> None:
        with suppress(sqlite3.Error):  # the database itself may be what failed; the log has it
            self._states.set_error(folder.index_id, message)
