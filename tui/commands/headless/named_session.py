"""The session that a command line names, and what is said where there is none."""

from tui.api.fields import MAX_ID_CHARS, is_sendable
from tui.commands.exit_code import BadUseError
from tui.sanitize import clean_line
from tui.settings import LAST_SESSION

NAMED = 'the id of a session; "last" is the one that was open last'
"""What a command line may give, for its help."""


def named_session(named: str, last_opened: str | None) -> str:
    """The id that is meant; `LAST_SESSION` means the one that was open last. Raises `BadUseError`."""
    if not named.strip():
        raise BadUseError("No session is named: its id is empty. `llamachat-tui list` prints the ids.")
    if named != LAST_SESSION:
        if not is_sendable(named, MAX_ID_CHARS):
            raise no_session(named)
        return named
    if last_opened is None:
        raise BadUseError("No session was open before on this machine. Name one by its id.")
    return last_opened


def no_session(session_id: str, where: str = "") -> BadUseError:
    """That there is no such session; `where`: what was looked in."""
    place = f" in {where}" if where else ""
    return BadUseError(f"There is no session {clean_line(session_id)}{place}: check its id, or it was deleted.")
