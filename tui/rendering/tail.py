"""The part of a Markdown text that can still change: where it begins, its blocks, and what it goes on with."""

from collections import ChainMap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from markdown_it.tree import SyntaxTreeNode

from tui.rendering.inline import parser

_PARSER = parser().disable("inline")


@dataclass(frozen=True, slots=True)
class Tail:
    """Where the part begins that can still change, and what it needs to know of the text before it.

    `prefix` is the source that opens the block which goes on here (a fence's first line, a table's header). `joint`
    says how it attaches to the rows before it: after a blank line, as the source has it between two items of a list,
    or at once. `continues` is that of its first row, `number` that of its first item in an ordered list.
    """

    at: int = 0
    prefix: str = ""
    joint: Literal["block", "item", "row"] = "block"
    continues: str | None = None
    number: int | None = None


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


def tail_after_cut(head: Parsed, goes_on: bool) -> Tail:
    """How the text goes on behind a cut, in the middle of a block."""
    block = head.blocks[-1] if head.blocks else None
    if block is None:
        return Tail()
    before = head.source[-1:]
    match block.type:
        case "fence" if goes_on or "\n" in head.source.lstrip("\n"):
            opening = f"{head.lines[first_line(block)]}\n"
            return Tail(prefix=opening, joint="row", continues=None if before == "\n" else "")
        case "table":
            return Tail(prefix=table_head(head, block))
        case "paragraph":
            return Tail(joint="row", continues=" " if before.isspace() else "")
        case _:
            return Tail()


def table_head(parsed: Parsed, block: SyntaxTreeNode) -> str:
    first = first_line(block)
    return "".join(f"{line}\n" for line in parsed.lines[first : first + 2])


def first_line(node: SyntaxTreeNode) -> int:
    return node.map[0] if node.map else 0
