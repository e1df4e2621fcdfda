"""Word: the body of a document by way of HTML, then what stands in boxes and at the edges of its pages."""

import io
import re
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any
from zipfile import ZipFile

from tui.local.library.documents import Document
from tui.local.library.readers.html import html_pieces
from tui.local.library.readers.markdown_source import paragraph
from tui.local.library.readers.office import office_library
from tui.local.library.readers.packed import open_packed
from tui.local.library.readers.pieces import Piece, converted_document

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_EDGES = {"header": "Page header", "footer": "Page footer"}

_MARK_OF_NOTE = re.compile(
    r'<sup><a href="#[^"<>]*(?:foot|end)note-[^"<>]*"[^<>]*>\[\d+\]</a></sup>'
    r'| ?<a href="#[^"<>]*(?:foot|end)note-ref-[^"<>]*">\u2191</a>'
)
"""The number of a note within the text, which looks like a citation of an answer, and the arrow back to it."""


def read_docx(data: bytes) -> Document:
    mammoth = office_library("mammoth")
    with open_packed(data) as archive:
        html = mammoth.convert_to_html(io.BytesIO(data), convert_image=mammoth.images.img_element(_no_image)).value
        body = html_pieces(_MARK_OF_NOTE.sub("", str(html)))
        return converted_document([body, list(_boxes(archive, body)), list(_edges(archive))])


def _no_image(_: object) -> dict[str, str]:
    return {"src": ""}


def _boxes(archive: ZipFile, body: Sequence[Piece]) -> Iterator[Piece]:
    """The text boxes that have no older form beside them, which the conversion to HTML passes over."""
    told = _letters(" ".join(piece.text for piece in body))
    for box in _tree(archive, "word/document.xml").iter(f"{_WORD}txbxContent"):
        text = "\n".join(_paragraphs(box))
        if text and _letters(text) not in told:
            told += _letters(text)
            yield Piece("paragraph", paragraph(text), under=0)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def _edges(archive: ZipFile) -> Iterator[Piece]:
    """Each text at the head or the foot of the pages, once."""
    told: set[str] = set()
    for name in sorted(archive.namelist()):
        part = re.fullmatch(r"word/(header|footer)\d*\.xml", name)
        for text in _paragraphs(_tree(archive, name)) if part else ():
            if part and text not in told and any(map(str.isalpha, text)):
                told.add(text)
                yield Piece("paragraph", paragraph(f"{_EDGES[part.group(1)]}: {text}"), under=0)


def _tree(archive: ZipFile, name: str) -> Any:
    etree: Any = import_module("lxml.etree")
    return etree.fromstring(archive.read(name), etree.XMLParser(resolve_entities=False, no_network=True))


def _paragraphs(element: Any) -> Iterator[str]:
    for part in element.iter(f"{_WORD}p"):
        if text := " ".join("".join(part.itertext(f"{_WORD}t", f"{_WORD}tab")).split()):
            yield text
