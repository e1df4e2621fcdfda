"""Many turns with random faults through the workspace, against a server that keeps what it was asked: `make soak`.

Prints the figures, with the memory and the open files of client and server, and fails where a question was sent twice,
or an event was lost. `--keep` has docs/reliability.md tell them.
"""

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import linear_regression

from pydantic import SecretStr

from benchmarks.usage import Usage, usage_of
from tests.faults import proxy as faults
from tests.local.server import Connection as Connected
from tests.local.server import running_server
from tests.soak.result import keep
from tui.api.client import Client
from tui.api.connection import Connection
from tui.conversation.transcript import Answer, Transcript
from tui.store.store import Store
from tui.workspace.workspace import Workspace

FAULTS: dict[str, faults.Fault] = {
    "none": faults.no_fault,
    "byte by byte": faults.byte_by_byte,
    "all at once": faults.all_at_once,
    "cut": faults.cut_at(0.5),
    "cut before the stop": faults.cut_at(0.97),
    "reset": faults.reset_at(0.4),
    "answer lost": faults.lost_answer,
    "question lost": faults.lost_question,
    "502 though taken": faults.taken_but("502 Bad Gateway"),
    "sign-in page": faults.taken_but("200 OK", "Content-Type: text/html"),
    "429": faults.refused("429 Too Many Requests", "Retry-After: 1"),
    "409": faults.refused("409 Conflict"),
    "redirect": faults.refused("307 Temporary Redirect", "Location: http://127.0.0.1:1/"),
}
NOT_TAKEN = {"question lost", "429", "409", "redirect"}
TURNS_OF_A_SESSION = 25


class Soak:
    """Asks turn after turn, and counts what went wrong."""

    def __init__(self, workspace: Workspace, proxy: faults.FaultProxy, seed: int) -> None:
        self._workspace = workspace
        self._proxy = proxy
        self._random = random.Random(seed)
        self.faults = Counter[str]()
        self.lost_events = 0
        self.given_back = 0
        self.sent_twice = 0

    async def session(self, turns: int) -> None:
        """A new session with so many turns; afterwards it must read as the server has it."""
        session_id = await self._workspace.create([self._workspace.indexes[0].id], is_bound=True)
        assert session_id is not None
        for number in range(turns):
            await self._turn(session_id, f"Who leads navigation, {session_id[-6:]} {number}?")
        shown = self._workspace.transcript(session_id)
        await self._workspace.open(session_id)
        self.lost_events += _differences(shown, self._workspace.transcript(session_id))
        self.sent_twice += sum(times - 1 for times in Counter(self._proxy.prompts).values())
        self._proxy.prompts.clear()  # what the proxy remembers would be taken for growth
        self._proxy.requests.clear()

    async def _turn(self, session_id: str, question: str) -> None:
        name = self._random.choice(list(FAULTS))
        self.faults[name] += 1
        self._proxy.next_turns.append(FAULTS[name])
        assert self._workspace.ask(session_id, question)
        while self._workspace.is_busy(session_id):
            await asyncio.sleep(0.002)
        given_back = self._workspace.draft(session_id)
        self.given_back += bool(given_back)
        if (name in NOT_TAKEN) != (given_back == question):
            self.lost_events += 1
        self._workspace.write_draft(session_id, "")


def _differences(shown: Transcript | None, stored: Transcript | None) -> int:
    """Turns that read otherwise than the server has them, or are not there."""
    assert shown is not None
    assert stored is not None
    said = [(turn.question, *(part.text for part in turn.parts if isinstance(part, Answer))) for turn in shown]
    kept = [(turn.question, *(part.text for part in turn.parts if isinstance(part, Answer))) for turn in stored]
    return sum((Counter(kept) - Counter(said)).values()) + sum((Counter(said) - Counter(kept)).values())


@dataclass(frozen=True, slots=True)
class Sample:
    """What the client and the server use after so many turns."""

    turns: int
    client: Usage
    server: Usage


def _growth(samples: Sequence[Sample], value: Callable[[Sample], int]) -> float:
    """How much a value grows in a thousand turns: the slope of the line that fits best, without the first third of the
    samples, in which caches fill."""
    settled = samples[len(samples) // 3 :]
    if len(settled) < 2:
        return 0.0
    turns = [float(sample.turns) for sample in settled]
    return round(linear_regression(turns, [float(value(sample)) for sample in settled]).slope * 1000, 1)


def _use(samples: Sequence[Sample]) -> dict[str, object]:
    """Memory in KiB and open files, at the first sample and at the last, and how they grow in a thousand turns."""
    values: dict[str, Callable[[Sample], int]] = {
        "client_rss_kib": lambda sample: sample.client.rss_bytes >> 10,
        "client_descriptors": lambda sample: sample.client.descriptors,
        "server_rss_kib": lambda sample: sample.server.rss_bytes >> 10,
        "server_descriptors": lambda sample: sample.server.descriptors,
    }
    return {
        name: {"first": value(samples[0]), "last": value(samples[-1]), "in_1000_turns": _growth(samples, value)}
        for name, value in values.items()
    }


async def _run(soak: Soak, server: int, turns: int, seconds: float) -> Sequence[Sample]:
    """So many turns at least, and for so long at least; a sample after each session."""
    ends, samples = time.monotonic() + seconds, list[Sample]()
    while not samples or samples[-1].turns < turns or time.monotonic() < ends:
        done = samples[-1].turns if samples else 0
        more = min(TURNS_OF_A_SESSION, turns - done) if turns > done else TURNS_OF_A_SESSION
        await soak.session(more)
        samples.append(Sample(done + more, usage_of(os.getpid()), usage_of(server)))
    return samples


async def _soak(server: Connected, folder: Path, turns: int, minutes: float, seed: int) -> dict[str, object]:
    started = time.monotonic()
    store = Store.open(folder / "state" / "store.sqlite3")
    async with faults.fault_proxy(server.base_url) as proxy:
        workspace = Workspace(store, "soak", lambda _: None, asyncio.create_task)
        workspace.turns.recovery.sleep = lambda _: asyncio.sleep(0.005)
        await workspace.connect(Client(Connection(proxy.base_url, SecretStr(server.api_key))))
        soak = Soak(workspace, proxy, seed)
        samples = await _run(soak, server.process.pid, turns, minutes * 60)
        left = len(store.journal.entries("soak"))
        figures: dict[str, object] = {
            "turns": sum(soak.faults.values()),
            "faults": sum(soak.faults.values()) - soak.faults["none"],
            "questions_given_back": soak.given_back,
            "events_lost": soak.lost_events,
            "double_posts": soak.sent_twice,
            "open_journal_entries": left,
            **_use(samples),
            "seconds": round(time.monotonic() - started, 1),
            "seed": seed,
        }
        await workspace.close()
    store.close()
    return figures


def main() -> int:
    """Run the soak; 1 where something was lost or sent twice."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=1000, help="run as many at least (1000)")
    parser.add_argument("--minutes", type=float, default=0.0, help="run for as long at least")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--keep", action="store_true", help="keep the figures for docs/reliability.md")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "notes").mkdir()
        (folder / "notes" / "crew.md").write_text("# Crew\n\n- Ada Sol leads navigation.\n- Bo Lin leads science.\n")
        with running_server([folder / "notes"], folder / "data") as server:
            figures = asyncio.run(_soak(server, folder, options.turns, options.minutes, options.seed))
    print(json.dumps(figures, indent=2))
    if options.keep:
        keep(figures)
    return 1 if figures["events_lost"] or figures["double_posts"] or figures["open_journal_entries"] else 0


if __name__ == "__main__":
    sys.exit(main())
