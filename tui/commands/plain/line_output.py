"""Writing lines from the event loop, which waits for no terminal: one that is stopped (Ctrl+S) holds up nothing."""

import asyncio
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import NamedTuple, TypeAlias

from tui.commands.plain.event_loop import call_on
from tui.sanitize import clean, well_formed

PIECE_BYTES = 4096
"""So much is written at once: what is dropped meanwhile goes no further."""

_OUTPUT, _ERROR_OUTPUT = 1, 2


class _Text(NamedTuple):
    """What is to be written to a stream, unless `drop` was called since: then the count of drops is another one."""

    stream: int
    text: str
    drops: int


_Mark: TypeAlias = "asyncio.Future[None]"


class LineOutput:
    """Writes to standard output and standard error in a thread of its own, one text after another, made safe.

    It writes to the streams themselves: the lock of Python's buffer, held by a thread that waits for a terminal, would
    keep the process from ending.
    """

    def __init__(self) -> None:
        self.failure: OSError | None = None
        """Why standard output takes no more; None where it does."""
        self.when_closed: Callable[[], object] = lambda: None
        """Called on the event loop when standard output takes no more."""
        self._loop = asyncio.get_running_loop()
        self._waiting: SimpleQueue[_Text | _Mark] = SimpleQueue()
        self._drops = 0
        threading.Thread(target=self._write_all, name="output", daemon=True).start()

    def put(self, text: str) -> None:
        """Have a text written to standard output."""
        self._waiting.put(_Text(_OUTPUT, text, self._drops))

    def tell(self, text: str) -> None:
        """Have a text written to standard error."""
        self._waiting.put(_Text(_ERROR_OUTPUT, text, self._drops))

    async def written(self) -> None:
        """Wait until all that was put is written."""
        mark: _Mark = self._loop.create_future()
        self._waiting.put(mark)
        await mark

    def drop(self) -> None:
        """Write no more of what was put."""
        self._drops += 1
        with suppress(Empty):
            while True:
                self._waiting.get_nowait()

    def _write_all(self) -> None:
        while True:
            match self._waiting.get():
                case _Text() as text:
                    self._write(text)
                case mark:
                    call_on(self._loop, lambda mark=mark: mark.done() or mark.set_result(None))

    def _write(self, text: _Text) -> None:
        rest = well_formed(clean(text.text)).encode("utf-8", "replace")
        try:
            while rest and text.drops == self._drops:
                rest = rest[os.write(text.stream, rest[:PIECE_BYTES]) :]
        except OSError as error:
            if text.stream == _OUTPUT and self.failure is None:
                self.failure = error
                call_on(self._loop, self.when_closed)
