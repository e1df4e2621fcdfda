"""The time that reading one file may take: the process that reads ends when it is over."""

import faulthandler
import os
from functools import cache

FILE_TIMEOUT = 20.0
"""Seconds that reading one file may take."""
TIMED_OUT = 1
"""The exit code after it; it is the one that `faulthandler` ends a process with."""

_running = [False]


def begin() -> None:
    """A file is read from now on."""
    _running[0] = True
    _set(FILE_TIMEOUT)


def extend(seconds: float) -> None:
    """Begin anew with so much more, for a step that has a limit of its own. Nothing happens between files."""
    if _running[0]:
        _set(FILE_TIMEOUT + seconds)


def end() -> None:
    """No file is read."""
    _running[0] = False
    faulthandler.cancel_dump_traceback_later()


def _set(seconds: float) -> None:
    faulthandler.dump_traceback_later(seconds, exit=True, file=_nowhere())


@cache
def _nowhere() -> int:
    """Where a traceback goes that nobody wants; open until the process ends."""
    return os.open(os.devnull, os.O_WRONLY)
