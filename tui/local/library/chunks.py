"""From a document to the chunks that are found and cited: pure.

Chunks follow headings, paragraphs and pages. They follow each other without a gap, so that the document's text is
theirs joined.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from tui.local.library.documents import Document, DocumentBlock

TARGET_CHARS = 1500
MAX_CHARS = 3000


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch of a document that is found and cited as one: `text[start:end]` under its `headings`, outermost first.

    Lines and pages count from 1; its pages are those of its words, not empty ones beside them. `first_line` is None
    where the file has no lines to look up. `anchor` is that of its last heading that has one.
    """

    start: int
    end: int
    headings: tuple[str, ...]
    first_line: int | None
    first_page: int | None = None
    last_page: int | None = None
    anchor: str = ""


def chunks_of(document: Document) -> Iterator[Chunk]:
    """The chunks, cut at headings and pages, and within a long section between blocks.

    No paragraph, list, table or code is cut apart unless it alone is longer than `MAX_CHARS`.
    """
    cuts = list(_cuts(document))
    ends = [*(cut.start for cut in cuts[1:]), len(document.text)]
    line = 1
    for cut, end in zip(cuts, ends, strict=True):
        first_page, last_page = _pages(document, cut.start, end)
        first_line = line if document.has_lines else cut.section.line_of(cut.start, document.text)
        yield Chunk(cut.start, end, cut.section.titles, first_line, first_page, last_page, cut.section.anchor)
        line += document.text.count("\n", cut.start, end)


@dataclass(frozen=True, slots=True)
class _Section:
    """What a block stands under: its headings, outermost first, or where there is none the block that began it."""

    headings: tuple[DocumentBlock, ...] = ()
    began: DocumentBlock | None = None

    def then(self, block: DocumentBlock) -> "_Section":
        """The section that the block stands in, when it follows one that stands in this."""
        if block.kind == "heading":
            return _Section((*(h for h in self.headings if h.level < block.level), block))
        if block.under is None:
            return self
        return _Section(tuple(h for h in self.headings if h.level <= block.under), block)

    @property
    def titles(self) -> tuple[str, ...]:
        return tuple(title for title, _ in groupby(h.title for h in self.headings))

    @property
    def anchor(self) -> str:
        began = (self.began,) if self.began else ()
        return next((block.anchor for block in (*reversed(self.headings), *began) if block.anchor), "")

    def line_of(self, offset: int, text: str) -> int | None:
        """The line of the file that stands at an offset; None where the block that began the section tells none."""
        if self.began is None or self.began.line is None:
            return None
        return self.began.line + text.count("\n", self.began.start, offset)


@dataclass(frozen=True, slots=True)
class _Cut:
    """Where a chunk starts, and its section."""

    start: int
    section: _Section


def _cuts(document: Document) -> Iterator[_Cut]:
    """A heading stays with its text, an introduction with its list."""
    section = _Section()
    start, only_headings, leads_in = 0, True, False
    page_starts = frozenset(document.page_starts)
    for block in document.blocks:
        if block.start in page_starts and not only_headings:
            yield _Cut(start, section)
            start, only_headings, leads_in = block.start, True, False
        outer, section = section, section.then(block)
        if section is not outer and not only_headings:
            yield _Cut(start, outer)
            start, only_headings, leads_in = block.start, True, False
        if block.end - start > TARGET_CHARS and not only_headings and not leads_in:
            yield _Cut(start, section)
            start = block.start
        while block.end - start > MAX_CHARS:
            yield _Cut(start, section)
            start = _line_break(document.text, start + TARGET_CHARS, start + MAX_CHARS)
        if block.kind == "heading":
            continue
        only_headings = False
        leads_in = document.text[block.start : block.end].rstrip().endswith(":")
    yield _Cut(start, section)


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
    text = document.text[start:end]
    words = len(text.strip())
    said = end - len(text.lstrip()) if words else start
    first = bisect_right(document.page_starts, said)
    return first, max(first, bisect_left(document.page_starts, said + words))
