"""`llamachat-tui export`: write a session for others to read, for a reference manager, or to be imported again."""

import asyncio
from argparse import Namespace
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tui.api.errors import ApiError, ConfigurationError, NotFoundError
from tui.api.models import ImageAttachment, Session
from tui.api.session_file import SessionFile
from tui.api.times import parse_time
from tui.arguments import CommandParser
from tui.commands.agreeing import is_agreed
from tui.commands.connecting import connected
from tui.commands.exit_code import BadUseError
from tui.commands.headless.named_session import NAMED, named_session, no_session
from tui.commands.headless.output import say, write_out
from tui.commands.options import add_library, library_settings, project_command_parser
from tui.conversation.catalogue import title_of
from tui.conversation.export.html import pictures_of
from tui.conversation.transcript import Turn
from tui.counts import counted
from tui.lazy_dataclass import dataclass
from tui.sanitize import clean_line
from tui.settings import Settings
from tui.store.files import store_path
from tui.store.store import Store
from tui.workspace.exporting import (
    FORMATS,
    Exported,
    download_pictures,
    exported_text,
    session_kept,
    session_of_server,
    session_shown,
    transcript_of,
)
from tui.workspace.new_file import write_file

STANDARD_OUTPUT = Path("-")


@dataclass(frozen=True, slots=True)
class _Found:
    """A session, what the user calls it ("" where that is its title), and the pictures that were asked for."""

    session: SessionFile
    name: str = ""
    pictures: Mapping[ImageAttachment, bytes] | None = None


def parser() -> CommandParser:
    """The options of `export`."""
    made = project_command_parser("export", "Write a session to standard output, or to a file.")
    made.add_argument("session", metavar="SESSION", help=NAMED)
    add_library(made)
    made.add_argument("--format", choices=FORMATS, default="md", help="how it is written (default: %(default)s)")
    made.add_argument("--turn", type=int, metavar="N", help="only the N-th question, with what came of it")
    made.add_argument("-o", "--output", type=Path, metavar="FILE", help='a file to write; "-": standard output')
    made.add_argument("--force", action="store_true", help="write over the file if there is one, without asking")
    made.add_argument("--pictures", action="store_true", help="put the pictures of pages into the HTML file")
    return made


def main(arguments: list[str]) -> int:
    """Write the session; the exit code."""
    made = parser()
    options = made.parse_args(arguments)
    if options.pictures and options.format != "html":
        made.error("--pictures is for --format html only")
    settings = library_settings(options)
    text = _written(asyncio.run(_found(settings, options)), options)
    if options.output in (None, STANDARD_OUTPUT):
        write_out(text)
    else:
        _write(options.output, text, options.force)
    return 0


async def _found(settings: Settings, options: Namespace) -> _Found:
    """The session as its server has it, else as it is kept on this machine. Raises `ApiError`."""
    path = store_path()
    store = Store.open_or_in_memory(path) if settings.keep and path.exists() else Store.in_memory()
    try:
        session_id = named_session(options.session, store.notes.last_opened(settings.account))
        name = store.notes.names(settings.account).get(session_id, "")
        try:
            return await _asked(settings, options, session_id, name, store.path)
        except ApiError as error:
            kept = session_kept(store, settings.account, session_id)
            if kept is None:
                raise
            say(f"{error.message} Exported is the copy on this machine{_without(options)}.")
            return _Found(kept, name)
    finally:
        store.close()


def _without(options: Namespace) -> str:
    return ", without pictures" if options.pictures else ""


async def _asked(settings: Settings, options: Namespace, session_id: str, name: str, beside: Path | None) -> _Found:
    backend = await connected(settings, "; --local is for this machine's own")
    try:
        read = session_of_server if options.format == "jsonl" else session_shown
        session = await read(backend.client, session_id, beside)
        pictures: Mapping[ImageAttachment, bytes] | None = None
        if options.pictures:
            wanted = pictures_of(_turns(session, options)[0])
            pictures, why = await download_pictures(backend.client, wanted)
            if why:
                say(f"{len(wanted) - len(pictures)} of {len(wanted)} pictures are missing. {why}")
        return _Found(session, name, pictures)
    except NotFoundError as error:
        where = "LlamaCloud" if settings.local is None else "this machine's library"
        raise NotFoundError(str(no_session(session_id, where)), status=error.status) from error
    finally:
        await backend.close()


def _turns(session: SessionFile, options: Namespace) -> tuple[Sequence[Turn], int]:
    """The turns that are wanted, and the number of the first of them. Raises `ApiError` where there is none."""
    turns = list(transcript_of(session))
    if options.turn is None:
        return turns, 1
    if not 1 <= options.turn <= len(turns):
        raise _no_turn(options.turn, len(turns))
    return turns[options.turn - 1 : options.turn], options.turn


def _of_turn(session: SessionFile, number: int | None) -> SessionFile:
    try:
        return session if number is None else session.with_turn(number)
    except IndexError as error:
        raise _no_turn(number, error.args[0]) from error


def _no_turn(number: int | None, there: int) -> ConfigurationError:
    return ConfigurationError(f"The session has {counted(there, 'turn')}; there is no turn {number}.")


def _written(found: _Found, options: Namespace) -> Iterable[str]:
    """The session in the format that is wanted. Raises `ApiError`."""
    session = found.session
    if options.format == "jsonl":
        return _of_turn(session, options.turn).lines()
    turns, first = _turns(session, options)
    question = next((turn.question for turn in turns if turn.question), None)
    title = title_of(Session(session.session_id, None, session.generated_title), question, found.name)
    changed = parse_time(session.last_updated_at)
    day = changed.date() if changed else None
    return exported_text(Exported(session.session_id, title, turns, first, day, found.pictures), options.format)


def _write(path: Path, text: Iterable[str], force: bool) -> None:
    """Write the file. Raises `BadUseError`."""
    replace = force or (path.is_file() and is_agreed(f"{path} is there already. Write over it?"))
    name = clean_line(str(path))
    try:
        write_file(path, text, replace=replace)
    except FileExistsError as error:
        why = error.strerror if replace else "it is there already; --force writes over it"
        raise BadUseError(f"{name} was not written: {why}.") from error
    except OSError as error:
        raise BadUseError(f"{name} was not written: {error.strerror}. Name another file, or make room.") from error
    say(f"Written to {name}")
