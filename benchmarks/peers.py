"""`python -m benchmarks.peers [NAME...]`: the first paint of other terminal chats beside this one's.

Each is installed in a folder of its own, at the version that is named here, and started in a pseudo-terminal with an
empty home folder, in turn with the others. What it shows first may be its chat or a question about an account.
"""

import re
import subprocess
import sys
import time
import venv
from argparse import ArgumentParser
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory, mkdtemp
from typing import Literal

from benchmarks.fake_api import FakeApi
from benchmarks.running import APP, HELLO, python_with_wheel, sessions_of
from benchmarks.start import KEPT_WITHIN
from tests.real_terminal import RealTerminal

PAINTED_CHARS = 20
"""A screen with so many characters that are not blank is painted."""

TIMEOUT = 30.0
"""Seconds after which a program counts as not starting."""

_CONTROL = re.compile(
    r"\x1b(\[[0-9;:<=>?]*[ -/]*[@-~]|[\]P_^X].*?(\x1b\\|\x07|$)|[ -/]*[0-~])|[\x00-\x1f\x7f]", re.DOTALL
)

ROUNDS = 5
HOMES: Sequence[str] = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")
OURS = "llamachat-tui"
HELLO_NAME = "bare Textual app"


@dataclass(frozen=True, slots=True)
class Peer:
    """A program, the package that has it, and the client that installs this."""

    name: str
    client: Literal["pip", "npm"]
    package: str
    version: str


PEERS = (
    Peer("elia", "pip", "elia-chat", "1.10.0"),
    Peer("oterm", "pip", "oterm", "0.26.1"),
    Peer("parllama", "pip", "parllama", "0.10.1"),
    Peer("codex", "npm", "@openai/codex", "0.169.0"),
    Peer("gemini", "npm", "@google/gemini-cli", "0.61.0"),
    Peer("opencode", "npm", "opencode-ai", "1.18.33"),
    Peer("crush", "npm", "@charmland/crush", "0.96.1"),
)


@dataclass(frozen=True, slots=True)
class Start:
    """How a program is started. `stays` is how many seconds it runs the first time, to keep what it wants to keep.

    `environment` gives the variables of each start.
    """

    command: Sequence[str | Path]
    environment: Callable[[], Mapping[str, str]]
    stays: float = 0


def install(peer: Peer, folder: Path) -> Path | None:
    """The command of a program that was installed in a folder; None where it cannot be."""
    if peer.client == "pip":
        venv.create(folder, with_pip=True)
        install = [folder / "bin" / "pip", "install", "--quiet", f"{peer.package}=={peer.version}"]
        command = folder / "bin" / peer.name
    else:
        folder.mkdir()
        install = ["npm", "install", "--silent", "--no-fund", "--no-audit", f"{peer.package}@{peer.version}"]
        command = folder / "node_modules" / ".bin" / peer.name
    try:
        done = subprocess.run(install, cwd=folder, capture_output=True, check=False)
    except FileNotFoundError:  # there is no such client here
        return None
    return command if done.returncode == 0 and command.exists() else None


def first_paint(start: Start, stays: float = 0) -> float | None:
    """Seconds from the start to a painted screen, after which it runs on; None where it does not come to that."""
    began = time.monotonic()
    with RealTerminal(start.command, environment={"TERM": "xterm-256color", **start.environment()}) as terminal:
        while time.monotonic() < began + TIMEOUT:
            if terminal.read(0.05) and _painted(terminal):
                painted = terminal.received_at
                while time.monotonic() < painted + stays:
                    terminal.read(0.1)
                return painted - began
            if terminal.process.poll() is not None:
                return None
    return None


def _painted(terminal: RealTerminal) -> bool:
    """Read from the bytes: not all that these programs write is understood by the screen of the tests."""
    text = _CONTROL.sub("", terminal.received.decode(errors="replace"))
    return len("".join(text.split())) >= PAINTED_CHARS


def measure(starts: Mapping[str, Start], rounds: int) -> Mapping[str, Sequence[float]]:
    """The seconds of each start, in turn, with what they need from the disk read once before."""
    took: dict[str, list[float]] = {name: [] for name in starts}
    for name, start in starts.items():
        first_paint(start, start.stays)
        print(f"started {name}", file=sys.stderr)
    for _ in range(rounds):
        for name, start in starts.items():
            if (seconds := first_paint(start)) is not None:
                took[name].append(seconds)
    return took


def table(took: Mapping[str, Sequence[float]]) -> str:
    """The figures as a Markdown table with the date."""
    rows = [
        f"Measured on {datetime.now(UTC):%Y-%m-%d}, {ROUNDS} starts each, in turn.",
        "",
        "| program | first paint, median | least |",
        "|---|---|---|",
    ]
    for name, seconds in took.items():
        figures = f"{median(seconds) * 1e3:.0f} ms | {min(seconds) * 1e3:.0f} ms" if seconds else "did not start | |"
        rows.append(f"| {name} | {figures} |")
    return "\n".join(rows)


def main() -> None:
    """Install and measure those that are named, or all."""
    parser = ArgumentParser(prog="python -m benchmarks.peers", description="Measure the start of other terminal chats.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(peer.name for peer in PEERS))
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="starts of each (default: %(default)s)")
    arguments = parser.parse_args()
    with TemporaryDirectory(prefix="peers-") as folder, FakeApi(*sessions_of(*range(3, 43))) as api:
        python = python_with_wheel()
        quiet = {"TEXTUAL_ANIMATIONS": "none", "LLAMACHAT_CONFIG": str(Path(folder) / "none.toml")}
        starts = {
            HELLO_NAME: Start([python, "-P", *HELLO], lambda: quiet),
            f"{OURS}, started before": Start([python, "-P", *APP], lambda: quiet | api.environment, KEPT_WITHIN),
            f"{OURS}, the first time": Start([python, "-P", *APP], lambda: quiet | api.environment_of_newcomer),
        }
        for peer in PEERS:
            if arguments.names and peer.name not in arguments.names:
                continue
            command = install(peer, Path(folder) / peer.name)
            if command is None:
                print(f"{peer.name} {peer.version} could not be installed.", file=sys.stderr)
            else:
                home = mkdtemp(dir=folder)
                starts[f"{peer.name} {peer.version}"] = Start([command], partial(dict.fromkeys, HOMES, home))
        print(table(measure(starts, arguments.rounds)))


if __name__ == "__main__":
    main()
