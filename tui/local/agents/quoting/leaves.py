"""A passage as the pieces that are quoted: paragraphs, items of lists, definitions, rows of tables, code. Pure."""

import re
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING

from tui.local.agents.quoting.contents import is_contents
from tui.local.agents.quoting.leaf import Leaf, LeafKind
from tui.local.agents.quoting.text_leaves import text_leaves
from tui.local.library.documents import Format, code_blocks, heading_words

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token


def leaves_of(text: str, document_format: Format) -> list[Leaf]:
    """The pieces of a passage in their order; headings are none."""
    if not text.strip():
        return []
    match document_format:
        case "markdown":
            return _MarkdownLeaves(text).read()
        case "text":
            return list(text_leaves(text))
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
_NAMED = re.compile(r"`[^`\n]+`(?=[ :]\s*\S)")
"""The name that an item begins with, in code, and tells of."""
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
            self._heading = heading_words(token.content)
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
        if is_contents(self.text[start:end]):
            return
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
        named = _NAMED.match(token.content) if kind == "item" else None
        term = named.group() if named else self._term if kind == "definition" else ""
        label = f"{self._said_of()} {term}" if named else self._said_of()
        is_aside = "blockquote_open" in parents
        self.leaves.append(Leaf(kind, start, end, label, term, mark, is_aside=is_aside))

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


def _is_prose(text: str) -> bool:
    """Whether what is indented like code is the middle of a definition or an item that was cut apart."""
    words = text.split()
    plain = sum(word.strip(".,;:()'\"").isalpha() for word in words)
    return len(words) > 6 and plain >= 0.75 * len(words) and text.rstrip()[-1] in ".:!?)"
