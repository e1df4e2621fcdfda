"""An answer that streams: CPU and bytes for each delta, and how late the event loop is meanwhile."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import NamedTuple

from benchmarks.fake_api import FakeApi, streaming
from benchmarks.figure import Figure
from benchmarks.running import APP, Program, ask, finish, open_first, sessions_of

RATE = 100.0


class _Cost(NamedTuple):
    """Of one delta: CPU seconds, and bytes to the terminal."""

    cpu: float
    size: float


def delta_cost(times: int) -> Iterator[Figure]:
    """`delta_cpu_vs_stream`, `delta_cpu_50k_vs_1k` and `bytes_per_delta`."""
    count = 1_000
    stock: list[float] = []
    ours: dict[int, list[_Cost]] = {1_000: [], 20_000: [], 50_000: []}
    with FakeApi(*sessions_of(10)) as api:
        for _ in range(times):
            stock.append(_cost_of_stock(20_000, count))
            for before, costs in ours.items():
                costs.append(_cost(api, before, count))
    cpu = {before: median(cost.cpu for cost in costs) for before, costs in ours.items()}
    told = {before: f"{seconds * 1e3:.2f} ms after {before:,}" for before, seconds in cpu.items()}
    note = f"{told[20_000]}; MarkdownStream {median(stock) * 1e3:.2f} ms"
    least = min(cost.cpu for cost in ours[20_000]) / min(stock)
    yield Figure("delta_cpu_vs_stream", cpu[20_000] / median(stock), note, least)
    grown = min(cost.cpu for cost in ours[50_000]) / min(cost.cpu for cost in ours[1_000])
    yield Figure("delta_cpu_50k_vs_1k", cpu[50_000] / cpu[1_000], f"{told[50_000]}; {told[1_000]}", grown)
    sizes = {before: median(cost.size for cost in costs) for before, costs in ours.items()}
    yield Figure("bytes_per_delta", max(sizes.values()), "; ".join(f"{sizes[n]:.0f} after {n:,}" for n in sizes))


def _cost(api: FakeApi, before: int, count: int) -> _Cost:
    with Program(*APP, environment=api.environment_of_newcomer) as app:
        open_first(app, api)
        stream = ask(app, api, streaming(before, count, RATE))
        cpu, size = app.cpu_seconds(), len(app.received)
        finish(app, stream)
        return _Cost((app.cpu_seconds() - cpu) / count, (len(app.received) - size) / count)


def _cost_of_stock(before: int, count: int) -> float:
    with Program("-m", "benchmarks.markdown_stream", str(before), str(count), str(RATE)) as app:
        app.wait_for_bytes(b"BEGUN", seconds=120)
        cpu = app.cpu_seconds()
        app.wait_for_bytes(b"ENDED", seconds=120)
        return (app.cpu_seconds() - cpu) / count


def lateness(times: int) -> Iterator[Figure]:
    """`loop_p99_ms`."""
    with FakeApi(*sessions_of(1000)) as api:
        rounds = [_late(api) for _ in range(times)]
    note = f"worst {max(late[-1] for late in rounds) * 1e3:.0f} ms; {sum(map(len, rounds)):,} looks at the loop"
    yield Figure("loop_p99_ms", median(quantiles(late, n=100)[-1] for late in rounds) * 1e3, note)


def _late(api: FakeApi) -> list[float]:
    with TemporaryDirectory() as folder:
        report = Path(folder) / "late.json"
        environment = {**api.environment_of_newcomer, "PROBE_REPORT": str(report)}
        with Program("-m", "benchmarks.probed", environment=environment) as app:
            open_first(app, api)
            stream = ask(app, api, streaming(0, 800, RATE))
            app.process.send_signal(signal.SIGUSR1)
            finish(app, stream)
            app.press("\x11")
            app.wait_for_exit()
        return sorted(json.loads(report.read_text()))
