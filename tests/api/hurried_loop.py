"""An event loop in which waiting takes no time: its clock jumps to when the next thing is due."""

import asyncio
import selectors
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import pytest

T = TypeVar("T")

AT_MOST_SECONDS = 3600


class _Hurried(selectors.DefaultSelector):
    """Never waits, and counts how long it would have waited."""

    def __init__(self) -> None:
        super().__init__()
        self.skipped = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            assert timeout is not None, "nothing is due any more"
            self.skipped += max(0.0, timeout)
            assert self.skipped < AT_MOST_SECONDS, "it waits for ever"
        return ready


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._hurried = _Hurried()
        super().__init__(self._hurried)

    def time(self) -> float:
        return self._hurried.skipped


def set_clock(clock: Callable[[], float], monkeypatch: pytest.MonkeyPatch) -> None:
    """Have `time.monotonic` tell this, in this thread only: the loops of others would wait for hours."""
    here, others_clock = threading.get_ident(), time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: clock() if threading.get_ident() == here else others_clock())


def run_hurried(work: Coroutine[Any, Any, T], monkeypatch: pytest.MonkeyPatch) -> tuple[T, float]:
    """What the coroutine returns, and how many seconds it would have taken. Nothing in it may wait for other threads.

    `time.monotonic` is the loop's clock meanwhile.
    """
    with asyncio.Runner(loop_factory=_Loop) as runner, monkeypatch.context() as patched:
        set_clock(runner.get_loop().time, patched)
        return runner.run(work), runner.get_loop().time()
