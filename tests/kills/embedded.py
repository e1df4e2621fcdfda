"""The program over a folder of this machine: its own server, which is killed with it or ends with it."""

import json
import os
import random
import signal
import sqlite3
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from tests.process.windows import descendants, wait_until_gone

SECONDS_TO_END = 10.0


@dataclass
class StoredSession:
    """A session in the server's database, with the questions in it."""

    index_ids: str | None
    prompts: list[str] = field(default_factory=list[str])


class EmbeddedServer:
    """What the server's database has, and had: it is looked at from outside, whether the server runs or not."""

    ready = "This machine: notes"
    asked_nowhere: Sequence[str] = ()

    def __init__(self, home: Path, seed: str) -> None:
        self._database = home / "data" / "library.sqlite3"
        self._ever: dict[str, StoredSession] = {}
        self._chance = random.Random(seed)
        self._notes = home / "notes"
        self._notes.mkdir()
        (self._notes / "heron.md").write_text("# Heron\n\nThe Heron probe was launched in March 2031.\n")
        self.arguments = ["--local", str(self._notes)]
        self.environment: Mapping[str, str] = {"LLAMACHAT_DATA_DIR": str(self._database.parent)}

    @property
    def sessions(self) -> Mapping[str, StoredSession]:
        found = self._read()
        self._ever |= found
        return found

    @property
    def deleted(self) -> Mapping[str, StoredSession]:
        left = self.sessions
        return {session_id: session for session_id, session in self._ever.items() if session_id not in left}

    @property
    def prompts(self) -> list[tuple[str, str]]:
        """Every question that was taken, with its session."""
        self._ever |= self.sessions
        return [(session_id, prompt) for session_id, session in self._ever.items() for prompt in session.prompts]

    @property
    def never_asked(self) -> list[list[str]]:
        empty = {session_id: each for session_id, each in self.sessions.items() if not each.prompts}
        return [
            [session_id for session_id, each in empty.items() if bool(each.index_ids) is is_bound]
            for is_bound in (True, False)
        ]

    def words_in(self, _: str, /) -> Sequence[str]:
        return ()  # it says no word that occurs once in the world

    def begin_round(self, chance: random.Random, *, is_slow: bool) -> None:
        """It is as fast as it is."""

    def kill(self, program: subprocess.Popen[bytes]) -> str:
        """Kill the program, and in half of the cases what it has started too. What is left behind, or ""."""
        started = descendants(program.pid)
        program.kill()
        if self._chance.random() < 0.5:
            for pid in started:
                os.kill(pid, signal.SIGKILL)
        program.wait()
        try:
            wait_until_gone(started, SECONDS_TO_END)
        except AssertionError as left:
            return str(left)
        return ""

    def _read(self) -> dict[str, StoredSession]:
        if not self._database.exists():
            return {}
        with closing(sqlite3.connect(self._database)) as connection:
            try:
                rows = connection.execute("SELECT id, index_ids FROM sessions").fetchall()
                events = connection.execute("SELECT session_id, body FROM events ORDER BY number").fetchall()
            except sqlite3.OperationalError:  # killed before the tables were made
                return {}
        found = {session_id: StoredSession(index_ids) for session_id, index_ids in rows}
        for session_id, body in events:
            event = json.loads(body)
            if event["type"] == "user_input" and session_id in found:
                found[session_id].prompts.append(event["content"])
        return found
