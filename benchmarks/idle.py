"""What an open session costs while nobody does anything."""

import time
from collections.abc import Iterator

from benchmarks.fake_api import FakeApi
from benchmarks.figure import Figure
from benchmarks.running import APP, Program, open_first, sessions_of

WHOLE = 30.0


def idle(times: int) -> Iterator[Figure]:
    """`idle_cpu`. Watches for the whole 30 s, or for a part of it where few rounds are wanted."""
    seconds = WHOLE if times > 1 else WHOLE / 5
    with FakeApi(*sessions_of(100)) as api, Program(*APP, environment=api.environment) as app:
        open_first(app, api)
        app.settle(2.0)
        before, end = app.cpu_seconds(), time.monotonic() + seconds
        while time.monotonic() < end:
            app.read(end - time.monotonic())
        used = app.cpu_seconds() - before
    yield Figure("idle_cpu", used * WHOLE / seconds, f"{used * 1e3:.0f} ms in {seconds:.0f} s")
