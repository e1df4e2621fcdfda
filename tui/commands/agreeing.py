"""Asking whether to go on, before a command sends, deletes or writes over something."""

import sys

from tui.sanitize import clean_line

MAX_QUESTION_CHARS = 2000


def is_agreed(question: str) -> bool:
    """Whether the user says yes. Where there is no terminal nobody is asked, and nothing is agreed to."""
    if not sys.stdin.isatty() or not sys.stderr.isatty():
        return False
    print(f"{clean_line(question, MAX_QUESTION_CHARS)} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")
