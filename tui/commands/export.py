"""`llamachat-tui export`: write a session for others to read, for a reference manager, or to be imported again."""

from argparse import Namespace
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from tui.api.errors import ApiError, NotFoundError
from tui.api.session_file import NoTurnError, SessionFile
from tui.arguments import CommandParser
from tui.commands.agreeing import is_agreed
from tui.commands.connecting import connected
from tui.commands.exit_code import BadUseError
from tui.commands.headless.interrupting import run_until_interrupted
from tui.commands.headless.named_session import NAMED, named_session, no_session
from tui.commands.headless.output import say, write_out
from tui.commands.options import add_library, library_settings, project_command_parser
from tui.conversation.catalogue import title_of
from tui.conversation.export.html import pictures_of
from tui.conversation.transcript import Transcript, Turn
from tui.conversation.transcript_builder import CUT_SHORT, MAX_TEXT_CHARS
from tui.counts import counted
from tui.files.private_files import write_file
from tui.lazy_dataclass import dataclass
from tui.sanitize import clean_line
from tui.settings import Settings
from tui.store.files import store_path
from tui.store.store import Store
from tui.workspace.exporting import (
    FORMATS,
    Exported,
    Pictures,
    ShownSession,
    kept_file,
    kept_session,
    session_of_server,
    session_shown,
)

STANDARD_OUTPUT = Path("-")


@dataclass(frozen=True, slots=True)
class _Found:
    """A session, what the user calls it ("" where that is its title), and the pictures that were asked for."""

    session: SessionFile | ShownSession
    name: str
    pictures: Pictures | None = None


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
    path = store_path()
    with closing(Store.open_or_in_memory(path) if settings.keep and path.exists() else Store.in_memory()) as store:
        pieces = _pieces(_found(settings, options, store), options)
        if options.output in (None, STANDARD_OUTPUT):
            write_out(pieces)
        else:
            _write(options.output, pieces, options.force)
    return 0


def _telling_of_cuts(pieces: Iterable[str]) -> Iterator[str]:
    """The pieces, and after them, to whoever asked for them, whether they are all of the session."""
    is_cut = False
    for piece in pieces:
        is_cut = is_cut or CUT_SHORT.strip() in piece
        yield piece
    if is_cut:
        say(f"Of a turn that is longer than {MAX_TEXT_CHARS:,} characters the rest is left out. --format jsonl has it.")


def _found(settings: Settings, options: Namespace, store: Store) -> _Found:
    """The session as its server has it, else as it is kept on this machine. Raises `ApiError`."""
    session_id = named_session(options.session, store.notes.last_opened(settings.account))
    name = store.notes.names(settings.account).get(session_id, "")
    try:
        return run_until_interrupted(_asked(settings, options, session_id, name, store.path))
    except ApiError as error:
        read = kept_file if options.format == "jsonl" else kept_session
        kept = read(store, settings.account, session_id)
        if kept is None:
            raise
        say(f"{error.message} Exported is the copy on this machine{_without(options)}.")
        return _Found(kept, name)


def _without(options: Namespace) -> str:
    return ", without pictures" if options.pictures else ""


async def _asked(settings: Settings, options: Namespace, session_id: str, name: str, beside: Path | None) -> _Found:
    backend = await connected(settings, "; --local is for this machine's own")
    try:
        if options.format == "jsonl":
            return _Found(await session_of_server(backend.client, session_id, beside), name)
        session = await session_shown(backend.client, session_id, beside)
        if not options.pictures:
            return _Found(session, name)
        pictures, wanted = Pictures(beside), pictures_of(_turns(session.transcript, options.turn))
        if why := await pictures.download(backend.client, wanted):
            say(f"{len(wanted) - len(pictures)} of {len(wanted)} pictures are missing. {why}")
        return _Found(session, name, pictures)
    except NotFoundError as error:
        where = "LlamaCloud" if settings.local is None else "this machine's library"
        raise NotFoundError(str(no_session(session_id, where)), status=error.status) from error
    finally:
        await backend.close()


def _pieces(found: _Found, options: Namespace) -> Iterable[str]:
    """The text of the file. Raises `BadUseError` where the session has not the turn that is wanted."""
    if isinstance(found.session, SessionFile):
        return _of_turn(found.session, options.turn).lines()
    session, turns = found.session.session, _turns(found.session.transcript, options.turn)
    question = next((turn.question for turn in turns if turn.question), None)
    title = title_of(session, question, found.name)
    day = session.last_updated_at.date() if session.last_updated_at else None
    exported = Exported(session.session_id, title, turns, options.turn or 1, day, found.pictures)
    return _telling_of_cuts(exported.pieces(options.format))


def _turns(transcript: Transcript, number: int | None) -> Transcript | Sequence[Turn]:
    """The turns that are wanted. Raises `BadUseError` where there are none."""
    if number is None:
        return transcript
    if not 1 <= number <= len(transcript):
        raise _no_turn(number, len(transcript))
    return [transcript[number - 1]]


def _of_turn(session: SessionFile, number: int | None) -> SessionFile:
    try:
        return session if number is None else session.with_turn(number)
    except NoTurnError as error:
        raise _no_turn(number, error.turns) from error


def _no_turn(number: int | None, there: int) -> BadUseError:
    return BadUseError(f"The session has {counted(there, 'turn')}; there is no turn {number}.")


def _write(path: Path, pieces: Iterable[str], force: bool) -> None:
    """Write the file. Raises `BadUseError`."""
    replace = force or (path.is_file() and is_agreed(f"{path} is there already. Write over it?"))
    name = clean_line(str(path))
    try:
        write_file(path, pieces, replace=replace)
    except FileExistsError as error:
        why = error.strerror if replace else "it is there already; --force writes over it"
        raise BadUseError(f"{name} was not written: {why}.") from error
    except OSError as error:
        raise BadUseError(f"{name} was not written: {error.strerror}. Name another file, or make room.") from error
    say(f"Written to {name}")
