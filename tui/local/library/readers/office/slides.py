"""PowerPoint: a slide is a page."""

import io
from collections.abc import Iterable, Iterator
from typing import Any

from tui.local.library.documents import Document
from tui.local.library.readers.markdown_source import escaped, paragraph, table
from tui.local.library.readers.office import office_library
from tui.local.library.readers.packed import open_packed
from tui.local.library.readers.pieces import Piece, converted_document, heading


def read_pptx(data: bytes) -> Document:
    """The title of a slide as a heading, then its texts, also those in groups, its tables and its notes."""
    presentation = office_library("pptx")
    open_packed(data).close()
    slides = presentation.Presentation(io.BytesIO(data)).slides
    return converted_document([list(_slide(slide)) for slide in slides], numbered=True)


def _slide(slide: Any) -> Iterator[Piece]:
    title = slide.shapes.title
    words = " ".join(title.text_frame.text.split()) if title is not None else ""
    if words:
        yield heading(words, 1)
    for shape in _shapes(slide.shapes):
        if shape.has_text_frame and (title is None or shape.shape_id != title.shape_id):
            lines = (" ".join(escaped(line.text).split()) for line in shape.text_frame.paragraphs)
            if text := "\n".join(f"- {line}" for line in lines if line):
                yield Piece("list", text)
        elif getattr(shape, "has_table", False):
            yield Piece("table", table([[escaped(cell.text) for cell in row.cells] for row in shape.table.rows]))
        elif getattr(shape, "has_chart", False) and shape.chart.has_title:
            yield from _said(shape.chart.chart_title.text_frame.text)
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        yield from _said(f"Notes: {slide.notes_slide.notes_text_frame.text}", "Notes:")


def _said(text: str, nothing: str = "") -> Iterator[Piece]:
    if text.strip() != nothing:
        yield Piece("paragraph", paragraph(text))


def _shapes(shapes: Iterable[Any]) -> Iterator[Any]:
    """All shapes; a group's in its place."""
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _shapes(shape.shapes)
        else:
            yield shape
