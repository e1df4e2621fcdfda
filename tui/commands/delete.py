"""`llamachat-tui delete`: delete sessions, on the server and here."""

from argparse import Namespace

from tui.arguments import CommandParser
from tui.commands.agreeing import is_agreed
from tui.commands.exit_code import BadUseError, ExitCode
from tui.commands.headless.asker import asker
from tui.commands.headless.interrupting import run_until_interrupted
from tui.commands.headless.named_session import NAMED, named_session
from tui.commands.headless.output import StepLine
from tui.commands.options import add_library, library_settings, project_command_parser
from tui.conversation.catalogue import title_of
from tui.sanitize import clean_line


def parser() -> CommandParser:
    """The options of `delete`."""
    made = project_command_parser("delete", "Delete sessions on the server, and what is kept of them on this machine.")
    made.add_argument("sessions", nargs="+", metavar="SESSION", help=NAMED)
    add_library(made)
    made.add_argument("--yes", action="store_true", help="do not ask. Without a terminal this is needed")
    return made


def main(arguments: list[str]) -> int:
    """Ask, unless `--yes` is given, and delete; the exit code."""
    options = parser().parse_args(arguments)
    return run_until_interrupted(_deleted(options))


async def _deleted(options: Namespace) -> int:
    progress = StepLine()
    async with asker(library_settings(options), progress) as asking:
        wanted = dict.fromkeys(named_session(named, asking.workspace.last_opened) for named in options.sessions)
        found = [(session_id, await asking.session(session_id)) for session_id in wanted]
        sessions = [session for _, session in found if session is not None]
        if missing := [clean_line(session_id) for session_id, session in found if session is None]:
            raise BadUseError(f"There is no session {', '.join(missing)}. Nothing was deleted.")
        titles = [title_of(session, None, asking.workspace.name(session.session_id)) for session in sessions]
        progress.show("")
        quoted = ", ".join(f'"{title}"' for title in titles)
        if not options.yes and not is_agreed(f"Delete {quoted}?"):
            raise BadUseError("Nothing was deleted. Say --yes to delete without being asked.")
        for session, title in zip(sessions, titles, strict=True):
            await asking.delete(session)
            progress.say(f"Deleted: {title}")
    return ExitCode.ANSWERED
