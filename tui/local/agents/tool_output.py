"""What the tools answer, as values. `tui.local.agents.tool_json` writes them as JSON.

A `citation` is the number under which an answer cites a source: the n-th that the tools gave in the turn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from tui.api.models import ImageAttachment
from tui.local.library.passages import Passage
from tui.local.library.stored_documents import FileRef


@dataclass(frozen=True, slots=True)
class CitedPassage:
    """A passage that was found, and where the image of its first page can be had, if it was looked for."""

    citation: int
    passage: Passage
    page_image: ImageAttachment | None = None


@dataclass(frozen=True, slots=True)
class Extract:
    """A piece of a document: `content` is its text from `start` to `end`, or that with some characters around it.

    `pages` and `lines` are the first and the last that it stands on, from 1; None where its file has none that a
    reader could look up. `heading` and `anchor` are those of the passage that it begins in. `page_image` is where the
    image of its first page can be had. `passages` are those that it lies in, where these are to be quoted from.
    """

    citation: int
    file: FileRef
    content: str
    start: int
    end: int
    pages: tuple[int, int] | None
    lines: tuple[int, int] | None
    heading: str = ""
    anchor: str = ""
    page_image: ImageAttachment | None = None
    passages: Sequence[Passage] = ()


@dataclass(frozen=True, slots=True)
class RetrieveResult:
    """The passages that answer a question, best first."""

    passages: Sequence[CitedPassage]


@dataclass(frozen=True, slots=True)
class FindResult:
    """The first of the documents with a name that was looked for, and how many there are."""

    files: Sequence[FileRef]
    total: int


@dataclass(frozen=True, slots=True)
class GrepResult:
    """Where a pattern stands; `complete` is false when there may be more."""

    matches: Sequence[Extract]
    complete: bool


@dataclass(frozen=True, slots=True)
class ReadResult:
    """A stretch of a document, or the text of a page."""

    extract: Extract


@dataclass(frozen=True, slots=True)
class PageResult:
    """The text of a page, and where its image can be had."""

    extract: Extract
    image: ImageAttachment


@dataclass(frozen=True, slots=True)
class ToolFailure:
    """The tool could not do what it was asked; the message says what to do instead."""

    message: str


ToolOutput: TypeAlias = RetrieveResult | FindResult | GrepResult | ReadResult | PageResult | ToolFailure
