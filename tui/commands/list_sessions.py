"""`llamachat-tui list`: the sessions that a server has, the latest first."""

from argparse import ArgumentTypeError, Namespace

from tui.api.models import Session
from tui.arguments import CommandParser
from tui.commands.exit_code import ExitCode
from tui.commands.headless.asker import Asker, asker
from tui.commands.headless.interrupting import run_until_interrupted
from tui.commands.headless.output import StepLine, as_json, put_out, say
from tui.commands.options import add_library, library_settings, project_command_parser
from tui.conversation.catalogue import Catalogue, title_of, with_page

LISTED = 50
"""So many sessions are listed unless more are asked for."""


def parser() -> CommandParser:
    """The options of `list`."""
    made = project_command_parser("list", "List sessions, the latest first: id, time and title, between tabs.")
    add_library(made)
    made.add_argument(
        "--limit", type=_count, default=LISTED, metavar="N", help="so many at most, 0 for all (default: %(default)s)"
    )
    made.add_argument("--json", action="store_true", help="print a JSON object on each line")
    return made


def main(arguments: list[str]) -> int:
    """List the sessions; the exit code, 1 where there is none."""
    options = parser().parse_args(arguments)
    return run_until_interrupted(_listed(options))


async def _listed(options: Namespace) -> int:
    async with asker(library_settings(options), StepLine()) as asking:
        sessions = list(await _sessions(asking, options.limit))[: options.limit or None]
        titles = [title_of(session, None, asking.workspace.name(session.session_id)) for session in sessions]
    if not sessions:
        say("There are no sessions yet.")
    line = _as_json if options.json else _as_text
    put_out("".join(line(session, title) for session, title in zip(sessions, titles, strict=True)))
    return ExitCode.ANSWERED if sessions else ExitCode.NOTHING_FOUND


async def _sessions(asking: Asker, limit: int) -> Catalogue:
    """The sessions of as many pages as are needed. Raises `ApiError`."""
    catalogue = with_page(Catalogue(), await asking.client.sessions())
    while catalogue.next_page_token and (not limit or len(catalogue) < limit):
        known = len(catalogue)
        catalogue = with_page(catalogue, await asking.client.sessions(catalogue.next_page_token))
        if len(catalogue) == known:
            break  # a page of what was listed before: a server that goes round in a circle
    return catalogue


def _count(given: str) -> int:
    """A number of sessions. Raises `ArgumentTypeError` where it is none."""
    if not given.isdecimal():
        raise ArgumentTypeError(f"{given} is no number of sessions: give 0 or more")
    return int(given)


def _as_text(session: Session, title: str) -> str:
    changed = session.last_updated_at
    time = f"{changed.astimezone():%Y-%m-%d %H:%M}" if changed else "-"
    return f"{session.session_id}\t{time}\t{title}\n"


def _as_json(session: Session, title: str) -> str:
    changed = session.last_updated_at
    value = {
        "session_id": session.session_id,
        "title": title,
        "last_updated_at": changed.isoformat() if changed else None,
        "index_ids": session.index_ids,
    }
    return f"{as_json(value)}\n"
