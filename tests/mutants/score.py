"""What the last run over all guards found, as docs/reliability.md tells it."""

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from tests.mutants.guards import listed_guards

SCORE = Path(__file__).parent / "score.json"


@dataclass(frozen=True, slots=True)
class Score:
    """The day of a run, how many guards were broken, and the ids of those that no test missed.

    `noticed_since` are those of them that a later run of their own saw noticed.
    """

    day: str
    guards: int
    survivors: Sequence[str]
    noticed_since: Sequence[str] = ()

    def after(self, noticed: Collection[str]) -> "Score":
        """The same, once these guards were broken again and noticed."""
        return replace(self, noticed_since=[each for each in self.survivors if each in {*self.noticed_since, *noticed}])

    @property
    def sentence(self) -> str:
        noticed = self.guards - len(self.survivors)
        return f"{noticed} of {self.guards} broken guards were noticed ({noticed / self.guards:.1%})."

    def keep(self) -> None:
        """Keep it for the page."""
        SCORE.write_text(json.dumps(asdict(self), indent=2) + "\n", "utf-8")


def kept() -> Score:
    """The score that was kept last."""
    return Score(**json.loads(SCORE.read_text("utf-8")))


def section() -> list[str]:
    """The lines of the page: the score, and the survivors with the reason for each."""
    score = kept()
    listed = len(listed_guards())
    reasons = {guard.id: guard.survives_because for guard in listed_guards()}
    lines = [
        "## Guards",
        "",
        "`make mutants` breaks the guards of `tests/mutants/guards` one at a time, in a copy of the tree, and runs the",
        f"tests that must notice. On {score.day}: {score.sentence}",
        f"{listed} are listed now.",
    ]
    left = [each for each in score.survivors if each in reasons and each not in score.noticed_since]
    if cured := len(score.survivors) - len(left):
        lines.append(f"Of the others {cured} are noticed since by tests that were made for them, or gone.")
    rows = [f"| {each} | {reasons[each] or 'not explained'} |" for each in left]
    return [*lines, "", "| no test misses | because |", "|---|---|", *rows] if rows else lines
