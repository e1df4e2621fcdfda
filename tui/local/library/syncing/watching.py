"""Watching the served folders, so that they need not be walked to know whether they have changed."""

import os
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from tui.local.library.folders import Folder, ServedFolders

STEP_MS, DEBOUNCE_MS, LOOK_MS = 20, 200, 1000
"""Milliseconds between two looks for changes, in which changes that go on are gathered, and after which it is looked
whether the folder is still there."""

SIGNALS = "watching"
"""The folder beside the library's files in which files come and go to find out what has been told."""
SETTLE_TIMEOUT = 1.0
"""Seconds in which a folder's changes of before must have been told; else it is walked."""
HOUSEKEEPING_SECONDS = 1.0
WALK_SECONDS = 30.0
"""Seconds between two walks of a folder that cannot be watched."""

_REMOTE = ("nfs", "cifs", "smb", "9p", "afs", "ceph", "fuse", "glusterfs", "lustre", "vboxsf", "davfs")
"""How the types of file systems begin that do not tell of changes which other machines make."""

Ask = Callable[[str], object]
"""Called with the id of an index whose folder is to be read again."""


class _Watch:
    """A thread that watches one folder, as long as it is the folder at its path."""

    def __init__(self, folder: Folder, changed: Callable[[], object], data: Path) -> None:
        self.folder = folder
        self._changed = changed
        self._ignored = f"{data}{os.sep}"
        self._signals = data / SIGNALS
        self._settling: dict[str, threading.Event] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._identity: tuple[int, int] | None = None
        self.problem: str | None = None
        self._thread = threading.Thread(target=self._run, name=f"watch {folder.name}", daemon=True)
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        """Whether it tells of every change."""
        return self._identity is not None and self._identity == _identity(self.folder.path)

    @property
    def has_ended(self) -> bool:
        return not self._thread.is_alive()

    def settle(self, timeout: float) -> bool:
        """Wait until all changes that were made before now have been told. False when that takes too long.

        A file is made that is watched as well: changes are told in their order.
        """
        told, signal = threading.Event(), self._signals / uuid.uuid4().hex
        with self._lock:
            self._settling[str(signal)] = told
        try:
            signal.touch()
            return self.is_alive and told.wait(timeout) and self.is_alive
        except OSError:
            return False
        finally:
            with self._lock:
                del self._settling[str(signal)]
            with suppress(OSError):
                signal.unlink()

    def stop(self) -> None:
        self._stopping.set()

    def _run(self) -> None:
        try:
            self.problem = _remote(self.folder.path)
            if self.problem is None:
                self._watch()
        except (OSError, RuntimeError) as error:
            self.problem = f"it cannot be watched: {error}"
        finally:
            self._identity = None

    def _watch(self) -> None:
        from watchfiles import watch

        identity = _identity(self.folder.path)
        changes = watch(
            self.folder.path,
            self._signals,
            watch_filter=None,
            debounce=DEBOUNCE_MS,
            step=STEP_MS,
            rust_timeout=LOOK_MS,
            yield_on_timeout=True,
            stop_event=self._stopping,
            raise_interrupt=False,
            ignore_permission_denied=True,
        )
        for told in changes:
            if self._identity is None:  # the first look: from here on nothing is missed
                self._identity = identity
                self._changed()
            if self._identity != _identity(self.folder.path):
                return
            self._tell(path for _, path in told)

    def _tell(self, paths: Iterable[str]) -> None:
        signals: list[str] = []
        is_changed = False
        for path in paths:
            if path.startswith(str(self._signals)):
                signals.append(path)
            else:
                is_changed = is_changed or self._may_count(path)
        if is_changed:
            self._changed()
        with self._lock:
            for signal in signals:
                if event := self._settling.get(signal):
                    event.set()

    def _may_count(self, path: str) -> bool:
        """Whether a change there may change what is read of the folder: nothing hidden, and nothing of our own."""
        if path.startswith(self._ignored) and not f"{self.folder.path}{os.sep}".startswith(self._ignored):
            return False
        *folders, name = os.path.relpath(path, self.folder.path).split(os.sep)
        hidden = any(part.startswith(".") for part in folders)
        return not hidden and (not name.startswith(".") or name in (".", ".gitignore"))


class FolderWatcher:
    """Has the served folders read again when they change: at once where they can be watched, else now and then.

    Any thread may call its methods at any time.
    """

    def __init__(self, folders: ServedFolders, ask: Ask, data: Path) -> None:
        """Nothing that changes in the folder `data` counts."""
        self._folders = folders
        self._ask = ask
        self._data = data.resolve()
        self._watches: dict[str, _Watch] = {}
        self._walked: dict[str, float] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="watching", daemon=True)

    def start(self) -> None:
        """Watch from now on, on threads that never keep a process that is to end."""
        (self._data / SIGNALS).mkdir(mode=0o700, exist_ok=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        for watch in list(self._watches.values()):
            watch.stop()

    def has_told(self, index_id: str) -> bool:
        """Whether every change of before now in the index's folder has been asked to be read. Waits for a moment."""
        watch = self._watches.get(index_id)
        return watch is not None and watch.is_alive and watch.settle(SETTLE_TIMEOUT)

    def problem(self, index_id: str) -> str | None:
        """How an index's folder is looked after instead, and why, where it is not watched; None where it is, or soon
        will be."""
        watch = self._watches.get(index_id)
        if watch is None or watch.problem is None:
            return None
        return f"it is looked through at each question and every {WALK_SECONDS:.0f} s, because {watch.problem}"

    def _keep(self) -> None:
        while not self._stopping.is_set():
            served = dict(self._folders.by_id)
            for index_id in set(self._watches) - set(served):
                self._watches.pop(index_id).stop()
            for folder in served.values():
                self._look_after(folder)
            self._stopping.wait(HOUSEKEEPING_SECONDS)

    def _look_after(self, folder: Folder) -> None:
        index_id, now = folder.index_id, time.monotonic()
        watch = self._watches.get(index_id)
        if watch is None:
            self._start(folder)
        elif watch.has_ended and now > self._walked.get(index_id, 0) + WALK_SECONDS:
            self._ask(index_id)
            self._start(folder)

    def _start(self, folder: Folder) -> None:
        self._walked[folder.index_id] = time.monotonic()
        if not self._stopping.is_set():
            self._watches[folder.index_id] = _Watch(folder, lambda: self._ask(folder.index_id), self._data)


def _identity(path: Path) -> tuple[int, int] | None:
    """Which folder is at a path now."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return (stat.st_dev, stat.st_ino)


def _remote(path: Path) -> str | None:
    """Why a folder on another machine is not watched; None when it is on this one, as far as that is known."""
    try:
        mounts = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    best, kind = "", ""
    for line in mounts:
        _, point, found, *_ = line.split(" ")
        point = point.replace("\\040", " ")
        if (path.is_relative_to(point)) and len(point) >= len(best):
            best, kind = point, found
    return f"it is on a network drive ({kind})" if kind.startswith(_REMOTE) else None
