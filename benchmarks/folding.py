"""Decoding and folding stored events, beside `json.loads` of the same bytes; and how long the event loop stands still.

It runs in a process of its own (`python -m benchmarks.folding FILE TIMES`), which reads a session from a file the way
the app reads it from the network, by the same workspace and client.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

from benchmarks.corpus import delta_history, session_json
from benchmarks.figure import Figure

EVENTS = 100_000
TICK = 0.001


class Folding(NamedTuple):
    """Medians, in seconds: of `json.loads`, of decoding and folding, and of the longest stall meanwhile."""

    loads: float
    fold: float
    stall: float


def folding(times: int) -> Iterator[Figure]:
    """`fold_vs_json` and `fold_stall_ms`."""
    body = session_json({"session_id": "ses-deltas"}, delta_history(EVENTS))
    took = fold_apart(body, times)
    note = f"{took.fold * 1e3:.0f} ms over {took.loads * 1e3:.0f} ms, {len(body) / 1e6:.1f} MB"
    yield Figure("fold_vs_json", took.fold / took.loads, note)
    yield Figure("fold_stall_ms", took.stall * 1e3)


def fold_apart(body: bytes, times: int) -> Folding:
    """Decode and fold a session so many times, in a process of its own."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "session.json"
        file.write_bytes(body)
        command = [sys.executable, "-m", "benchmarks.folding", str(file), str(times)]
        report = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return Folding(*json.loads(report.stdout))


async def _fold(body: bytes, times: int) -> Folding:
    import httpx

    from tui.api.client import Client
    from tui.api.connection import Connection
    from tui.cooperative import hurry_threads
    from tui.garbage import collect_rarely
    from tui.store.store import Store
    from tui.workspace.updates import Update
    from tui.workspace.workspace import Workspace

    def tell(_: Update) -> None: ...

    workspace = Workspace(Store.in_memory(), "benchmark", tell, asyncio.create_task)
    empty = b'{"items": []}'
    answer = httpx.MockTransport(
        lambda request: httpx.Response(200, content=body if "ses-" in str(request.url) else empty)
    )
    await workspace.connect(Client(Connection("http://127.0.0.1"), transport=answer))
    rounds: list[Folding] = []
    collect_rarely()
    hurry_threads()
    for _ in range(times + 1):
        start = time.perf_counter()
        json.loads(body)
        loads = time.perf_counter() - start
        late: list[float] = []
        watch = asyncio.create_task(_watch(late))
        await asyncio.sleep(0.05)
        start = time.perf_counter()
        await workspace.open("ses-deltas")
        fold = time.perf_counter() - start
        await asyncio.sleep(0.05)
        watch.cancel()
        rounds.append(Folding(loads, fold, max(late)))
    return Folding(*(median(values) for values in zip(*rounds[1:], strict=True)))


async def _watch(late: list[float]) -> None:
    while True:
        due = time.perf_counter() + TICK
        await asyncio.sleep(TICK)
        late.append(time.perf_counter() - due)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_fold(Path(sys.argv[1]).read_bytes(), int(sys.argv[2])))))
