"""`llamachat-tui show`: a session to read: its questions, its answers and what they cite."""

from argparse import Namespace

from tui.api.errors import ApiError, NotFoundError
from tui.api.models import Session
from tui.api.session_file import SessionFile
from tui.arguments import CommandParser
from tui.commands.headless.asker import Asker, asker
from tui.commands.headless.outcome import BadUseError, ExitCode, awaited_exit_code, outcome_of
from tui.commands.headless.output import StepLine, as_json, put_out
from tui.commands.headless.told import as_value, told
from tui.commands.options import add_library, library_settings, project_command_parser
from tui.conversation.catalogue import title_of
from tui.sanitize import clean_line
from tui.settings import LAST_SESSION
from tui.workspace.exporting import session_of_server, transcript_of


def parser() -> CommandParser:
    """The options of `show`."""
    made = project_command_parser("show", "Print a session: its questions, its answers and the passages they cite.")
    made.add_argument("session", metavar="SESSION", help='the id of a session; "last" is the one that was open last')
    add_library(made)
    made.add_argument("--json", action="store_true", help="print a JSON object for each question on a line")
    return made


def main(arguments: list[str]) -> int:
    """Print the session; the exit code."""
    options = parser().parse_args(arguments)
    return awaited_exit_code(lambda: _shown(options))


async def _shown(options: Namespace) -> int:
    async with asker(library_settings(options), StepLine()) as asking:
        session = await _session(asking, options.session)
        name = asking.workspace.name(session.session_id)
    turns = list(transcript_of(session))
    first_question = next((turn.question for turn in turns if turn.question), None)
    if options.json:
        values = (as_value(session.session_id, turn.question or "", outcome_of(turn)) for turn in turns)
        put_out("".join(f"{as_json(value)}\n" for value in values))
    else:
        title = title_of(Session(session.session_id, None, session.generated_title), first_question, name)
        put_out("\n".join([f"{title}\n", *(piece for turn in turns for piece in told(turn))]))
    return ExitCode.ANSWERED


async def _session(asking: Asker, named: str) -> SessionFile:
    """The session as its server has it. Raises `ApiError` and `BadUseError`."""
    session_id = asking.workspace.last_opened if named == LAST_SESSION else named
    if session_id is None:
        raise BadUseError("No session was open before on this machine. Name one by its id.")
    try:
        return await session_of_server(asking.client, session_id)
    except NotFoundError as error:
        raise BadUseError(f"There is no session {clean_line(session_id)}: check its id, or it was deleted.") from error
    except ApiError as error:
        kept = asking.kept(session_id)
        if kept is None:
            raise
        asking.progress.say(f"{error.message} This is the copy on this machine.")
        return kept
