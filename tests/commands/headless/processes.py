"""A command as a process of its own."""

import subprocess
import sys

WITH_INTERRUPTS = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from tui.launch import main
main()
"""
"""The command, which Ctrl+C reaches also where the tests run in the background."""


def process(*arguments: str, stdin: int = subprocess.DEVNULL, before: str = "") -> subprocess.Popen[bytes]:
    """`llamachat-tui` with these arguments, which Ctrl+C reaches also where the tests run in the background.

    `before` is Python that is run before it.
    """
    command = [sys.executable, "-P", "-c", before + WITH_INTERRUPTS, *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=stdin, stdout=pipe, stderr=pipe)
