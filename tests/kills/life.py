"""One user of the program: round after round it is used at random, killed at a random moment, and started again."""

import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from tests.kills.cloud import keeping_cloud
from tests.kills.embedded import EmbeddedServer
from tests.kills.kept import TOKEN, Memory, Server, tokens
from tests.real_terminal import RealTerminal
from tui.store.files import FILE_NAME

KEPT_AFTER_SECONDS = 0.5
"""What was on the screen for this long survives."""

READY_TIMEOUT = 30.0
"""Seconds that the program may take to show what was kept: a busy machine takes its time."""

LONGEST_ROUND_SECONDS = 1.8
START_SECONDS = 0.9
MAX_TOKENS_IN_DRAFT = 4
ENTER, ESCAPE, UP, DOWN, DELETE, F4 = "\r", "\x1b", "\x1b[A", "\x1b[B", "\x1b[3~", "\x1bOS"
CTRL_N, CTRL_S, ALT_U = "\x0e", "\x13", "\x1bu"
DELETED, WAITS, WHICH_INDEXES = "Deleted:", "edits the last", "hich indexes"


class KilledError(Exception):
    """The moment came, and the program was killed."""


@dataclass(frozen=True)
class Problem:
    """What went wrong in a round, and all that is known of it."""

    round: int
    step: str
    what: str
    screen: str

    def __str__(self) -> str:
        return f"round {self.round} ({self.step}): {self.what}\n{self.screen}"


class Hand:
    """The keys that are pressed, until the moment comes; notes what the screen showed, and from when on."""

    def __init__(self, terminal: RealTerminal, server: Server, chance: random.Random) -> None:
        self.terminal = terminal
        self._server = server
        self.chance = chance
        self.seen: dict[str, float] = {}
        self._looked_for: set[str] = set()
        self.killed_at = 0.0
        self.left_behind = ""
        self.notice_since = self.undone_since = 0.0
        self._is_undone = False
        self._ends = float("inf")

    def end_within(self, seconds: float) -> None:
        """Kill the program at a random moment of so many seconds."""
        self._ends = time.monotonic() + self.chance.uniform(0, seconds)

    def watch(self, seconds: float) -> None:
        """Look at the screen for so long. Raises `KilledError` when the moment has come."""
        until = time.monotonic() + seconds
        while True:
            now = time.monotonic()
            if now >= self._ends:
                self.kill()
                raise KilledError
            if self.terminal.read(max(0.0, min(until, self._ends, now + 0.05) - now)):
                self._look()
            elif now >= until:
                return

    def wait_until(self, reached: Callable[[], object], seconds: float = READY_TIMEOUT) -> bool:
        """Look at the screen until something is so; False where it is late."""
        until = time.monotonic() + seconds
        while not reached():
            if time.monotonic() > until:
                return False
            self.watch(0.02)
        return True

    def press(self, keys: str) -> None:
        self._is_undone |= keys == ALT_U
        self.terminal.send(keys)
        self.watch(self.chance.choice((0, 0, 0.02, 0.2)))

    def type(self, text: str) -> None:
        while text:
            count = self.chance.randint(1, 5)
            self.terminal.send(text[:count])
            text = text[count:]
            self.watch(self.chance.uniform(0, 0.02))

    def shows(self, text: str) -> bool:
        return any(text in line for line in self.terminal.lines())

    def kill(self) -> None:
        self.killed_at = time.monotonic()
        self.left_behind = self._server.kill(self.terminal.process)

    def shown_long_enough(self) -> list[str]:
        """The tokens that had been seen for so long when the program was killed that they must survive."""
        return [token for token, since in self.seen.items() if self._is_long_enough(since)]

    @property
    def deletion_shown(self) -> bool:
        return self._is_long_enough(self.notice_since) and not self._is_undone

    @property
    def undoing_shown(self) -> bool:
        return self._is_long_enough(self.undone_since)

    def _is_long_enough(self, since: float) -> bool:
        return 0 < since <= self.killed_at - KEPT_AFTER_SECONDS

    def _look(self) -> None:
        now, screen = time.monotonic(), "\n".join(self.terminal.lines())
        if WHICH_INDEXES in screen:  # what is typed then is looked for among the indexes
            self._looked_for.update(set(TOKEN.findall(screen)) - self.seen.keys())
        for token in set(TOKEN.findall(screen)) - self._looked_for:
            self.seen.setdefault(token, now)
        if DELETED in screen:
            self.notice_since, self.undone_since = self.notice_since or now, 0.0
        elif self.notice_since and self._is_undone:
            self.undone_since = self.undone_since or now


class Life:
    """A home of its own, a server of its own, and what the user did."""

    def __init__(self, seed: int, number: int, home: Path, server: Server) -> None:
        self._name = f"{seed}/{number}"
        self._home = home
        self._server = server
        self._tokens = 0
        self._memory = Memory(server, home / "state" / FILE_NAME)
        self._steps: Mapping[str, Callable[[Hand], None]] = {
            "type": self._type,
            "ask": self._ask,
            "queue": self._queue,
            "edit the queue": self._edit_queue,
            "stop": self._stop,
            "send": self._send,
            "delete": self._delete,
            "undo": self._undo,
            "unbound session": self._begin_unbound,
            "switch": self._switch,
            "another instance": self._start_another,
        }
        self._others: list[Hand] = []

    def round(self, number: int) -> list[Problem]:
        """Start the program, do something, kill it, and compare."""
        chance = random.Random(f"{self._name}/{number}")
        step = chance.choice(["start", "first question", "first question", *self._steps, "ask", "queue"])
        self._server.begin_round(chance, is_slow=step == "edit the queue")
        goes_on = step != "first question" and chance.random() < 0.85
        found: list[str] = []
        with self._started(goes_on=goes_on) as terminal:
            hand = Hand(terminal, self._server, chance)
            try:
                found += self._live(hand, step, goes_on=goes_on)
            except KilledError:
                pass
            else:
                hand.kill()
            screen = "\n".join(line.rstrip() for line in terminal.lines() if line.strip())
        hands = hand, *self._others
        shown = [token for each in hands for token in each.shown_long_enough()]
        found += [each.left_behind for each in hands if each.left_behind]
        self._others.clear()
        found += self._memory.problems(shown)
        found += self._memory.deletion_problems(
            may_delete=step in ("delete", "undo"), is_shown=hand.deletion_shown, is_undone=hand.undoing_shown
        )
        return [Problem(number, step, what, screen) for what in found]

    def _live(self, hand: Hand, step: str, *, goes_on: bool) -> list[str]:
        if step == "start":
            hand.end_within(START_SECONDS)
            hand.watch(START_SECONDS)
        kept, doomed = self._memory.kept, set(self._memory.doomed)
        if not hand.wait_until(lambda: hand.shows(self._server.ready)):
            return ["the program does not come up"]
        if missing := self._missing(hand, goes_on=goes_on):
            return [f"{missing}: kept, and not shown again"]
        if not hand.wait_until(lambda: doomed <= self._server.deleted.keys(), 10):
            return [f"{', '.join(doomed)}: still not deleted"]
        hand.end_within(LONGEST_ROUND_SECONDS)
        draft = kept.drafts.get((goes_on and kept.last_opened) or "", "")
        if step == "type" and len(tokens([draft])) >= MAX_TOKENS_IN_DRAFT:
            step = "send"
        self._steps.get(step, self._ask)(hand)
        hand.watch(LONGEST_ROUND_SECONDS)
        return []

    def _missing(self, hand: Hand, *, goes_on: bool) -> str:
        """What should be on the screen of a program that was started again; "" where all is."""
        kept = self._memory.kept
        opened = (kept.last_opened or "") if goes_on else ""
        if opened in self._memory.doomed or (opened and opened not in self._server.sessions):
            return ""
        expected = (
            tokens([kept.drafts.get(opened, "")])[-1:]
            + tokens(text for home, text in kept.asked if home == opened)[-1:]
        )
        expected += tokens(kept.queues.get(opened, ())[:1])[:1]
        hand.wait_until(lambda: all(hand.shows(token) or hand.seen.get(token) for token in expected), 10)
        return ", ".join(token for token in expected if token not in hand.seen)

    def _started(self, *, goes_on: bool) -> RealTerminal:
        inherited = {name: text for name, text in os.environ.items() if not name.startswith(("LLAMA", "XDG_"))}
        alone = {
            "HOME": str(self._home),
            "LLAMACHAT_STATE_DIR": str(self._home / "state"),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        }
        shutil.rmtree(self._home / "state" / "frames", ignore_errors=True)  # only what the app itself shows counts
        command = [sys.executable, "-m", "tui", *self._server.arguments, *(["--continue"] if goes_on else [])]
        environment = {**inherited, **alone, **self._server.environment}
        return RealTerminal(command, columns=110, rows=36, environment=environment)

    def _text(self) -> str:
        self._tokens += 1
        return f"Q{self._tokens:06}Z "

    def _type(self, hand: Hand) -> None:
        for _ in range(hand.chance.randint(1, 3)):
            hand.type(self._text())

    def _ask(self, hand: Hand) -> None:
        hand.type(self._text())
        self._enter(hand)
        if hand.chance.random() < 0.3:
            self._type(hand)

    def _enter(self, hand: Hand) -> None:
        """Ask what is written, also where it has to be chosen first what the question searches."""
        hand.press(ENTER)
        if hand.shows(WHICH_INDEXES):
            hand.press(ENTER)

    def _queue(self, hand: Hand) -> None:
        for _ in range(hand.chance.randint(2, 3)):
            hand.type(self._text())
            self._enter(hand)

    def _edit_queue(self, hand: Hand) -> None:
        self._queue(hand)
        if hand.wait_until(lambda: hand.shows(WAITS), 1):
            hand.press(UP)
            if hand.chance.random() < 0.5:
                self._type(hand)

    def _stop(self, hand: Hand) -> None:
        self._ask(hand)
        hand.watch(hand.chance.uniform(0, 0.6))
        hand.press(ESCAPE)

    def _send(self, hand: Hand) -> None:
        self._enter(hand)

    def _begin_unbound(self, hand: Hand) -> None:
        hand.press(CTRL_N)
        hand.wait_until(lambda: hand.shows(WHICH_INDEXES), LONGEST_ROUND_SECONDS)
        hand.press(F4)
        hand.press(ENTER)
        self._ask(hand)

    def _switch(self, hand: Hand) -> None:
        """Turn to another session while an answer arrives, and write there."""
        self._ask(hand)
        hand.press(CTRL_S)
        for _ in range(hand.chance.randint(1, 2)):
            hand.press(hand.chance.choice((UP, DOWN)))
        hand.press(ENTER)
        hand.chance.choice((self._type, self._ask))(hand)

    def _start_another(self, hand: Hand) -> None:
        """Begin a session in another instance of the program, on the same store, while an answer arrives in this one.

        One of the two is killed at a random moment, and the other right after it.
        """
        self._ask(hand)
        with self._started(goes_on=False) as terminal:
            other = Hand(terminal, self._server, hand.chance)
            self._others.append(other)
            try:
                if other.wait_until(lambda: other.shows(self._server.ready)):
                    other.end_within(LONGEST_ROUND_SECONDS)
                    self._ask(other)
                    other.watch(LONGEST_ROUND_SECONDS)
                other.kill()
            except KilledError:
                pass

    def _delete(self, hand: Hand) -> None:
        hand.press(CTRL_S)
        for _ in range(hand.chance.randint(1, 2)):
            hand.press(DELETE)
            hand.press(DELETE)

    def _undo(self, hand: Hand) -> None:
        hand.press(CTRL_S)
        hand.press(DELETE)
        hand.press(DELETE)
        if hand.wait_until(lambda: hand.shows(DELETED), 1):
            hand.press(ALT_U)


def lived(seed: int, number: int, rounds: int, *, is_embedded: bool = False) -> list[Problem]:
    """What went wrong in so many rounds. The same seed and number press the same keys at the same moments.

    `is_embedded`: with the program's own server, over a folder of this machine.
    """
    with tempfile.TemporaryDirectory() as folder, _server(Path(folder), f"{seed}/{number}", is_embedded) as server:
        life = Life(seed, number, Path(folder), server)
        return [problem for round_number in range(rounds) for problem in life.round(round_number)]


def _server(home: Path, seed: str, is_embedded: bool) -> AbstractContextManager[Server]:
    return nullcontext(EmbeddedServer(home, seed)) if is_embedded else keeping_cloud()
