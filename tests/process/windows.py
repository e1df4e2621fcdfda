"""A terminal whose window can be closed, and what becomes of the program that ran in it."""

import os
import subprocess
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.real_terminal import WAIT_TIMEOUT, RealTerminal

_AS_IN_A_WINDOW = """
import os, sys, signal
os.open(os.ttyname(0), os.O_RDWR)
if sys.argv[1] == "nohup":
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
os.execv(sys.executable, [sys.executable, *sys.argv[2:]])
"""
"""Opening it makes the terminal the controlling one, whose end the system announces with SIGHUP."""


@contextmanager
def in_window(
    home: Path,
    *arguments: str,
    nohup: bool = False,
    environment: Mapping[str, str] | None = None,
    columns: int = 120,
    answers: Mapping[bytes, bytes] | None = None,
) -> Generator[RealTerminal]:
    """`python` with these arguments in a window of its own, with a home of its own."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("LLAMA", "XDG_", "TEXTUAL"))}
    alone = {"HOME": str(home), "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    command = [sys.executable, "-c", _AS_IN_A_WINDOW, "nohup" if nohup else "window", *arguments]
    environment = inherited | alone | dict(environment or {})
    with RealTerminal(command, environment=environment, columns=columns, answers=answers) as terminal:
        yield terminal


def descendants(pid: int) -> list[int]:
    """The processes that a process has started, and those that they have."""
    rows = [line.split() for line in _ps("-A", "-o", "pid=,ppid=")]
    children = [int(child) for child, parent in rows if int(parent) == pid]
    return children + [grandchild for child in children for grandchild in descendants(child)]


def wait_until_gone(pids: Sequence[int], seconds: float = WAIT_TIMEOUT) -> None:
    deadline = time.monotonic() + seconds
    while alive := [pid for pid in pids if _is_alive(pid)]:
        assert time.monotonic() < deadline, f"still there: {alive}"
        time.sleep(0.05)


def _is_alive(pid: int) -> bool:
    return any(not line.strip().startswith("Z") for line in _ps("-p", str(pid), "-o", "stat="))


def _ps(*options: str) -> list[str]:
    return subprocess.run(["ps", *options], capture_output=True, text=True, check=False).stdout.splitlines()
