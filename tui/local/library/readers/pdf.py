"""PDF: its text page by page, with the titles of its outline as headings where the pages show them."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any, cast

from tui.local.library.documents import Document, DocumentBlock, UnreadableError, blocks_of
from tui.local.library.readers.text import with_lf

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

PAGE_GAP = "\n\n"
MAX_TITLE_LINES = 3
RUNNING_PAGES = 3
"""A line at the edge of a page that is the same on so many pages, but for its numbers, is their header or footer."""


def read_pdf(data: bytes) -> Document:
    """A page begins where its text does; a page without text is empty. Raises `UnreadableError`.

    Of a running header or footer only the first is kept: it is no part of what the pages say.
    """
    from pypdfium2 import PdfDocument, PdfiumError

    try:
        pdf = PdfDocument(data)
    except PdfiumError as error:
        encrypted = "password" in str(error).lower()
        raise UnreadableError("it is encrypted with a password" if encrypted else "it is damaged") from None
    try:
        texts = without_running_lines([_page_text(pdf, number) for number in range(len(pdf))])
        titles = _outline(pdf)
    except PdfiumError:
        raise UnreadableError("it is damaged") from None
    finally:
        pdf.close()
    if not any(texts):
        raise UnreadableError("it has no text; its pages are probably scanned pictures")
    starts = [0, *accumulate(len(text) + len(PAGE_GAP) for text in texts)][: len(texts)]
    blocks = [
        block
        for number, (text, start) in enumerate(zip(texts, starts, strict=True))
        for block in _page_blocks(text, start, titles.get(number, []))
    ]
    return Document("text", PAGE_GAP.join(texts), tuple(blocks), tuple(starts))


def without_running_lines(texts: Sequence[str]) -> Sequence[str]:
    """The pages' texts without their headers and footers, but for the first of each.

    A number alone stays, and so does what is nearly all of its page.
    """
    for edge in (0, -1):
        lines = [text.splitlines() for text in texts]
        running = Counter(_but_for_numbers(page[edge]) for page in lines if page)
        seen: set[str] = set()
        for page in lines:
            line = _but_for_numbers(page[edge]) if page else ""
            if line in seen and running[line] >= RUNNING_PAGES and len(page) > 2:
                del page[edge]
            elif any(char.isalpha() for char in line):
                seen.add(line)
        texts = ["\n".join(page).strip() for page in lines]
    return texts


def _but_for_numbers(line: str) -> str:
    return re.sub(r"\d+|\b[ivxlc]+\b", "0", line).strip()


def _outline(pdf: "PdfDocument") -> Mapping[int, list[tuple[str, int]]]:
    """The titles of the outline and their levels, by the page (from 0) that they lead to."""
    titles: defaultdict[int, list[tuple[str, int]]] = defaultdict(list)
    for bookmark in cast("Iterator[Any]", pdf.get_toc(max_depth=6)):
        destination = bookmark.get_dest()
        page = destination.get_index() if destination else None
        if page is not None:
            titles[page].append((bookmark.get_title(), bookmark.level + 1))
    return titles


def _page_text(pdf: "PdfDocument", number: int) -> str:
    page = pdf.get_page(number)
    try:
        text_page = page.get_textpage()
        try:
            text = text_page.get_text_bounded()
        finally:
            text_page.close()
    finally:
        page.close()
    # PDFium marks a hyphen at the end of a line, where the word goes on in the next, with U+FFFE or U+0002.
    joined = re.sub(r"[\ufffe\x02](?:\r?\n)?", "", text)
    return with_lf(joined.replace("\0", "")).strip()


def _page_blocks(text: str, offset: int, titles: list[tuple[str, int]]) -> Iterator[DocumentBlock]:
    """The page's blocks, cut where a title of the outline stands on lines of its own."""
    at = 0
    for start, end, title, level in sorted(_places(text, titles)):
        if start < at:
            continue
        yield from _shifted(text[at:start], offset + at)
        yield DocumentBlock("heading", offset + start, offset + end, level, title)
        at = end
    yield from _shifted(text[at:], offset + at)


def _shifted(text: str, offset: int) -> Iterator[DocumentBlock]:
    for block in blocks_of(text, "text"):
        yield DocumentBlock(block.kind, block.start + offset, block.end + offset, block.level, block.title)


def _places(text: str, titles: list[tuple[str, int]]) -> Iterator[tuple[int, int, str, int]]:
    for title, level in titles:
        words = title.split()
        if words:
            # The page may number the heading where the outline does not.
            pattern = r"^(?:[\dIVXA-Z]+(?:\.\d+)*\.?[ \t]+)?" + r"\s+".join(map(re.escape, words)) + r"[ \t]*$"
            match = re.search(pattern, text, re.MULTILINE | re.IGNORECASE)
            if match and match.group().count("\n") < MAX_TITLE_LINES:
                yield match.start(), match.end(), " ".join(words), min(level, 6)
