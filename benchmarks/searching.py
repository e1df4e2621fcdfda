"""Searching a store of many sessions as one types: CPU time of each search, so that other programs do not count.

It makes a store of 1 GB in the folder for temporary files, which takes some minutes.
"""

import random
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from benchmarks.figure import Figure
from tui.api.models import Event, Session, Stop, Text, Thinking, ToolCall, ToolResult, UserInput
from tui.store.search import SessionSearch
from tui.store.search_query import parse
from tui.store.store import Store

SESSIONS, TURNS = 10_000, 20
ACCOUNT = "https://example.test project"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TODAY = date(2026, 3, 1)
TYPED = (
    "{common} {rare}",
    "{rare} {middle}",
    '"{common} {common2}"',
    "{middle} in:answer",
    "{middle} tool:find",
    "{common} has:error",
    "{common} after:2026-02-27",
    "{rare} index:contracts",
)
"""What is typed, character by character, with words of each kind in place of the names."""


class _Words:
    """Words as often as in a language: the n-th of 40,000 has the weight 1/n."""

    def __init__(self) -> None:
        self._random = random.Random(14)
        letters, weights = (
            "etaoinshrdlucmfwypvbgkjqxz",
            [12, 9, 8, 8, 7, 7, 6, 6, 6, 4, 4, 3, 3, 3, 2, 2, 2, 2, *[1] * 8],
        )
        lengths = (self._random.randint(2, 12) for _ in range(40_000))
        self.all = ["".join(self._random.choices(letters, weights, k=length)) for length in lengths]
        self._weights = list(accumulate(1 / (rank + 2) for rank in range(len(self.all))))

    def text(self, words: int) -> str:
        return " ".join(self._random.choices(self.all, cum_weights=self._weights, k=words))

    def typed(self) -> Iterator[str]:
        """What the field holds after each key."""
        kinds = {"common": (0, 40), "common2": (0, 40), "middle": (500, 3000), "rare": (10_000, 40_000)}
        for line in TYPED:
            words = {kind: self.all[self._random.randrange(*ranks)] for kind, ranks in kinds.items()}
            whole = line.format(**words)
            yield from (whole[:end] for end in range(1, len(whole) + 1))

    def turn(self, number: int) -> list[Event]:
        result = {"results": [{"file_name": f"{self.text(1)}.pdf", "text": self.text(20)} for _ in range(3)]}
        tool = "find" if number % 3 else "retrieve"
        return [
            UserInput(self.text(10)),
            Thinking(self.text(10)),
            ToolCall("c", tool, {"query": self.text(3)}),
            ToolResult("c", tool, result),
            Text(self.text(40)),
            Stop(is_error=number % 50 == 0, error="overloaded"),
        ]


def searching(_rounds: int) -> Iterator[Figure]:
    """`search_10000_ms`, over some 150 keys, however many rounds are asked for."""
    with TemporaryDirectory() as folder:
        path, words = Path(folder) / "state" / "store.sqlite3", _Words()
        store = Store.open(path)
        writing = _fill(store, words)
        search, took = SessionSearch(store.database), list[float]()
        for typed in words.typed():
            began = time.process_time()
            query = parse(typed, TODAY)
            search.find(ACCOUNT, query, {"index-1"} if query.indexes else None)
            took.append((time.process_time() - began) * 1e3)
        size = path.stat().st_size / 2**20
        store.close()
    note = (
        f"CPU; median {median(took):.1f} ms, most {max(took):.0f} ms; {SESSIONS:,} sessions of {TURNS} turns, "
        f"{size:,.0f} MiB, kept in {writing * 1e3:.2f} ms a turn"
    )
    yield Figure("search_10000_ms", quantiles(took, n=20)[-1], note)


def _fill(store: Store, words: _Words) -> float:
    """Keep the sessions; seconds of CPU time for each turn."""
    took = 0.0
    for number in range(SESSIONS):
        bound_to = (f"index-{number % 20}",)
        session = Session(f"s{number}", NOW - timedelta(minutes=10 * number), words.text(5), bound_to)
        events = [event for turn in range(TURNS) for event in words.turn(turn)]
        began = time.process_time()
        store.sessions.save_history(ACCOUNT, session, events)
        took += time.process_time() - began
    return took / (SESSIONS * TURNS)
