"""The part of a Markdown text that can still change: where it begins, and its blocks."""

from collections import ChainMap
from collections.abc import Sequence
from typing import Any, Literal

from markdown_it.tree import SyntaxTreeNode

from tui.lazy_dataclass import dataclass
from tui.rendering.inline import parser

_PARSER = parser().disable("inline")


@dataclass(frozen=True, slots=True)
class Tail:
    """Where the part begins that can still change, and what it needs to know of the text before it."""

    at: int = 0
    """Characters of the text before it."""

    prefix: str = ""
    """The source that opens the block which goes on here: a fence's first line, a table's header."""

    joint: Literal["block", "item", "row"] = "block"
    """How it attaches to the rows before it: after a blank line, as the source has it between two items, or at once."""

    continues: str | None = None
    """The `Line.continues` of its first row."""

    number: int | None = None
    """The number of its first item, in an ordered list."""

    @property
    def is_in_fence(self) -> bool:
        return self.joint == "row" and bool(self.prefix)


@dataclass(frozen=True, slots=True)
class Parsed:
    """Source from the tail on, and its blocks. `lines` begins with those of the tail's prefix."""

    source: str
    lines: Sequence[str]
    prefix_lines: int
    blocks: Sequence[SyntaxTreeNode]
    references: ChainMap[str, Any]

    def offset(self, line: int) -> int:
        """Where a line begins, in characters from the tail on."""
        return sum(len(each) + 1 for each in self.lines[self.prefix_lines : line])


def parse(source: str, prefix: str, references: dict[str, Any]) -> Parsed:
    """The blocks of the source behind a prefix; what it defines itself is added in front of the references."""
    known: ChainMap[str, Any] = ChainMap({}, references)
    blocks = SyntaxTreeNode(_PARSER.parse(prefix + source, {"references": known})).children
    return Parsed(source, (prefix + source).split("\n"), prefix.count("\n"), blocks, known)


def first_line(node: SyntaxTreeNode) -> int:
    return node.map[0] if node.map else 0
