"""What the last kept run of `make kills` found, as docs/reliability.md tells it."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

RESULT = Path(__file__).parent / "result.json"


@dataclass(frozen=True, slots=True)
class Result:
    """How many kills there were with which seed, on which day, and how many problems they showed."""

    kills: int
    problems: int
    seed: int
    day: str = datetime.now(UTC).date().isoformat()

    def keep(self) -> None:
        """Keep it for the page."""
        RESULT.write_text(json.dumps(asdict(self)) + "\n", "utf-8")


def section() -> list[str]:
    """The lines of the page."""
    kept = Result(**json.loads(RESULT.read_text("utf-8")))
    return [
        "## Kills",
        "",
        "`make kills N=1000` uses the program in a real terminal at random (typing, asking, queueing, stopping,",
        "deleting, undoing, starting), kills it with SIGKILL at a random moment and starts it again. What the screen",
        "had shown for half a second is compared with the store, with the server and with what is shown again: nothing",
        "may be lost, nothing asked twice, no deletion undone or done unasked, and no empty sessions may pile up.",
        f"On {kept.day}, with the seed {kept.seed}: {kept.kills:,} kills, {kept.problems} problems.",
    ]
