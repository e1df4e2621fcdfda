"""OpenDocument texts, as LibreOffice writes them (OpenDocument 1.3, part 3, section 3.4)."""

from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any, TypeAlias

from tui.local.library.documents import Document, UnreadableError
from tui.local.library.readers.markdown_source import escaped, indented, paragraph, table
from tui.local.library.readers.packed import open_packed
from tui.local.library.readers.pieces import Piece, converted_document, heading

Element: TypeAlias = Any
"""An element of lxml, which has no types."""

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_SPACES = frozenset((f"{_TEXT}s", f"{_TEXT}tab", f"{_TEXT}line-break"))
_NOT_SAID = frozenset((f"{_TEXT}note-citation", f"{_OFFICE}annotation", f"{_OFFICE}annotation-end"))
_PARAGRAPHS = frozenset((f"{_TEXT}p", f"{_TEXT}h"))
_ROWS = frozenset((f"{_TABLE}table-header-rows", f"{_TABLE}table-rows", f"{_TABLE}table-row-group"))
_COVERED = f"{_TABLE}covered-table-cell"
_AROUND = frozenset((f"{_TEXT}section", f"{_TEXT}list-header", f"{_TEXT}numbered-paragraph"))


def read_odt(data: bytes) -> Document:
    """A note stands where its number is, in brackets. Raises `UnreadableError`."""
    etree: Any = import_module("lxml.etree")
    with open_packed(data) as archive:
        try:
            root = etree.fromstring(
                archive.read("content.xml"), etree.XMLParser(resolve_entities=False, no_network=True)
            )
        except (KeyError, RuntimeError, etree.XMLSyntaxError):
            raise UnreadableError("it is damaged, or encrypted with a password") from None
    body = root.find(f".//{_OFFICE}text")
    return converted_document([list(_pieces(body)) if body is not None else []])


def _pieces(parent: Element) -> Iterator[Piece]:
    for element in parent.iterchildren(tag="*"):
        name = element.tag
        if name in _AROUND:
            yield from _pieces(element)
        elif name == f"{_TEXT}list":
            if items := list(_items(element)):
                yield Piece("list", "\n".join(items))
        elif name == f"{_TABLE}table":
            if rows := list(_rows(element)):
                yield Piece("table", table(rows))
        elif name in _PARAGRAPHS and (words := _words(element)):
            level = element.get(f"{_TEXT}outline-level", "1")
            is_heading = name == f"{_TEXT}h" and level.isdecimal()
            yield heading(words, max(1, min(int(level[:2]), 6))) if is_heading else Piece("paragraph", paragraph(words))


def _items(parent: Element) -> Iterator[str]:
    """The items of a list in Markdown, those of the lists in it below theirs."""
    for item in parent.iterchildren(f"{_TEXT}list-item", f"{_TEXT}list-header"):
        own = [paragraph(words) for each in item.iterchildren(f"{_TEXT}p", f"{_TEXT}h") if (words := _words(each))]
        inner = [line for each in item.iterchildren(f"{_TEXT}list") for line in _items(each)]
        if own or inner:
            yield indented("\n".join([*own, *inner]), "- ", "  ")


def _rows(parent: Element) -> Iterator[Sequence[str]]:
    """The rows of a table; what a table in a cell says is told in that cell alone, so that no text is told twice."""
    for element in parent.iterchildren(tag="*"):
        if element.tag in _ROWS:
            yield from _rows(element)
        elif element.tag == f"{_TABLE}table-row":
            cells = [escaped(_words(cell)) for cell in element.iterchildren(f"{_TABLE}table-cell", _COVERED)]
            if any(cells):
                yield cells


def _words(element: Element) -> str:
    return " ".join("".join(_said(element)).split())


def _said(element: Element) -> Iterator[str]:
    yield element.text or ""
    for child in element.iterchildren(tag="*"):
        if child.tag in _SPACES:
            yield " "
        elif child.tag == f"{_TEXT}note":
            yield f" ({' '.join(''.join(_said(child)).split())})"
        elif child.tag not in _NOT_SAID:
            yield from _said(child)
            yield " " if child.tag in _PARAGRAPHS else ""
        yield child.tail or ""
