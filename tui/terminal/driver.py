"""A driver that outlives its terminal: bad input, a terminal that stops reading, one that goes away.

It relies on private parts of Textual (8.2.8), which `tests/terminal/test_textual_contract.py` checks: `LinuxDriver`
writes only by `write`, reads only in `run_input_thread` until `exit_event` is set, asks `_get_terminal_size`, keeps the
terminal's old settings in `attrs_before`, and has its terminal from `start_application_mode` on, until
`stop_application_mode` and `close`.
"""

import contextlib
import fcntl
import logging
import os
import selectors
import signal
import struct
import termios
import threading
import weakref
from collections.abc import Iterator
from time import monotonic
from typing import Any

from textual import events
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from tui.first_frame import FirstFrame, chars_of_typed_lines
from tui.terminal.background import FOLLOW, QUESTION, UNFOLLOW, is_report
from tui.terminal.command_string import MAX_SILENT_MOMENTS
from tui.terminal.input_filter import MAX_COLUMNS, MAX_ROWS, InputFilter, Pasted, Piece, TerminalAnswer
from tui.terminal.output import Output

READ_BYTES = 64 * 1024
"""Most bytes that are read from the terminal at once."""

IDLE_SECONDS = 0.05
"""Seconds without input after which the beginning of a sequence is taken for a key of its own."""

MAX_IDLE_MOMENTS = 2 * MAX_SILENT_MOMENTS
"""After so many times `IDLE_SECONDS` nothing that may be a key is held, and the driver sleeps until more comes."""

FLUSH_TIMEOUT = 0.5
"""Seconds to wait, when the app ends, for a terminal that does not read."""

ANSWER_TIMEOUT = 5.0
"""Seconds in which an answer of the terminal is expected, however slow the line is."""

ALTERNATE_SCREEN = "\x1b[?1049h"

SAVE_TITLE, RESTORE_TITLE = "\x1b[22;2t", "\x1b]2;\x1b\\\x1b[23;2t"
"""xterm's stack of window titles. A terminal without one is left with none, which a shell sets at its next prompt."""

GIVE_BACK = (
    RESTORE_TITLE
    + "\x1b[?2026l\x1b[m\x1b[<u"
    + "".join(f"\x1b[?{mode}l" for mode in (1000, 1003, 1015, 1006, 1016, 1004, 2004, 2031, 2048))
    + "\x1b[?7h\x1b[?1049l\x1b[?25h"
).encode()
"""Undoes every mode that `LinuxDriver` sets, for when it can no longer do that itself."""

_log = logging.getLogger(__name__)


class _WakingEvent(threading.Event):
    """An event that a selector can wait for as well: `readable` can be read from while it is set."""

    def __init__(self) -> None:
        super().__init__()
        self.readable, self._writable = os.pipe()
        for end in (self.readable, self._writable):
            weakref.finalize(self, os.close, end)

    def set(self) -> None:
        if not self.is_set():
            super().set()
            os.write(self._writable, b"!")

    def clear(self) -> None:
        if self.is_set():
            os.read(self.readable, 1)
            super().clear()


class ResilientDriver(LinuxDriver):
    """Textual's own driver, with an input that cannot end the app and an output that cannot block it."""

    class Answered(Message):
        """The terminal said something of itself."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class CaughtUp(Message):
        """The terminal reads again, and frames were left out meanwhile."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.exit_event = self._exit_event = _WakingEvent()
        self._output: Output | None = None
        self._is_lost = False
        self._title = ""
        self._typed_as_lines = 0
        self._first_frame: FirstFrame | None = None
        self._follows_background = False
        self._asked_at = -ANSWER_TIMEOUT

    def go_on_from(self, frame: FirstFrame) -> None:
        """The terminal shows this frame already, and is to be taken over from it."""
        self._first_frame = frame

    def check_clogged(self) -> bool:
        """Whether the terminal has stopped reading, so that a frame is better left out. `CaughtUp` follows if so."""
        return self._output is not None and self._output.check_clogged()

    def start_application_mode(self) -> None:
        assert self._file is not None  # Python has no standard error only where it has no console either
        self._output = Output(self._file.fileno(), lambda: self.send_message(self.CaughtUp()), self._lose)
        self._output.start()
        self._typed_as_lines = chars_of_typed_lines(self.fileno)
        super().start_application_mode()
        if (frame := self._first_frame) is not None:
            self._first_frame = None
            self.attrs_before = frame.attributes
            self._typed_as_lines = frame.typed_as_lines
            frame.hand_over()
        self.write(SAVE_TITLE)
        self.show_title(self._title)
        self._ask_for_background()

    def stop_application_mode(self) -> None:
        self.write(RESTORE_TITLE)
        if self._follows_background:
            self.write(UNFOLLOW)
        super().stop_application_mode()

    def follow_background(self, *, follows: bool) -> None:
        """Ask for the terminal's background, and have its changes told from now on, or no longer."""
        if follows != self._follows_background:
            self._follows_background = follows
            if follows:
                self._ask_for_background()
            else:
                self.write(UNFOLLOW)

    def _ask_for_background(self) -> None:
        if self._follows_background:
            self._asked_at = monotonic()
            self.write(FOLLOW + QUESTION)

    def show_title(self, title: str) -> None:
        """Have the terminal show a title, which is a safe line, until it is given back."""
        self._title = title
        if title:
            self.write(f"\x1b]2;{title}\x1b\\")

    def write(self, data: str) -> None:
        if data == ALTERNATE_SCREEN and self._first_frame is not None:
            return  # it is shown, and some terminals would clear it
        if self._output is not None:
            self._output.write(data)

    def cell_size(self) -> tuple[int, int] | None:
        """Width and height of a cell in pixels, where the system knows."""
        try:
            told = fcntl.ioctl(self.fileno, termios.TIOCGWINSZ, bytes(8))
        except OSError:
            return None
        rows, columns, width, height = struct.unpack("HHHH", told)
        return (width // columns, height // rows) if min(rows, columns, width, height) > 0 else None

    def close(self) -> None:
        super().close()
        if self._output is not None:
            self._output.close(FLUSH_TIMEOUT)
            self._output = None

    def abandon(self) -> None:
        """Give the terminal back as well as it goes, without waiting: from any thread, when all else hangs."""
        if self._output is None or self._is_lost:
            return
        with contextlib.suppress(OSError, termios.error):
            if self.attrs_before is not None:
                termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)
            terminal = os.open(os.ttyname(self.fileno), os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
            os.write(terminal, GIVE_BACK)

    def run_input_thread(self) -> None:
        parser, keys, heard, idle_moments = XTermParser(), InputFilter(), monotonic(), 0
        with selectors.DefaultSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            selector.register(self._exit_event.readable, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if not selector.select(IDLE_SECONDS if idle_moments < MAX_IDLE_MOMENTS else None):
                    idle_moments += 1
                    pieces = keys.idle(awaits_answer=monotonic() - self._asked_at < ANSWER_TIMEOUT)
                elif self.exit_event.is_set():
                    return
                elif data := self._read():
                    pieces, heard, idle_moments = keys.feed(data, monotonic() - heard), monotonic(), 0
                else:
                    self._lose()
                    return
                try:
                    for message in _messages(pieces, parser):
                        self.process_message(message)
                    if any(isinstance(piece, TerminalAnswer) and is_report(piece.text) for piece in pieces):
                        self._ask_for_background()
                except (
                    Exception
                ) as error:  # Its holes are open issues of Textual's; a lost key is better than a lost app.
                    _log.warning("The terminal sent what the parser cannot take (%s).", type(error).__name__)
                    parser = XTermParser()

    def _read(self) -> bytes:
        try:
            data = os.read(self.fileno, READ_BYTES)
        except OSError:
            return b""
        before, self._typed_as_lines = self._typed_as_lines, max(0, self._typed_as_lines - len(data))
        return data[:before].replace(b"\n", b"\r") + data[before:]

    def _lose(self) -> None:
        """There is no terminal any more. The system says that with SIGHUP, but not to everyone, nor in every case."""
        if not self._is_lost:
            self._is_lost = True
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGHUP)

    def _get_terminal_size(self) -> tuple[int, int]:
        columns, rows = super()._get_terminal_size()
        return min(columns, MAX_COLUMNS), min(rows, MAX_ROWS)


def _messages(pieces: list[Piece], parser: XTermParser) -> Iterator[Message]:
    for piece in pieces:
        if isinstance(piece, Pasted):
            yield events.Paste(piece.text)
        elif isinstance(piece, TerminalAnswer):
            yield ResilientDriver.Answered(piece.text)
        else:
            yield from parser.feed(piece)
    yield from parser.tick()
