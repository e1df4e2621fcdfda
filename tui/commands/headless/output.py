"""Standard output and standard error of a command: text is made safe on its way, also for the pager behind a pipe."""

import json
import os
import sys
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from typing import TextIO

from tui.columns import columns_of
from tui.files.private_files import encoded
from tui.sanitize import clean, clean_line, well_formed


def put_out(text: Iterable[str]) -> None:
    """Write a text, or its pieces, to standard output at once, for a terminal. Raises as `write_out`."""
    write_out(well_formed(clean(piece)) for piece in ([text] if isinstance(text, str) else text))


def write_out(text: Iterable[str]) -> None:
    """Write a text, or its pieces, to standard output at once, as it is, in UTF-8.

    Raises `OSError`, which names the output: `BrokenPipeError` where nobody reads it any more.
    """
    with _writing():
        sys.stdout.buffer.writelines(encoded(text, "replace"))
        sys.stdout.buffer.flush()


def flush_output() -> None:
    """Write what was printed. Raises as `write_out`."""
    with _writing():
        sys.stdout.flush()


def let_go_of_output() -> None:
    """Have what was printed and is not written yet go nowhere."""
    _let_go(sys.stdout)


@contextmanager
def _writing() -> Generator[None]:
    try:
        yield
    except OSError as error:
        let_go_of_output()
        raise OSError(error.errno, error.strerror, "standard output") from error


def _let_go(stream: TextIO) -> None:
    """Have what is left to be written go nowhere: Python writes it at its exit, and would fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def as_json(value: object) -> str:
    """A value as one line of ASCII: nothing in it can drive a terminal."""
    return json.dumps(value)


def say(words: str, *, begins_line: bool = False) -> None:
    """Say something on standard error that stays, on a line of its own where the cursor stands in another one."""
    start = "\n" if begins_line else ""
    _tell(f"{start}{_said(words)}")


def _said(words: str) -> str:
    return f"llamachat-tui: {clean(words)}\n"


def _tell(text: str) -> None:
    """Write to standard error. That nobody reads it stops no work."""
    try:
        print(text, end="", file=sys.stderr, flush=True)
    except OSError:
        _let_go(sys.stderr)


class StepLine:
    """What is going on, on standard error: one line that changes on a terminal, else only what is to be kept.

    In a linear form each step is a line of its own. `tell` writes to standard error, and never fails.
    """

    def __init__(self, *, is_linear: bool = False, tell: Callable[[str], None] = _tell) -> None:
        self._is_linear = is_linear
        self._tell = tell
        self._rewrites = sys.stderr.isatty() and not is_linear
        self._shown = ""

    def show(self, words: str) -> None:
        """Show a step in place of the last one; "" shows none."""
        if words == self._shown:
            return
        self._shown = words
        if self._rewrites:
            self._tell(f"\r\x1b[K{_clipped(clean_line(words), _columns() - 1)}")
        elif self._is_linear and words:
            self._tell(f"{clean(words)}\n")

    def say(self, words: str) -> None:
        """Say something that stays."""
        self.show("")
        self._tell(_said(words))


def _columns() -> int:
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns
    except OSError:
        return 80


def _clipped(line: str, cells: int) -> str:
    """The beginning of a line, at most so many cells wide: a step that went on in a second row would stay there."""
    for at, char in enumerate(line):
        cells -= columns_of(char)
        if cells < 0:
            return line[:at]
    return line
