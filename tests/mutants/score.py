"""What the last run over all guards found, as docs/reliability.md tells it."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.mutants.guards import listed_guards

SCORE = Path(__file__).parent / "score.json"


@dataclass(frozen=True, slots=True)
class Score:
    """The day of a run, how many guards were broken, and the ids of those that no test missed."""

    day: str
    guards: int
    survivors: Sequence[str]

    @property
    def sentence(self) -> str:
        noticed = self.guards - len(self.survivors)
        return f"{noticed} of {self.guards} broken guards were noticed ({noticed / self.guards:.1%})."

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def section() -> list[str]:
    """The lines of the page: the score, and the survivors with the reason for each."""
    score = Score(**json.loads(SCORE.read_text("utf-8")))
    listed = len(listed_guards())
    reasons = {guard.id: guard.survives_because for guard in listed_guards()}
    lines = [
        "## Guards",
        "",
        "`make mutants` breaks the guards of `tests/mutants/guards` one at a time, in a copy of the tree, and runs the",
        f"tests that must notice. On {score.day}: {score.sentence}",
        f"{listed} are listed now.",
    ]
    rows = [f"| {each} | {reasons.get(each) or 'not explained'} |" for each in score.survivors]
    return [*lines, "", "| no test misses | because |", "|---|---|", *rows] if rows else lines
