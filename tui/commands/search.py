"""`llamachat-tui search`: find words in the sessions that are kept on this machine."""

from argparse import Namespace
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from tui.arguments import CommandParser
from tui.commands.exit_code import BadUseError, ExitCode
from tui.commands.headless.asker import asker
from tui.commands.headless.interrupting import run_until_interrupted
from tui.commands.headless.output import StepLine, as_json, put_out, say
from tui.commands.options import add_library, library_settings, project_command_parser
from tui.conversation.catalogue import ids_named, names_of_none, title_of
from tui.settings import Settings
from tui.store.files import store_path
from tui.store.search import Findings, FoundSession, SessionSearch
from tui.store.search_indexing import SearchIndexing
from tui.store.search_query import SessionQuery, parse
from tui.store.store import Store

NOT_OPEN = (
    "A folder that is not open has no name here. Leave index: out, "
    "or open the folder (`llamachat-tui --local DIR`) and search there."
)


def parser() -> CommandParser:
    """The options of `search`."""
    made = project_command_parser(
        "search",
        "Find the turns that have all the words, in the sessions kept on this machine. Nothing is sent, unless index: "
        "is among the words.",
        'Words, "phrases in quotation marks", and filters: index:NAME tool:NAME in:question in:answer in:evidence '
        "has:error after:2026-03 before:yesterday. Exit codes: 0 found; 1 nothing found; 2 not understood.",
    )
    made.add_argument("words", nargs="+", metavar="WORD", help="what to find")
    add_library(made)
    made.add_argument("--json", action="store_true", help="print a JSON object for each session on a line")
    return made


def main(arguments: list[str]) -> int:
    """Print what is found; the exit code, 1 where nothing is."""
    options = parser().parse_args(arguments)
    return run_until_interrupted(_searched(options))


async def _searched(options: Namespace) -> int:
    settings = library_settings(options)
    query = parse(" ".join(options.words), datetime.now().astimezone().date())
    if query.problems and (query.is_empty or query.leaves_out_filter):
        raise BadUseError(" ".join(query.problems))
    for problem in query.problems:
        say(problem)
    index_ids = await _index_ids(settings, query.indexes) if query.indexes else None
    findings = _found(settings, query, index_ids)
    put_out("".join(_as_json(one) if options.json else "".join(_lines(one)) for one in findings.sessions))
    if findings.is_cut:
        say("There is more than is shown. Add a word, or a filter.")
    return ExitCode.ANSWERED if findings.sessions else ExitCode.NOTHING_FOUND


async def _index_ids(settings: Settings, names: Sequence[str]) -> Collection[str]:
    """The ids of the indexes that have one of these in their name. Raises `ApiError`, and `BadUseError` where none has
    one of them.
    """
    async with asker(settings, StepLine()) as asking:
        indexes = await asking.indexes()
    if problems := names_of_none(names, indexes):
        raise BadUseError(" ".join([*problems, *([] if settings.local is None else [NOT_OPEN])]))
    return ids_named(names, indexes)


def _found(settings: Settings, query: SessionQuery, index_ids: Collection[str] | None) -> Findings:
    """What is found, once all that is kept has been read for the search."""
    if not settings.keep:
        say("The setting keep is false: no session is kept on this machine, so none is found.")
        return Findings()
    if not store_path().exists():
        say(f"No session is kept in {store_path().parent}, so nothing was searched. The app keeps those that it shows.")
        return Findings()
    store = Store.open_or_in_memory(store_path())
    if store.warning:
        say(store.warning)
    try:
        indexing = SearchIndexing(store.database)
        while indexing.index_more():
            pass
        findings = SessionSearch(store.database).find(settings.account, query, index_ids)
    finally:
        store.close()
    if not findings.sessions:
        say("Nothing was found in what is kept on this machine.")
    return findings


def _lines(found: FoundSession) -> Iterator[str]:
    """A session with its hits, for a person. The numbers of the turns are those of `export --turn`."""
    yield f"{found.session.session_id}\t{title_of(found.session, None, found.name)}\n"
    for hit in found.hits:
        yield f"    {hit.turn + 1}. {hit.part}: {hit.snippet.text}\n"
    if found.more:
        yield f"    and {found.more} more\n"


def _as_json(found: FoundSession) -> str:
    hits = [{"turn": hit.turn + 1, "part": hit.part, "text": hit.snippet.text} for hit in found.hits]
    value = {
        "session_id": found.session.session_id,
        "title": title_of(found.session, None, found.name),
        "hits": hits,
        "more": found.more,
    }
    return f"{as_json(value)}\n"
