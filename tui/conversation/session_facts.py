"""What a conversation comes to: its turns, its tokens, and the last thing that went wrong in it."""

from dataclasses import dataclass

from tui.api.models import Stop
from tui.conversation.transcript import Transcript


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """Tokens are None where no turn tells them; `last_error` is in the server's words or ours, "" where none was."""

    turns: int
    input_tokens: int | None = None
    output_tokens: int | None = None
    last_error: str = ""


def facts_of(transcript: Transcript) -> SessionFacts:
    """The facts of all turns that are known."""
    taken = list[int]()
    given = list[int]()
    last_error = ""
    for turn in transcript:
        if isinstance(turn.end, Stop):
            usage = turn.end.usage
            taken += [] if usage.total_input_tokens is None else [usage.total_input_tokens]
            given += [] if usage.total_output_tokens is None else [usage.total_output_tokens]
        if turn.end is not None and turn.end.is_error:
            last_error = (turn.end.error if isinstance(turn.end, Stop) else turn.end.reason) or "unknown"
    turns = transcript.turns_before + len(transcript)
    return SessionFacts(turns, sum(taken) if taken else None, sum(given) if given else None, last_error)
