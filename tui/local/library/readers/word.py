"""Word: the body of a document by way of HTML, then what stands at the edges of its pages."""

import io
import re
from collections.abc import Iterator
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


def read_docx(data: bytes) -> Document:
    mammoth = office_library("mammoth")
    with open_packed(data) as archive:
        html = mammoth.convert_to_html(io.BytesIO(data), convert_image=mammoth.images.img_element(_no_image)).value
        return converted_document([html_pieces(str(html)), list(_edges(archive))])


def _no_image(_: object) -> dict[str, str]:
    return {"src": ""}


def _edges(archive: ZipFile) -> Iterator[Piece]:
    """Each text at the head or the foot of the pages, once."""
    told: set[str] = set()
    for name in sorted(archive.namelist()):
        part = re.fullmatch(r"word/(header|footer)\d*\.xml", name)
        for text in _paragraphs(archive.read(name)) if part else ():
            if part and text not in told and any(char.isalpha() for char in text):
                told.add(text)
                yield Piece("paragraph", paragraph(f"{_EDGES[part.group(1)]}: {text}"), under=0)


def _paragraphs(xml: bytes) -> Iterator[str]:
    etree: Any = import_module("lxml.etree")
    root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))
    for element in root.iter(f"{_WORD}p"):
        if text := " ".join("".join(element.itertext(f"{_WORD}t", f"{_WORD}tab")).split()):
            yield text
