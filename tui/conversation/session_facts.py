"""What a conversation comes to: its turns, its tokens, and the last thing that went wrong in it."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

from tui.api.models import Session, Stop
from tui.conversation.catalogue import age_in_words
from tui.conversation.transcript import Transcript
from tui.lazy_dataclass import dataclass
from tui.sanitize import clean_line


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


InfoRows: TypeAlias = Sequence[tuple[str, str]]
"""What is known, each after its label."""


def info_rows(session: Session, facts: SessionFacts | None, searched: Sequence[str], at: datetime) -> InfoRows:
    """The rows about a session, as seen at a time. `searched` are the names of the indexes of its questions."""
    bound = "" if session.index_ids is not None else " (not bound to them)"
    rows = [("Id", clean_line(session.session_id)), ("Indexes", (", ".join(searched) or "none chosen") + bound)]
    if (then := session.last_updated_at) is not None:
        rows.append(("Last changed", f"{then.astimezone():%Y-%m-%d %H:%M}, {age_in_words(then, at)}"))
    if facts is None:
        return [*rows, ("Turns", "not known: it was not opened on this machine yet")]
    rows.append(("Turns", f"{facts.turns:,}"))
    if facts.input_tokens is not None or facts.output_tokens is not None:
        rows.append(("Tokens", f"{facts.input_tokens or 0:,} in · {facts.output_tokens or 0:,} out"))
    return [*rows, ("Last error", clean_line(facts.last_error) or "none")]
