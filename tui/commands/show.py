"""`llamachat-tui show`: a session to read: its questions, its answers and what they cite."""

from argparse import Namespace
from collections.abc import Iterator

from tui.api.errors import ApiError, NotFoundError
from tui.arguments import CommandParser
from tui.commands.exit_code import ExitCode
from tui.commands.headless.asker import Asker, asker
from tui.commands.headless.interrupting import run_until_interrupted
from tui.commands.headless.named_session import NAMED, named_session, no_session
from tui.commands.headless.outcome import outcome_of
from tui.commands.headless.output import StepLine, as_json, put_out
from tui.commands.headless.told import as_value, told
from tui.commands.options import add_library, library_settings, project_command_parser
from tui.conversation.catalogue import title_of
from tui.workspace.exporting import ShownSession


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
    shown, name = run_until_interrupted(_read(options))
    put_out(_json_lines(shown) if options.json else _told(shown, name))
    return ExitCode.ANSWERED


async def _read(options: Namespace) -> tuple[ShownSession, str]:
    """The session, and what the user calls it; "" where that is its title."""
    async with asker(library_settings(options), StepLine()) as asking:
        shown = await _shown(asking, options.session)
        return shown, asking.workspace.name(shown.session.session_id)


async def _shown(asking: Asker, named: str) -> ShownSession:
    """The session as its server has it. Raises `ApiError` and `BadUseError`."""
    session_id = named_session(named, asking.workspace.last_opened)
    try:
        return await asking.whole(session_id)
    except NotFoundError as error:
        raise no_session(session_id) from error
    except ApiError as error:
        kept = await asking.kept(session_id)
        if kept is None:
            raise
        asking.progress.say(f"{error.message} This is the copy on this machine.")
        return kept


def _json_lines(shown: ShownSession) -> Iterator[str]:
    for turn in shown.transcript:
        yield f"{as_json(as_value(shown.session.session_id, turn.question or '', outcome_of(turn)))}\n"


def _told(shown: ShownSession, name: str) -> Iterator[str]:
    yield f"{title_of(shown.session, shown.transcript.first_question, name)}\n"
    for turn in shown.transcript:
        yield from (f"\n{block}" for block in told(turn))
