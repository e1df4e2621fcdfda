"""Keeping the served indexes up to date in the background, one folder at a time, beside the requests."""

import asyncio
import logging
import queue
import sqlite3
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress

from tui.local.library import Folder, Library
from tui.local.sync import sync

_log = logging.getLogger(__name__)


class Syncing:
    """A thread that syncs what is asked for. A daemon, so that it never keeps a process that is to end."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._asked: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._waiting: dict[str, Future[None]] = {}
        self._running: str | None = None
        self._stopping = threading.Event()
        threading.Thread(target=self._run, name="sync", daemon=True).start()

    def ask(self, index_id: str) -> Future[None]:
        """A sync that begins after now: its future is done when the folder as it is now has been read."""
        with self._lock:
            if index_id not in self._waiting:
                self._waiting[index_id] = Future()
                self._asked.put(index_id)
            return self._waiting[index_id]

    def in_progress(self, index_id: str) -> bool:
        """Whether the index is being synced or waits for it."""
        with self._lock:
            return index_id == self._running or index_id in self._waiting

    async def bring_up_to_date(self, index_ids: Sequence[str], patience: float | None) -> bool:
        """Syncs these indexes; False when that takes longer than `patience` seconds (it goes on all the same)."""
        asked = [asyncio.wrap_future(self.ask(index_id)) for index_id in index_ids]
        if not asked:
            return True
        _, unfinished = await asyncio.wait([asyncio.shield(future) for future in asked], timeout=patience)
        return not unfinished

    def stop(self) -> None:
        """Ends the thread at the next file; what was read so far is kept."""
        self._stopping.set()
        self._asked.put("")

    def _run(self) -> None:
        while not self._stopping.is_set():
            index_id = self._asked.get()
            folder = self._library.folders.get(index_id)
            if folder is None:
                continue
            with self._lock:
                done = self._waiting.pop(index_id)
                self._running = index_id
            self._sync(folder)
            with self._lock:
                self._running = None
            done.set_result(None)

    def _sync(self, folder: Folder) -> None:
        try:
            sync(self._library.database, folder, self._stopping.is_set)
        except Exception as error:  # a fault in one folder must not end the thread that all folders and turns wait for
            _log.exception("Syncing %s failed", folder.name)
            with suppress(sqlite3.Error):  # the database itself may be what failed; the log has it
                self._library.set_error(folder.index_id, f"The folder could not be read: {error}")
