"""A program in a real pseudo-terminal: what it writes, what the screen then shows, keys, answers, resizes."""

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import pyte
import pyte.screens

ANSWERS: Mapping[bytes, bytes] = {
    b"\x1b[?2026$p": b"\x1b[?2026;2$y",
    b"\x1b[?2048$p": b"\x1b[?2048;0$y",
    b"\x1b[6n": b"\x1b[1;1R",
    b"\x1b[c": b"\x1b[?62;22c",
}
"""What a modern terminal answers to the questions an app asks: synchronized output yes, resize reports no, a cursor."""

WAIT_TIMEOUT = 60
"""Seconds to wait for what should come at once: a busy machine takes its time."""

_UNFINISHED = re.compile(rb"\x1b(\[[<>=?]?[0-9;]*\$?|[P_][^\x1b]*\x1b?)?\Z")
_NOT_FOR_PYTE = re.compile(
    rb"\x1b\[[<>=][0-9;]*[a-zA-Z]|\x1b\[\?[0-9;]*\$p|\x1b\]22;[a-z-]*\x07|\x1b[P_][^\x1b]*\x1b\\\\"
)


class ShownCell(NamedTuple):
    """A cell of the screen; colours as six hexadecimal digits or a name."""

    text: str
    foreground: str
    background: str
    attributes: frozenset[str]


class _Screen(pyte.Screen):
    """pyte drops the rest of a text after a joiner or a variation selector; terminals draw it."""

    def draw(self, data: str) -> None:
        super().draw(re.sub("[\u200b-\u200d\ufe0e\ufe0f]", "", data))


class RealTerminal:
    """Runs a program in a pseudo-terminal until it is closed; a context manager.

    `answers` replace some of `ANSWERS`; `answering` off holds them back until `answer`; `received` has every byte that
    the program wrote.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        columns: int = 120,
        rows: int = 36,
        environment: Mapping[str, str] | None = None,
        answers: Mapping[bytes, bytes] | None = None,
    ) -> None:
        self.columns, self.rows = columns, rows
        self.received = bytearray()
        self.received_at = 0.0
        self.answering = True
        self._answers = {**ANSWERS, **(answers or {})}
        self._question = re.compile(b"|".join(map(re.escape, self._answers)))
        self._held_answers: list[bytes] = []
        self._asked_up_to = self._shown_up_to = 0
        self._screen = _Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._fd, side_of_program = os.openpty()
        self._set_size()
        self.process = subprocess.Popen(
            command,
            stdin=side_of_program,
            stdout=side_of_program,
            stderr=side_of_program,
            start_new_session=True,
            env=_environment(environment or {}),
        )
        os.close(side_of_program)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def send(self, keys: str) -> None:
        os.write(self._fd, keys.encode())

    def resize(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self.screen()
        self._screen.resize(rows, columns)
        self._set_size()
        self.process.send_signal(signal.SIGWINCH)

    def read(self, seconds: float) -> bytes:
        """What the program writes next, or nothing within so many seconds or when it has ended. Answers questions."""
        if not select.select([self._fd], [], [], seconds)[0]:
            return b""
        try:
            written = os.read(self._fd, 65536)
        except OSError:  # Linux: EIO when the program has closed its side
            return b""
        self.received += written
        self.received_at = time.monotonic()
        self._collect_answers()
        return written

    def answer(self) -> int:
        """Send the answers held back, and say how many they were."""
        answers = self.take_answers()
        os.write(self._fd, b"".join(answers))
        return len(answers)

    def take_answers(self) -> list[bytes]:
        """The answers held back, for the caller to send."""
        answers, self._held_answers = self._held_answers, []
        return answers

    @property
    def unanswered(self) -> int:
        return len(self._held_answers)

    def wait_until(self, reached: Callable[[], object], seconds: float = WAIT_TIMEOUT) -> None:
        """Read until the condition holds; an AssertionError with the screen when it is late or the program ends."""
        end = time.monotonic() + seconds
        while not reached():
            if time.monotonic() > end or (self.process.poll() is not None and not self.read(0)):
                raise AssertionError("not reached in time; the screen shows:\n" + "\n".join(self.lines()))
            self.read(0.05)

    def wait_for(self, text: str, seconds: float = WAIT_TIMEOUT) -> None:
        """Read until the screen shows the text on one line."""
        self.wait_until(lambda: any(text in line for line in self.lines()), seconds)

    def screen(self) -> pyte.Screen:
        """The screen after everything received so far."""
        fresh = bytes(self.received[self._shown_up_to :])
        if unfinished := _UNFINISHED.search(fresh):
            fresh = fresh[: unfinished.start()]
        self._shown_up_to += len(fresh)
        self._stream.feed(_NOT_FOR_PYTE.sub(b"", fresh))
        return self._screen

    def lines(self) -> list[str]:
        return self.screen().display

    @property
    def title(self) -> str:
        return self.screen().title

    def cells(self) -> list[list[ShownCell]]:
        buffer = self.screen().buffer
        return [[_shown(buffer[y][x]) for x in range(self.columns)] for y in range(self.rows)]

    def wait_for_exit(self, seconds: float = WAIT_TIMEOUT) -> int:
        """Read until the program has ended by itself; its exit code."""
        end = time.monotonic() + seconds
        while self.read(0.05) or self.process.poll() is None:
            assert time.monotonic() < end, "still running; the screen shows:\n" + "\n".join(self.lines())
        return self.process.returncode

    def send_bytes(self, keys: bytes) -> None:
        os.write(self._fd, keys)

    @property
    def descriptor(self) -> int:
        """The terminal's side that is not the program's, for its settings."""
        return self._fd

    @property
    def has_hung_up(self) -> bool:
        """Whether the window was closed."""
        return self._fd < 0

    def hang_up(self) -> None:
        """Close the window: the program has no terminal from now on."""
        if not self.has_hung_up:
            os.close(self._fd)
            self._fd = -1

    def close(self) -> None:
        """End the program, if it still runs, and wait for it."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.hang_up()

    def _set_size(self) -> None:
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", self.rows, self.columns, 0, 0))

    def _collect_answers(self) -> None:
        for question in self._question.finditer(self.received, self._asked_up_to):
            self._held_answers.append(self._answers[question.group()])
            self._asked_up_to = question.end()
        if self.answering and self._held_answers:
            self.answer()


def _environment(given: Mapping[str, str]) -> dict[str, str]:
    """This process's environment with what was given, and without a size, which programs believe over the terminal."""
    whole = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **given}
    return {name: value for name, value in whole.items() if name not in ("COLUMNS", "LINES")}


def _shown(cell: pyte.screens.Char) -> ShownCell:
    attributes = {name for name in ("bold", "italics", "underscore", "strikethrough", "reverse") if getattr(cell, name)}
    return ShownCell(cell.data, cell.fg, cell.bg, frozenset(attributes))
