"""HTML and EPUB, read as the Markdown that says the same."""

import io
import posixpath
import zipfile
from urllib.parse import unquote
from xml.etree import ElementTree

from tui.local.library.documents import Document, UnreadableError
from tui.local.library.readers.text import markdown_document, with_lf

MAX_UNPACKED_BYTES = 200_000_000
"""A packed file that says it is larger than this when unpacked is not opened."""

_NO_TEXT = ("script", "style", "template", "noscript", "nav", "svg", "form", "button", "iframe", "object")
_HEADING_LINKS = "a.headerlink, a.anchor-link, :is(h1, h2, h3, h4, h5, h6) > a:is(.anchor, .heading-anchor, .hash-link)"
"""The marks beside headings ("¶", "#") that Sphinx, nbconvert and others let one copy their address by."""

_EPUB = {
    "container": "urn:oasis:names:tc:opendocument:xmlns:container",
    "opf": "http://www.idpf.org/2007/opf",
}


def markdown_of(html: bytes | str) -> str:
    """What a page says, as Markdown: without navigation, scripts, pictures and where its links lead."""
    from bs4 import BeautifulSoup
    from markdownify import MarkdownConverter

    soup = BeautifulSoup(html, "lxml")
    title = soup.title.get_text(" ", strip=True) if soup.title and not soup.h1 else ""
    for element in (*soup(["title", *_NO_TEXT]), *soup.select(_HEADING_LINKS)):
        element.decompose()
    converter = MarkdownConverter(heading_style="ATX", strip=["a", "img"], table_infer_header=True, bullets="-")
    try:
        body = str(converter.convert_soup(soup)).strip()
    except RecursionError:
        raise UnreadableError("its elements are nested too deeply") from None
    return with_lf(f"# {title}\n\n{body}\n" if title and body else f"{body}\n")


def read_html(data: bytes) -> Document:
    return markdown_document(markdown_of(data))


def open_packed(data: bytes) -> zipfile.ZipFile:
    """A file that is a ZIP archive inside. Raises `UnreadableError`, also where it would unpack to too much."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        raise UnreadableError("it is damaged, or encrypted with a password") from None
    if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED_BYTES:
        raise UnreadableError(f"it unpacks to more than {MAX_UNPACKED_BYTES // 1_000_000} MB")
    return archive


def read_epub(data: bytes) -> Document:
    """The chapters of a book in the order of its spine (EPUB 3, section 5)."""
    try:
        with open_packed(data) as archive:
            chapters = [markdown_of(archive.read(name)) for name in _spine(archive)]
    except (KeyError, ElementTree.ParseError, zipfile.BadZipFile, RuntimeError, ValueError):
        raise UnreadableError("it is damaged, or protected against copying") from None
    return markdown_document("\n".join(chapters))


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
