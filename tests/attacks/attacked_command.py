"""A command that writes a session, while the session is an attack: what it uses, and how it ends."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.attacks.attacked import MAX_MEBIBYTES
from tests.attacks.attacks import ATTACKS, SESSIONS
from tests.attacks.server import attacking
from tests.hostile.payloads import harm
from tui.commands.exit_code import ExitCode
from tui.workspace.exporting import FORMATS

ROOT = Path(__file__).parent.parent.parent
COMMANDS: Mapping[str, Sequence[str]] = {
    "show": ["show"],
    "show --json": ["show", "--json"],
    **{f"export {name}": ["export", "--format", name] for name in FORMATS},
}
"""What is called, by its name."""

ALL = [(command, attack) for attack in SESSIONS for command in COMMANDS]

_LOOKED_AT = 4_000_000
"""Bytes of what was written that are searched for what harms."""


@dataclass(frozen=True, slots=True)
class CommandFigures:
    """What an attack did to a command. `wrong` says what else must not be, "" where nothing was."""

    attack: str
    command: str
    mebibytes: int
    megabytes_written: float
    exit_code: int
    wrong: str = ""

    @property
    def misses(self) -> Sequence[str]:
        """What does not keep within its bound. What is too large may be refused."""
        bounds = {
            "memory": self.mebibytes < MAX_MEBIBYTES,
            "the exit code": self.exit_code in (ExitCode.ANSWERED, ExitCode.REFUSED),
            self.wrong: not self.wrong,
        }
        return [name for name, holds in bounds.items() if not holds]


def attacked_command(command: str, attack: str) -> CommandFigures:
    """Call a command of `COMMANDS` for the session of an attack."""
    with tempfile.TemporaryDirectory() as folder, attacking(ATTACKS[attack].answers) as (base_url, gates):
        gates.start.set()
        gates.session.set()
        home = Path(folder)
        environment = os.environ | {
            "HOME": folder,
            "LLAMACHAT_STATE_DIR": str(home / "state"),
            "LLAMA_CLOUD_API_KEY": "llx-attacked",
            "MEMORY_NOTES": str(home / "memory"),
        }
        name, *options = COMMANDS[command]
        arguments = [name, "ses-1", "--base-url", base_url, *options]
        with (home / "written").open("wb") as output:
            ended = subprocess.run(
                [sys.executable, "-m", "tests.attacks.measured_command", *arguments],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.PIPE,
            )
        return CommandFigures(
            attack,
            command,
            int((home / "memory").read_text().partition("VmHWM:")[2].split()[0]) // 1024,
            round((home / "written").stat().st_size / 1_000_000, 1),
            ended.returncode,
            _wrong(home / "written", ended),
        )


def _wrong(written: Path, ended: "subprocess.CompletedProcess[bytes]") -> str:
    with written.open("rb") as output:
        start = output.read(_LOOKED_AT)
    if bool(start) is bool(ended.returncode):
        return "something was written, and it failed" if start else "nothing was written"
    if b"Traceback" in ended.stderr:
        return f"an error in the program itself: {ended.stderr[-300:].decode(errors='replace')}"
    if found := harm(start.decode(errors="ignore").encode()):
        return f"the terminal was told {found[0]!r}"
    return ""
