"""From the start of the process to the first paint, and to a list of 1,000 sessions and a key handled."""

import time
from collections.abc import Iterator
from statistics import median

from benchmarks.fake_api import FakeApi, Session
from benchmarks.figure import Figure
from benchmarks.running import APP, Program, first_frame_of_hello

PAINTED = "╭".encode()
"""The composer's corner: in the first frame and in nothing before it."""


KEPT_WITHIN = 3
"""Seconds from the list of sessions until the frame is in its file."""


def start(times: int) -> Iterator[Figure]:
    """`first_paint_vs_hello` and `startup_vs_hello`."""
    sessions = [Session(f"ses-{n}", f"Session number {n:04}") for n in range(1000)]
    hello: list[float] = []
    painted: list[float] = []
    handled: list[float] = []
    with FakeApi(*sessions) as api:
        _keep(api)
        for _ in range(times):
            hello.append(first_frame_of_hello())
            at_paint, at_key = _start(api)
            painted.append(at_paint)
            handled.append(at_key)
    base, least = median(hello), min(hello)
    yield Figure("first_paint_vs_hello", median(painted) / base, _note(base, painted), min(painted) / least)
    yield Figure("startup_vs_hello", median(handled) / base, _note(base, handled), min(handled) / least)


def _keep(api: FakeApi) -> None:
    """Start once, so that what is kept is there, the first frame too. No key is typed: it would be kept as a draft."""
    with Program(*APP, environment=api.environment) as app:
        end = app.wait_for_bytes(b"Session number 0020") + KEPT_WITHIN
        while time.monotonic() < end:
            app.read(0.1)


def _start(api: FakeApi) -> tuple[float, float]:
    with Program(*APP, environment=api.environment) as app:
        painted = app.wait_for_bytes(PAINTED)
        app.wait_for_bytes(b"Session number 0020")
        pressed_at = len(app.received)
        app.press("Q")
        handled = app.wait_for_bytes(b"Q", start=pressed_at)
        return painted - app.started, handled - app.started


def _note(base: float, seconds: list[float]) -> str:
    return f"{median(seconds) * 1e3:.0f} ms; hello {base * 1e3:.0f} ms; {len(seconds)} runs each"
