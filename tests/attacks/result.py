"""What the last kept run of `make attacks` measured, as docs/reliability.md tells it."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from tests.attacks.attacked import MAX_KEY_SECONDS, MAX_MEBIBYTES, MAX_QUIT_SECONDS, Figures
from tests.attacks.attacked_command import CommandFigures

RESULT = Path(__file__).parent / "result.json"


def row(figures: Figures) -> str:
    """A row of the table."""
    numbers = (figures.key_ms, figures.busy_ms, figures.mebibytes, figures.quit_ms)
    return f"| {figures.attack} | {' | '.join(f'{number:,}' for number in numbers)} |"


def command_row(figures: CommandFigures) -> str:
    """A row of the table of commands."""
    numbers = f"{figures.mebibytes} | {figures.megabytes_written} | {figures.exit_code}"
    return f"| {figures.command}: {figures.attack} | {numbers} |"


def keep(measured: Sequence[Figures], commands: Sequence[CommandFigures]) -> None:
    """Keep it for the page. Where nothing of a kind was measured, what was kept of it stays."""
    kept = json.loads(RESULT.read_text("utf-8"))
    day = datetime.now(UTC).date().isoformat()
    if measured:
        kept |= {"day": day, "attacks": [asdict(figures) for figures in measured]}
    if commands:
        kept |= {"day_of_commands": day, "commands": [asdict(figures) for figures in commands]}
    RESULT.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")


def section() -> list[str]:
    """The lines of the page."""
    kept = json.loads(RESULT.read_text("utf-8"))
    measured = [Figures(**figures) for figures in kept["attacks"]]
    commands = [CommandFigures(**figures) for figures in kept["commands"]]
    named = [(each.attack, each.misses) for each in measured]
    named += [(f"{each.command}: {each.attack}", each.misses) for each in commands]
    missed = [f"- {name}: {', '.join(misses)}" for name, misses in named if misses]
    return [
        "## Attacks",
        "",
        "`make attacks` runs the program in a real terminal against a server that sends what is meant to fill the",
        "memory, to hold up the keys or to keep the program from ending. A key is pressed every quarter of a second.",
        f"Bounds: {MAX_KEY_SECONDS * 1000:.0f} ms from a key to its effect, as much CPU time between two steps of the",
        f"event loop, less than {MAX_MEBIBYTES} MiB, {MAX_QUIT_SECONDS:.0f} s to quit, the exit code 0, nothing",
        f"hostile told to the terminal, and no error in the program. On {kept['day']}:",
        "",
        "| sent | slowest key, ms | longest step, ms | most memory, MiB | quitting, ms |",
        "|---|---|---|---|---|",
        *map(row, measured),
        "",
        "The commands that write a session are called for each session among these. They take less than",
        f"{MAX_MEBIBYTES} MiB too, and write the session, or refuse it (exit code 4). On {kept['day_of_commands']}:",
        "",
        "| called | most memory, MiB | megabytes written | exit code |",
        "|---|---|---|---|",
        *map(command_row, commands),
        "",
        *(["Missed:", "", *missed] if missed else ["No bound was missed."]),
    ]
