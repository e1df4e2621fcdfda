"""What is left after a kill, in the store and on the server, and what of it is wrong."""

import json
import random
import re
import sqlite3
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

TOKEN = re.compile(r"[QA]\d{6}Z")
"""A word that occurs once in the world: `Q` where the user typed it, `A` where the server answered it."""


@dataclass(frozen=True)
class Kept:
    """What the store has. Drafts and queues are by their session's id."""

    drafts: Mapping[str, str] = field(default_factory=dict[str, str])
    queues: Mapping[str, list[str]] = field(default_factory=dict[str, list[str]])
    asked: Sequence[tuple[str, str]] = ()
    """The questions of open turns, each after its session, oldest first."""

    answers: str = ""
    deletions: frozenset[str] = frozenset()
    last_opened: str | None = None

    def to_be_asked(self) -> list[tuple[str, str]]:
        """Each text that the user can still send, with its session."""
        return [*self.drafts.items(), *((session, text) for session, texts in self.queues.items() for text in texts)]


def kept_in(store: Path) -> Kept:
    """What is in this file; nothing where the program was killed before it made one."""
    if not store.exists():
        return Kept()
    with closing(sqlite3.connect(store)) as connection:
        try:
            notes = connection.execute("SELECT session_id, draft, queue FROM notes").fetchall()
            turns = connection.execute("SELECT session_id, prompt FROM open_turns ORDER BY id").fetchall()
            events = connection.execute("SELECT events FROM turn_events UNION ALL SELECT events FROM turns").fetchall()
            deletions = connection.execute("SELECT session_id FROM deletions").fetchall()
            opened = "SELECT session_id FROM notes WHERE opened IS NOT NULL ORDER BY opened DESC LIMIT 1"
            last_opened = connection.execute(opened).fetchone()
        except sqlite3.OperationalError:  # killed before the tables were made
            return Kept()
    return Kept(
        {session_id: draft for session_id, draft, _ in notes if draft},
        {session_id: json.loads(queue) for session_id, _, queue in notes if queue},
        turns,
        " ".join(text for (text,) in events),
        frozenset(session_id for (session_id,) in deletions),
        last_opened and last_opened[0],
    )


def tokens(texts: Iterable[str]) -> list[str]:
    """The tokens in some texts, as often as they are there."""
    return TOKEN.findall("\n".join(texts))


class Server(Protocol):
    """The server that the program is used with, as far as a life and its memory know it."""

    @property
    def ready(self) -> str:
        """What the screen shows when the program is connected with it."""
        ...

    @property
    def arguments(self) -> Sequence[str]:
        """Of the program, to use it."""
        ...

    @property
    def environment(self) -> Mapping[str, str]: ...

    @property
    def sessions(self) -> Mapping[str, object]: ...

    @property
    def deleted(self) -> Mapping[str, object]: ...

    @property
    def prompts(self) -> Sequence[tuple[str, str]]:
        """Every question that came, with its session."""
        ...

    @property
    def asked_nowhere(self) -> Sequence[str]:
        """The questions that came to an unbound session, and did not say what to search."""
        ...

    @property
    def never_asked(self) -> Sequence[Sequence[str]]:
        """The sessions that nothing was ever asked in and that could be known: those that are bound, and the others."""
        ...

    def words_in(self, session_id: str, /) -> Sequence[str]:
        """What was answered there, word by word."""
        ...

    def begin_round(self, chance: random.Random, *, is_slow: bool) -> None:
        """Be as slow as chance has it, or as long answers need."""
        ...

    def kill(self, program: subprocess.Popen[bytes]) -> str:
        """Kill the program, which is gone then. What of it is left behind, or ""."""
        ...


class Memory:
    """What must not be lost, over all rounds of a life: whatever was on the screen for long enough."""

    def __init__(self, server: Server, store: Path) -> None:
        self._server = server
        self._store = store
        self._shown: set[str] = set()
        self._homes: dict[str, str] = {}
        """The session in whose draft or queue a token was last."""
        self.doomed: set[str] = set()
        """Sessions that are deleted, or to be deleted."""
        self.kept = Kept()
        self._told: set[str] = set()

    def problems(self, shown: Iterable[str]) -> list[str]:
        """What is wrong now, `shown` being the tokens that were on the screen for long enough since the last time."""
        self._shown.update(shown)
        self.kept = kept_in(self._store)
        found = [*self._lost(), *self._doubled()]
        found += [f"{prompt}: asked without an index to search" for prompt in self._server.asked_nowhere]
        written_in = {home for home, _ in [*self.kept.to_be_asked(), *self.kept.asked]}
        for never_asked in self._server.never_asked:
            if len(empty := sorted(set(never_asked) - written_in - self.kept.deletions)) > 1:
                found.append(f"empty sessions pile up: {', '.join(empty)}")
        homes = [*self.kept.to_be_asked(), *self.kept.asked]
        self._homes |= {token: home for home, text in homes for token in tokens([text])}
        found = [problem for problem in found if problem not in self._told]
        self._told.update(found)
        return found

    def deletion_problems(self, *, may_delete: bool, is_shown: bool, is_undone: bool) -> list[str]:
        """What is wrong with deletions: made or undone by nobody, or shown and not kept."""
        doomed = set(self.kept.deletions) | set(self._server.deleted)
        found = [f"{session_id}: its deletion is gone" for session_id in self.doomed - doomed]
        new = doomed - self.doomed
        if new and not may_delete:
            found.append(f"{', '.join(new)}: deleted, and nobody asked for it")
        if not new and is_shown:
            found.append("a deletion that was shown is not kept")
        if new and is_undone:
            found.append(f"{', '.join(new)}: deleted although that was undone")
        self.doomed |= doomed
        return found

    def _lost(self) -> list[str]:
        typed = set(tokens(text for _, text in self.kept.to_be_asked()))
        typed |= set(tokens([self.kept.answers, *(text for _, text in [*self.kept.asked, *self._server.prompts])]))
        read = set(tokens([self.kept.answers]))
        doomed = self.kept.deletions | self._server.deleted.keys()
        deleted = {word for session_id in doomed for word in self._server.words_in(session_id)}
        lost = [
            token
            for token in sorted(self._shown)
            if token not in (typed if token[0] == "Q" else read | deleted) and self._homes.get(token) not in doomed
        ]
        self._shown.difference_update(lost, deleted)
        return [f"{token}: lost" for token in lost]

    def _doubled(self) -> list[str]:
        asked = tokens(prompt for _, prompt in self._server.prompts)
        open_turns = tokens(text for _, text in self.kept.asked)
        to_be_asked = tokens(text for _, text in self.kept.to_be_asked())
        found = [f"{token}: asked {asked.count(token)} times" for token in sorted(set(asked)) if asked.count(token) > 1]
        for token in sorted(set(to_be_asked)):
            if to_be_asked.count(token) > 1:
                found.append(f"{token}: to be asked twice")
            if token in asked or token in open_turns:
                found.append(f"{token}: asked, and still to be asked")
        return found
