"""The agent's tools: what each takes, what it answers, and the numbers under which its answers are cited.

A citation `[n]` means the n-th source that the tools gave in the turn: a result of `retrieve`, an item of `grep`, or
what `read` and `page_screenshot` read. Each carries its number as `citation`.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints, ValidationError

from tui.api.models import ImageAttachment
from tui.local.library.library import Library
from tui.local.library.passages import Passage
from tui.local.library.stored_documents import FileRef
from tui.local.search.file_search import PatternError, find, grep
from tui.local.search.retrieval import result_json, retrieve

TOP_K = 8
READ_CHARS = 4000
MOST_FILES = 50
MOST_MATCHES = 20
MATCH_CONTEXT_CHARS = 120
GREP_SECONDS = 5.0
"""How long a pattern is looked for in all documents together."""

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
    """Read a document's text from a character offset on, or one of its pages."""

    file_id: str
    offset: Annotated[int, Field(ge=0, le=2**40)] = 0
    max_length: Annotated[int, Field(ge=1, le=20_000)] = READ_CHARS
    page: Annotated[int, Field(ge=1, le=1_000_000)] | None = None


class PageArguments(BaseModel):
    """Show the user the picture of a page of a document that has pages, and read that page's text."""

    file_id: str
    page: Annotated[int, Field(ge=1, le=1_000_000)]


ARGUMENTS: Mapping[str, type[BaseModel]] = {
    "retrieve": RetrieveArguments,
    "find": FindArguments,
    "grep": GrepArguments,
    "read": ReadArguments,
    "page_screenshot": PageArguments,
}


@dataclass(frozen=True, slots=True)
class ToolOutput:
    """What a tool answers: JSON, and where the picture of a page can be had."""

    result: Any
    picture: ImageAttachment | None = None


@dataclass(slots=True)
class Tools:
    """The tools of one turn over some indexes. `cited` counts the sources that were given so far.

    Every tool raises `ToolError`; none may be called from the event loop's thread, because they read the disk.
    """

    library: Library
    index_ids: Sequence[str]
    cited: int = field(default=0)

    def call(self, name: str, arguments: Mapping[str, Any]) -> ToolOutput:
        """Calls a tool by its name, with arguments that are still to be checked."""
        if name not in ARGUMENTS:
            raise ToolError(f"There is no tool {name!r}. The tools are {', '.join(ARGUMENTS)}.")
        try:
            checked: Any = ARGUMENTS[name].model_validate(arguments)
        except ValidationError as error:
            found = error.errors(include_url=False, include_context=False, include_input=False)
            told = "; ".join(f"{'.'.join(map(str, item['loc'])) or name}: {item['msg']}" for item in found)
            raise ToolError(f"The arguments do not fit: {told}.") from None
        tools: Mapping[str, Callable[[Any], ToolOutput]] = {
            "retrieve": self.retrieve,
            "find": self.find,
            "grep": self.grep,
            "read": self.read,
            "page_screenshot": self.page_screenshot,
        }
        return tools[name](checked)

    def retrieve(self, asked: RetrieveArguments) -> ToolOutput:
        """The passages that answer a question."""
        return self.results(
            retrieve(self.library.passages, self.library.vocabulary, asked.query, self.index_ids, asked.top_k)
        )

    def results(self, passages: Sequence[Passage]) -> ToolOutput:
        """Passages that were found, numbered."""
        return ToolOutput({"results": [self._numbered(passage) for passage in passages]})

    def find(self, asked: FindArguments) -> ToolOutput:
        """The documents whose name contains a text."""
        found = find(self.library.documents, self.index_ids, None, asked.name_contains)
        items = [{"file_id": file.file_id, "file_name": file.name} for file in found[:MOST_FILES]]
        return ToolOutput({"items": items, "total": len(found)})

    def grep(self, asked: GrepArguments) -> ToolOutput:
        """Where a pattern stands, in one document or in all; `complete` is false when there may be more."""
        files = (
            [self.file(asked.file_id)] if asked.file_id else find(self.library.documents, self.index_ids, None, None)
        )
        deadline = time.monotonic() + GREP_SECONDS
        items: list[dict[str, Any]] = []
        try:
            for file in files:
                room = MOST_MATCHES - len(items)
                if room == 0 or time.monotonic() > deadline:
                    return ToolOutput({"items": items, "complete": False})
                found = grep(self.library.passages, file, asked.pattern, MATCH_CONTEXT_CHARS, any_case=True)
                items += [self._item(file, match.start, match.end, match.content) for match in islice(found, room)]
        except PatternError as error:
            raise ToolError(str(error)) from None
        return ToolOutput({"items": items, "complete": len(items) < MOST_MATCHES})

    def read(self, asked: ReadArguments) -> ToolOutput:
        """A stretch of a document's text, or a page."""
        file = self.file(asked.file_id)
        if asked.page is not None:
            return self._page(file, asked.page)
        return self._stretch(file, asked.offset, asked.max_length)

    def page_screenshot(self, asked: PageArguments) -> ToolOutput:
        """The picture of a page, with its text."""
        file = self.file(asked.file_id)
        picture = self.library.documents.picture_of(file.file_id, asked.page)
        if picture is None:
            raise ToolError(f"There is no picture of page {asked.page} of {file.name}. Use read for its text.")
        return ToolOutput(self._page(file, asked.page).result, picture)

    def file(self, file_id: str) -> FileRef:
        """The document with this id."""
        file = self.library.documents.file(file_id, self.index_ids)
        if file is None:
            raise ToolError(f"There is no document {file_id!r}. Use find to list the documents with their ids.")
        return file

    def _page(self, file: FileRef, page: int) -> ToolOutput:
        span = self.library.passages.page_span(file.file_id, page)
        if span is None:
            raise ToolError(f"{file.name} has no page {page}. Use read with an offset.")
        start, end = span
        return self._stretch(file, start, end - start)

    def _stretch(self, file: FileRef, start: int, length: int) -> ToolOutput:
        text = self.library.passages.read(file.file_id, file.index_id, start, length) or ""
        if not text:
            raise ToolError(f"{file.name} ends before character {start}.")
        return ToolOutput(self._item(file, start, start + len(text), text))

    def _item(self, file: FileRef, start: int, end: int, content: str) -> dict[str, Any]:
        first, last = self.library.passages.pages_at(file.file_id, start, end) or (None, None)
        return {
            "citation": self._number(),
            "file_id": file.file_id,
            "file_name": file.name,
            "content": content,
            "start_char": start,
            "end_char": end,
            "page_range_start": first,
            "page_range_end": last,
        }

    def _numbered(self, passage: Passage) -> dict[str, Any]:
        result = result_json(self.library.documents, passage)
        result["metadata"]["citation"] = self._number()
        return result

    def _number(self) -> int:
        self.cited += 1
        return self.cited
