"""The agent that answers without a language model: it looks up what the question names, retrieves, and quotes."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator

from tui.api.models import Event, Text, TextDelta, Thinking, ThinkingDelta
from tui.local.agents.agent import Ask, brought_up_to_date
from tui.local.agents.lookup import Lookup
from tui.local.agents.quotes import compose, place
from tui.local.agents.tools import Tools
from tui.local.library.library import Library
from tui.local.library.sync_supervisor import SyncSupervisor
from tui.sanitize import clean_line

WORDS_A_PIECE = 3
NAMED_FILES = 8


def pieces(text: str) -> Iterator[str]:
    """A text in pieces of a few words, as a model would give them; joined they are the text."""
    runs = re.findall(r"\s*\S+\s*", text) or [text]
    for start in range(0, len(runs), WORDS_A_PIECE):
        yield "".join(runs[start : start + WORDS_A_PIECE])


async def _think(parts: AsyncIterator[str]) -> AsyncIterator[Event]:
    said: list[str] = []
    async for part in parts:
        for piece in pieces(part):
            said.append(piece)
            yield ThinkingDelta(piece)
    yield Thinking("".join(said))


async def _say(parts: Iterator[str]) -> AsyncIterator[Event]:
    said: list[str] = []
    for part in parts:
        for piece in pieces(part):
            said.append(piece)
            yield TextDelta(piece)
            await asyncio.sleep(0)  # other requests are served between two pieces
    yield Text("".join(said))


async def _once(text: str) -> AsyncIterator[str]:
    yield text


async def answer(ask: Ask, library: Library, syncing: SyncSupervisor) -> AsyncIterator[Event]:
    """The events of one turn; an `Agent`."""
    lookup = Lookup(ask, library, Tools(library, ask.index_ids))
    async for event in _think(_plan(lookup, syncing)):
        yield event
    async for event in _look_up(lookup):
        yield event
    found = lookup.found
    said = lookup.said or (compose(ask.question, lookup.query, found) if found else _nothing(lookup))
    async for event in _say(said):
        yield event


async def _plan(lookup: Lookup, syncing: SyncSupervisor) -> AsyncIterator[str]:
    async for notice in brought_up_to_date(lookup.ask, lookup.library, syncing):
        yield notice
    await asyncio.to_thread(lookup.understand)
    yield _looking(lookup)


async def _look_up(lookup: Lookup) -> AsyncIterator[Event]:
    for step in (lookup.find_file, lookup.open_page, lookup.find_exact, lookup.retrieve):
        async for event in step():
            yield event
    if lookup.query.terms and not lookup.said:
        async for event in _think(_once(_findings(lookup))):
            yield event
    for step in (lookup.read_on, lookup.open_file):
        async for event in step():
            yield event


def _looking(lookup: Lookup) -> str:
    query, named = lookup.query, lookup.named
    where = ", ".join(lookup.library.folders.names(lookup.ask.index_ids)) or "no index"
    if named.file:
        where = clean_line(named.file.name)
    if named.file and named.page is not None:
        looking = f"I open page {named.page} of {where}."
    elif query.terms:
        looking = f"I look for {clean_line(query.text)} in {where}."
    else:
        looking = f"I open {where}." if named.file else f"There is nothing to look for in {where}."
    notes = [f"“{clean_line(word, 60)}” occurs nowhere." for word in query.missing]
    notes += [f"“{clean_line(word, 60)}” does not occur; I take “{found}”." for word, found in query.corrected]
    return " ".join([looking, *notes])


def _findings(lookup: Lookup) -> str:
    passages = [passage for _, passage in lookup.found]
    if not passages:
        return "No passage matches."
    files = len({(passage.index_id, passage.file_name) for passage in passages})
    count = f"{len(passages)} passage{'s' * (len(passages) > 1)} in {files} document{'s' * (files > 1)}"
    at = lookup.partial
    more = f" The passage in {passages[at].file_name} goes on: I read further." if at is not None else ""
    return f"{count}; the best is {place(passages[0])}.{more}"


def _nothing(lookup: Lookup) -> Iterator[str]:
    query, library, ask = lookup.query, lookup.library, lookup.ask
    names = ", ".join(f"**{name}**" for name in library.folders.names(ask.index_ids))
    files = library.documents.files(ask.index_ids, NAMED_FILES)
    if not ask.index_ids:
        yield "This question was sent with no index, so there is nothing to search. Start a session with an index.\n\n"
    elif not files:
        yield f"{names} holds no document that can be read.\n\n"
    else:
        words = ", ".join(f"“{clean_line(word, 60)}”" for word in query.missing)
        yield f"Nothing in {names} matches {words}.\n\n" if words else "This question has no word to search for.\n\n"
        yield "What to try: other words for the same thing, fewer words, or words that the documents use. "
        listed = ", ".join(f"`{clean_line(file.name, 60)}`" for file in files)
        yield f"The documents are {listed}{' and others' if len(files) == NAMED_FILES else ''}.\n\n"
    yield "*No language model is configured: documents are searched for the words of the question.*"
