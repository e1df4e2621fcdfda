"""The agent that answers without a language model: it looks up what the question names, retrieves, and quotes."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import BaseModel

from tui.api.models import Event, Text, TextDelta, Thinking, ThinkingDelta, ToolCall, ToolResult
from tui.local.agent import Ask, brought_up_to_date
from tui.local.answer import compose, place, reading
from tui.local.chunks import TARGET_CHARS
from tui.local.documents import blocks_of
from tui.local.library import Library, Passage
from tui.local.named import Named, named, pattern_of
from tui.local.question import Query
from tui.local.ranking import rerank
from tui.local.retrieval import passages_for, understand
from tui.local.syncing import Syncing
from tui.local.tools import (
    TOP_K,
    Answer,
    FindArguments,
    GrepArguments,
    PageArguments,
    ReadArguments,
    RetrieveArguments,
    ToolError,
    Tools,
)
from tui.sanitize import clean_line

READ_CHARS = 2400
WORDS_A_PIECE = 3
NAMED_FILES = 8
EXACT_BONUS = 1.0
"""What a passage gains that has the number or the quotation of the question as it is written."""


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


@dataclass(slots=True)
class _Turn:
    """One turn's tools, what the question was understood as, and the passages found with their citation numbers."""

    ask: Ask
    library: Library
    tools: Tools
    query: Query = field(default=Query(()))
    named: Named = field(default=Named((), None, (), ""))
    found: list[tuple[int, Passage]] = field(default_factory=list[tuple[int, Passage]])
    calls: int = 0
    answered: bool = False

    async def call(
        self, name: str, arguments: BaseModel, tool: Callable[[], Answer], shown: dict[str, Any] | None = None
    ) -> AsyncIterator[Event]:
        """Calls a tool; its answer is then in `result`, empty when it could not."""
        self.calls += 1
        call_id = f"call_{self.calls}"
        yield ToolCall(call_id, name, {**arguments.model_dump(exclude_none=True), **(shown or {})})
        try:
            answer = await asyncio.to_thread(tool)
        except ToolError as error:
            answer = Answer({"error": str(error)})
        self.result = answer.result
        yield ToolResult(call_id, name, answer.result, answer.picture)

    result: dict[str, Any] = field(default_factory=dict[str, Any])

    def understand(self) -> None:
        """Reads the question; to be called in a thread."""
        earlier = [exchange.question for exchange in self.ask.history]
        last = earlier[-1] if earlier else None
        self.named = named(self.library, self.ask.question, last, self.ask.index_ids)
        self.query = understand(self.library, self.named.rest, earlier, self.ask.index_ids)


async def answer(ask: Ask, library: Library, syncing: Syncing) -> AsyncIterator[Event]:
    """The events of one turn; an `Agent`."""
    turn = _Turn(ask, library, Tools(library, ask.index_ids))

    async def plan() -> AsyncIterator[str]:
        async for notice in brought_up_to_date(ask, library, syncing):
            yield notice
        await asyncio.to_thread(turn.understand)
        yield _plan(turn)

    async for event in _think(plan()):
        yield event
    for step in (_named_file, _named_page, _exact, _retrieved, _opened):
        if not turn.answered:
            async for event in step(turn):
                yield event
    if not turn.answered:
        said = compose(ask.question, turn.query, turn.found) if turn.found else _nothing(turn.query, library, ask)
        async for event in _say(said):
            yield event


async def _named_file(turn: _Turn) -> AsyncIterator[Event]:
    if turn.named.files:
        asked = FindArguments(name_contains=turn.named.files[0].name)
        async for event in turn.call("find", asked, lambda: turn.tools.find(asked)):
            yield event


async def _named_page(turn: _Turn) -> AsyncIterator[Event]:
    """The page that is asked for: its picture, where it has one, or else its text."""
    page = turn.named.page
    if page is None or len(turn.named.files) != 1:
        return
    (file,) = turn.named.files
    if turn.library.picture_of(file.file_id, page):
        asked = PageArguments(file_id=file.file_id, page=page)
        call = turn.call("page_screenshot", asked, lambda: turn.tools.page_screenshot(asked))
    else:
        read = ReadArguments(file_id=file.file_id, page=page)
        call = turn.call("read", read, lambda: turn.tools.read(read))
    async for event in call:
        yield event
    if "error" in turn.result:
        said = iter([f"{turn.result['error']}\n"])
    else:
        on_page = turn.library.passages_at(file.file_id, turn.result["start_char"], turn.result["end_char"])
        turn.found = [(turn.result["citation"], passage) for passage in rerank(on_page, turn.query.terms)]
        if turn.query.terms and any(passage.score > 0 for _, passage in turn.found):
            return
        said = reading(turn.result["citation"], file.name, f"page {page}", turn.result["content"])
    turn.answered = True
    async for event in _say(said):
        yield event


async def _exact(turn: _Turn) -> AsyncIterator[Event]:
    """What is to be found as it is written: quotations and numbers."""
    if turn.named.page is not None and turn.found:
        return
    known: set[int] = set()
    for text in turn.named.exact:
        (file_id,) = {file.file_id for file in turn.named.files} if len(turn.named.files) == 1 else {None}
        asked = GrepArguments(pattern=pattern_of(text)[:1000], file_id=file_id)
        async for event in turn.call("grep", asked, lambda asked=asked: turn.tools.grep(asked)):
            yield event
        for item in turn.result.get("items", ()):
            for passage in turn.library.passages_at(item["file_id"], item["start_char"], item["end_char"]):
                if passage.chunk_id not in known:
                    known.add(passage.chunk_id)
                    turn.found.append((item["citation"], passage))


async def _retrieved(turn: _Turn) -> AsyncIterator[Event]:
    """The passages for the question's words; those that have its numbers and quotations come first."""
    if not turn.query.terms or (turn.named.page is not None and turn.found):
        return
    ask, files = turn.ask, {file.file_id for file in turn.named.files}
    passages: list[Passage] = []

    def wanted(passage: Passage) -> bool:
        return not files or passage.file_id in files

    def retrieve() -> Answer:
        passages.extend(passages_for(turn.library, turn.query, ask.index_ids, TOP_K, wanted if files else None))
        return turn.tools.results(passages)

    arguments = RetrieveArguments.model_construct(query=turn.query.text, top_k=TOP_K)
    shown: dict[str, Any] = {"index_ids": list(ask.index_ids), **({"file_ids": sorted(files)} if files else {})}
    before = turn.tools.cited
    async for event in turn.call("retrieve", arguments, retrieve, shown):
        yield event
    numbers = {passage.chunk_id: before + place for place, passage in enumerate(passages, 1)}
    exact = {passage.chunk_id: number for number, passage in turn.found}
    scored = rerank([*(p for _, p in turn.found), *(p for p in passages if p.chunk_id not in exact)], turn.query.terms)
    scored = [replace(p, score=p.score + EXACT_BONUS * (p.chunk_id in exact)) for p in scored]
    scored.sort(key=lambda passage: -passage.score)
    turn.found = [(exact.get(p.chunk_id) or numbers[p.chunk_id], p) for p in scored]
    partial = next((at for at, (_, passage) in enumerate(turn.found[:2]) if _goes_on(passage)), None)
    async for event in _think(_once(_findings([passage for _, passage in turn.found], partial))):
        yield event
    if partial is not None:
        async for event in _read_on(turn, partial):
            yield event


async def _opened(turn: _Turn) -> AsyncIterator[Event]:
    """The beginning of the file that is named, when nothing else is asked of it."""
    if turn.found or len(turn.named.files) != 1:
        return
    (file,) = turn.named.files
    asked = ReadArguments(file_id=file.file_id, max_length=READ_CHARS)
    async for event in turn.call("read", asked, lambda: turn.tools.read(asked)):
        yield event
    if "error" not in turn.result:
        turn.answered = True
        async for event in _say(reading(turn.result["citation"], file.name, "its beginning", turn.result["content"])):
            yield event


def _plan(turn: _Turn) -> str:
    ask, query, found = turn.ask, turn.query, turn.named
    where = ", ".join(turn.library.folders[index_id].name for index_id in ask.index_ids) or "no index"
    if len(found.files) == 1:
        where = clean_line(found.files[0].name)
    notes = [f"“{clean_line(word, 60)}” occurs nowhere." for word in query.missing]
    notes += [f"“{clean_line(word, 60)}” does not occur; I take “{found}”." for word, found in query.corrected]
    looking = f"I look for {clean_line(query.text)} in {where}." if query.terms else f"I look in {where}."
    if found.page is not None and len(found.files) == 1:
        looking = f"I open page {found.page} of {where}."
    elif not query.terms and not found.files:
        looking = f"There is nothing to look for in {where}."
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


async def _read_on(turn: _Turn, at: int) -> AsyncIterator[Event]:
    """Reads from the start of a passage past its end, and puts the longer text in its place."""
    number, passage = turn.found[at]
    asked = ReadArguments(file_id=passage.file_id, offset=passage.start_char, max_length=READ_CHARS)
    async for event in turn.call("read", asked, lambda: turn.tools.read(asked)):
        yield event
    text = str(turn.result.get("content", ""))
    if len(text) > len(passage.text):
        known = len(passage.text)
        blocks = blocks_of(text, passage.format)
        end = next((block.start for block in blocks if block.kind == "heading" and block.start >= known), len(text))
        turn.found[at] = (number, replace(passage, text=text[:end], end_char=passage.start_char + end))


def _nothing(query: Query, library: Library, ask: Ask) -> Iterator[str]:
    names = ", ".join(f"**{library.folders[index_id].name}**" for index_id in ask.index_ids)
    files = library.file_names(ask.index_ids, NAMED_FILES)
    if not ask.index_ids:
        yield "This question was sent with no index, so there is nothing to search. Start a session with an index.\n\n"
    elif not files:
        yield f"{names} holds no document that can be read.\n\n"
    else:
        words = ", ".join(f"“{clean_line(word, 60)}”" for word in query.missing)
        yield f"Nothing in {names} matches {words}.\n\n" if words else "This question has no word to search for.\n\n"
        yield "What to try: other words for the same thing, fewer words, or words that the documents use. "
        listed = ", ".join(f"`{clean_line(name, 60)}`" for name in files)
        yield f"The documents are {listed}{' and others' if len(files) == NAMED_FILES else ''}.\n\n"
    yield "*No language model is configured: documents are searched for the words of the question.*"
