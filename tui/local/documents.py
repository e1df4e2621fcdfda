"""From the bytes of a file to a document: its text and the blocks that the text is made of.

A new format is a reader in `READERS`. A reader gives plain text (for Markdown: its source) with LF line ends, and
where its blocks lie in it, so that everything after it is the same for all formats.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import PurePath
from typing import Literal

from markdown_it import MarkdownIt
from mdit_py_plugins.front_matter import front_matter_plugin

BlockKind = Literal["heading", "paragraph", "list", "table", "code", "quote", "other"]
Format = Literal["markdown", "text"]

MAX_BYTES = 20_000_000


class UnreadableError(Exception):
    """The file is not a document that can be read; the message says why, for the user."""


@dataclass(frozen=True, slots=True)
class Block:
    """A top-level block: `text[start:end]`, and for a heading its level (1 to 6) and its words."""

    kind: BlockKind
    start: int
    end: int
    level: int = 0
    title: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A document's text, its blocks in order, and where each page begins (empty: it has no pages)."""

    format: Format
    text: str
    blocks: tuple[Block, ...]
    page_starts: tuple[int, ...] = ()


_KINDS: Mapping[str, BlockKind] = {
    "heading_open": "heading",
    "paragraph_open": "paragraph",
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "table_open": "table",
    "fence": "code",
    "code_block": "code",
    "blockquote_open": "quote",
}


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table").disable("inline").use(front_matter_plugin)


def markdown_blocks(text: str) -> tuple[Block, ...]:
    """The top-level blocks of Markdown source, as CommonMark with tables sees them."""
    starts = [0, *accumulate(len(line) for line in text.splitlines(keepends=True))]
    tokens = _parser().parse(text)
    blocks: list[Block] = []
    for position, token in enumerate(tokens):
        if token.level or token.nesting < 0 or token.map is None:
            continue
        first, last = token.map
        start, end = starts[min(first, len(starts) - 1)], starts[min(last, len(starts) - 1)]
        heading = token.type == "heading_open"
        title = _plain(tokens[position + 1].content) if heading else ""
        level = int(token.tag[1:]) if heading else 0
        blocks.append(Block(_KINDS.get(token.type, "other"), start, end, level, title))
    return tuple(blocks)


def _plain(markdown: str) -> str:
    """Inline Markdown without its marks, for a heading's words."""
    without_links = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", markdown)
    return " ".join(re.sub(r"[*`]|(?<!\w)_|_(?!\w)", "", without_links).split())


_UNDERLINE = re.compile(r"^(={3,}|-{3,})$")


def text_blocks(text: str) -> tuple[Block, ...]:
    """Paragraphs of plain text, parted by empty lines. A line that is underlined or all in capitals is a heading."""
    return tuple(_text_block(match) for match in re.finditer(r"\S[^\n]*(?:\n[^\n]*\S[^\n]*)*", text))


def _text_block(match: re.Match[str]) -> Block:
    lines = match.group().splitlines()
    title = lines[0].strip()
    underlined = len(lines) == 2 and bool(_UNDERLINE.match(lines[1].strip()))
    capitals = len(lines) == 1 and title.isupper() and 3 < len(title) <= 80
    if underlined or capitals:
        return Block("heading", match.start(), match.end(), 1 if not lines[-1].startswith("-") else 2, title)
    listed = sum(bool(re.match(r"\s*(?:[-*•+]|\d+[.)])\s", line)) for line in lines)
    return Block("list" if listed >= 2 else "paragraph", match.start(), match.end())


def blocks_of(text: str, file_format: Format) -> tuple[Block, ...]:
    """The blocks of a piece of a document's text."""
    return markdown_blocks(text) if file_format == "markdown" else text_blocks(text)


def decode(data: bytes) -> str:
    """Text with LF line ends. Raises `UnreadableError` where the bytes are not text."""
    encodings = ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252")
    if encodings[0] != "utf-16" and b"\0" in data[:8192]:
        raise UnreadableError("it is a binary file")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return re.sub(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", "\n", text)
    raise UnreadableError("its text encoding is not known")


def _markdown(data: bytes) -> Document:
    text = decode(data)
    return Document("markdown", text, markdown_blocks(text))


def _text(data: bytes) -> Document:
    text = decode(data)
    return Document("text", text, text_blocks(text))


Reader = Callable[[bytes], Document]

READERS: Mapping[str, Reader] = {
    **dict.fromkeys((".md", ".markdown", ".mdown", ".mkd", ".qmd", ".rmd"), _markdown),
    **dict.fromkeys((".txt", ".text", ".rst", ".adoc", ".org", ".log", ""), _text),
}


def reader_for(name: str) -> Reader | None:
    """The reader for a file of this name, or None when its format is not read."""
    return READERS.get(PurePath(name).suffix.lower())


def read_document(name: str, data: bytes) -> Document:
    """The document in a file. Raises `UnreadableError`."""
    reader = reader_for(name)
    if reader is None:
        raise UnreadableError("its format is not read")
    if len(data) > MAX_BYTES:
        raise UnreadableError(f"it is larger than {MAX_BYTES // 1_000_000} MB")
    document = reader(data)
    if not document.text.strip():
        raise UnreadableError("it is empty")
    return document
