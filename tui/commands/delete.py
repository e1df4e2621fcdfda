"""`llamachat-tui delete`: delete sessions, on the server and here."""

import sys
from argparse import Namespace

from tui.arguments import CommandParser
from tui.commands.headless.asker import asker
from tui.commands.headless.outcome import BadUseError, ExitCode, awaited_exit_code
from tui.commands.headless.output import StepLine
from tui.commands.options import add_library, library_settings, project_command_parser
from tui.sanitize import clean_line


def parser() -> CommandParser:
    """The options of `delete`."""
    made = project_command_parser("delete", "Delete sessions on the server, and what is kept of them on this machine.")
    made.add_argument("sessions", nargs="+", metavar="SESSION", help="the id of a session")
    add_library(made)
    made.add_argument("--yes", action="store_true", help="do not ask. Without a terminal this is needed")
    return made


def main(arguments: list[str]) -> int:
    """Ask, unless `--yes` is given, and delete; the exit code."""
    options = parser().parse_args(arguments)
    return awaited_exit_code(lambda: _deleted(options))


async def _deleted(options: Namespace) -> int:
    progress = StepLine()
    session_ids = list(dict.fromkeys(options.sessions))
    async with asker(library_settings(options), progress) as asking:
        for session_id in session_ids:
            if not await asking.is_there(session_id):
                raise BadUseError(f"There is no session {clean_line(session_id)}. Nothing was deleted.")
        titles = [asking.workspace.title(session_id) for session_id in session_ids]
        progress.show("")
        if not options.yes and not _agreed(titles):
            raise BadUseError("Nothing was deleted. Say --yes to delete without being asked.")
        for session_id, title in zip(session_ids, titles, strict=True):
            await asking.delete(session_id)
            progress.say(f"Deleted: {title}")
    return ExitCode.ANSWERED


def _agreed(titles: list[str]) -> bool:
    if not sys.stdin.isatty() or not sys.stderr.isatty():
        return False
    print(f"Delete {', '.join(titles)}? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")
