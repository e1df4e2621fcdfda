"""From the bytes of a file to a document. A new format is a reader in `READERS`.

A reader is chosen by the file's ending, and where that says nothing by how its bytes begin. It is imported with the
first file of its kind: most folders have few kinds, and each process that reads is waited for.

A file that has not changed is not read again: when a reader is added or reads otherwise than before, raise
`SCHEMA_VERSION` in `tui.local.library.database`, or libraries that exist keep the old text.
"""

import mimetypes
import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from tui.local.library.documents import Document, UnreadableError
from tui.local.library.readers.encodings import unmarked_utf_16
from tui.local.library.readers.text import read_code, read_markdown, read_notebook, read_text

HEAD_BYTES = 8192
"""How much of a file is looked at to tell what it is."""


@dataclass(frozen=True, slots=True)
class DocumentReader:
    """Makes a document of a file's bytes; `read` raises `UnreadableError`. Larger files are not tried."""

    read: Callable[[bytes], Document]
    max_bytes: int = 20_000_000


def _read_delimited(data: bytes) -> Document:
    from tui.local.library.readers.delimited import read_delimited

    return read_delimited(data)


def _read_epub(data: bytes) -> Document:
    from tui.local.library.readers.epub import read_epub

    return read_epub(data)


def _read_html(data: bytes) -> Document:
    from tui.local.library.readers.html import read_html

    return read_html(data)


def _read_asciidoc(data: bytes) -> Document:
    from tui.local.library.readers.marked_text import read_asciidoc

    return read_asciidoc(data)


def _read_latex(data: bytes) -> Document:
    from tui.local.library.readers.marked_text import read_latex

    return read_latex(data)


def _read_org(data: bytes) -> Document:
    from tui.local.library.readers.marked_text import read_org

    return read_org(data)


def _read_restructured(data: bytes) -> Document:
    from tui.local.library.readers.marked_text import read_restructured

    return read_restructured(data)


def _read_odt(data: bytes) -> Document:
    from tui.local.library.readers.open_text import read_odt

    return read_odt(data)


def _read_subtitles(data: bytes) -> Document:
    from tui.local.library.readers.marked_text import read_subtitles

    return read_subtitles(data)


def _read_pdf(data: bytes) -> Document:
    from tui.local.library.readers.pdf import read_pdf

    return read_pdf(data)


def _read_rtf(data: bytes) -> Document:
    from tui.local.library.readers.rich_text import read_rtf

    return read_rtf(data)


def _read_spreadsheet(data: bytes) -> Document:
    from tui.local.library.readers.office.sheets import read_spreadsheet

    return read_spreadsheet(data)


def _read_pptx(data: bytes) -> Document:
    from tui.local.library.readers.office.slides import read_pptx

    return read_pptx(data)


def _read_docx(data: bytes) -> Document:
    from tui.local.library.readers.office.word import read_docx

    return read_docx(data)


def _read_mail(data: bytes) -> Document:
    from tui.local.library.readers.mail import read_mail

    return read_mail(data, read_document)


_PDF = DocumentReader(_read_pdf, 200_000_000)
_RTF = DocumentReader(_read_rtf, 10_000_000)
_HTML = DocumentReader(_read_html)
_TEXT = DocumentReader(read_text)
_CODE = DocumentReader(read_code, 2_000_000)

READERS: Mapping[str, DocumentReader] = {
    **dict.fromkeys((".md", ".markdown", ".mdown", ".mkd", ".qmd", ".rmd"), DocumentReader(read_markdown)),
    **dict.fromkeys((".txt", ".text", ".log"), _TEXT),
    **dict.fromkeys((".csv", ".tsv"), DocumentReader(_read_delimited)),
    **dict.fromkeys((".rst", ".rest"), DocumentReader(_read_restructured)),
    **dict.fromkeys((".adoc", ".asciidoc"), DocumentReader(_read_asciidoc)),
    **dict.fromkeys((".tex", ".latex"), DocumentReader(_read_latex)),
    **dict.fromkeys((".srt", ".vtt"), DocumentReader(_read_subtitles)),
    ".org": DocumentReader(_read_org),
    ".rtf": _RTF,
    ".eml": DocumentReader(_read_mail, 50_000_000),
    **dict.fromkeys((".html", ".htm", ".xhtml"), _HTML),
    ".ipynb": DocumentReader(read_notebook),
    ".pdf": _PDF,
    ".epub": DocumentReader(_read_epub, 100_000_000),
    ".docx": DocumentReader(_read_docx, 50_000_000),
    **dict.fromkeys((".odt", ".ott"), DocumentReader(_read_odt, 50_000_000)),
    ".pptx": DocumentReader(_read_pptx, 200_000_000),
    **dict.fromkeys((".xlsx", ".xlsm", ".xls", ".ods"), DocumentReader(_read_spreadsheet, 50_000_000)),
}


def _not_read(kind: str, instead: str) -> DocumentReader:
    """Of documents that are not read: it says what they are, and what to save them as."""

    def refuse(_data: bytes) -> Document:
        raise UnreadableError(f"it is {kind}, which is not read; save it as {instead}")

    return DocumentReader(refuse, 200_000_000)


OTHER_DOCUMENTS: Mapping[str, DocumentReader] = {
    **dict.fromkeys((".doc", ".dot"), _not_read("an old Word document", ".docx or PDF")),
    **dict.fromkeys((".ppt", ".pps"), _not_read("an old PowerPoint presentation", ".pptx or PDF")),
    **dict.fromkeys((".odp", ".otp"), _not_read("an OpenDocument presentation", ".pptx or PDF")),
    **dict.fromkeys((".odg", ".odf"), _not_read("an OpenDocument drawing or formula", "PDF")),
    ".pages": _not_read("a Pages document", ".docx or PDF"),
    ".numbers": _not_read("a Numbers spreadsheet", ".xlsx or PDF"),
    ".key": _not_read("a Keynote presentation", ".pptx or PDF"),
    **dict.fromkeys((".wpd", ".wps"), _not_read("a WordPerfect or Works document", ".docx or PDF")),
    ".xlsb": _not_read("a binary Excel workbook", ".xlsx or PDF"),
    ".msg": _not_read("an Outlook message", ".eml or PDF"),
    **dict.fromkeys((".mobi", ".azw3"), _not_read("a Kindle book", ".epub or PDF")),
}
"""What is told of documents in other formats, where they are not plain text inside; in contrast to pictures, somebody
may look for what they say."""

_PIECES = (".inc", ".in")
"""Endings of what is put together with others before anybody reads it; they do not say what it is written in."""

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")

MAX_CHARS = 50_000_000
"""A document with more text is not read: a small file may unfold into any amount of it."""

MAX_BYTES = max(reader.max_bytes for reader in READERS.values())


@cache
def _languages() -> Mapping[str, str]:
    """The file endings and names of source code, as Pygments knows them, and the name of the language.

    Where several languages share an ending it is the one that is called like it, else the first.
    """
    from pygments.lexers import get_all_lexers

    found: dict[str, str] = {}
    for _, aliases, patterns, _ in get_all_lexers(plugins=False):
        for pattern in patterns:
            ending = pattern.removeprefix("*").lower()
            if aliases and not set("*?[") & set(ending) and (ending not in found or ending[1:] in aliases):
                found[ending] = aliases[0]
    return found


def language_of(name: str) -> str:
    """The programming language of a file of this name, as it is written after a Markdown fence; "" if it has none."""
    return _languages().get(posixpath.basename(name).lower()) or _languages().get(_suffix(name), "")


def may_be_document(name: str) -> bool:
    """Whether it is worth looking into a file of this name."""
    return _may_be_document(_suffix(name))


@cache
def _may_be_document(suffix: str) -> bool:
    """An ending `.ts` is TypeScript here, not a film."""
    kind, _ = mimetypes.guess_type(f"file{suffix}", strict=False)
    media = kind is not None and kind.partition("/")[0] in ("image", "audio", "video", "font")
    return suffix in READERS or suffix == ".ts" or not media


def _suffix(name: str) -> str:
    """The ending; of a piece that others include, such as "usage.rst.inc", that of what it is a piece of."""
    stem, ending = posixpath.splitext(name.lower())
    inner = posixpath.splitext(stem)[1]
    return inner if ending in _PIECES and inner in READERS else ending


def reader_for(name: str, head: bytes) -> DocumentReader | None:
    """The reader for a file of this name whose first bytes these are; None when it is no document."""
    by_ending = READERS.get(_suffix(name))
    if head.startswith(b"%PDF-"):
        return _PDF
    if head.startswith(b"{\\rtf"):
        return _RTF
    if by_ending:
        return by_ending
    is_utf_16 = head[:2] in (b"\xff\xfe", b"\xfe\xff") or unmarked_utf_16(head) is not None
    if b"\0" in head and not is_utf_16:
        return OTHER_DOCUMENTS.get(_suffix(name))
    if language_of(name):
        return _CODE
    if re.match(rb"\s*(?:<!doctype html|<html)", head, re.IGNORECASE):
        return _HTML
    return _TEXT if is_utf_16 or _is_utf_8(head) else None


def _is_utf_8(head: bytes) -> bool:
    """Whether it can be the beginning of UTF-8; a character may be cut at its end."""
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return error.start > len(head) - 4 and len(head) == HEAD_BYTES
    return True


def read_document(name: str, data: bytes) -> Document:
    """The document in a file. Raises `UnreadableError`."""
    reader = reader_for(name, data[:HEAD_BYTES])
    if reader is None:
        raise UnreadableError("it is a binary file")
    if len(data) > reader.max_bytes:
        raise UnreadableError(f"it is larger than {reader.max_bytes // 1_000_000} MB")
    try:
        document = reader.read(data)
    except UnreadableError:
        raise
    except MemoryError:
        raise UnreadableError("reading it takes more memory than it may") from None
    except Exception as error:  # a broken file makes its library raise whatever it leads to
        raise UnreadableError(f"it is damaged ({type(error).__name__})") from error
    if len(document.text) > MAX_CHARS:
        raise UnreadableError(f"it has more than {MAX_CHARS // 1_000_000} million characters")
    if not document.text.strip():
        raise UnreadableError("it is empty")
    if _LONE_SURROGATE.search(document.text):
        raise UnreadableError("it has characters that are none")
    return document
