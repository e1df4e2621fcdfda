"""`llamachat-tui show`: a session to read: its questions, its answers and what they cite."""

import asyncio
from argparse import Namespace

from tui.api.errors import ApiError, NotFoundError
from tui.api.models import Session
from tui.api.session_file import SessionFile
from tui.arguments import CommandParser
from tui.commands.exit_code import ExitCode
from tui.commands.headless.asker import Asker, asker
from tui.commands.headless.named_session import NAMED, named_session, no_session
from tui.commands.headless.outcome import outcome_of
from tui.commands.headless.output import StepLine, as_json, put_out
from tui.commands.headless.told import as_value, told
from tui.commands.options import add_library, library_settings, project_command_parser
from tui.conversation.catalogue import title_of
from tui.workspace.exporting import transcript_of


def parser() -> CommandParser:
    """The options of `show`."""
    made = project_command_parser("show", "Print a session: its questions, its answers and the passages they cite.")
    made.add_argument("session", metavar="SESSION", help=NAMED)
    add_library(made)
    made.add_argument("--json", action="store_true", help="print a JSON object for each question on a line")
    return made


def main(arguments: list[str]) -> int:
    """Print the session; the exit code."""
    options = parser().parse_args(arguments)
    return asyncio.run(_shown(options))


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
    session_id = named_session(named, asking.workspace.last_opened)
    try:
        return await asking.whole(session_id)
    except NotFoundError as error:
        raise no_session(session_id) from error
    except ApiError as error:
        kept = asking.kept(session_id)
        if kept is None:
            raise
        asking.progress.say(f"{error.message} This is the copy on this machine.")
        return kept
