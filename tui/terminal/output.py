"""Writing to the terminal, in a thread: a terminal that stops reading stops this thread and nothing else."""

import os
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread

MAX_QUEUED_CHARS = 64 * 1024
"""Characters that may wait to be written before frames are left out: two or three frames of a full screen."""


class Output(Thread):
    """A queue of texts and the thread that writes them to a file descriptor.

    `when_caught_up` is called once after it was clogged, `when_lost` once when there is no terminal any more; both in
    the thread. Not a buffered file: its lock, held by a writer that hangs, would end the interpreter's own exit badly.
    """

    def __init__(self, descriptor: int, when_caught_up: Callable[[], None], when_lost: Callable[[], None]) -> None:
        super().__init__(name="terminal-output", daemon=True)
        self._descriptor = descriptor
        self._when_caught_up = when_caught_up
        self._when_lost = when_lost
        self._texts: SimpleQueue[str | None] = SimpleQueue()
        self._queued = self._written = 0
        self._was_clogged = False

    def check_clogged(self) -> bool:
        """Whether so much waits that a frame is better left out.

        If so, `when_caught_up` is called once all is written.
        """
        if self._queued - self._written > MAX_QUEUED_CHARS:
            self._was_clogged = True
        return self._was_clogged

    def write(self, text: str) -> None:
        """Have a text written. Never blocks."""
        self._queued += len(text)
        self._texts.put(text)

    def close(self, seconds: float) -> None:
        """Write what waits, for at most this many seconds. What is left then is lost."""
        self._texts.put(None)
        self.join(seconds)

    def run(self) -> None:
        while (text := self._texts.get()) is not None:
            try:
                _write_all(self._descriptor, text.encode("utf-8", "replace"))
            except OSError:
                self._when_lost()
                return
            self._written += len(text)
            if self._was_clogged and self._queued == self._written:
                self._was_clogged = False
                self._when_caught_up()


def _write_all(descriptor: int, text: bytes) -> None:
    rest = memoryview(text)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
