"""The lines of a PDF's pages: their words, how large they are and where they stand; and what follows from that."""

import ctypes
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

RUNNING_PAGES = 3
"""A line at the edge of a page that is the same on so many pages, but for its numbers, is their header or footer."""

PARAGRAPH_GAP = 1.25
"""Lines that are further apart than this, as a multiple of what is usual on the page, are of two paragraphs."""
LEADING = 1.3
"""The distance of two lines of a paragraph at most, as a multiple of the size of their letters."""
CELL_GAP = 1.4
"""Words that are further apart than this, as a multiple of the size of their letters, stand in two cells of a table."""
CELL_SPACE = "   "
SIZE_STEP = 0.6
"""Points by which the letters of two lines differ that are not of one paragraph."""

HEADING_SIZE = 1.12
"""How much larger than the text the letters of a heading are."""
MAX_HEADING_CHARS, MAX_HEADING_LINES = 120, 3
MAX_HEADING_SHARE = 0.25
"""Where more of the lines than this look like headings, none is one."""
MAX_LEVELS = 6

_LINE = re.compile(r"[^\r\n\ufffe\x02]+(?:[\ufffe\x02](?:\r?\n)?[^\r\n\ufffe\x02]+)*")
_HYPHEN = re.compile(r"[\ufffe\x02](?:\r?\n)?")
"""How PDFium marks a hyphen at the end of a line, where the word goes on in the next."""
_UNFIT = re.compile(r"[\0\ufffe\uffff\x02\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class PageLine:
    """A line, or two that a hyphen joined: its words, the height of its letters in points, whether it begins and ends
    bold, the baselines of its first and last letter, from the bottom of the page, and how many cells of a table it has.
    """

    text: str
    size: float = 0.0
    bold: bool = False
    first_y: float = 0.0
    last_y: float = 0.0
    cells: int = 1


def lines_of(text_page: Any, *, with_bold: bool) -> list[PageLine]:
    """The lines of a `PdfTextPage` that are not empty, in their order; whether they are bold only if that is asked."""
    text: str = text_page.get_text_range()
    lines: list[PageLine] = []
    seen = before = 0
    for match in _LINE.finditer(text):
        piece = match.group().rstrip()
        start = match.start() + len(piece) - len(piece.lstrip())
        if piece.strip():
            before += _utf_16_units(text[seen:start])
            seen = start
            lines.append(_measured(text_page, piece.lstrip(), before, with_bold))
    return [line for line in lines if line.text]


def _utf_16_units(text: str) -> int:
    """How much PDFium, which counts in UTF-16, takes a text for."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _measured(text_page: Any, piece: str, at: int, with_bold: bool) -> PageLine:
    """The line whose characters are `piece`, of which the first is the page's character `at`."""
    import pypdfium2.raw

    pdfium: Any = pypdfium2.raw  # made from PDFium's headers, without types
    first = pdfium.FPDFText_GetCharIndexFromTextIndex(text_page, at)
    last = pdfium.FPDFText_GetCharIndexFromTextIndex(text_page, at + len(piece) - 1)
    if first < 0 or last < 0:
        return PageLine(_joined(piece))
    matrix = pdfium.FS_MATRIX()
    scale = math.hypot(matrix.c, matrix.d) if pdfium.FPDFText_GetMatrix(text_page, first, matrix) else 1.0
    size = pdfium.FPDFText_GetFontSize(text_page, first) * scale
    bold = with_bold and all(_is_bold(pdfium, text_page, at) for at in (first, last))
    cells = list(_cells(pdfium, text_page, piece, first, size))
    edges = [_origin(pdfium, text_page, at)[1] for at in (first, last)]
    return PageLine(CELL_SPACE.join(cells), round(size, 1), bold, *edges, cells=len(cells))


def _joined(piece: str) -> str:
    """The characters of a line without those that are none, and with its hyphenated words whole."""
    return " ".join(_UNFIT.sub("", _HYPHEN.sub("", piece)).split())


def _cells(pdfium: Any, text_page: Any, piece: str, first: int, size: float) -> Iterator[str]:
    """The parts of a line between which PDFium put a space, and there is much room."""
    start = 0
    for match in re.finditer(r"(?<=\S) (?=\S)", piece):
        at = first + match.start()
        if pdfium.FPDFText_IsGenerated(text_page, at) == 1 and (
            _origin(pdfium, text_page, at + 1)[0] - _right(pdfium, text_page, at - 1) > CELL_GAP * size
        ):
            yield _joined(piece[start : match.start()])
            start = match.end()
    yield _joined(piece[start:])


def _origin(pdfium: Any, text_page: Any, at: int) -> tuple[float, float]:
    x, y = ctypes.c_double(), ctypes.c_double()
    pdfium.FPDFText_GetCharOrigin(text_page, at, x, y)
    return x.value, y.value


def _right(pdfium: Any, text_page: Any, at: int) -> float:
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    pdfium.FPDFText_GetCharBox(text_page, at, left, right, bottom, top)
    return right.value


_NAME_BYTES = 80


def _is_bold(pdfium: Any, text_page: Any, at: int) -> bool:
    name, flags = ctypes.create_string_buffer(_NAME_BYTES), ctypes.c_int()
    length = pdfium.FPDFText_GetFontInfo(text_page, at, name, _NAME_BYTES, flags)
    return 0 < length <= _NAME_BYTES and bool(re.search(rb"bold|black|heavy|(?<![a-z])cmbx", name.value, re.IGNORECASE))


def without_running_lines(pages: Sequence[Sequence[PageLine]]) -> list[list[PageLine]]:
    """The pages without their headers and footers, but for the first of each.

    A number alone stays, and so does what is nearly all of its page.
    """
    kept = [list(page) for page in pages]
    for edge in (0, -1):
        if _drop_running(kept, edge, _but_for_numbers):
            # What stands beside it is told from the text by being the same to the letter.
            while _drop_running(kept, edge, str):
                pass
    return kept


def _drop_running(pages: Sequence[list[PageLine]], edge: int, told_by: Callable[[str], str]) -> bool:
    """Drop what runs at one edge of the pages; False where nothing does."""
    running = Counter(told_by(page[edge].text) for page in pages if page)
    seen: set[str] = set()
    dropped = False
    for page in pages:
        line = told_by(page[edge].text) if page else ""
        if line in seen and running[line] >= RUNNING_PAGES and len(page) > 2:
            del page[edge]
            dropped = True
        elif any(char.isalpha() for char in line):
            seen.add(line)
    return dropped


def _but_for_numbers(line: str) -> str:
    return re.sub(r"\d+|\b[ivxlc]+\b", "0", line).strip()


def paragraphs_of(lines: Sequence[PageLine]) -> Iterator[list[PageLine]]:
    """The lines of a page, parted where the space between them or the size of their letters says so."""
    gaps = [gap for one, two in pairwise(lines) if (gap := one.last_y - two.first_y) > 0]
    usual = median(gaps) if gaps else 0.0
    paragraph: list[PageLine] = []
    for line in lines:
        if paragraph and not _goes_on(paragraph[-1], line, usual):
            yield paragraph
            paragraph = []
        paragraph.append(line)
    if paragraph:
        yield paragraph


def _goes_on(line: PageLine, following: PageLine, usual: float) -> bool:
    gap = line.last_y - following.first_y
    same_size = abs(line.size - following.size) < SIZE_STEP
    return (
        same_size
        and not (line.cells > 1 < following.cells)
        and -0.5 * usual < gap <= max(PARAGRAPH_GAP * usual, LEADING * line.size)
    )


def heading_levels(pages: Sequence[Sequence[PageLine]]) -> Mapping[tuple[float, bool], int]:
    """The levels of the headings of a document, by the size of their letters and whether they are bold."""
    letters: Counter[float] = Counter()
    for page in pages:
        for line in page:
            letters[line.size] += len(line.text)
    text_size = letters.most_common(1)[0][0] if letters else 0.0
    looks: Counter[tuple[float, bool]] = Counter()
    for page in pages:
        for line in page:
            if text_size and _may_be_heading(line, text_size):
                looks[line.size, line.bold] += 1
    lines = sum(map(len, pages))
    found = sorted((look for look, count in looks.items() if count <= MAX_HEADING_SHARE * lines), reverse=True)
    sizes = sorted({size for size, _ in found}, reverse=True)
    levels = {size: min(level, MAX_LEVELS) for level, size in enumerate(sizes, 1)}
    return {(size, bold): levels[size] for size, bold in found}


_ENDS_NO_HEADING = re.compile(r"[.,;]$|\s\d+$")
_LEADERS = re.compile(r"(?:\. ?){5,}")
"""The dots of a table of contents."""


def _may_be_heading(line: PageLine, text_size: float) -> bool:
    larger = line.size >= HEADING_SIZE * text_size
    as_large = line.bold and abs(line.size - text_size) < SIZE_STEP and not _ENDS_NO_HEADING.search(line.text)
    return (larger or as_large) and _reads_as_heading(line)


def _reads_as_heading(line: PageLine) -> bool:
    short = line.cells == 1 and len(line.text) <= MAX_HEADING_CHARS
    return short and any(map(str.isalpha, line.text)) and not _LEADERS.search(line.text)


def is_heading(paragraph: Sequence[PageLine], levels: Mapping[tuple[float, bool], int]) -> bool:
    """Whether a paragraph is a heading, by what its lines look like."""
    return len(paragraph) <= MAX_HEADING_LINES and all(
        (line.size, line.bold) in levels and _reads_as_heading(line) for line in paragraph
    )
