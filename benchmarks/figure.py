"""What a measurement comes to, and how it is reported."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

Unit: TypeAlias = Literal["ratio", "ms", "bytes", "s", "exponent"]


@dataclass(frozen=True, slots=True)
class Target:
    """The most that a figure should be; `text` says what it is of. None: it is only reported."""

    most: float | None
    unit: Unit
    what: str


TARGETS = {
    "first_paint_vs_hello": Target(0.15, "ratio", "start to first paint, over a bare Textual app's first frame"),
    "startup_vs_hello": Target(1.3, "ratio", "start to 1,000 sessions listed and a key handled, over the same"),
    "open_3000_vs_10": Target(1.1, "ratio", "Enter in the list to the last turn shown, 3,000 turns over 10"),
    "rss_3000_vs_hello": Target(2.0, "ratio", "memory with 3,000 turns open, over a bare Textual app's"),
    "delta_cpu_vs_stream": Target(0.10, "ratio", "CPU per delta after 20,000, over Textual's MarkdownStream"),
    "delta_cpu_50k_vs_1k": Target(1.1, "ratio", "CPU per delta after 50,000, over after 1,000"),
    "loop_p99_ms": Target(8, "ms", "lateness of the event loop while streaming into 1,000 turns"),
    "bytes_per_delta": Target(50, "bytes", "bytes to the terminal per delta of 4 characters, 120x36"),
    "echo_slow_line": Target(1.2, "ratio", "key to echo while streaming at 10 kB/s and 100 ms, over the round trip"),
    "page_3000_vs_hello": Target(0.1, "ratio", "Page Up in 3,000 turns, 95th percentile, over the first frame"),
    "resize_3000_vs_hello": Target(0.2, "ratio", "a new size to a settled screen in 3,000 turns, over the first frame"),
    "evidence_3000_ms": Target(50, "ms", "`s` in 3,000 turns to the evidence shown, more than a Page Up takes"),
    "idle_cpu": Target(0.03, "s", "CPU in 30 s of an idle open session"),
    "fold_vs_json": Target(4, "ratio", "decode and fold 100,000 stored events, over json.loads of the same bytes"),
    "turns_growth": Target(0.1, "exponent", "Enter to the last turn of a session kept here, 10 to 30,000 turns"),
    "turns_memory_growth": Target(0.05, "exponent", "resident memory with it open, 10 to 30,000 turns"),
    "sessions_growth": Target(0.1, "exponent", "CPU from the start to a key handled, 10 to 10,000 sessions kept here"),
    "filter_10000_ms": Target(
        30, "ms", "a letter in the list's filter to its screen, 10,000 sessions, 95th percentile"
    ),
    "search_10000_ms": Target(50, "ms", "CPU of a key in the search of 10,000 sessions of 20 turns, 95th percentile"),
    "answer_growth": Target(1.0, "exponent", "CPU to open an answer for the first time, 10 kB to 10 MB"),
    "streams_growth": Target(0.1, "exponent", "CPU per delta, 1 to 10 sessions that stream at once"),
    "fold_stall_ms": Target(8, "ms", "longest stall of the event loop meanwhile"),
}


TOLERANCE = 0.25
"""A target that was met once fails when it is missed by more than this part of it."""


MET = Path(__file__).with_name("met.json")
"""Names the metrics whose target was met once: from then on a run fails that misses one by far."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A median of a metric in `TARGETS`, and the least of its rounds; the note says what it was made of."""

    metric: str
    value: float
    note: str = ""
    least: float | None = None

    @property
    def target(self) -> Target:
        return TARGETS[self.metric]

    @property
    def is_met(self) -> bool:
        most = self.target.most
        return most is None or self.value <= most

    @property
    def is_far_off(self) -> bool:
        """Whether the target is missed by more than `TOLERANCE` of it."""
        most = self.target.most
        return most is not None and self.value > most * (1 + TOLERANCE)

    def as_json(self) -> str:
        least = {} if self.least is None else {"least": round(self.least, 3)}
        fields = {"metric": self.metric, "value": round(self.value, 3), **least, "target": self.target.most}
        return json.dumps({**fields, "unit": self.target.unit} | ({"note": self.note} if self.note else {}))


def table(figures: list[Figure]) -> Iterator[str]:
    """The figures as rows of a Markdown table."""
    yield "| metric | what | target | median | least |"
    yield "|---|---|---|---|---|"
    for figure in figures:
        unit = {"ratio": "", "ms": " ms", "bytes": " B", "s": " s", "exponent": ""}[figure.target.unit]
        target = "—" if figure.target.most is None else f"≤ {figure.target.most:g}{unit}"
        missed = "" if figure.is_met else " (missed)"
        least = "" if figure.least is None else f"{figure.least:.3g}{unit}"
        yield f"| `{figure.metric}` | {figure.target.what} | {target} | {figure.value:.3g}{unit}{missed} | {least} |"


def met() -> Sequence[str]:
    """The metrics whose target was met."""
    return json.loads(MET.read_text())


def record(figures: Iterable[Figure]) -> None:
    """Keep also those that are met now. One that was met stays so."""
    now = {figure.metric for figure in figures if figure.is_met and figure.target.most is not None}
    MET.write_text(json.dumps(sorted({*met(), *now}), indent=2) + "\n")


def failures(figures: Iterable[Figure], met: Iterable[str]) -> Sequence[str]:
    """A sentence for each figure that misses by far a target that was met."""
    known = set(met)
    return [
        f"{figure.metric} is {figure.value:.3g}: more than {TOLERANCE:.0%} over its target of {figure.target.most:g}, "
        "which was met before."
        for figure in figures
        if figure.metric in known and figure.is_far_off
    ]
