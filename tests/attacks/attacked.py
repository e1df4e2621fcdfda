"""The real program in a terminal while it is attacked: how long a key takes, what it uses, and how it ends."""

import sqlite3
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.attacks.attacks import Attack
from tests.attacks.server import Gates, attacking
from tests.hostile.payloads import harm
from tests.process.windows import in_window
from tests.real_terminal import RealTerminal
from tui.log import FILE_NAME as LOG_NAME
from tui.store.files import FILE_NAME as STORE_NAME

KEY_PAUSE_SECONDS = 0.25
AT_REST_SECONDS = 0.3
KEPT_SECONDS = 60.0
"""By then all of a session is kept, also on a slow machine."""

LONGEST_SECONDS = 12.0
"""Where an attack goes on for longer, the user quits in the midst of it."""

STEADY_PAUSES = 6
"""An attack is over where the program came to rest so often in turn between two keys."""

MAX_KEY_SECONDS = 0.1
MAX_QUIT_SECONDS = 2.0
MAX_MEBIBYTES = 400

ENTER, CTRL_Q, CTRL_S = "\r", "\x11", "\x13"
_PROGRAM = "-m", "tests.attacks.watched_app", "--base-url"
_LETTERS = "абвгдежзийклмнопрстуфхцчшщъыьэюяαβγδεζηθικλμνξοπρστυφχψω"
"""Each is typed once, and is nowhere else on the screen."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What an attack did. `key_ms` is by the clock, from a key to its effect; `busy_ms` is the longest CPU time in
    which the event loop could not take one. `wrong` says what else must not be, "" where nothing was.
    """

    attack: str
    key_ms: int
    busy_ms: int
    mebibytes: int
    quit_ms: int
    exit_code: int
    wrong: str = ""

    @property
    def misses(self) -> Sequence[str]:
        """What does not keep within its bound."""
        bounds = {
            "a key": self.key_ms <= MAX_KEY_SECONDS * 1000,
            "the event loop": self.busy_ms <= MAX_KEY_SECONDS * 1000,
            "memory": self.mebibytes < MAX_MEBIBYTES,
            "quitting": self.quit_ms <= MAX_QUIT_SECONDS * 1000,
            "the exit code": self.exit_code == 0,
            self.wrong: not self.wrong,
        }
        return [name for name, holds in bounds.items() if not holds]


class _Victim:
    """The program, the keys that are pressed in it, and the worst of their times."""

    def __init__(self, terminal: RealTerminal, busy_notes: Path) -> None:
        self.terminal = terminal
        self.slowest_key = 0.0
        self._busy_notes = busy_notes
        self._letters = iter(_LETTERS)
        self._peak = 0

    def look(self) -> int:
        """The most KiB that the program has used so far."""
        with suppress(OSError, IndexError):  # it has ended
            status = Path(f"/proc/{self.terminal.process.pid}/status").read_text()
            self._peak = int(status.partition("VmHWM:")[2].split()[0])
        return self._peak

    def press(self) -> None:
        """Type a letter, and wait until it is drawn."""
        letter = next(self._letters)
        began, so_far = time.monotonic(), len(self.terminal.received)
        self.terminal.send(letter)
        drawn = letter.encode()
        while drawn not in self.terminal.received[so_far:] and time.monotonic() - began < LONGEST_SECONDS:
            self.terminal.read(0.05)
        self.slowest_key = max(self.slowest_key, time.monotonic() - began)

    def pause(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.terminal.read(left)

    @property
    def is_working(self) -> bool:
        """Whether a thread of the program runs, or would if it had a processor."""
        threads = Path(f"/proc/{self.terminal.process.pid}/task").glob("*/stat")
        return any(thread.read_text().rpartition(")")[2].split()[0] == "R" for thread in threads)

    def rest(self, seconds: float, at_most: float = LONGEST_SECONDS) -> None:
        """Wait until the program has had nothing to do for so long."""
        end = time.monotonic() + at_most
        since = time.monotonic()
        while (now := time.monotonic()) - since < seconds and now < end:
            self.terminal.read(0.01)
            with suppress(OSError):  # a thread has ended
                since = now if self.is_working else since

    def suffer(self, seconds: float) -> None:
        """Press a key again and again, until the program is at rest or the time is over."""
        end, at_rest = time.monotonic() + seconds, 0
        while time.monotonic() < end and at_rest < STEADY_PAUSES:
            self.press()
            began = time.monotonic()
            self.rest(KEY_PAUSE_SECONDS / 2, KEY_PAUSE_SECONDS)
            at_rest = at_rest + 1 if time.monotonic() - began < KEY_PAUSE_SECONDS else 0
            self.pause(began + KEY_PAUSE_SECONDS - time.monotonic())
            self.look()

    def quit(self) -> tuple[float, int]:
        """Seconds from the key to the end, and the exit code."""
        began = time.monotonic()
        self.terminal.send(CTRL_Q)
        while self.terminal.process.poll() is None and time.monotonic() - began < LONGEST_SECONDS:
            self.terminal.read(0.02)
            self.look()
        return time.monotonic() - began, self.terminal.wait_for_exit()

    def busy_since(self, moment: float) -> float:
        """The longest CPU seconds since then that the event loop was kept from its next step."""
        notes = self._busy_notes.read_text().splitlines() if self._busy_notes.exists() else ()
        lines = (line.split() for line in notes)
        return max((float(seconds) for when, seconds in lines if float(when) > moment), default=0.0)


def _met(victim: _Victim, attack: Attack, gates: Gates) -> float:
    """Have the user meet the attack; when that was."""
    terminal = victim.terminal
    if attack.user == "opens again":
        terminal.wait_for("Under attack")
        victim.rest(AT_REST_SECONDS)
        terminal.send(CTRL_S)
        victim.rest(AT_REST_SECONDS)
        began = time.monotonic()
        terminal.send(ENTER)
        return began
    terminal.wait_for("Connecting to")
    victim.rest(AT_REST_SECONDS)
    began = time.monotonic()
    gates.start.set()
    if attack.user == "opens":
        terminal.wait_for("loading…")
        victim.rest(AT_REST_SECONDS)
        began = time.monotonic()
    gates.session.set()
    if attack.user in ("asks", "asks first"):
        terminal.wait_for("Ada." if attack.user == "asks" else "notes")
        victim.rest(AT_REST_SECONDS)
        terminal.send("Why?")
        terminal.wait_for("Why?")
        began = time.monotonic()
        terminal.send(ENTER)
    return began


def _have_it_kept(home: Path, base_url: str, environment: Mapping[str, str], gates: Gates) -> None:
    """Open the session once, and quit when all of it is kept."""
    gates.start.set()
    gates.session.set()
    with in_window(home, *_PROGRAM, base_url, "--session", "ses-1", environment=environment) as terminal:
        terminal.wait_for("Under attack")
        terminal.wait_until(lambda: _is_kept(home / "state" / STORE_NAME), KEPT_SECONDS)
        _Victim(terminal, home / "busy").rest(AT_REST_SECONDS)
        terminal.send(CTRL_Q)
        terminal.wait_for_exit()
    gates.session.clear()


def _is_kept(store: Path) -> bool:
    """Whether all of the one session is kept."""
    with closing(sqlite3.connect(f"{store.as_uri()}?mode=ro", uri=True)) as database:
        return database.execute("SELECT turns FROM sessions WHERE turns IS NOT NULL").fetchone() is not None


def _wrong(written: bytes, log: Path) -> str:
    if found := harm(written):
        return f"the terminal was told {found[0]!r}"
    logged = log.read_text() if log.exists() else ""
    if b"Traceback" in written or "Traceback" in logged:
        return f"an error in the program itself: {logged[-300:]}"
    return ""


def attacked(
    name: str, attack: Attack, seconds: float = LONGEST_SECONDS, look_at: Callable[[Sequence[str]], object] = len
) -> Figures:
    """Start the program, have it attacked for so many seconds at most, and quit. `look_at` is given the last screen."""
    with tempfile.TemporaryDirectory() as folder, attacking(attack.answers) as (base_url, gates):
        home = Path(folder)
        environment = {
            "BUSY_NOTES": str(home / "busy"),
            "LLAMA_CLOUD_API_KEY": "llx-attacked",
            "LLAMACHAT_STATE_DIR": str(home / "state"),
            "PYTHONDONTWRITEBYTECODE": "",  # an installed program is not compiled at each start
        }
        opened = ["--session", "ses-1"] if attack.user in ("asks", "opens") else []
        if attack.user == "opens again":
            _have_it_kept(home, base_url, environment, gates)
        with in_window(home, *_PROGRAM, base_url, *opened, environment=environment) as terminal:
            victim = _Victim(terminal, home / "busy")
            began = _met(victim, attack, gates)
            victim.suffer(seconds)
            look_at(terminal.lines())
            took, exit_code = victim.quit()
            written = bytes(terminal.received)
        return Figures(
            name,
            round(victim.slowest_key * 1000),
            round(victim.busy_since(began) * 1000),
            victim.look() // 1024,
            round(took * 1000),
            exit_code,
            _wrong(written, home / "state" / LOG_NAME),
        )
