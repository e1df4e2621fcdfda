"""Programs under measurement: started in a pseudo-terminal, driven by keys, their CPU time and memory read from /proc.

Only Linux tells these figures this way.
"""

import time
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.corpus import ending
from benchmarks.fake_api import FakeApi, Session, Stream
from tests.check_wheel import ROOT, built, installed
from tests.real_terminal import RealTerminal

APP = ("-m", "tui")
HELLO = ("-m", "benchmarks.hello")
_FOLDER = TemporaryDirectory(prefix="benchmarks-")
_NO_CONFIG = Path(_FOLDER.name) / "config.toml"
"""An empty file that only its owner can write, as the app wants it: the user's own settings measure nothing."""
_NO_CONFIG.touch(0o600)

QUIET = 0.15
"""Seconds without output after which a screen counts as settled."""

CURSOR_MOVES = 24
"""Bytes of up to two of the cursor's moves."""


@cache
def python_with_wheel() -> Path:
    """The Python that runs what is measured: with the app as its users install it, beside the bare app's libraries."""
    work = Path(_FOLDER.name)
    return installed(built(work), work, ROOT)


class Program(RealTerminal):
    """A Python program in a terminal of 120 columns and 36 rows. `started` is when it was (`time.monotonic`)."""

    def __init__(self, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
        self.started = time.monotonic()
        quiet = {"TEXTUAL_ANIMATIONS": "none", "LLAMACHAT_CONFIG": str(_NO_CONFIG)}
        super().__init__([python_with_wheel(), "-P", *arguments], environment={**quiet, **(environment or {})})

    def wait_for_bytes(self, wanted: bytes, *, start: int = 0, seconds: float = 60) -> float:
        """Read until the program has written these bytes; when they came."""
        self.wait_until(lambda: self.received.find(wanted, start) >= 0, seconds)
        return self.received_at

    def settle(self, quiet: float = QUIET, *, at_least: bool = False) -> float:
        """Read until nothing is written for a while, with `at_least` something first; when the last of it came.

        A few bytes that only put the cursor back where it was are not counted.
        """
        if at_least:
            before = len(self.received)
            self.wait_until(lambda: len(self.received) > before)
        last = self.received_at
        while written := self.read(quiet):
            last = self.received_at if len(written) > CURSOR_MOVES else last
        return last

    def press(self, keys: str) -> float:
        """Send keys; when they were sent."""
        self.send(keys)
        return time.monotonic()

    def cpu_seconds(self) -> float:
        """CPU time that all threads have used."""
        tasks = Path(f"/proc/{self.process.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9

    def memory(self) -> int:
        """Resident memory in bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:")) * 1024


def first_frame_of_hello() -> float:
    """Seconds from the start of a bare Textual app to its first frame."""
    with Program(*HELLO) as hello:
        return hello.wait_for_bytes(b"HELLO-WORLD") - hello.started


def median_of(measure: Callable[[], float], times: int) -> float:
    return median(measure() for _ in range(times))


def sessions_of(*turns: int) -> list[Session]:
    """Sessions with so many turns, named by that."""
    return [Session(f"ses-{count}", f"Session of {count} turns", count) for count in turns]


def open_first(app: Program, api: FakeApi) -> None:
    """Open the session at the top of the list, and wait until its last turn is shown."""
    first = next(iter(api.sessions.values()))
    app.wait_for_bytes(first.title.encode())
    app.settle()
    app.press("\x13")
    app.settle()
    app.press("\r")
    app.wait_for(ending(first.turns - 1))
    app.settle()


def ask(app: Program, api: FakeApi, question: str) -> Stream:
    """Ask the fake server for a stream, and wait until its deltas come at their rate."""
    before = len(api.streams)
    app.send(question)
    app.settle()
    app.send("\r")
    app.wait_until(lambda: len(api.streams) > before and api.streams[-1].began, 120)
    return api.streams[-1]


def finish(app: Program, stream: Stream) -> None:
    """Wait until the last delta was sent."""
    app.wait_until(lambda: stream.ended, 300)
