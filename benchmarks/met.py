"""The targets that were met once: `met.json` names them. From then on a run fails that misses one by far."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.figure import TOLERANCE, Figure

MET = Path(__file__).with_name("met.json")


def met() -> Sequence[str]:
    """The metrics whose target was met."""
    return json.loads(MET.read_text())


def record(figures: Iterable[Figure]) -> None:
    """Keep also those that are met now. One that was met stays so."""
    now = {figure.metric for figure in figures if figure.is_met and figure.target.most is not None}
    MET.write_text(json.dumps(sorted({*met(), *now}), indent=2) + "\n")


def failures(figures: Iterable[Figure], met: Iterable[str]) -> Sequence[str]:
    """A sentence for each figure that misses by far a target that was met."""
    known = set(met)
    return [
        f"{figure.metric} is {figure.value:.3g}: more than {TOLERANCE:.0%} over its target of {figure.target.most:g}, "
        "which was met before."
        for figure in figures
        if figure.metric in known and figure.is_far_off
    ]
