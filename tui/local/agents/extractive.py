"""The agent that answers without a language model: it looks up what the question names, retrieves, and quotes."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from itertools import chain

from tui.api.models import Event, Text, TextDelta, Thinking, ThinkingDelta
from tui.local.agents.agent import Ask, bring_up_to_date
from tui.local.agents.lookup import Lookup, begin_lookup
from tui.local.agents.markdown_text import escaped_line
from tui.local.agents.quoting.answer import compose
from tui.local.agents.quoting.quotation import location
from tui.local.library.folders import ServedFolders
from tui.local.library.library import Library
from tui.local.library.sync_supervisor import SyncSupervisor
from tui.sanitize import clean_line

WORDS_PER_PIECE = 3
MAX_LISTED_FILES = 8
"""How many documents an answer lists at most when nothing was found."""


def pieces(text: str) -> Iterator[str]:
    """A text in pieces of a few words, as a model would give them; joined they are the text."""
    runs = re.findall(r"\s*\S+\s*", text) or [text]
    for start in range(0, len(runs), WORDS_PER_PIECE):
        yield "".join(runs[start : start + WORDS_PER_PIECE])


async def answer(ask: Ask, library: Library, supervisor: SyncSupervisor) -> AsyncIterator[Event]:
    """The events of one turn; an `Agent`."""
    thoughts: list[str] = []
    async for notice in bring_up_to_date(ask, library, supervisor):
        thoughts.append(notice)
        for event in _thinking(notice):
            yield event
    async for event in looked_up(ask, library, "".join(thoughts)):
        yield event


async def looked_up(ask: Ask, library: Library, thoughts: str) -> AsyncIterator[Event]:
    """The events of a turn over what the library holds now; `thoughts` were told already."""
    lookup = await asyncio.to_thread(begin_lookup, ask, library)
    plan = _plan(lookup, library.folders)
    for event in _thinking(plan):
        yield event
    yield Thinking(thoughts + plan)
    async for event in _look_up(lookup):
        yield event
    text: list[str] = []
    for part in chain(_skipped(lookup), lookup.answer or _answer(lookup, library)):
        for piece in pieces(part):
            text.append(piece)
            yield TextDelta(piece)
            await asyncio.sleep(0)  # other requests are served between two pieces
    yield Text("".join(text))


def _thinking(text: str) -> Iterator[Event]:
    return (ThinkingDelta(piece) for piece in pieces(text))


async def _look_up(lookup: Lookup) -> AsyncIterator[Event]:
    for step in (lookup.find_file, lookup.open_page, lookup.find_exact, lookup.retrieve):
        async for event in step():
            yield event
    if lookup.query.terms and not lookup.answer:
        findings = _findings(lookup)
        for event in _thinking(findings):
            yield event
        yield Thinking(findings)
    for step in (lookup.read_on, lookup.open_file):
        async for event in step():
            yield event


def _plan(lookup: Lookup, folders: ServedFolders) -> str:
    """What is looked for, and where."""
    query, mentions = lookup.query, lookup.mentions
    where = ", ".join(folders.names(lookup.ask.index_ids)) or "no index"
    if mentions.file:
        where = clean_line(mentions.file.name)
    if mentions.file and mentions.page is not None:
        plan = f"I open page {mentions.page} of {where}."
    elif query.terms:
        plan = f"I look for {clean_line(query.text)} in {where}."
    else:
        plan = f"I open {where}." if mentions.file else f"There is nothing to look for in {where}."
    notes = [f"“{clean_line(word, 60)}” occurs nowhere." for word in query.missing]
    notes += [f"“{clean_line(word, 60)}” does not occur; I take “{found}”." for word, found in query.corrected]
    return " ".join([plan, *notes])


def _findings(lookup: Lookup) -> str:
    """How much was found, which passage is the best, and which is read further."""
    passages = [cited.passage for cited in lookup.found]
    if not passages:
        return "No passage matches."
    files = len({(passage.index_id, passage.file_name) for passage in passages})
    count = f"{len(passages)} passage{'s' * (len(passages) > 1)} in {files} document{'s' * (files > 1)}"
    at = lookup.partial
    more = f" The passage in {passages[at].file_name} goes on: I read further." if at is not None else ""
    return f"{count}; the best is {location(passages[0])}.{more}"


def _skipped(lookup: Lookup) -> Iterator[str]:
    """Why a file that the question names says nothing."""
    for file in lookup.skipped:
        yield f"{escaped_line(clean_line(file.name))} could not be read: {escaped_line(file.reason)}.\n\n"


def _answer(lookup: Lookup, library: Library) -> Iterator[str]:
    """The quotations that answer, else what to try instead."""
    if lookup.found:
        return compose(lookup.ask.question, lookup.query, lookup.found, lookup.collection)
    return _nothing_found(lookup, library)


def _nothing_found(lookup: Lookup, library: Library) -> Iterator[str]:
    query, ask = lookup.query, lookup.ask
    names = ", ".join(f"**{name}**" for name in library.folders.names(ask.index_ids))
    files = library.documents.files(ask.index_ids, MAX_LISTED_FILES)
    if not ask.index_ids:
        yield "This question was sent with no index, so there is nothing to search. Start a session with an index.\n\n"
    elif not files:
        yield f"{names} holds no document that can be read.\n\n"
    else:
        words = ", ".join(f"“{clean_line(word, 60)}”" for word in query.missing)
        yield f"Nothing in {names} matches {words}.\n\n" if words else "This question has no word to search for.\n\n"
        yield "What to try: other words for the same thing, fewer words, or words that the documents use. "
        listed = ", ".join(f"`{clean_line(file.name, 60)}`" for file in files)
        yield f"The documents are {listed}{' and others' if len(files) == MAX_LISTED_FILES else ''}.\n\n"
    yield "*No language model is configured: documents are searched for the words of the question.*"
