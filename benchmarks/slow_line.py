"""The same over a slow line: what the app writes takes time to arrive, and so do keys and the terminal's answers."""

import time
from collections import deque
from collections.abc import Iterator
from statistics import median

from benchmarks.fake_api import FakeApi, streaming
from benchmarks.figure import Figure
from benchmarks.running import APP, Program, ask, open_first, sessions_of

RATE = 10_000.0
"""Bytes a second from the app to the reader."""

DELAY = 0.05
"""Seconds that anything is on its way, in either direction."""

TYPED = "αβγδεζηθικλμνξοπρστυφχψω"
"""Typed letters that the streamed text does not have."""

PAUSE = 0.4
"""Seconds between two of them."""


class Line:
    """A line with buffers of any size, as of `sshd` and TCP: all arrives in order, at the line's rate, after its delay.

    `echoes` has, for each typed letter that came back, the seconds until the reader saw it.
    """

    def __init__(self, app: Program) -> None:
        self._app = app
        app.answering = False
        self._free_at = 0.0
        self._arriving: deque[tuple[float, int, bytes]] = deque()
        self._leaving: deque[tuple[float, bytes]] = deque()
        self._typed: dict[bytes, tuple[float, int]] = {}
        self.arrived = len(app.received)
        self.echoes: list[float] = []

    def type(self, letter: str) -> None:
        """Press a key at the reader's end."""
        now, key = time.monotonic(), letter.encode()
        self._typed[key] = (now, self.arrived)
        self._leaving.append((now + DELAY, key))

    def carry(self) -> None:
        """Carry what is due, for a few milliseconds."""
        written = self._app.read(0.003)
        now = time.monotonic()
        if written:
            self._free_at = max(self._free_at, now) + len(written) / RATE
            answers = b"".join(self._app.take_answers())
            self._arriving.append((self._free_at + DELAY, len(self._app.received), answers))
        while self._arriving and self._arriving[0][0] <= now:
            _, self.arrived, answers = self._arriving.popleft()
            self._leaving.append((now + DELAY, answers))
            self._see(now)
        while self._leaving and self._leaving[0][0] <= now:
            self._app.send(self._leaving.popleft()[1].decode())

    def _see(self, now: float) -> None:
        for key, (pressed, since) in list(self._typed.items()):
            if self._app.received.find(key, since, self.arrived) >= 0:
                del self._typed[key]
                self.echoes.append(now - pressed)


def echo(times: int) -> Iterator[Figure]:
    """`echo_slow_line`."""
    echoes: list[float] = []
    missing = 0
    with FakeApi(*sessions_of(10)) as api:
        for _ in range(times):
            seen = _echoes(api)
            echoes += seen
            missing += len(TYPED) - len(seen)
    note = f"p50 {median(echoes) * 1e3:.0f} ms, worst {max(echoes) * 1e3:.0f} ms, {len(echoes)} keys"
    yield Figure("echo_slow_line", median(echoes) / (2 * DELAY), note + (f", {missing} never seen" if missing else ""))


def _echoes(api: FakeApi) -> list[float]:
    with Program(*APP, environment=api.environment_of_newcomer) as app:
        open_first(app, api)
        ask(app, api, streaming(0, int(100 * (PAUSE * len(TYPED) + 4)), 100))
        line = Line(app)
        began = time.monotonic()
        for number, letter in enumerate(TYPED, 1):
            while time.monotonic() < began + 1 + PAUSE * number:
                line.carry()
            line.type(letter)
        end = time.monotonic() + 2
        while time.monotonic() < end:
            line.carry()
        return line.echoes
