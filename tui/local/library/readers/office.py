"""Word, PowerPoint and spreadsheets, through libraries that are the optional extra `llamachat-tui[office]`."""

import io
from collections.abc import Iterator, Sequence
from importlib import import_module
from itertools import accumulate
from typing import Any

from tui.local.library.documents import Document, UnreadableError
from tui.local.library.readers.html import markdown_of, open_packed
from tui.local.library.readers.text import markdown_document

EXTRA = "llamachat-tui[office]"
ROWS_PER_TABLE = 25
"""A long sheet is shown as tables of this many rows, each with the sheet's first row as its head."""
MAX_ROWS = 50_000


class NeedsExtraError(UnreadableError):
    """The file could be read if an optional library was installed."""

    def __init__(self) -> None:
        super().__init__(f"to read it, install {EXTRA}")


def _library(name: str) -> Any:
    """An optional library. Raises `NeedsExtraError`."""
    try:
        return import_module(name)
    except ImportError:
        raise NeedsExtraError from None


def read_docx(data: bytes) -> Document:
    mammoth = _library("mammoth")
    open_packed(data).close()
    html = mammoth.convert_to_html(io.BytesIO(data), convert_image=mammoth.images.img_element(_no_image)).value
    return markdown_document(markdown_of(str(html)))


def _no_image(_: object) -> dict[str, str]:
    return {"src": ""}


def read_pptx(data: bytes) -> Document:
    """A slide is a page: its title as a heading, its texts, tables and notes."""
    presentation = _library("pptx")
    open_packed(data).close()
    slides = ["\n\n".join(_slide(slide)) for slide in presentation.Presentation(io.BytesIO(data)).slides]
    starts = [0, *accumulate(len(slide) + 2 for slide in slides)][: len(slides)]
    return markdown_document("\n\n".join(slides), tuple(starts))


def _slide(slide: Any) -> Iterator[str]:
    title = slide.shapes.title
    if title is not None and title.text_frame.text.strip():
        yield f"# {' '.join(title.text_frame.text.split())}"
    for shape in slide.shapes:
        if shape.has_text_frame and (title is None or shape.shape_id != title.shape_id):
            lines = [paragraph.text.strip() for paragraph in shape.text_frame.paragraphs]
            yield "\n".join(f"- {line}" for line in lines if line)
        elif shape.has_table:
            yield table([[cell.text for cell in row.cells] for row in shape.table.rows])
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame.text.strip():
        yield f"Notes: {slide.notes_slide.notes_text_frame.text.strip()}"


def read_spreadsheet(data: bytes) -> Document:
    """Each sheet under its name, as tables."""
    calamine = _library("python_calamine")
    try:
        workbook = calamine.load_workbook(io.BytesIO(data))
        sheets = {name: workbook.get_sheet_by_name(name).to_python(nrows=MAX_ROWS) for name in workbook.sheet_names}
    except calamine.CalamineError as error:
        encrypted = "password" in str(error).lower()
        raise UnreadableError("it is encrypted with a password" if encrypted else "it is damaged") from None
    return markdown_document("\n\n".join(part for name, rows in sheets.items() for part in _sheet(name, rows)))


def _sheet(name: str, rows: Sequence[Sequence[object]]) -> Iterator[str]:
    filled = [row for row in rows if any(cell != "" for cell in row)]
    if filled:
        yield f"## {name}"
        head, *body = filled
        for start in range(0, max(len(body), 1), ROWS_PER_TABLE):
            yield table([head, *body[start : start + ROWS_PER_TABLE]])


def table(rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table; the first row is its head."""
    lines = [f"| {' | '.join(map(_cell, row))} |" for row in rows]
    return "\n".join([lines[0], f"|{'---|' * len(rows[0])}", *lines[1:]])


def _cell(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return " ".join(str(value).replace("|", "\\|").split())
