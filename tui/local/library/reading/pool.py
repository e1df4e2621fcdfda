"""Several files read at once: a pool of processes, and how to do without."""

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import TypeAlias

from tui.local.library.readers.time_limit import FILE_TIMEOUT, TIMED_OUT
from tui.local.library.reading.file_reading import FileContent, UnreadFile, read_file
from tui.local.library.reading.messages import READY, CutShortError, ReadTask, content_in, line_of_task

# -P: a module in the folder where the user happens to be must not be taken for one of ours.
READER = (sys.executable, "-P", "-m", "tui.local.library.reading.reader_process")

MAX_READERS = 4
FILES_A_READER = 16
"""A process takes longer to start than to read so many small files."""

END_TIMEOUT = 1.0
"""Seconds that a process which says nothing more has to end."""

Read: TypeAlias = Callable[[ReadTask], Future[FileContent]]
Reading: TypeAlias = Callable[[int], AbstractContextManager[Read]]
"""What is called with the number of files that are to be read, and has them read as long as it is open."""


class _Reader:
    """A process that reads one file after another, started when it is needed, and again after it has ended."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._process: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()
        self._is_over = False

    def read(self, task: ReadTask) -> FileContent:
        """What is in a file. Raises `OSError` when no process can be started, and any error once it is over."""
        for _ in range(2):  # it may have been ended from outside: a file is given up when it happens with it twice
            process = self._started()
            assert process.stdin
            assert process.stdout
            try:
                process.stdin.write(line_of_task(task))
                process.stdin.flush()
                return content_in(process.stdout)
            except (CutShortError, OSError, ValueError):
                if self._is_over:
                    raise
                if self._end_of(process) == TIMED_OUT:
                    return UnreadFile(f"reading it takes longer than {FILE_TIMEOUT:.0f} s")
            except MemoryError:
                process.kill()
                self._end_of(process)
                return UnreadFile("it has more text than there is memory for")
        return UnreadFile("reading it crashes the reader")

    def rest(self) -> None:
        """End the process, which reads nothing; the next file starts it again."""
        if self._process:
            self._process.kill()
            self._end_of(self._process)

    def kill(self) -> None:
        """End the process at once, whatever it reads. It is not started again."""
        with self._lock:
            self._is_over = True
            if self._process:
                self._process.kill()

    def _started(self) -> subprocess.Popen[str]:
        with self._lock:
            if self._is_over:
                raise CutShortError
            if self._process:
                return self._process
            pipe = subprocess.PIPE
            process = subprocess.Popen(self._command, stdin=pipe, stdout=pipe, text=True, encoding="utf-8")
            self._process = process
        assert process.stdout
        if process.stdout.readline() != READY:
            self._end_of(process)
            raise OSError("the process that reads files does not start")
        return process

    def _end_of(self, process: subprocess.Popen[str]) -> int:
        """The exit code of a process that ends: of itself, or else now."""
        try:
            code = process.wait(END_TIMEOUT)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        with suppress(OSError), process:  # closing its input may fail, where it ended before all was written
            self._process = None
        return code


class ReaderPool:
    """Processes that read files, on all cores. One of them stays for the next files, so that a change is read soon."""

    def __init__(self) -> None:
        self._readers = [_Reader(READER) for _ in range(min(os.cpu_count() or 1, MAX_READERS))]
        self._resting = self._readers[1:]
        self._idle = queue.LifoQueue[_Reader]()
        self._idle.put(self._readers[0])
        self._threads = ThreadPoolExecutor(len(self._readers), "reading")

    def __enter__(self) -> "ReaderPool":
        return self

    def __exit__(self, *_: object) -> None:
        for reader in self._readers:
            reader.kill()
        self._threads.shutdown(cancel_futures=True)
        for reader in self._readers:
            reader.rest()

    @contextmanager
    def reading(self, files: int) -> Generator[Read]:
        """Have so many files read, by as many processes as are worth it."""
        for _ in range(min(files // FILES_A_READER, len(self._resting))):
            self._idle.put(self._resting.pop())
        try:
            yield lambda task: self._threads.submit(self._read, task)
        finally:
            self._rest()

    def _read(self, task: ReadTask) -> FileContent:
        reader = self._idle.get()
        try:
            return reader.read(task)
        finally:
            self._idle.put(reader)

    def _rest(self) -> None:
        with suppress(queue.Empty):
            kept = self._idle.get_nowait()
            with suppress(queue.Empty):
                while True:
                    self._resting.append(self._idle.get_nowait())
                    self._resting[-1].rest()
            self._idle.put(kept)


@contextmanager
def in_this_process(_: int) -> Generator[Read]:
    """Read files here, one by one, for measurements and where the files are known to be harmless."""

    def read(task: ReadTask) -> Future[FileContent]:
        done = Future[FileContent]()
        done.set_result(read_file(task.name, task.path, task.known_digests))
        return done

    yield read
