"""The agent that answers without a language model: it looks up what the question names, retrieves, and quotes."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from itertools import chain

from tui.api.denial import denies
from tui.api.models import Event, Text, TextDelta, Thinking, ThinkingDelta
from tui.local.agents.agent import STILL_READING, Ask, bring_up_to_date, states_asked
from tui.local.agents.lookup import Lookup, begin_lookup
from tui.local.agents.markdown_text import escaped_line
from tui.local.agents.quoting.answer import compose, nearest
from tui.local.agents.quoting.quotation import location
from tui.local.agents.search_notice import by_words_alone, not_up_to_date, unread_files
from tui.local.agents.tool_output import CitedPassage
from tui.local.library.library import Library
from tui.local.library.syncing.supervisor import SyncSupervisor
from tui.sanitize import clean_line

WORDS_PER_PIECE = 3
PIECES_AT_ONCE = 10
"""Pieces of an answer that are given without a look at what else there is to do."""
SEARCHES_AT_ONCE = 4
"""Turns that search at the same time. More would not be faster, for what they do is bound by one processor."""
CHANGES_TIMEOUT = 30.0
"""Seconds that a turn waits for changes in a folder when nothing answers in what was read before."""
WAITING = "Nothing answers in what was read before the last changes: I wait until they are read, and look again.\n"
BEHIND = "*Changes in the folder are still being read: this is from what was read before.*"

MAX_LISTED_FILES = 8
"""How many documents an answer lists at most when nothing was found."""


def pieces(text: str) -> Iterator[str]:
    """A text in pieces of a few words, as a model would give them; joined they are the text."""
    runs = re.findall(r"\s*\S+\s*", text) or [text]
    for start in range(0, len(runs), WORDS_PER_PIECE):
        yield "".join(runs[start : start + WORDS_PER_PIECE])


class ExtractiveAgent:
    """An `Agent`. A turn says where it searches before it waits for anything, so that it is seen to have begun.

    `SEARCHES_AT_ONCE` of the turns search; the others wait, and go on in the order in which they came.
    """

    def __init__(self) -> None:
        self._searching = asyncio.Semaphore(SEARCHES_AT_ONCE)

    async def __call__(self, ask: Ask, library: Library, supervisor: SyncSupervisor) -> AsyncIterator[Event]:
        """The events of one turn. Raises `TurnError`."""
        where = ", ".join(library.folders.names(ask.index_ids)) or "no index"
        thoughts = [f"I search {where}. "]
        for event in _thinking(thoughts[0]):
            yield event
        async for notice in bring_up_to_date(ask, library, supervisor):
            thoughts.append(notice)
            for event in _thinking(notice):
                yield event
        was_behind = STILL_READING in thoughts
        search = _Search(ask, library, "".join(thoughts))
        async for event in self._searched(search):
            yield event
        if was_behind and not search.answers:
            for event in _thinking(WAITING):
                yield event
            was_behind = not await supervisor.bring_up_to_date(ask.index_ids, CHANGES_TIMEOUT)
            search = _Search(ask, library, WAITING, search.lookup)
            async for event in self._searched(search):
                yield event
        states = await states_asked(ask, library)
        told = "" if search.answers else unread_files(states)
        text = f"{BEHIND}\n\n{search.text}" if was_behind else search.text
        text += f"{told}{not_up_to_date(states)}"
        for number, piece in enumerate(pieces(text), 1):
            yield TextDelta(piece)
            if number % PIECES_AT_ONCE == 0:
                await asyncio.sleep(0)  # other requests are served meanwhile
        yield Text(text)

    async def _searched(self, search: "_Search") -> AsyncIterator[Event]:
        async with self._searching:
            async for event in search.events():
                yield event


class _Search:
    """One look into the library, whose `text` is the answer when its events were taken; `thoughts` were told before."""

    def __init__(self, ask: Ask, library: Library, thoughts: str, before: Lookup | None = None) -> None:
        self._ask = ask
        self._library = library
        self._thoughts = thoughts
        self._before = before
        self.lookup: Lookup | None = None
        self.text = ""

    @property
    def answers(self) -> bool:
        """Whether the library holds what was asked for."""
        lookup = self.lookup
        return lookup is not None and bool(lookup.answer or lookup.found) and not denies(self.text)

    async def events(self) -> AsyncIterator[Event]:
        lookup = await asyncio.to_thread(begin_lookup, self._ask, self._library)
        if self._before:
            lookup.go_on_from(self._before)
        self.lookup = lookup
        plan = _plan(lookup)
        for event in _thinking(plan):
            yield event
        yield Thinking(self._thoughts + plan)
        async for event in look_up(lookup):
            yield event
        self.text = await asyncio.to_thread(written, lookup, self._library)


def _thinking(text: str) -> Iterator[Event]:
    return (ThinkingDelta(piece) for piece in pieces(text))


async def look_up(lookup: Lookup) -> AsyncIterator[Event]:
    """The events of all its steps."""
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


def _plan(lookup: Lookup) -> str:
    """What is looked for, and in which document, where one is named."""
    query, mentions = lookup.query, lookup.mentions
    file = clean_line(mentions.file.name) if mentions.file else None
    if file and mentions.page is not None:
        plan = f"I open page {mentions.page} of {file}."
    elif query.terms:
        plan = f"I look for {clean_line(query.text)}{f' in {file}' if file else ''}."
    else:
        plan = f"I open {file}." if file else "There is nothing to look for."
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


def written(lookup: Lookup, library: Library) -> str:
    """The whole answer; this takes a while."""
    told = (f"{sentence}\n\n" for sentence in lookup.without_text)
    text = "".join(chain(told, lookup.answer or _answer(lookup, library)))
    return f"{text.rstrip()}{by_words_alone(lookup.problem_of_near)}"


def _answer(lookup: Lookup, library: Library) -> Iterator[str]:
    """The quotations that answer, else what to try instead. What other files say of a file is only what is nearest."""
    if lookup.found and lookup.without_text and not lookup.mentions.files:
        return nearest(lookup.ask.question, lookup.query, lookup.found)
    if lookup.found:
        return compose(lookup.ask.question, lookup.query, lookup.found, lookup.collection)
    return _nothing_found(lookup, library)


def _nearest(cited: CitedPassage) -> str:
    """Where a passage stands that has none of the question's words and may mean what it asks for."""
    return f"Near in meaning: {escaped_line(location(cited.passage))} [{cited.citation}]\n\n"


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
        yield from map(_nearest, lookup.near[:1])
        yield "What to try: other words for the same thing, fewer words, or words that the documents use. "
        listed = ", ".join(f"`{clean_line(file.name, 60)}`" for file in files)
        yield f"The documents are {listed}{' and others' if len(files) == MAX_LISTED_FILES else ''}.\n\n"
    yield "*No language model is configured: documents are searched for the words of the question.*"
