"""The agent's tools: what each takes, and what it does.

A citation `[n]` means the n-th source that the tools gave in the turn: a passage of `retrieve`, a match of `grep`, or
what `read` and `page_screenshot` read.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Annotated, TypeAlias

from pydantic import BaseModel, Field, StringConstraints, ValidationError

from tui.local.agents.tool_output import (
    CitedPassage,
    Extract,
    FindResult,
    GrepResult,
    PageResult,
    ReadResult,
    RetrieveResult,
    ToolOutput,
)
from tui.local.library.passages import Passage, Passages
from tui.local.library.stored_documents import FileRef, StoredDocuments
from tui.local.library.vocabulary import Vocabulary
from tui.local.search.file_search import Match, find, grep
from tui.local.search.patterns import PatternError, PatternSearch
from tui.local.search.query import phrase, resolve
from tui.local.search.retrieval import retrieve

TOP_K = 8
READ_CHARS = 4000
MAX_FILES = 50
MAX_MATCHES = 20
MAX_MATCHES_OF_PASSAGES = 10_000
"""Matches in one document of which the passages are told: many may stand in the same."""
MATCH_CONTEXT_CHARS = 120
GREP_TOTAL_TIMEOUT = 5.0
"""Seconds after which no further document is searched for a pattern."""

_Text = Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class ToolError(Exception):
    """A tool cannot do what it was asked; the message tells the agent what to do instead."""


class RetrieveArguments(BaseModel):
    """Search the documents for passages that answer a question. Use the words that the documents are likely to use."""

    query: _Text
    top_k: Annotated[int, Field(ge=1, le=20)] = TOP_K


class FindArguments(BaseModel):
    """List documents by name: those whose path contains the text, or all of them."""

    name_contains: Annotated[str, StringConstraints(max_length=500)] = ""


class GrepArguments(BaseModel):
    """Find a regular expression in any case, in one document or in all: for exact words, quotations and numbers."""

    pattern: _Text
    file_id: str | None = None


class ReadArguments(BaseModel):
    """Read a document's text from a character offset on, or one of its pages. `file_id` is the document's name."""

    file_id: str
    offset: Annotated[int, Field(ge=0, le=2**40)] = 0
    max_length: Annotated[int, Field(ge=1, le=20_000)] = READ_CHARS
    page: Annotated[int, Field(ge=1, le=1_000_000)] | None = None


class PageArguments(BaseModel):
    """Show the user the picture of a page of a document that has pages, and read that page's text."""

    file_id: str
    page: Annotated[int, Field(ge=1, le=1_000_000)]


Arguments: TypeAlias = RetrieveArguments | FindArguments | GrepArguments | ReadArguments | PageArguments

ARGUMENTS: Mapping[str, type[Arguments]] = {
    "retrieve": RetrieveArguments,
    "find": FindArguments,
    "grep": GrepArguments,
    "read": ReadArguments,
    "page_screenshot": PageArguments,
}
"""The tools by name, with what each takes. The docstrings and limits above are what a language model is told."""


_Told: TypeAlias = Callable[[FileRef, Sequence[Match]], Iterable[Extract]]
"""What is told of the matches in a file."""


@dataclass(slots=True)
class Tools:
    """The tools of one turn over some indexes. `cited` counts the sources that were given so far.

    Every tool raises `ToolError`; none may be called from the event loop's thread, because they read the disk.
    """

    documents: StoredDocuments
    passages: Passages
    vocabulary: Vocabulary
    index_ids: Sequence[str]
    cited: int = field(default=0)

    def call(self, name: str, arguments: Mapping[str, object]) -> ToolOutput:
        """Call a tool by its name, with arguments that are still to be checked."""
        if name not in ARGUMENTS:
            raise ToolError(f"There is no tool {name!r}. The tools are {', '.join(ARGUMENTS)}.")
        try:
            asked = ARGUMENTS[name].model_validate(arguments)
        except ValidationError as error:
            found = error.errors(include_url=False, include_context=False, include_input=False)
            problems = "; ".join(f"{'.'.join(map(str, item['loc'])) or name}: {item['msg']}" for item in found)
            raise ToolError(f"The arguments do not fit: {problems}.") from None
        match asked:
            case RetrieveArguments():
                return self.retrieve(asked)
            case FindArguments():
                return self.find(asked)
            case GrepArguments():
                return self.grep(asked)
            case ReadArguments():
                return self.read(asked)
            case PageArguments():
                return self.page_screenshot(asked)

    def retrieve(self, asked: RetrieveArguments) -> RetrieveResult:
        """The passages that answer a question."""
        query = resolve(self.vocabulary, asked.query, self.index_ids)
        return self.cite(retrieve(self.passages, query, self.index_ids, asked.top_k).passages)

    def cite(self, passages: Sequence[Passage]) -> RetrieveResult:
        """Passages that were found, numbered in their order."""
        return RetrieveResult([self._cited(passage) for passage in passages])

    def find(self, asked: FindArguments) -> FindResult:
        """The documents whose name contains a text."""
        found = find(self.documents, self.index_ids, None, asked.name_contains)
        return FindResult(found[:MAX_FILES], len(found))

    def grep(self, asked: GrepArguments) -> GrepResult:
        """Where a pattern stands, in one document or in all."""
        return self._grep(asked, "", self._matches, MAX_MATCHES)

    def grep_passages(self, asked: GrepArguments, text: str) -> GrepResult:
        """The passages in which a pattern stands, whole, in one document or in all that have the words of a `text`.

        To be quoted from: of `grep` only what it tells around a match may be.
        """
        return self._grep(asked, text, self._passages_of, MAX_MATCHES_OF_PASSAGES)

    def _grep(self, asked: GrepArguments, text: str, told: _Told, limit: int) -> GrepResult:
        files = [self.file(asked.file_id)] if asked.file_id else self._files_with(text)
        matches: list[Extract] = []
        is_complete = True
        try:
            with PatternSearch(asked.pattern, any_case=True) as search:
                deadline = time.monotonic() + GREP_TOTAL_TIMEOUT
                for file in files:
                    room = MAX_MATCHES - len(matches)
                    if room == 0 or time.monotonic() > deadline:
                        return GrepResult(matches, complete=False)
                    found = grep(self.passages, search, file, MATCH_CONTEXT_CHARS, limit=limit)
                    matches += islice(told(file, found), room)
                    is_complete = is_complete and len(found) < limit
        except PatternError as error:
            raise ToolError(str(error)) from None
        return GrepResult(matches, complete=is_complete and len(matches) < MAX_MATCHES)

    def _matches(self, file: FileRef, found: Sequence[Match]) -> Iterator[Extract]:
        return (self._extract(file, match.content, match.start, match.end) for match in found)

    def _passages_of(self, file: FileRef, found: Sequence[Match]) -> Iterator[Extract]:
        """Matches with all of the passages that they lie in; not those that stand in one which is told already."""
        end = -1
        for match in found:
            if match.end > end and (passages := self.passages.at(file.file_id, match.start, match.end)):
                end = passages[-1].end_char
                content = "".join(passage.text for passage in passages)
                yield replace(self._extract(file, content, match.start, match.end), passages=passages)

    def read(self, asked: ReadArguments) -> ReadResult:
        """A stretch of a document's text, or a page."""
        file = self.file(asked.file_id)
        if asked.page is not None:
            page = self._page(file, asked.page)
            if not page.content:
                raise ToolError(self.without_text(file, asked.page))
            return ReadResult(page)
        return ReadResult(self._stretch(file, asked.offset, asked.max_length))

    def page_screenshot(self, asked: PageArguments) -> PageResult:
        """The image of a page, with its text, which may be empty."""
        file = self.file(asked.file_id)
        image = self.documents.page_image_of(file.file_id, asked.page)
        if image is None:
            raise ToolError(f"There is no picture of page {asked.page} of {file.name}. Use read for its text.")
        return PageResult(self._page(file, asked.page), image)

    def _files_with(self, text: str) -> list[FileRef]:
        if not any(char.isalnum() for char in text):
            return self.documents.files(self.index_ids)
        expression = phrase(self.vocabulary, text, self.index_ids)
        return self.documents.matching(self.index_ids, expression, MAX_FILES) if expression else []

    def file(self, file_id: str) -> FileRef:
        """The document with this id, or this name."""
        file = self.documents.file(file_id, self.index_ids)
        if file is None:
            named = find(self.documents, self.index_ids, None, file_id) if file_id else []
            file = next((one for one in named if one.name == file_id), None)
        if file is None:
            raise ToolError(f"There is no document {file_id!r}. Use find to list the documents.")
        return file

    def _page(self, file: FileRef, page: int) -> Extract:
        span = self.passages.page_span(file.file_id, page)
        if span is not None:
            start, end = span
            return self._stretch(file, start, end - start)
        pages, _ = self.documents.pages_and_remarks(file)
        if page > pages:
            raise ToolError(f"{file.name} has no page {page}. Use read with an offset.")
        image = self.documents.page_image_of(file.file_id, page)
        return Extract(self._number(), file, "", 0, 0, (page, page), None, page_image=image)

    def without_text(self, file: FileRef, page: int) -> str:
        """What is told of a page that has no text: it may be that its picture was not read."""
        _, remarks = self.documents.pages_and_remarks(file)
        noted = f" What was noted when {file.name} was read: {remarks}." if remarks else ""
        return f"Page {page} of {file.name} has no text: it is empty, or a picture.{noted}"

    def _stretch(self, file: FileRef, start: int, length: int) -> Extract:
        text = self.passages.read(file.file_id, file.index_id, start, length) or ""
        if not text:
            raise ToolError(f"{file.name} ends before character {start}.")
        return self._extract(file, text, start, start + len(text))

    def _extract(self, file: FileRef, content: str, start: int, end: int) -> Extract:
        pages = self.passages.pages_at(file.file_id, start, end)
        lines = None if pages else self._lines(file, start, end)
        image = self.documents.page_image_of(file.file_id, pages[0]) if pages else None
        first = next(iter(self.passages.at(file.file_id, start, start + 1)), None)
        heading, anchor = (first.heading, first.anchor) if first else ("", "")
        return Extract(self._number(), file, content, start, end, pages, lines, heading, anchor, image)

    def _lines(self, file: FileRef, start: int, end: int) -> tuple[int, int] | None:
        first = self.passages.line_at(file.file_id, start)
        last = self.passages.line_at(file.file_id, max(start, end - 1))
        return None if first is None or last is None else (first, last)

    def _cited(self, passage: Passage) -> CitedPassage:
        page = passage.first_page
        image = self.documents.page_image_of(passage.file_id, page) if page else None
        return CitedPassage(self._number(), passage, image)

    def _number(self) -> int:
        self.cited += 1
        return self.cited
