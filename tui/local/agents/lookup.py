"""What the agent without a model does with its tools: one step for each way of finding an answer."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from tui.api.models import Event, ToolCall
from tui.local.agents import files_without_text
from tui.local.agents.agent import Ask
from tui.local.agents.mentions import Mentions, mentions_in, pattern_of
from tui.local.agents.quoting.reading import reading, textless
from tui.local.agents.tool_json import call_id, tool_result
from tui.local.agents.tool_output import CitedPassage, Extract, GrepResult, ReadResult, RetrieveResult, ToolFailure
from tui.local.agents.tools import (
    TOP_K,
    FindArguments,
    GrepArguments,
    PageArguments,
    ReadArguments,
    ToolError,
    Tools,
)
from tui.local.library.chunks import TARGET_CHARS
from tui.local.library.documents import blocks_of
from tui.local.library.library import Library
from tui.local.library.passages import Passage
from tui.local.search.patterns import in_pattern_thread
from tui.local.search.query import Query, Term
from tui.local.search.ranking import rerank
from tui.local.search.retrieval import by_meaning, by_words, finds, understand

READ_CHARS = 2400
MAX_NEAR = 3
"""How many passages are shown that only their meaning brings near the question."""
EXACT_BONUS = 1.0
"""What a passage gains that has the number or the quotation of the question as it is written."""

_Asked = TypeVar("_Asked")
_Output = TypeVar("_Output")


@dataclass(slots=True)
class Lookup:
    """One turn's search. Each step is the events of the tools it calls, and none when there is nothing for it to do.

    `without_text` says why nothing is told of files that the question names, a sentence for each. `found` are the
    passages to answer from, best first; `near` are others that may mean what it asks for, and `problem_of_near` is why
    there may be more; `answer` is the answer, piece by piece, where a step already has one. `collection` counts all
    passages.
    """

    ask: Ask
    mentions: Mentions
    query: Query
    tools: Tools
    without_text: Sequence[str]
    collection: int = 0
    found: list[CitedPassage] = field(default_factory=list[CitedPassage])
    near: list[CitedPassage] = field(default_factory=list[CitedPassage])
    problem_of_near: str | None = None
    answer: Iterator[str] | None = None
    _calls: int = 0
    _near_count: int = 0

    def go_on_from(self, before: "Lookup") -> None:
        """Number the calls and the sources after those of an earlier look in the same turn."""
        self._calls = before._calls
        self.tools.cited = before.tools.cited

    async def find_file(self) -> AsyncIterator[Event]:
        """The file that the question names."""
        if not self.mentions.files:
            return
        asked = FindArguments(name_contains=self.mentions.files[0].name)
        yield (call := self._call("find", asked.model_dump()))
        yield tool_result(call, await _output_of(self.tools.find, asked))

    async def open_page(self) -> AsyncIterator[Event]:
        """The page that the question names: its image, where it has one, or else its text."""
        file, page = self.mentions.file, self.mentions.page
        if file is None or page is None:
            return
        if await asyncio.to_thread(self.tools.documents.page_image_of, file.file_id, page):
            shown = PageArguments(file_id=file.file_id, page=page)
            yield (call := self._call("page_screenshot", shown.model_dump(), file.name))
            output = await _output_of(self.tools.page_screenshot, shown)
        else:
            read = ReadArguments(file_id=file.file_id, page=page)
            yield (call := self._call("read", read.model_dump(), file.name))
            output = await _output_of(self.tools.read, read)
        yield tool_result(call, output)
        if isinstance(output, ToolFailure):
            self.answer = iter([f"{output.message}\n"])
        elif output.extract.content:
            await asyncio.to_thread(self._answer_from_page, output.extract, page)
        else:
            told = await asyncio.to_thread(self.tools.without_text, output.extract.file, page)
            self.answer = textless(output.extract.citation, output.extract.file.name, f"page {page}", told)

    def _answer_from_page(self, extract: Extract, page: int) -> None:
        """From the passages on the page that have a word of the question, else with the page itself."""
        on_page = self.tools.passages.at(extract.file.file_id, extract.start, extract.end)
        ranked = rerank(on_page, self.query.terms)
        if self.query.terms and any(passage.score > 0 for passage in ranked):
            self.found = [CitedPassage(extract.citation, passage) for passage in ranked]
        else:
            self._answer_with(extract, f"page {page}")

    def _answer_with(self, extract: Extract, where: str) -> None:
        """With what was read itself."""
        passages = self.tools.passages.at(extract.file.file_id, extract.start, extract.end)
        document_format = passages[0].format if passages else "text"
        self.answer = reading(extract.citation, extract.file.name, where, extract.content, document_format)

    async def find_exact(self) -> AsyncIterator[Event]:
        """The passages with the quotations and the numbers of the question as they are written."""
        if self.found or self.answer:
            return
        for text in self.mentions.exact:
            file = self.mentions.file
            asked = GrepArguments(pattern=pattern_of(text)[:1000], file_id=file.file_id if file else None)
            shown = {"text": text, **asked.model_dump()}
            yield (call := self._call("grep", shown, file.name if file else None))
            output = await _or_failure(in_pattern_thread(self.tools.grep_passages, asked, text))
            yield tool_result(call, output)
            if isinstance(output, GrepResult):
                self._keep(output.matches)

    def _keep(self, matches: Sequence[Extract]) -> None:
        known = {cited.passage.key for cited in self.found}
        for match in matches:
            for passage in match.passages:
                if passage.key not in known:
                    known.add(passage.key)
                    self.found.append(CitedPassage(match.citation, passage))

    async def retrieve(self) -> AsyncIterator[Event]:
        """The passages for the question's words; those that have its numbers and quotations come first.

        Whether they answer is judged by words, so those that are only near in meaning are shown and not answered from.
        """
        has_page = self.mentions.page is not None and self.found
        if self.answer or not finds(self.tools.passages, self.query) or has_page:
            return
        file_ids = {file.file_id for file in self.mentions.files}
        names = [file.name for file in self.mentions.files]
        where = {"file_ids": sorted(file_ids), "file_names": names} if file_ids else {}
        asked = {
            "query": self.query.text or self.query.question,
            "top_k": TOP_K,
            "index_ids": list(self.ask.index_ids),
            **where,
        }
        yield (call := self._call("retrieve", asked))
        output = await _output_of(self._retrieved, file_ids)
        yield tool_result(call, output)
        if isinstance(output, RetrieveResult):
            answering = output.passages[: len(output.passages) - self._near_count]
            self.near = list(output.passages[len(answering) :])
            self.found = _together(self.found, answering, self.query.terms)

    def _retrieved(self, file_ids: set[str]) -> RetrieveResult:
        """The best passages by words, then the nearest others; when files are named, those of these files only."""

        def is_in_these(passage: Passage) -> bool:
            return passage.file_id in file_ids

        wanted = is_in_these if file_ids else None
        found = by_words(self.tools.passages, self.query, self.ask.index_ids, TOP_K, wanted)
        known = {passage.key for passage in found} | {cited.passage.key for cited in self.found}
        near = by_meaning(self.tools.passages, self.query, self.ask.index_ids, MAX_NEAR, wanted)
        self.problem_of_near = near.problem_of_near
        others = [passage for passage in near.passages if passage.key not in known]
        self._near_count = len(others)
        return self.tools.cite([*found, *others])

    @property
    def partial(self) -> int | None:
        """The place in `found` of the first of the best passages that looks cut off."""
        return next((at for at, cited in enumerate(self.found[:2]) if _goes_on(cited.passage)), None)

    async def read_on(self) -> AsyncIterator[Event]:
        """Read from the start of the partial passage past its end, and put the longer text in its place.

        What was read is cited then: what the search told of the passage ends before.
        """
        at = self.partial
        if at is None:
            return
        cited = self.found[at]
        passage = cited.passage
        asked = ReadArguments(file_id=passage.file_id, offset=passage.start_char, max_length=READ_CHARS)
        yield (call := self._call("read", asked.model_dump(), passage.file_name))
        output = await _output_of(self.tools.read, asked)
        yield tool_result(call, output)
        if isinstance(output, ReadResult) and len(output.extract.content) > len(passage.text):
            self.found[at] = CitedPassage(output.extract.citation, _longer(passage, output.extract.content))

    async def open_file(self) -> AsyncIterator[Event]:
        """The beginning of the file that is named, when nothing else is asked of it."""
        file = self.mentions.file
        if self.answer or self.found or file is None:
            return
        asked = ReadArguments(file_id=file.file_id, max_length=READ_CHARS)
        yield (call := self._call("read", asked.model_dump(), file.name))
        output = await _output_of(self.tools.read, asked)
        yield tool_result(call, output)
        if isinstance(output, ReadResult):
            await asyncio.to_thread(self._answer_with, output.extract, "its beginning")

    def _call(self, name: str, arguments: Mapping[str, object], file_name: str | None = None) -> ToolCall:
        """The event of a call. It names the file that is meant, because its id says nothing to a reader."""
        self._calls += 1
        named = {"file_name": file_name, **arguments}
        given = {name: value for name, value in named.items() if value is not None}
        return ToolCall(call_id(self._calls), name, given)


def begin_lookup(ask: Ask, library: Library) -> Lookup:
    """Understand the question; this reads the disk."""
    earlier = ask.lenders
    mentions = mentions_in(library.documents, ask.question, earlier, ask.index_ids)
    query = understand(library.vocabulary, mentions.rest, earlier, ask.index_ids)
    if query.is_unknown and mentions.page is None:
        earlier = list[str]()
        mentions = mentions_in(library.documents, ask.question, earlier, ask.index_ids)
    tools = Tools(library.documents, library.passages, library.vocabulary, ask.index_ids)
    without_text = list(files_without_text.sentences(library, ask.question, earlier, mentions, ask.index_ids))
    collection = library.vocabulary.passage_count(ask.index_ids)
    return Lookup(ask, mentions, query, tools, without_text, collection)


async def _output_of(tool: Callable[[_Asked], _Output], asked: _Asked) -> _Output | ToolFailure:
    """What a tool answers, on a thread of its own."""
    return await _or_failure(asyncio.to_thread(tool, asked))


async def _or_failure(answering: Awaitable[_Output]) -> _Output | ToolFailure:
    """What a tool answers, or why it cannot."""
    try:
        return await answering
    except ToolError as error:
        return ToolFailure(str(error))


def _together(
    exact: Sequence[CitedPassage], found: Sequence[CitedPassage], terms: Sequence[Term]
) -> list[CitedPassage]:
    """All passages, best first. One that is `exact` keeps its number there, and gains the bonus."""
    bonus = {cited.passage.key: EXACT_BONUS for cited in exact}
    cited = [*exact, *(other for other in found if other.passage.key not in bonus)]
    numbers = {one.passage.key: one.citation for one in cited}
    ranked = rerank([one.passage for one in cited], terms)
    scored = [replace(passage, score=passage.score + bonus.get(passage.key, 0.0)) for passage in ranked]
    scored.sort(key=lambda passage: -passage.score)
    return [CitedPassage(numbers[passage.key], passage) for passage in scored]


def _longer(passage: Passage, text: str) -> Passage:
    """The passage with the text that was read from its start and is longer, up to the next heading."""
    known = len(passage.text)
    blocks = blocks_of(text, passage.format)
    end = next((block.start for block in blocks if block.kind == "heading" and block.start >= known), len(text))
    return replace(passage, text=text[:end], end_char=passage.start_char + end)


def _goes_on(passage: Passage) -> bool:
    """Whether a passage looks cut off: it leads into something, or its section was too long for one chunk."""
    return passage.text.rstrip().endswith(":") or len(passage.text) > TARGET_CHARS * 0.8
