"""What the agent without a model does with its tools: one step for each way of finding an answer."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import BaseModel

from tui.api.models import Event, ToolCall, ToolResult
from tui.local.agents.agent import Ask
from tui.local.agents.mentions import Mentions, mentions_in, pattern_of
from tui.local.agents.quotes import reading
from tui.local.agents.tools import (
    TOP_K,
    FindArguments,
    GrepArguments,
    PageArguments,
    ReadArguments,
    RetrieveArguments,
    ToolError,
    ToolOutput,
    Tools,
)
from tui.local.library.chunks import TARGET_CHARS
from tui.local.library.documents import blocks_of
from tui.local.library.library import Library
from tui.local.library.passages import Passage
from tui.local.search.query import Query
from tui.local.search.ranking import rerank
from tui.local.search.retrieval import passages_for, understand

READ_CHARS = 2400
EXACT_BONUS = 1.0
"""What a passage gains that has the number or the quotation of the question as it is written."""


@dataclass(slots=True)
class Lookup:
    """One turn's search. Each step is the events of the tools it calls, and none when there is nothing for it to do.

    `found` are the passages to answer from with their citation numbers, best first; `said` is the answer where a step
    already is one.
    """

    ask: Ask
    library: Library
    tools: Tools
    query: Query = field(default=Query(()))
    named: Mentions = field(default=Mentions((), None, (), ""))
    found: list[tuple[int, Passage]] = field(default_factory=list[tuple[int, Passage]])
    said: Iterator[str] | None = None
    _calls: int = 0
    _result: dict[str, Any] = field(default_factory=dict[str, Any])

    def understand(self) -> None:
        """Reads the question; it reads the disk, too."""
        earlier = [exchange.question for exchange in self.ask.history]
        self.named = mentions_in(
            self.library.documents, self.ask.question, earlier[-1] if earlier else None, self.ask.index_ids
        )
        self.query = understand(self.library.vocabulary, self.named.rest, earlier, self.ask.index_ids)

    async def find_file(self) -> AsyncIterator[Event]:
        """The file that the question names."""
        if self.named.files:
            asked = FindArguments(name_contains=self.named.files[0].name)
            async for event in self._call("find", asked, lambda: self.tools.find(asked)):
                yield event

    async def open_page(self) -> AsyncIterator[Event]:
        """The page that the question names: its picture, where it has one, or else its text."""
        file, page = self.named.file, self.named.page
        if file is None or page is None:
            return
        if await asyncio.to_thread(self.library.documents.picture_of, file.file_id, page):
            asked = PageArguments(file_id=file.file_id, page=page)
            call = self._call("page_screenshot", asked, lambda: self.tools.page_screenshot(asked))
        else:
            read = ReadArguments(file_id=file.file_id, page=page)
            call = self._call("read", read, lambda: self.tools.read(read))
        async for event in call:
            yield event
        if "error" in self._result:
            self.said = iter([f"{self._result['error']}\n"])
            return
        number, start, end = (self._result[name] for name in ("citation", "start_char", "end_char"))
        on_page = rerank(await asyncio.to_thread(self.library.passages.at, file.file_id, start, end), self.query.terms)
        if self.query.terms and any(passage.score > 0 for passage in on_page):
            self.found = [(number, passage) for passage in on_page]
        else:
            self.said = reading(number, file.name, f"page {page}", self._result["content"])

    async def find_exact(self) -> AsyncIterator[Event]:
        """The passages with the quotations and the numbers of the question as they are written."""
        if self.found or self.said:
            return
        for text in self.named.exact:
            file_id = self.named.file.file_id if self.named.file else None
            asked = GrepArguments(pattern=pattern_of(text)[:1000], file_id=file_id)
            async for event in self._call("grep", asked, lambda asked=asked: self.tools.grep(asked)):
                yield event
            await asyncio.to_thread(self._keep, self._result.get("items", ()))

    def _keep(self, items: list[dict[str, Any]]) -> None:
        known = {passage.chunk_id for _, passage in self.found}
        for item in items:
            for passage in self.library.passages.at(item["file_id"], item["start_char"], item["end_char"]):
                if passage.chunk_id not in known:
                    known.add(passage.chunk_id)
                    self.found.append((item["citation"], passage))

    async def retrieve(self) -> AsyncIterator[Event]:
        """The passages for the question's words; those that have its numbers and quotations come first."""
        if self.said or not self.query.terms or (self.named.page is not None and self.found):
            return
        files = {file.file_id for file in self.named.files}
        passages: list[Passage] = []

        def wanted(passage: Passage) -> bool:
            return passage.file_id in files

        def results() -> ToolOutput:
            index_ids = self.ask.index_ids
            passages.extend(
                passages_for(self.library.passages, self.query, index_ids, TOP_K, wanted if files else None)
            )
            return self.tools.results(passages)

        asked = RetrieveArguments.model_construct(query=self.query.text, top_k=TOP_K)
        where: dict[str, Any] = {
            "index_ids": list(self.ask.index_ids),
            **({"file_ids": sorted(files)} if files else {}),
        }
        before = self.tools.cited
        async for event in self._call("retrieve", asked, results, where):
            yield event
        exact = {passage.chunk_id: number for number, passage in self.found}
        numbers = {passage.chunk_id: before + place for place, passage in enumerate(passages, 1)} | exact
        together = [*(passage for _, passage in self.found), *(p for p in passages if p.chunk_id not in exact)]
        scored = rerank(together, self.query.terms)
        scored = [
            replace(passage, score=passage.score + EXACT_BONUS * (passage.chunk_id in exact)) for passage in scored
        ]
        scored.sort(key=lambda passage: -passage.score)
        self.found = [(numbers[passage.chunk_id], passage) for passage in scored]

    @property
    def partial(self) -> int | None:
        """The first of the best passages that looks cut off."""
        return next((at for at, (_, passage) in enumerate(self.found[:2]) if _goes_on(passage)), None)

    async def read_on(self) -> AsyncIterator[Event]:
        """Reads from the start of the partial passage past its end, and puts the longer text in its place."""
        at = self.partial
        if at is None:
            return
        number, passage = self.found[at]
        asked = ReadArguments(file_id=passage.file_id, offset=passage.start_char, max_length=READ_CHARS)
        async for event in self._call("read", asked, lambda: self.tools.read(asked)):
            yield event
        text, known = str(self._result.get("content", "")), len(passage.text)
        if len(text) > known:
            blocks = blocks_of(text, passage.format)
            end = next((block.start for block in blocks if block.kind == "heading" and block.start >= known), len(text))
            self.found[at] = (number, replace(passage, text=text[:end], end_char=passage.start_char + end))

    async def open_file(self) -> AsyncIterator[Event]:
        """The beginning of the file that is named, when nothing else is asked of it."""
        file = self.named.file
        if self.said or self.found or file is None:
            return
        asked = ReadArguments(file_id=file.file_id, max_length=READ_CHARS)
        async for event in self._call("read", asked, lambda: self.tools.read(asked)):
            yield event
        if "error" not in self._result:
            self.said = reading(self._result["citation"], file.name, "its beginning", self._result["content"])

    async def _call(
        self, name: str, arguments: BaseModel, tool: Callable[[], ToolOutput], also: dict[str, Any] | None = None
    ) -> AsyncIterator[Event]:
        """Calls a tool, shown with these arguments and `also` those; what it answers is then the `_result`."""
        self._calls += 1
        call_id = f"call_{self._calls}"
        yield ToolCall(call_id, name, {**arguments.model_dump(exclude_none=True), **(also or {})})
        try:
            answer = await asyncio.to_thread(tool)
        except ToolError as error:
            answer = ToolOutput({"error": str(error)})
        self._result = answer.result
        yield ToolResult(call_id, name, answer.result, answer.picture)


def _goes_on(passage: Passage) -> bool:
    """Whether a passage looks cut off: it leads into something, or its section was too long for one chunk."""
    return passage.text.rstrip().endswith(":") or len(passage.text) > TARGET_CHARS * 0.8
