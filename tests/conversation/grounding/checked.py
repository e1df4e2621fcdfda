"""What the check says of an answer."""

from collections.abc import Iterable

from tui.api.models import Event, Stop, Text, ToolResult, UserInput
from tui.conversation.grounding.checking import GroundingCheck
from tui.conversation.transcript import Transcript
from tui.conversation.transcript_builder import replay


def missing(answer: str, *evidence: object, question: str = "?") -> list[str]:
    """The claims of an answer that stand in none of these results, nor in the question."""
    results = [ToolResult(str(number), "retrieve", result) for number, result in enumerate(evidence)]
    return missing_in([UserInput(question), *results, Text(answer), Stop()])


def missing_in(events: Iterable[Event], turn: int = -1) -> list[str]:
    """The claims of a turn that stand nowhere in the session."""
    transcript = replay(events)
    check = GroundingCheck()
    number = turn % len(transcript)
    run(check, transcript, number)
    return [claim.text for claim in check.missing(number)]


def run(check: GroundingCheck, transcript: Transcript, turn: int) -> None:
    for _ in check.checking(lambda: transcript, [turn]):
        pass
