"""A document: its text and the blocks that the text is made of, the same for all formats that are read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

BlockKind = Literal["heading", "paragraph", "list", "table", "code", "quote", "other"]
Format = Literal["markdown", "text", "code"]


class UnreadableError(Exception):
    """The file is not a document that can be read; the message says why, for the user."""


@dataclass(frozen=True, slots=True)
class DocumentBlock:
    """A top-level block: `text[start:end]`, and for a heading its level (1 to 6) and its words.

    `anchor` is what a heading is jumped to by in its file ("#install"; in a book "text/two.xhtml#moss"), or another
    block that stands under none. A block that is
    `under` a level stands under the nearest heading of at most that level (0: under none), not under the last one.
    Where a document has no lines, what stands under none may have a `line`: what the first of its text would be in the
    file, counted from 1, if the ones before were there too.
    """

    kind: BlockKind
    start: int
    end: int
    level: int = 0
    title: str = ""
    anchor: str = ""
    under: int | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A document's text with LF line ends (for Markdown: its source), its blocks in order, and where each page begins
    (empty: it has no pages).

    It has lines where they are those of the file, so that they can be looked up there. `remarks` tell what was not read
    of it, or guessed, each in words that follow its name: "page 2 has no text".
    """

    format: Format
    text: str
    blocks: tuple[DocumentBlock, ...]
    page_starts: tuple[int, ...] = ()
    has_lines: bool = True
    remarks: tuple[str, ...] = ()


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
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt
    from mdit_py_plugins.front_matter import front_matter_plugin

    return MarkdownIt("commonmark").enable("table").disable("inline").use(front_matter_plugin)


def markdown_blocks(text: str) -> tuple[DocumentBlock, ...]:
    """The top-level blocks of Markdown source, as CommonMark with tables sees them."""
    starts = [0, *accumulate(len(line) for line in text.splitlines(keepends=True))]
    tokens = _parser().parse(text)
    blocks: list[DocumentBlock] = []
    for position, token in enumerate(tokens):
        if token.level or token.nesting < 0 or token.map is None:
            continue
        first, last = token.map
        start, end = starts[min(first, len(starts) - 1)], starts[min(last, len(starts) - 1)]
        heading = token.type == "heading_open"
        title = heading_words(tokens[position + 1].content) if heading else ""
        level = int(token.tag[1:]) if heading else 0
        blocks.append(DocumentBlock(_KINDS.get(token.type, "other"), start, end, level, title))
    return tuple(blocks)


_ATTRIBUTES = re.compile(r"\s+\{:?\s*[#.][^{}]*\}$")
"""What Pandoc, MkDocs and others write after a heading: "{ #install .wide }"."""


def heading_words(markdown: str) -> str:
    """Inline Markdown without its marks and attributes, for a heading's words."""
    without_links = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", _ATTRIBUTES.sub("", markdown))
    return " ".join(re.sub(r"[*`]|(?<!\w)_|_(?!\w)", "", without_links).split())


_UNDERLINE = re.compile(r"^(={3,}|-{3,})$")


def text_blocks(text: str) -> tuple[DocumentBlock, ...]:
    """Paragraphs of plain text, parted by empty lines. A line that is underlined or all in capitals is a heading."""
    return tuple(_text_block(match) for match in re.finditer(r"\S[^\n]*(?:\n[^\n]*\S[^\n]*)*", text))


def _text_block(match: re.Match[str]) -> DocumentBlock:
    lines = match.group().splitlines()
    title = lines[0].strip()
    underlined = len(lines) == 2 and bool(_UNDERLINE.match(lines[1].strip()))
    capitals = len(lines) == 1 and title.isupper() and 3 < len(title) <= 80
    if underlined or capitals:
        return DocumentBlock("heading", match.start(), match.end(), 1 if not lines[-1].startswith("-") else 2, title)
    listed = sum(bool(re.match(r"\s*(?:[-*•+]|\d+[.)])\s", line)) for line in lines)
    return DocumentBlock("list" if listed >= 2 else "paragraph", match.start(), match.end())


def code_blocks(text: str) -> tuple[DocumentBlock, ...]:
    """Source code, parted where a line that is not indented follows an empty one: mostly between definitions."""
    starts = [match.start() for match in re.finditer(r"(?:\A|(?<=\n\n))(?=[^\s})\]])", text)]
    first = re.search(r"\S", text)
    if first and (not starts or starts[0] > first.start()):
        starts.insert(0, text.rfind("\n", 0, first.start()) + 1)
    ends = [*starts[1:], len(text)]
    return tuple(
        DocumentBlock("code", start, start + len(text[start:end].rstrip()))
        for start, end in zip(starts, ends, strict=True)
    )


def blocks_of(text: str, file_format: Format) -> tuple[DocumentBlock, ...]:
    """The blocks of a piece of a document's text."""
    match file_format:
        case "markdown":
            return markdown_blocks(text)
        case "text":
            return text_blocks(text)
        case "code":
            return code_blocks(text)
