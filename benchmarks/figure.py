"""What a measurement comes to, and how it is reported."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

Unit: TypeAlias = Literal["ratio", "ms", "bytes", "s"]


@dataclass(frozen=True, slots=True)
class Target:
    """The most that a figure should be; `text` says what it is of. None: it is only reported."""

    most: float | None
    unit: Unit
    what: str


TARGETS = {
    "first_paint_vs_hello": Target(0.15, "ratio", "start to first paint, over a bare Textual app's first frame"),
    "startup_vs_hello": Target(1.5, "ratio", "start to 1,000 sessions listed and a key handled, over the same"),
    "open_3000_vs_10": Target(1.1, "ratio", "Enter in the list to the last turn shown, 3,000 turns over 10"),
    "rss_3000_vs_hello": Target(2.0, "ratio", "memory with 3,000 turns open, over a bare Textual app's"),
    "delta_cpu_vs_stream": Target(0.15, "ratio", "CPU per delta after 20,000, over Textual's MarkdownStream"),
    "delta_cpu_50k_vs_1k": Target(1.2, "ratio", "CPU per delta after 50,000, over after 1,000"),
    "loop_p99_ms": Target(16, "ms", "lateness of the event loop while streaming into 1,000 turns"),
    "bytes_per_delta": Target(100, "bytes", "bytes to the terminal per delta of 4 characters, 120x36"),
    "echo_slow_line": Target(2, "ratio", "key to echo while streaming at 10 kB/s and 100 ms, over the round trip"),
    "page_3000_vs_hello": Target(0.2, "ratio", "Page Up in 3,000 turns, 95th percentile, over the first frame"),
    "resize_3000_vs_hello": Target(0.3, "ratio", "a new size to a settled screen in 3,000 turns, over the first frame"),
    "evidence_3000_ms": Target(50, "ms", "`s` in 3,000 turns to the evidence shown, more than a Page Up takes"),
    "idle_cpu": Target(0.1, "s", "CPU in 30 s of an idle open session"),
    "fold_vs_json": Target(None, "ratio", "decode and fold 100,000 stored events, over json.loads of the same bytes"),
    "fold_stall_ms": Target(16, "ms", "longest stall of the event loop meanwhile"),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value of a metric in `TARGETS`; the note says what it was made of."""

    metric: str
    value: float
    note: str = ""

    @property
    def target(self) -> Target:
        return TARGETS[self.metric]

    @property
    def is_met(self) -> bool:
        most = self.target.most
        return most is None or self.value <= most

    def as_json(self) -> str:
        fields = {"metric": self.metric, "value": round(self.value, 3), "target": self.target.most}
        return json.dumps({**fields, "unit": self.target.unit} | ({"note": self.note} if self.note else {}))


def table(figures: list[Figure]) -> Iterator[str]:
    """The figures as rows of a Markdown table."""
    yield "| metric | what | target | measured |"
    yield "|---|---|---|---|"
    for figure in figures:
        unit = {"ratio": "", "ms": " ms", "bytes": " B", "s": " s"}[figure.target.unit]
        target = "—" if figure.target.most is None else f"≤ {figure.target.most:g}{unit}"
        missed = "" if figure.is_met else " (missed)"
        yield f"| `{figure.metric}` | {figure.target.what} | {target} | {figure.value:.3g}{unit}{missed} |"
