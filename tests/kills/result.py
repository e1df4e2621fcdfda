"""What the kept runs of `make kills` found, as docs/reliability.md tells it."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path

RESULT = Path(__file__).parent / "result.json"
EMBEDDED = "with the embedded server, killed with the program or ended by its death"
PROGRAM = Path(__file__).parent.parent.parent / "tui"


def code_of(program: Path) -> str:
    """What tells the code of a program from any other."""
    digest = blake2b(digest_size=4)
    for path in sorted(program.rglob("*.py")):
        digest.update(f"{path.relative_to(program)}\n".encode() + path.read_bytes())
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Result:
    """A run: how many kills there were with which seed, how many problems they showed, on which code and day."""

    kills: int
    problems: int
    seed: int
    code: str
    day: str
    note: str = ""
    """What there is to say of it."""

    @classmethod
    def of_today(cls, kills: int, problems: int, seed: int, note: str) -> "Result":
        """A run that has ended just now."""
        return cls(kills, problems, seed, code_of(PROGRAM), datetime.now(UTC).date().isoformat(), note)

    def keep(self) -> None:
        """Keep it for the page, beside the others: a run of the same seed on the same code takes the other's place."""
        others = [each for each in kept() if (each.seed, each.code, each.note) != (self.seed, self.code, self.note)]
        rows = ",\n".join(f"  {json.dumps(asdict(each))}" for each in [*others, self])
        RESULT.write_text(f"[\n{rows}\n]\n", "utf-8")


def kept() -> list[Result]:
    """The runs that were kept, the first one first."""
    return [Result(**run) for run in json.loads(RESULT.read_text("utf-8"))]


def section() -> list[str]:
    """The lines of the page."""
    runs = kept()
    codes = list(dict.fromkeys(run.code for run in runs))
    rows = dict.fromkeys((run.code, run.note == EMBEDDED) for run in runs)
    return [
        "## Kills",
        "",
        "`make kills N=1000` uses the program in a real terminal at random (typing, asking, queueing, stopping,",
        "deleting, undoing, starting, switching sessions while an answer arrives, asking in sessions without indexes",
        "of their own, and in two instances at once), kills it with SIGKILL at a random moment and starts it again.",
        "What the screen had shown for half a second is compared with the store, with the server and with what is",
        "shown again: nothing may be lost, nothing asked twice, no deletion undone or done unasked, and no empty",
        "sessions may pile up. With `ARGS=--embedded` the server is the program's own, over a folder: in half of the",
        "rounds it is killed with the program, in the others it ends by its death.",
        f"All together: {_told(runs)}, over {len(codes)} states of the code, the last one at the end:",
        "",
        "| code | days | seeds | kills | problems | |",
        "|---|---|---|---|---|---|",
        *(_row(row[0], [run for run in runs if (run.code, run.note == EMBEDDED) == row]) for row in rows),
    ]


def _told(runs: Sequence[Result]) -> str:
    kills, problems = sum(run.kills for run in runs), sum(run.problems for run in runs)
    return f"{kills:,} kills, {problems} {'problem' if problems == 1 else 'problems'}"


def _row(code: str, runs: Sequence[Result]) -> str:
    days = " to ".join(dict.fromkeys((min(run.day for run in runs), max(run.day for run in runs))))
    seeds = ", ".join(str(run.seed) for run in runs)
    kills, problems = sum(run.kills for run in runs), sum(run.problems for run in runs)
    notes = "; ".join(dict.fromkeys(filter(None, (run.note for run in runs))))
    return f"| `{code}` | {days} | {seeds} | {kills:,} | {problems} | {notes} |"
