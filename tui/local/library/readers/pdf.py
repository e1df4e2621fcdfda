"""PDF: its text page by page, with headings by its outline, or where it has none by the size of the letters."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any, cast

from tui.local.library.documents import Document, DocumentBlock, UnreadableError, blocks_of
from tui.local.library.readers.ocr import PageRecognition
from tui.local.library.readers.pdf_lines import (
    PageLine,
    heading_levels,
    is_heading,
    lines_of,
    paragraphs_of,
    without_running_lines,
)

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

GAP = "\n\n"
"""What parts paragraphs, and pages."""
MAX_TITLE_LINES = 3
MAX_PAGES = 20_000
"""A PDF that says it has more is not read."""
MAX_PAGE_CHARS = 500_000
"""A PDF with more on a page is a drawing, and reading it would take longer than a file may."""


@dataclass(frozen=True, slots=True)
class _Pages:
    """The paragraphs of each page, the titles of the outline by page, and what is to be said of pages without text."""

    paragraphs: Sequence[Sequence[Sequence[PageLine]]]
    titles: Mapping[int, list[tuple[str, int]]]
    levels: Mapping[tuple[float, bool], int]
    remarks: Sequence[str]


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
        pages = _read(pdf)
    except PdfiumError:
        raise UnreadableError("it is damaged") from None
    finally:
        pdf.close()
    return _document(pages)


def _read(pdf: "PdfDocument") -> _Pages:
    if len(pdf) > MAX_PAGES:
        raise UnreadableError(f"it has more than {MAX_PAGES:,} pages")
    titles = _outline(pdf)
    lines: list[list[PageLine]] = []
    recognition = PageRecognition()
    for number in range(len(pdf)):
        page: Any = pdf.get_page(number)
        try:
            lines.append(_lines(page, number + 1, with_bold=not titles) or recognition.lines_of(page, number + 1))
        finally:
            page.close()
    if not any(lines):
        raise recognition.refusal
    kept = without_running_lines(lines)
    paragraphs = [list(paragraphs_of(page)) for page in kept]
    return _Pages(paragraphs, titles, {} if titles else heading_levels(kept), recognition.remarks)


def _lines(page: Any, number: int, with_bold: bool) -> list[PageLine]:
    text_page = page.get_textpage()
    try:
        if text_page.count_chars() > MAX_PAGE_CHARS:
            raise UnreadableError(f"its page {number:,} has more than {MAX_PAGE_CHARS:,} characters")
        return lines_of(text_page, with_bold=with_bold)
    finally:
        text_page.close()


def _document(pages: _Pages) -> Document:
    texts = [GAP.join("\n".join(line.text for line in lines) for lines in page) for page in pages.paragraphs]
    starts = [0, *accumulate(len(text) + len(GAP) for text in texts)][: len(texts)]
    blocks = [
        block
        for number, (text, start) in enumerate(zip(texts, starts, strict=True))
        for block in (
            _outlined(text, start, pages.titles.get(number, []))
            if pages.titles
            else _measured(pages.paragraphs[number], start, pages.levels)
        )
    ]
    text = GAP.join(texts)
    return Document("text", text, tuple(blocks), tuple(starts), has_lines=False, remarks=tuple(pages.remarks))


def _measured(
    paragraphs: Sequence[Sequence[PageLine]], offset: int, levels: Mapping[tuple[float, bool], int]
) -> Iterator[DocumentBlock]:
    """The page's blocks; what looks like a heading is one."""
    for lines in paragraphs:
        text = "\n".join(line.text for line in lines)
        if is_heading(lines, levels):
            level = levels[lines[0].size, lines[0].bold]
            yield DocumentBlock("heading", offset, offset + len(text), level, " ".join(text.split()))
        else:
            yield from _shifted(text, offset)
        offset += len(text) + len(GAP)


def _outline(pdf: "PdfDocument") -> Mapping[int, list[tuple[str, int]]]:
    """The titles of the outline and their levels, by the page (from 0) that they lead to."""
    titles: defaultdict[int, list[tuple[str, int]]] = defaultdict(list)
    for bookmark in cast("Iterator[Any]", pdf.get_toc(max_depth=6)):
        destination = bookmark.get_dest()
        page = destination.get_index() if destination else None
        if page is not None:
            titles[page].append((bookmark.get_title(), bookmark.level + 1))
    return titles


def _outlined(text: str, offset: int, titles: list[tuple[str, int]]) -> Iterator[DocumentBlock]:
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
    """The blocks of a text; a line in capitals is no heading where others are known."""
    for block in blocks_of(text, "text"):
        kind = "paragraph" if block.kind == "heading" else block.kind
        yield DocumentBlock(kind, block.start + offset, block.end + offset)


def _places(text: str, titles: list[tuple[str, int]]) -> Iterator[tuple[int, int, str, int]]:
    for title, level in titles:
        words = title.split()
        if words:
            # The page may number the heading where the outline does not.
            pattern = r"^(?:[\dIVXA-Z]+(?:\.\d+)*\.?[ \t]+)?" + r"\s+".join(map(re.escape, words)) + r"[ \t]*$"
            match = re.search(pattern, text, re.MULTILINE | re.IGNORECASE)
            if match and match.group().count("\n") < 2 * MAX_TITLE_LINES:
                yield match.start(), match.end(), " ".join(words), min(level, 6)
