"""Where a passage stands on a page of a PDF, and how its lines are marked in the page's image."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from PIL.Image import Image

Rectangle: TypeAlias = tuple[float, float, float, float]
"""Left, bottom, right and top, in the page's own points."""

MAX_MARKS = 400
"""Rectangles that are marked at most."""
MARK_COLOUR = (255, 235, 120)
MARGIN_PIXELS = 2

_NOT_TEXT = re.compile(r"[\s\0\x02\ufffe]+")
"""What the reader leaves out of a page's text or puts into it: space, and PDFium's marks of a hyphenated word."""


def rectangles_of(text_page: Any, passage: str) -> list[Rectangle]:
    """The lines of a passage, or of as much of it as stands on the page of a `PdfTextPage`; none where it is not found.

    A passage may begin on the page before or end on the next one: each of its paragraphs is looked for by itself.
    """
    import pypdfium2.raw

    pdfium: Any = pypdfium2.raw  # made from PDFium's headers, without types
    glyphs = [chr(pdfium.FPDFText_GetUnicode(text_page.raw, index)) for index in range(text_page.count_chars())]
    places = [index for index, glyph in enumerate(glyphs) if not _NOT_TEXT.match(glyph)]
    text = "".join(glyphs[index] for index in places)
    found: list[Rectangle] = []
    for start, end in _found(text, passage):
        first, last = places[start], places[end - 1]
        lines = text_page.count_rects(first, last - first + 1)
        found += [text_page.get_rect(line) for line in range(min(lines, MAX_MARKS - len(found)))]
    return found


def _found(text: str, passage: str) -> Iterator[tuple[int, int]]:
    """Where the paragraphs of a passage stand in a page's text, both without space. They follow each other."""
    at = 0
    for paragraph in passage.split("\n\n"):
        wanted = _NOT_TEXT.sub("", paragraph)
        start = text.find(wanted, at) if wanted else -1
        if start >= 0:
            at = start + len(wanted)
            yield start, at


def mark(image: "Image", page: Any, position: Any, passage: str) -> "Image":
    """The page's image with the passage's lines marked, as by a marker pen.

    `page` is a `PdfPage`, `position` what `get_posconv` of its bitmap gave: how the page was turned and scaled.
    """
    from PIL import Image, ImageChops, ImageDraw

    text_page = page.get_textpage()
    rectangles = rectangles_of(text_page, passage)
    text_page.close()
    if not rectangles:
        return image
    pen = Image.new("RGB", image.size, "white")
    drawing = ImageDraw.Draw(pen)
    for left, bottom, right, top in rectangles:
        corners = [position.to_bitmap(x, y) for x, y in ((left, bottom), (right, top))]
        (x1, x2), (y1, y2) = (sorted(values) for values in zip(*corners, strict=True))
        drawing.rectangle(
            (x1 - MARGIN_PIXELS, y1 - MARGIN_PIXELS, x2 + MARGIN_PIXELS, y2 + MARGIN_PIXELS), fill=MARK_COLOUR
        )
    return ImageChops.multiply(image, pen)
