"""Questions that only the terminal itself can answer."""

import os
import select
import sys
import termios
import time
import tty

KEYBOARD = "\x1b[?u"
"""Which keyboard protocol is on? Answered by terminals that have kitty's."""

SYNCHRONIZED = "\x1b[?2026$p"
"""Is there synchronized output? (DECRQM.)"""

ATTRIBUTES = "\x1b[c"
"""Who are you? (Primary Device Attributes.) Every terminal answers, and so ends the wait for the others."""

ANSWER_TIMEOUT = 1.0
"""Seconds to wait for all the answers."""


def answers() -> str | None:
    """What the terminal answers to all of them, "" where it keeps silent; None without a terminal."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return None
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        tty.setcbreak(descriptor, termios.TCSANOW)
        sys.stdout.write(KEYBOARD + SYNCHRONIZED + ATTRIBUTES)
        sys.stdout.flush()
        return _read_until(descriptor, "c")
    finally:
        termios.tcsetattr(descriptor, termios.TCSAFLUSH, before)


def _read_until(descriptor: int, end: str) -> str:
    text, deadline = "", time.monotonic() + ANSWER_TIMEOUT
    while not text.endswith(end):
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([descriptor], [], [], left)[0]:
            break
        text += os.read(descriptor, 1024).decode("ascii", "replace")
    return text
