"""The agent that answers without a language model: it thinks, retrieves, reads on where that helps, and quotes.

An agent is any function of the type `Agent`: a question in, events of the API out. It does not know of sessions, nor
of the stream's ends: the question and the `stop` are the turn's (`tui.local.turns`).
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from tui.api.models import Event, Text, TextDelta, Thinking, ThinkingDelta, ToolCall, ToolResult
from tui.local.answer import compose, place
from tui.local.chunks import TARGET_CHARS
from tui.local.documents import blocks_of
from tui.local.library import Library, Passage
from tui.local.question import Query, parse, refers_back, resolve
from tui.local.ranking import rerank
from tui.local.syncing import Syncing
from tui.sanitize import clean_line

TOP_K = 8
CANDIDATES = 40
READ_CHARS = 2400
WORDS_A_PIECE = 3
NAMED_FILES = 8
PATIENCE_SECONDS = 3.0
"""How long a turn waits until the changes in a folder that was read before are read. A new folder is waited for."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What an agent is asked: the question, the session's earlier questions (oldest first), where to look."""

    question: str
    earlier: Sequence[str]
    index_ids: Sequence[str]


Agent: TypeAlias = Callable[[Ask, Library, Syncing], AsyncIterator[Event]]


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


async def answer(ask: Ask, library: Library, syncing: Syncing) -> AsyncIterator[Event]:
    """The events of one turn, deltas before the whole; an `Agent`."""
    query = Query(())

    async def plan() -> AsyncIterator[str]:
        nonlocal query
        async for notice in _up_to_date(ask, library, syncing):
            yield notice
        query = await asyncio.to_thread(_query, ask, library)
        yield _plan(ask, query, library)

    async for event in _think(plan()):
        yield event
    passages: list[Passage] = []
    if query.terms:
        arguments = {"query": query.text, "index_ids": list(ask.index_ids), "top_k": TOP_K}
        yield ToolCall("call_1", "retrieve", arguments)
        found = await asyncio.to_thread(library.search, query.expression, ask.index_ids, CANDIDATES)
        passages = rerank(found, query.terms)[:TOP_K]
        yield ToolResult("call_1", "retrieve", {"results": [retrieved(passage) for passage in passages]})
        partial = next((n for n, passage in enumerate(passages[:2]) if _goes_on(passage)), None)
        async for event in _think(_once(_findings(passages, partial))):
            yield event
        if partial is not None:
            async for event in _read_on(library, passages, partial):
                yield event
    said: list[str] = []
    for part in compose(ask.question, query, passages) if passages else _nothing(query, library, ask):
        for piece in pieces(part):
            said.append(piece)
            yield TextDelta(piece)
            await asyncio.sleep(0)  # other requests are served between two pieces
    yield Text("".join(said))


async def _once(text: str) -> AsyncIterator[str]:
    yield text


async def _up_to_date(ask: Ask, library: Library, syncing: Syncing) -> AsyncIterator[str]:
    states = await asyncio.to_thread(library.index_states)
    new = [index_id for index_id in ask.index_ids if states[index_id].synced is None]
    if not await syncing.bring_up_to_date(ask.index_ids, PATIENCE_SECONDS):
        if new:
            names = ", ".join(states[index_id].name for index_id in new)
            yield f"{names} is being indexed for the first time; I wait until that is done.\n"
            await syncing.bring_up_to_date(new, None)
        else:
            yield "Changes in the folder are still being read; I use what is indexed so far.\n"


def _query(ask: Ask, library: Library) -> Query:
    """The question's terms, with those of the question before it where it leans on that one or finds nothing alone."""
    query = resolve(library, parse(ask.question), ask.index_ids)
    if ask.earlier and (refers_back(ask.question) or not query.terms):
        before = resolve(library, parse(ask.earlier[-1]), ask.index_ids)
        known = {term.stems for term in query.terms}
        lent = tuple(replace(term, weight=term.weight / 2) for term in before.terms if term.stems not in known)
        return replace(query, terms=(*query.terms, *lent))
    return query


def _plan(ask: Ask, query: Query, library: Library) -> str:
    where = ", ".join(library.folders[index_id].name for index_id in ask.index_ids) or "no index"
    notes = [f"“{clean_line(word, 60)}” occurs nowhere." for word in query.missing]
    notes += [f"“{clean_line(word, 60)}” does not occur; I take “{found}”." for word, found in query.corrected]
    looking = (
        f"I look for {clean_line(query.text)} in {where}."
        if query.terms
        else f"There is nothing to look for in {where}."
    )
    return " ".join([looking, *notes])


def _findings(passages: Sequence[Passage], partial: int | None) -> str:
    if not passages:
        return "No passage matches."
    files = len({(passage.index_id, passage.file_name) for passage in passages})
    count = f"{len(passages)} passage{'s' * (len(passages) > 1)} in {files} document{'s' * (files > 1)}"
    more = f" The passage in {passages[partial].file_name} goes on: I read further." if partial is not None else ""
    return f"{count}; the best is {place(passages[0])}.{more}"


def _goes_on(passage: Passage) -> bool:
    """Whether a passage looks cut off: it leads into something, or its section was too long for one chunk."""
    return passage.text.rstrip().endswith(":") or len(passage.text) > TARGET_CHARS * 0.8


async def _read_on(library: Library, passages: list[Passage], at: int) -> AsyncIterator[Event]:
    """Reads from the start of a passage past its end, and puts the longer text in its place."""
    passage = passages[at]
    where = {
        "index_id": passage.index_id,
        "file_id": passage.file_id,
        "offset": passage.start_char,
        "max_length": READ_CHARS,
    }
    yield ToolCall("call_2", "read", where)
    text = await asyncio.to_thread(library.read, passage.file_id, passage.index_id, passage.start_char, READ_CHARS)
    yield ToolResult("call_2", "read", {"file_name": passage.file_name, "content": text or ""})
    if text and len(text) > len(passage.text):
        known = len(passage.text)
        blocks = blocks_of(text, passage.format)
        end = next((block.start for block in blocks if block.kind == "heading" and block.start >= known), len(text))
        passages[at] = replace(passage, text=text[:end], end_char=passage.start_char + end)


def retrieved(passage: Passage) -> dict[str, Any]:
    """A passage as one of the `results` of the API's retrieval route."""
    return {
        "content": passage.text,
        "score": passage.score,
        "metadata": {
            "file_name": passage.file_name,
            "heading": passage.heading,
            "index_id": passage.index_id,
            "first_line": passage.first_line,
            "last_line": passage.first_line + passage.text.rstrip().count("\n"),
        },
        "static_fields": {
            "parsed_directory_file_id": passage.file_id,
            "chunk_index": passage.number,
            "chunk_start_char": passage.start_char,
            "chunk_end_char": passage.end_char,
            "page_range_start": passage.first_page,
            "page_range_end": passage.last_page,
            "attachments": [],
        },
    }


def _nothing(query: Query, library: Library, ask: Ask) -> Iterator[str]:
    names = ", ".join(f"**{library.folders[index_id].name}**" for index_id in ask.index_ids)
    files = library.file_names(ask.index_ids, NAMED_FILES)
    if not ask.index_ids:
        yield "This question was sent with no index, so there is nothing to search. Start a session with an index.\n\n"
    elif not files:
        yield f"{names} holds no document that can be read (Markdown and plain text are).\n\n"
    else:
        words = ", ".join(f"“{clean_line(word, 60)}”" for word in query.missing)
        yield f"Nothing in {names} matches {words}.\n\n" if words else "This question has no word to search for.\n\n"
        yield "What to try: other words for the same thing, fewer words, or words that the documents use. "
        listed = ", ".join(f"`{clean_line(name, 60)}`" for name in files)
        yield f"The documents are {listed}{' and others' if len(files) == NAMED_FILES else ''}.\n\n"
    yield "*No language model is configured: documents are searched for the words of the question.*"
