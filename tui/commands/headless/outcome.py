"""What came of a question, and the exit code that says so."""

from tui.api.denial import denies
from tui.api.errors import TRY_AGAIN, ApiError
from tui.api.models import Stop
from tui.commands.exit_code import ExitCode, code_of
from tui.conversation.evidence import evidence_of
from tui.conversation.plain_text import answer_text, end_text
from tui.conversation.transcript import Turn
from tui.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a question: its turn as far as it is known, the code, and why there is no whole answer.

    `was_asked` is false where the question did not reach the server, or was refused: then nothing was done with it.
    """

    turn: Turn | None
    code: ExitCode
    problem: str = ""
    was_asked: bool = True
    error: ApiError | None = None


def outcome_of(turn: Turn) -> Outcome:
    """What came of a turn that is over."""
    if isinstance(turn.end, Stop):
        if turn.end.is_error:
            return Outcome(turn, ExitCode.REFUSED, end_text(turn))
        is_found = evidence_of(turn) and not denies(answer_text(turn))
        return Outcome(turn, ExitCode.ANSWERED if is_found else ExitCode.NOTHING_FOUND)
    return Outcome(turn, ExitCode.NO_CONNECTION, end_text(turn))


def unknown_outcome(turn: Turn | None, error: ApiError) -> Outcome:
    """What is known of a question that may have arrived, where the server could not be asked what became of it.

    `turn` is as far as it had come.
    """
    reason = error.message.removesuffix(TRY_AGAIN).rstrip()
    problem = f"{reason} The question may have arrived. It was not sent again."
    return Outcome(turn, code_of(error), problem, error=error)
