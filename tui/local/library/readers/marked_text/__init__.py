"""Plain text with marks: reStructuredText, AsciiDoc, Org, LaTeX and subtitles. Its lines stay those of the file.

Within a line only what readers do not see is otherwise than there: borders of tables, commands of LaTeX, and the
lines of a cue, which are joined.
"""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from tui.local.library.documents import Document, DocumentBlock, blocks_of
from tui.local.library.readers.encodings import encoding_of, guess_remarks
from tui.local.library.readers.marked_text.latex import SECTIONS, as_read
from tui.local.library.readers.marked_text.simple_tables import with_grid_tables
from tui.local.library.readers.marked_text.subtitles import with_cues_joined
from tui.local.library.readers.text import with_lf

_ADORNMENT = re.compile(r"([!-/:-@\[-`{-~])\1{2,}")
"""A line of one sign below a title, and perhaps above it (reStructuredText, "Sections")."""
_ORG = re.compile(
    r"^(?P<signs>\*+)[ \t]+(?:(?:TODO|DONE)[ \t]+)?(?:\[#\w\][ \t]+)?(?P<title>\S.*?)(?:[ \t]+:[\w@#%:]+:)?[ \t]*$",
    re.MULTILINE,
)
_ASCIIDOC = re.compile(r"^(?P<signs>={1,6})[ \t]+(?P<title>\S.*?)[ \t]*=*[ \t]*$", re.MULTILINE)
_LATEX = re.compile(
    rf"^[ \t]*(?:\\begin\{{document\}}[ \t]*)?\\(?P<kind>{'|'.join(SECTIONS)})\*?(?:\[[^\]\n]*\])?"
    r"\{(?P<title>(?:[^{}\n]|\{[^{}\n]{0,200}\}){1,400})\}",
    re.MULTILINE,
)
MAX_LEVEL = 6

_Headings = Iterator[DocumentBlock]


def read_restructured(data: bytes) -> Document:
    return _document(data, _adorned, with_grid_tables)


def read_asciidoc(data: bytes) -> Document:
    return _document(data, lambda text: _prefixed(_ASCIIDOC, text))


def read_org(data: bytes) -> Document:
    return _document(data, lambda text: _prefixed(_ORG, text))


def read_latex(data: bytes) -> Document:
    return _document(data, _commanded, as_read)


def read_subtitles(data: bytes) -> Document:
    return _document(data, lambda _text: iter(()), with_cues_joined)


def _document(data: bytes, headings_in: Callable[[str], _Headings], as_read: Callable[[str], str] = str) -> Document:
    encoding = encoding_of(data)
    text = as_read(with_lf(data.decode(encoding)))
    blocks = tuple(_blocks(text, list(headings_in(text))))
    return Document("text", text, blocks, remarks=guess_remarks(encoding))


def _blocks(text: str, headings: list[DocumentBlock]) -> Iterator[DocumentBlock]:
    """The headings, and the blocks between them, of which none is a heading."""
    edges = [DocumentBlock("heading", 0, 0), *headings, DocumentBlock("heading", len(text), len(text))]
    for before, after in pairwise(edges):
        if before.title:
            yield before
        for block in blocks_of(text[before.end : after.start], "text"):
            kind = "paragraph" if block.kind == "heading" else block.kind
            yield DocumentBlock(kind, before.end + block.start, before.end + block.end)


def _adorned(text: str) -> _Headings:
    """Each new way of adorning titles is one level deeper than those before it."""
    ways: list[tuple[str, bool]] = []
    lines = list(_lines(text))
    for at, (start, title) in enumerate(lines[:-1]):
        below = lines[at + 1][1]
        if not _ADORNMENT.fullmatch(below) or _ADORNMENT.fullmatch(title) or not any(map(str.isalnum, title)):
            continue
        overlined = at > 0 and lines[at - 1][1] == below
        way = (below[0], overlined)
        if len(below) < len(title.strip()) or (at > 1 and not overlined and lines[at - 1][1]):
            continue  # a line of signs within a table or a paragraph
        if way not in ways:
            ways.append(way)
        begin = lines[at - 1][0] if overlined else start
        yield _heading(begin, lines[at + 1][0] + len(below), ways.index(way) + 1, title)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Each line without the space at its end, and where it begins."""
    at = 0
    for line in text.split("\n"):
        yield at, line.rstrip()
        at += len(line) + 1


def _prefixed(pattern: re.Pattern[str], text: str) -> _Headings:
    """As many signs before a title as its level."""
    for match in pattern.finditer(text):
        yield _heading(*match.span(), len(match["signs"]), match["title"])


def _commanded(text: str) -> _Headings:
    for match in _LATEX.finditer(text):
        yield _heading(*match.span(), SECTIONS[match["kind"]], match["title"])


def _heading(start: int, end: int, level: int, title: str) -> DocumentBlock:
    return DocumentBlock("heading", start, end, min(level, MAX_LEVEL), " ".join(title.split()))
