"""What came of a question, and the exit code that says so."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from enum import IntEnum

from tui.api.errors import (
    ApiError,
    ConfigurationError,
    InvalidRequestError,
    NetworkVariableError,
    NoAnswerError,
    NotFoundError,
    NotTheApiError,
    TurnInterruptedError,
    UnreachableError,
)
from tui.api.models import Stop
from tui.commands.headless.output import close_output
from tui.conversation.evidence import evidence_of
from tui.conversation.plain_text import end_text
from tui.conversation.transcript import Turn
from tui.settings import SettingsError


class ExitCode(IntEnum):
    """What a command says to the shell."""

    ANSWERED = 0
    NOTHING_FOUND = 1
    BAD_USE = 2
    NO_CONNECTION = 3
    REFUSED = 4
    STOPPED = 130


class BadUseError(Exception):
    """The command cannot be carried out as it was given. The message is fit to show."""


_NO_CONNECTION = (NetworkVariableError, UnreachableError, NoAnswerError, NotTheApiError, TurnInterruptedError)
_BAD_USE = (BadUseError, SettingsError, ConfigurationError, InvalidRequestError, NotFoundError)


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
        return Outcome(turn, ExitCode.ANSWERED if evidence_of(turn) else ExitCode.NOTHING_FOUND)
    return Outcome(turn, ExitCode.NO_CONNECTION, end_text(turn))


def code_of(error: Exception) -> ExitCode:
    """The exit code for what went wrong before there was an answer."""
    if isinstance(error, _NO_CONNECTION):
        return ExitCode.NO_CONNECTION
    return ExitCode.BAD_USE if isinstance(error, _BAD_USE) else ExitCode.REFUSED


def awaited_exit_code(work: Callable[[], Coroutine[object, object, int]]) -> int:
    """The exit code of work in an event loop of its own. What went wrong is said on standard error."""
    try:
        return asyncio.run(work())
    except BrokenPipeError:
        close_output()
        return ExitCode.ANSWERED
    except KeyboardInterrupt:
        print("\nllamachat-tui: Stopped. What had arrived is kept.", file=sys.stderr)
        return ExitCode.STOPPED
    except (ApiError, BadUseError, SettingsError) as error:
        print(f"llamachat-tui: {error}", file=sys.stderr)
        return code_of(error)
