"""HTML, read as the Markdown that says the same."""

import re
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from tui.local.library.documents import Document, UnreadableError
from tui.local.library.readers.encodings import decode_html
from tui.local.library.readers.html_blocks import HEADINGS, BlockWriter, Element
from tui.local.library.readers.pieces import Piece, converted_document, heading

_NO_TEXT = (
    *("script", "style", "template", "noscript", "nav", "svg", "button", "select", "textarea", "iframe", "object"),
    *("annotation", "annotation-xml", "title"),
)
_TRANSPARENT = (
    *("a", "abbr", "acronym", "bdi", "bdo", "big", "cite", "data", "dfn", "font", "img", "input", "ins", "label"),
    *("mark", "nobr", "q", "small", "span", "sub", "sup", "time", "u", "var", "wbr"),
)
"""Elements within a line that change nothing about what it says."""

_NAVIGATION_ROLES = frozenset(("navigation", "search"))
_NAVIGATION_CLASSES = frozenset(("navheader", "navfooter"))
_HEADING_MARKS = frozenset(("headerlink", "anchor-link", "heading-anchor", "hash-link"))
"""The classes of the links beside headings ("¶", "#") by which Sphinx, nbconvert and others let one copy an address."""

_EMPTY_ELEMENT = re.compile(
    rb"<(?!(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)\b)([a-zA-Z][\w:.-]*)((?:\s[^<>]*)?)/>"
)


def read_html(data: bytes) -> Document:
    return converted_document([html_pieces(decode_html(data))])


def html_pieces(html: str) -> list[Piece]:
    """The blocks of a page: without navigation, scripts, pictures and where its links lead.

    Raises `UnreadableError`.
    """
    page = _tree(html)
    if page is None:
        return []
    title = "" if page.find(".//h1") is not None else _words(page.find(".//title"))
    anchors = _anchors(page)
    _clean(page)
    try:
        pieces = list(BlockWriter(anchors).pieces(page))
    except RecursionError:
        raise UnreadableError("its elements are nested too deeply") from None
    return [heading(title, 1), *pieces] if title and pieces else pieces


def _tree(html: str) -> Element | None:
    etree: Any = import_module("lxml.etree")
    library: Any = import_module("lxml.html")
    parser = library.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    data = html.encode("utf-8", "replace")
    if b"http://www.w3.org/1999/xhtml" in data[:4096]:
        # In XML any element may be empty; in HTML `<title/>` begins one that does not end.
        data = _EMPTY_ELEMENT.sub(rb"<\1\2></\1>", data)
    try:
        page = library.document_fromstring(data, parser=parser)
    except etree.ParserError:  # it has no element
        return None
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise UnreadableError("its elements are nested too deeply")
    return page


def _anchors(page: Element) -> Mapping[Element, str]:
    """Where one can jump to in a page: the anchors of its headings and of the terms that it defines.

    A heading without an anchor has that of the section that it begins.
    """
    anchors: dict[Element, str] = {}
    begun: set[Element] = set()
    for element in page.iter(*HEADINGS, "dt"):
        anchor = _own_anchor(element)
        if element.tag != "dt":
            for section in element.iterancestors():
                if section in begun or section.tag in ("body", "html"):
                    break
                begun.add(section)
                anchor = anchor or section.get("id", "")
        if anchor:
            anchors[element] = f"#{anchor}"
    return anchors


def _own_anchor(element: Element) -> str:
    before = element.getprevious()
    marks = [before] if before is not None and before.tag in ("a", "span") and not before.tail else []
    named = (element, *element.iter("a", "span"), *marks)
    return next((str(found) for each in named if (found := each.get("id") or each.get("name"))), "")


def _clean(page: Element) -> None:
    """Take out of a page what it does not say."""
    etree: Any = import_module("lxml.etree")
    etree.strip_elements(page, *_NO_TEXT, with_tail=False)
    for element in [each for each in page.iter("a", "aside", "div", "form", "section", "ul") if _is_left_out(each)]:
        element.drop_tree()
    etree.strip_tags(page, *_TRANSPARENT)


def _is_left_out(element: Element) -> bool:
    """Whether it is navigation, or the mark beside a heading."""
    if element.tag != "a":
        return element.get("role") in _NAVIGATION_ROLES or element.get("class") in _NAVIGATION_CLASSES
    classes = (element.get("class") or "").split()
    return not _HEADING_MARKS.isdisjoint(classes) or (classes == ["anchor"] and element.getparent().tag in HEADINGS)


def _words(element: Element | None) -> str:
    return "" if element is None else " ".join("".join(element.itertext()).split())
