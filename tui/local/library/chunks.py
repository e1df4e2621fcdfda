"""From a document to the chunks that are found and cited: pure.

Chunks follow headings, paragraphs and pages. They follow each other without a gap, so that the document's text is
theirs joined.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from tui.local.library.documents import Document, DocumentBlock

TARGET_CHARS = 1500
MAX_CHARS = 3000


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch of a document that is found and cited as one: `text[start:end]` under its `headings`, outermost first.

    Lines and pages count from 1."""

    start: int
    end: int
    headings: tuple[str, ...]
    first_line: int
    first_page: int | None = None
    last_page: int | None = None


def chunks_of(document: Document) -> Iterator[Chunk]:
    """The chunks, cut at headings and pages, and within a long section between blocks.

    No paragraph, list, table or code is cut apart unless it alone is longer than `MAX_CHARS`.
    """
    cuts = list(_cuts(document))
    line = 1
    for (start, headings), (end, _) in zip(cuts, [*cuts[1:], (len(document.text), ())], strict=True):
        first_page, last_page = _pages(document, start, end)
        yield Chunk(start, end, headings, line, first_page, last_page)
        line += document.text.count("\n", start, end)


def _cuts(document: Document) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Where each chunk starts, and its headings. A heading stays with its text, an introduction with its list."""
    open_headings: list[DocumentBlock] = []
    path: tuple[str, ...] = ()
    start, only_headings, leads_in = 0, True, False
    page_starts = frozenset(document.page_starts)
    for block in document.blocks:
        if block.start in page_starts and not only_headings:
            yield start, path
            start, only_headings, leads_in = block.start, True, False
        if block.kind == "heading":
            open_headings = [h for h in open_headings if h.level < block.level] + [block]
            if not only_headings:
                yield start, path
                start = block.start
            path, only_headings = tuple(title for title, _ in groupby(h.title for h in open_headings)), True
            continue
        if block.end - start > TARGET_CHARS and not only_headings and not leads_in:
            yield start, path
            start = block.start
        while block.end - start > MAX_CHARS:
            yield start, path
            start = _line_break(document.text, start + TARGET_CHARS, start + MAX_CHARS)
        only_headings = False
        leads_in = document.text[block.start : block.end].rstrip().endswith(":")
    yield start, path


def _line_break(text: str, low: int, high: int) -> int:
    """The best place to cut between two offsets: after a line, else after a sentence, else after a word."""
    for mark in ("\n", ". ", " "):
        found = text.rfind(mark, low, high)
        if found >= 0:
            return found + len(mark)
    return high


def _pages(document: Document, start: int, end: int) -> tuple[int | None, int | None]:
    if not document.page_starts:
        return None, None
    first = sum(page <= start for page in document.page_starts)
    return first, max(first, sum(page < end for page in document.page_starts))
