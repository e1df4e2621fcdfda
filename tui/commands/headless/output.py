"""Standard output and standard error of a command: text is made safe on its way, also for the pager behind a pipe."""

import json
import os
import sys

from tui.sanitize import clean, well_formed


def put_out(text: str) -> None:
    """Write to standard output at once, as UTF-8. Raises `BrokenPipeError` where nobody reads it any more."""
    sys.stdout.buffer.write(well_formed(clean(text)).encode())
    sys.stdout.buffer.flush()


def as_json(value: object) -> str:
    """A value as one line of ASCII: as the server sent it, and yet nothing in it can drive a terminal."""
    return json.dumps(value).replace("\x7f", "\\u007f")


def close_output() -> None:
    """Nobody reads standard output any more: what Python flushes at its exit goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class StepLine:
    """What is going on, on standard error: one line that changes on a terminal, else only what is to be kept.

    In a linear form each step is a line of its own.
    """

    def __init__(self, *, is_linear: bool = False) -> None:
        self._is_linear = is_linear
        self._rewrites = sys.stderr.isatty() and not is_linear
        self._shown = ""

    def show(self, words: str) -> None:
        """Show a step in place of the last one; "" shows none."""
        if words == self._shown:
            return
        self._shown = words
        if self._rewrites:
            print(f"\r\x1b[K{clean(words)}", end="", file=sys.stderr, flush=True)
        elif self._is_linear and words:
            print(clean(words), file=sys.stderr, flush=True)

    def say(self, words: str) -> None:
        """Say something that stays."""
        self.show("")
        print(f"llamachat-tui: {clean(words)}", file=sys.stderr, flush=True)
