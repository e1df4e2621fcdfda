"""EPUB: the chapters of a book in the order of its spine (EPUB 3, section 5)."""

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import unquote
from xml.etree import ElementTree

from tui.local.library.documents import Document, UnreadableError
from tui.local.library.readers.encodings import decode_html
from tui.local.library.readers.html import html_pieces
from tui.local.library.readers.packed import open_packed
from tui.local.library.readers.pieces import Piece, converted_document

_EPUB = {
    "container": "urn:oasis:names:tc:opendocument:xmlns:container",
    "opf": "http://www.idpf.org/2007/opf",
}


def read_epub(data: bytes) -> Document:
    """An anchor is the chapter's file in the book, and where in it: `text/two.xhtml#moss`."""
    try:
        with open_packed(data) as archive:
            chapters = [list(_chapter(archive, name)) for name in dict.fromkeys(_spine(archive))]
    except (KeyError, ElementTree.ParseError, zipfile.BadZipFile, RuntimeError, ValueError):
        raise UnreadableError("it is damaged, or protected against copying") from None
    return converted_document(chapters)


def _chapter(archive: zipfile.ZipFile, name: str) -> Iterator[Piece]:
    for number, piece in enumerate(html_pieces(decode_html(archive.read(name)))):
        if piece.kind == "heading":
            yield replace(piece, anchor=name + piece.anchor)
        elif number == 0:
            yield replace(piece, under=0, anchor=name)
        else:
            yield piece


def _spine(archive: zipfile.ZipFile) -> list[str]:
    if "META-INF/encryption.xml" in archive.namelist() and "META-INF/rights.xml" in archive.namelist():
        raise ValueError("protected")
    container = ElementTree.fromstring(archive.read("META-INF/container.xml"))
    root = next(container.iterfind(".//container:rootfile", _EPUB), None)
    if root is None:
        raise ValueError("no package")
    package = ElementTree.fromstring(archive.read(root.attrib["full-path"]))
    folder = posixpath.dirname(root.attrib["full-path"])
    hrefs = {item.attrib["id"]: item.attrib["href"] for item in package.iterfind("opf:manifest/opf:item", _EPUB)}
    order = [item.attrib["idref"] for item in package.iterfind("opf:spine/opf:itemref", _EPUB)]
    return [posixpath.normpath(posixpath.join(folder, unquote(hrefs[idref]))) for idref in order]
