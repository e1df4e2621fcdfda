"""What a command says to the shell when it ends, and to the user where it could not do what was wanted."""

from collections.abc import Callable, Mapping
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
from tui.commands.headless.output import flush_output, let_go_of_output, say
from tui.sanitize import clean_line
from tui.settings import SettingsError


class ExitCode(IntEnum):
    """What a command says to the shell."""

    ANSWERED = 0
    NOTHING_FOUND = 1
    BAD_USE = 2
    NO_CONNECTION = 3
    REFUSED = 4
    STOPPED = 130


MEANINGS: Mapping[ExitCode, str] = {
    ExitCode.ANSWERED: "It was done; a question was answered.",
    ExitCode.NOTHING_FOUND: "Nothing was found, or no passage that an answer could be built on.",
    ExitCode.BAD_USE: "It cannot be done as it was asked.",
    ExitCode.NO_CONNECTION: "There is no connection, or it broke before the end.",
    ExitCode.REFUSED: "The server refused it, or the turn failed.",
    ExitCode.STOPPED: "Ctrl+C or SIGTERM stopped it.",
}
"""What each says, for the manual page."""


class StoppedError(Exception):
    """Ctrl+C or SIGTERM ended the command. The message says how to go on, and is fit to show."""


class BadUseError(Exception):
    """The command cannot be carried out as it was given. The message is fit to show."""


_NO_CONNECTION = (NetworkVariableError, UnreachableError, NoAnswerError, NotTheApiError, TurnInterruptedError)
_BAD_USE = (BadUseError, SettingsError, ConfigurationError, InvalidRequestError, NotFoundError)


def code_of(error: Exception) -> ExitCode:
    """The exit code for what went wrong before there was an answer."""
    if isinstance(error, _NO_CONNECTION):
        return ExitCode.NO_CONNECTION
    return ExitCode.BAD_USE if isinstance(error, _BAD_USE) else ExitCode.REFUSED


def exit_code_of(command: Callable[[], int]) -> int:
    """The exit code of a command, once all that it printed is written. What went wrong is said on standard error.

    A reader of standard output that has enough, and closes it, is no failure.
    """
    try:
        code = command()
        flush_output()
    except BrokenPipeError:  # `print` writes at once where PYTHONUNBUFFERED is set
        let_go_of_output()
        return ExitCode.ANSWERED
    except (KeyboardInterrupt, EOFError):
        say("Stopped.", begins_line=True)
        return ExitCode.STOPPED
    except StoppedError as stopped:
        say(f"Stopped. {stopped}", begins_line=True)
        return ExitCode.STOPPED
    except (ApiError, BadUseError, SettingsError) as error:
        say(str(error))
        return code_of(error)
    except OSError as error:
        where = f"{clean_line(str(error.filename))}: " if error.filename else ""
        say(f"{where}{error.strerror or error}. Make room, or look at what may be read and written there.")
        return ExitCode.BAD_USE
    return code
