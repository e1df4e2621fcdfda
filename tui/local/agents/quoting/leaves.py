"""A passage as the pieces that are quoted: paragraphs, items of lists, definitions, rows of tables, code. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, Literal

from tui.local.library.documents import Format, code_blocks

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

LeafKind = Literal["paragraph", "line", "item", "definition", "row", "code", "other"]

MIN_WRAPPED_CHARS = 40
"""Where no line is longer than this, each was ended on purpose."""
FULL_LINE_SHARE = 0.72
"""A line that is shorter than this part of the longest one, and ends a sentence, ends its paragraph."""
MAX_TITLE_CHARS = 70


@dataclass(frozen=True, slots=True)
class Leaf:
    """A piece of a passage: `text[start:end]` without the mark that begins it (such as a bullet, kept in `mark`).

    `label` is what the piece is said of: the heading above it within the passage, the title of its item, and the `term`
    that it defines. A row's `header` are the cells above it; `table` is where its table begins.
    """

    kind: LeafKind
    start: int
    end: int
    label: str = ""
    term: str = ""
    mark: str = ""
    header: tuple[str, ...] = ()
    table: int = -1


def leaves_of(text: str, document_format: Format) -> list[Leaf]:
    """The pieces of a passage in their order; headings are none."""
    if not text.strip():
        return []
    match document_format:
        case "markdown":
            return _MarkdownLeaves(text).read()
        case "text":
            return list(_text_leaves(text))
        case "code":
            return [Leaf("code", block.start, block.end) for block in code_blocks(text)]


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt
    from mdit_py_plugins.deflist import deflist_plugin
    from mdit_py_plugins.front_matter import front_matter_plugin

    parser = MarkdownIt("commonmark").enable("table").disable("inline")
    return parser.use(front_matter_plugin).use(deflist_plugin)


_LOOSE_ROW = re.compile(r"\s*\|.*\|\s*$")
_RULE_ROW = re.compile(r"[\s|:-]+$")
_TITLE = re.compile(r"\*\*([^*]+)\*\*[.:]?\s*$")


@dataclass(slots=True)
class _MarkdownLeaves:
    """Reads the leaves of Markdown's tree of blocks, and of what each is said."""

    text: str
    leaves: list[Leaf] = field(default_factory=list[Leaf])
    _lines: list[int] = field(default_factory=list[int])
    _heading: str = ""
    _titles: list[str] = field(default_factory=list[str])
    _term: str = ""
    _mark: str = ""
    _header: list[str] = field(default_factory=list[str])
    _table: int = -1

    def read(self) -> list[Leaf]:
        self._lines = [0, *accumulate(len(line) for line in self.text.splitlines(keepends=True))]
        parents: list[str] = []
        for token in _parser().parse(self.text):
            if token.nesting > 0:
                self._open(token)
                parents.append(token.type)
            elif token.nesting < 0:
                parents.pop()
                self._close(token)
            elif token.type in ("fence", "code_block"):
                self._code(token)
            elif token.type == "inline":
                self._inline(token, parents)
        return self.leaves

    def _open(self, token: "Token") -> None:
        match token.type:
            case "list_item_open":
                self._titles.append("")
                self._mark = f"{token.info}{token.markup}"
            case "table_open":
                self._header, self._table = [], self._span(token)[0]
            case "tr_open" if self._header:
                start, end = self._span(token)
                self._row(start, end)
            case _:
                pass

    def _close(self, token: "Token") -> None:
        if token.type == "list_item_close":
            self._titles.pop()
        elif token.type == "dl_close":
            self._term = ""
        elif token.type == "table_close" and not any(leaf.table == self._table for leaf in self.leaves):
            line = re.search(r"[^\n]+", self.text[self._table :])
            self.leaves.append(Leaf("row", self._table, self._table + (line.end() if line else 0)))

    def _code(self, token: "Token") -> None:
        start, end = self._span(token)
        prose = token.type == "code_block" and _is_prose(token.content)
        kind: LeafKind = ("definition" if self._term else "paragraph") if prose else "code"
        skip = len(self.text[start:end]) - len(self.text[start:end].lstrip())
        self.leaves.append(Leaf(kind, start + skip if prose else start, end, self._said_of(), self._term))

    def _inline(self, token: "Token", parents: list[str]) -> None:
        parent = parents[-1]
        if parent == "heading_open":
            self._heading = _plain_line(token.content)
        elif parent == "th_open":
            self._header.append(token.content.strip())
        elif parent == "dt_open":
            self._term = token.content.strip()
        elif parent == "paragraph_open":
            self._paragraph(token, parents)

    def _paragraph(self, token: "Token", parents: list[str]) -> None:
        start, end = self._span(token)
        first_line = token.content.partition("\n")[0]
        start = max(start, self.text.find(first_line, start, end))
        if _LOOSE_ROW.match(first_line):
            self._loose_rows(start, end)
            return
        if self._titles and (title := _TITLE.match(token.content)):
            self._titles[-1] = title.group(1)
        kind: LeafKind = "paragraph"
        if "dd_open" in parents:
            kind = "definition"
        elif "list_item_open" in parents:
            kind = "item"
        mark, self._mark = (self._mark, "") if kind == "item" else ("", self._mark)
        term = self._term if kind == "definition" else ""
        self.leaves.append(Leaf(kind, start, end, self._said_of(), term, mark))

    def _row(self, start: int, end: int) -> None:
        self.leaves.append(Leaf("row", start, end, self._said_of(), header=tuple(self._header), table=self._table))

    def _loose_rows(self, start: int, end: int) -> None:
        """The rows of a table whose head stands in another passage."""
        for match in re.finditer(r"[^\n]+", self.text[start:end]):
            if not _RULE_ROW.match(match.group()):
                self.leaves.append(
                    Leaf("row", start + match.start(), start + match.end(), self._said_of(), table=start)
                )

    def _said_of(self) -> str:
        return " ".join(filter(None, (self._heading, *self._titles, self._term)))

    def _span(self, token: "Token") -> tuple[int, int]:
        first, last = token.map or (0, 0)
        start, end = self._lines[min(first, len(self._lines) - 1)], self._lines[min(last, len(self._lines) - 1)]
        return start, start + len(self.text[start:end].rstrip())


def _plain_line(markdown: str) -> str:
    return " ".join(re.sub(r"[*`\\]", "", markdown).split())


def _is_prose(text: str) -> bool:
    """Whether what is indented like code is the middle of a definition or an item that was cut apart."""
    words = text.split()
    plain = sum(word.strip(".,;:()'\"").isalpha() for word in words)
    return len(words) > 6 and plain >= 0.75 * len(words) and text.rstrip()[-1] in ".:!?)"


_ITEM = re.compile(r"(\s*)([-*•+\u2013\uf0b7]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s+(?=\S)")
_NUMBERED_TITLE = re.compile(
    r"\s*(?:(?:\d+|[A-Z])(?:\.\d+)*\.?|chapter\s+\w+\.?|appendix\s+\w+\.?)\s+\S", re.IGNORECASE
)
_CONTENTS = re.compile(r"(?:\.\s?){5,}")


def _text_leaves(text: str) -> Iterator[Leaf]:
    """Paragraphs, items and definitions, parted by empty lines and by how their lines begin."""
    heading, term, indent = "", "", -1
    for match in re.finditer(r"[^\S\n]*\S[^\n]*(?:\n[^\n]*\S[^\n]*)*", text):
        lines = [(match.start() + start, line) for start, line in _lines_in(match.group())]
        if len(lines) > 1 and lines[0][1].strip().isupper() and _is_term(lines):
            heading, term, indent = lines.pop(0)[1].strip(), "", -1
        first = lines[0][1]
        if _indent(first) <= indent:
            term, indent = "", -1
        if _is_underlined(lines) or (len(lines) == 1 and _is_title(first)):
            heading, term, indent = first.strip(), "", -1
        elif len(lines) > 1 and _is_term(lines):
            term, indent = first.strip(), _indent(first)
            yield Leaf("definition", _content(lines[1]), _end(lines[-1]), f"{heading} {term}".strip(), term)
        else:
            yield from _TextPieces(lines, f"{heading} {term}".strip()).read()


class _TextPieces:
    """Items and paragraphs that follow each other without an empty line, as on the pages of a PDF."""

    def __init__(self, lines: list[tuple[int, str]], label: str) -> None:
        self._lines = lines
        self._label = label
        self._longest = max(len(line.rstrip()) for _, line in lines)

    def read(self) -> Iterator[Leaf]:
        piece: list[tuple[int, str]] = []
        for at, line in enumerate(self._lines):
            following = self._lines[at + 1][1] if at + 1 < len(self._lines) else ""
            contents = _CONTENTS.search(line[1])
            if piece and (contents or _ITEM.match(line[1])):
                yield self._leaf(piece)
                piece = []
            if not piece and _is_heading_line(line[1], following):
                self._label = line[1].strip()
            elif not contents:
                piece.append(line)
                if self._ends(line[1].rstrip()):
                    yield self._leaf(piece)
                    piece = []
        if piece:
            yield self._leaf(piece)

    def _ends(self, line: str) -> bool:
        """Whether a line was ended on purpose."""
        return self._longest <= MIN_WRAPPED_CHARS or (
            line[-1:] in ".:;!?" and len(line) < FULL_LINE_SHARE * self._longest
        )

    def _leaf(self, lines: list[tuple[int, str]]) -> Leaf:
        item = _ITEM.match(lines[0][1])
        if item and item.end() < len(lines[0][1].rstrip()):
            return Leaf("item", lines[0][0] + item.end(), _end(lines[-1]), self._label, mark=item.group(2))
        kind: LeafKind = "line" if self._longest <= MIN_WRAPPED_CHARS and len(self._lines) > 1 else "paragraph"
        return Leaf(kind, _content(lines[0]), _end(lines[-1]), self._label)


def _lines_in(text: str) -> Iterator[tuple[int, str]]:
    return ((match.start(), match.group()) for match in re.finditer(r"[^\n]+", text) if match.group().strip())


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _content(line: tuple[int, str]) -> int:
    return line[0] + _indent(line[1])


def _end(line: tuple[int, str]) -> int:
    return line[0] + len(line[1].rstrip())


def _is_term(lines: list[tuple[int, str]]) -> bool:
    """Whether the first of some lines is a term, with what is said of it indented below."""
    first = lines[0][1]
    deeper = all(_indent(line) >= _indent(first) + 2 for _, line in lines[1:])
    return deeper and not first.rstrip().endswith((".", ",", ";")) and len(first.strip()) <= MAX_TITLE_CHARS


def _is_underlined(lines: list[tuple[int, str]]) -> bool:
    return len(lines) == 2 and bool(re.fullmatch(r"([=\-~^\"*])\1{2,}", lines[1][1].strip()))


def _is_title(line: str) -> bool:
    words = line.split()
    return len(line.strip()) <= MAX_TITLE_CHARS and line.rstrip()[-1:] not in ".!?;," and len(words) <= 8


def _is_heading_line(line: str, following: str) -> bool:
    """Whether a line within a page is the heading of what follows."""
    numbered = _NUMBERED_TITLE.match(line)
    return bool(numbered and following and _is_title(line) and following.lstrip()[:1].isupper())
