"""How well figures, dates, quotations and names without evidence are found: `python -m benchmarks.grounding`.

Each answer is checked once as it is right, where every claim that is told is a false alarm, and then once for each
planted error, which is found where a claim is told that was not told before. `--tuned` measures the answers that the
check was tuned with instead, and names what it got wrong.
"""

import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tui.api.models import Stop, Text, ToolResult
from tui.conversation.grounding.checking import GroundingCheck
from tui.conversation.grounding.claims import Claim
from tui.conversation.transcript_builder import replay

HERE = Path(__file__).parent
RECALL, FALSE_ALARMS = 0.95, 0.05
"""At least this part of the planted errors is to be found, and at most this part of the right claims to be told."""


@dataclass(frozen=True)
class JudgedAnswer:
    """An answer in pieces: text, and in between the ways to state a claim, of which the first one is right."""

    texts: Sequence[str]
    pieces: Sequence[str]
    claims: Sequence[Sequence[str]]

    def text(self, wrong: tuple[int, int] | None = None) -> str:
        """The answer, with one of its claims stated in a wrong way."""
        said = [ways[wrong[1] if wrong and wrong[0] == at else 0] for at, ways in enumerate(self.claims)]
        return "".join(piece + way for piece, way in zip(self.pieces, [*said, ""], strict=True))

    def planted(self) -> Iterator[tuple[int, int]]:
        """Each planted error, by the places of its claim and of its wording."""
        for at, ways in enumerate(self.claims):
            yield from ((at, way) for way in range(1, len(ways)) if ways[way] != ways[0])


@dataclass
class Score:
    """What was measured: `planted` and `found` count errors by kind, `alarms` names right claims that were told."""

    right: int
    alarms: Sequence[str]
    planted: Counter[str]
    found: Counter[str]
    overlooked: Sequence[str]

    def recall(self, *kinds: str) -> float:
        """The part of the planted errors of these kinds that was found."""
        return sum(self.found[kind] for kind in kinds) / sum(self.planted[kind] for kind in kinds)

    @property
    def false_alarms(self) -> float:
        return len(self.alarms) / self.right


def judged(name: str) -> list[JudgedAnswer]:
    """The answers of a file."""
    listed = tomllib.loads((HERE / name).read_text("utf-8"))["answer"]
    return [_judged(each["texts"], each["answer"]) for each in listed]


def _judged(texts: Sequence[str], marked: str) -> JudgedAnswer:
    pieces, claims = [""], list[list[str]]()
    for at, part in enumerate(marked.replace("{{", "}}").split("}}")):
        if at % 2:
            claims.append([way.strip() for way in part.split("|")])
            pieces.append("")
        else:
            pieces[-1] += part
    return JudgedAnswer(texts, pieces, claims)


def missing(answer: str, texts: Sequence[str]) -> list[Claim]:
    """The claims of an answer that are told to stand in none of these texts, which tools returned by their sections."""
    passages = [
        {"content": section, "score": 0.5, "metadata": {"file_name": name}}
        for name in texts
        for section in (HERE / "texts" / name).read_text("utf-8").split("\n## ")
    ]
    transcript = replay([ToolResult("1", "retrieve", {"results": passages}), Text(answer), Stop()])
    check = GroundingCheck()
    for _ in check.checking(lambda: transcript, [0]):
        pass
    return list(check.missing(0))


def kind_of(way: str) -> str:
    """Whether a planted error is a quotation, a name or a figure, which dates are, too."""
    if way[:1] in '\N{LEFT DOUBLE QUOTATION MARK}\N{LEFT SINGLE QUOTATION MARK}«"':
        return "quotation"
    return "figure" if any(char.isdigit() for char in way) or way[:1].islower() else "name"


def measured(answers: Sequence[JudgedAnswer]) -> Score:
    """The score over some answers."""
    score = Score(0, [], Counter(), Counter(), [])
    alarms, overlooked = list[str](), list[str]()
    for answer in answers:
        told = missing(answer.text(), answer.texts)
        score.right += len(answer.claims)
        alarms += [f"{claim.kind}: {claim.text}" for claim in told]
        known = Counter((claim.kind, claim.text) for claim in told)
        for at, way in answer.planted():
            wrong = answer.claims[at][way]
            kind = kind_of(wrong)
            score.planted[kind] += 1
            more = Counter((claim.kind, claim.text) for claim in missing(answer.text((at, way)), answer.texts)) - known
            if more:
                score.found[kind] += 1
            else:
                overlooked.append(f"{kind}: {wrong}")
    score.alarms, score.overlooked = alarms, overlooked
    return score


def main() -> None:
    is_tuned = "--tuned" in sys.argv
    answers = judged("tuned.toml" if is_tuned else "reported.toml")
    score = measured(answers)
    print(f"{len(answers)} answers, {score.right} right claims, {sum(score.planted.values())} planted errors")
    print(f"figures and dates found  {score.recall('figure'):.3f}  (at least {RECALL})  of {score.planted['figure']}")
    for kind in ("quotation", "name"):
        print(f"{kind + 's found':24} {score.recall(kind):.3f}  of {score.planted[kind]}")
    print(f"false alarms             {score.false_alarms:.3f}  (at most {FALSE_ALARMS})  of {score.right}")
    if is_tuned:
        print("\nfalse alarms:", *score.alarms, "\noverlooked:", *score.overlooked, sep="\n  ")


if __name__ == "__main__":
    main()
