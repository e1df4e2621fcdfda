"""Many turns with random faults through the workspace, against a server that keeps what it was asked: `make soak`.

Prints the figures, and fails where a question was sent twice, or an event was lost.
"""

import argparse
import asyncio
import json
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from pydantic import SecretStr

from tests.faults import proxy as faults
from tests.local.server import Connection as Connected
from tests.local.server import running_server
from tui.api.client import Client
from tui.api.connection import Connection
from tui.api.errors import UnknownOutcomeError
from tui.conversation.transcript import Answer, Transcript
from tui.store.store import Store
from tui.workspace.updates import RequestFailed, Update
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
        self.failures: list[Update] = []

    async def session(self, turns: int) -> None:
        """A new session with so many turns; afterwards it must read as the server has it."""
        session_id = await self._workspace.create([self._workspace.indexes[0].id], is_bound=True)
        assert session_id is not None
        for number in range(turns):
            await self._turn(session_id, f"Who leads navigation, {session_id[-6:]} {number}?")
        shown = self._workspace.transcript(session_id)
        await self._workspace.open(session_id)
        self.lost_events += _differences(shown, self._workspace.transcript(session_id))

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


def _resident_kib(process: int | str = "self") -> int:
    """The memory that a process uses now; where the system does not tell, the most that this one ever used."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * resource.getpagesize() // 1024
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _descriptors(process: int | str = "self") -> int:
    """How many files and connections a process has open; -1 where the system does not tell."""
    try:
        return len(list(Path(f"/proc/{process}/fd").iterdir()))
    except OSError:
        return -1


async def _soak(server: Connected, folder: Path, turns: int, seed: int) -> int:
    started = time.monotonic()
    store = Store.open(folder / "state" / "store.sqlite3")
    async with faults.fault_proxy(server.base_url) as proxy:
        failures = Counter[str]()

        def note(update: Update) -> None:
            if isinstance(update, RequestFailed) and isinstance(update.error, UnknownOutcomeError):
                failures[update.error.message] += 1

        workspace = Workspace(store, "soak", note, asyncio.create_task)
        workspace.turns.recovery.sleep = lambda _: asyncio.sleep(0.005)
        await workspace.connect(Client(Connection(proxy.base_url, SecretStr(server.api_key))))
        soak = Soak(workspace, proxy, seed)
        await soak.session(min(turns, TURNS_OF_A_SESSION))
        done, pid = min(turns, TURNS_OF_A_SESSION), server.process.pid
        before = _resident_kib(), _descriptors(), _resident_kib(pid), _descriptors(pid)
        while done < turns:
            await soak.session(min(TURNS_OF_A_SESSION, turns - done))
            done += TURNS_OF_A_SESSION
        doubled = sum(times - 1 for times in Counter(proxy.prompts).values())
        left = len(store.journal.entries("soak"))
        figures = {
            "turns": sum(soak.faults.values()),
            "faults": sum(soak.faults.values()) - soak.faults["none"],
            "questions_given_back": soak.given_back,
            "events_lost": soak.lost_events,
            "double_posts": doubled,
            "open_journal_entries": left,
            "rss_growth_kib": _resident_kib() - before[0],
            "descriptors": [before[1], _descriptors()],
            "server_rss_growth_kib": _resident_kib(pid) - before[2],
            "server_descriptors": [before[3], _descriptors(pid)],
            "seconds": round(time.monotonic() - started, 1),
            "seed": seed,
        }
        await workspace.close()
    store.close()
    print(json.dumps(figures))
    return 1 if soak.lost_events or doubled or left else 0


def main() -> int:
    """Run the soak; 1 where something was lost or sent twice."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "notes").mkdir()
        (folder / "notes" / "crew.md").write_text("# Crew\n\n- Ada Sol leads navigation.\n- Bo Lin leads science.\n")
        with running_server([folder / "notes"], folder / "data") as server:
            return asyncio.run(_soak(server, folder, options.turns, options.seed))


if __name__ == "__main__":
    sys.exit(main())
