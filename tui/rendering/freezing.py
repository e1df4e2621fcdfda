"""How much of the open tail of a Markdown text is finished: decided from its blocks alone, before anything is drawn."""

from collections.abc import Sequence
from copy import copy

from markdown_it.tree import SyntaxTreeNode

from tui.lazy_dataclass import dataclass
from tui.rendering.blocks import first_number
from tui.rendering.tail import Parsed, Tail, first_line

CODE_SECTION_LINES = 16
"""Lines of an open fence that are frozen together."""

TABLE_SECTION_ROWS = 64
"""Rows that share their column widths: a longer table is drawn in sections, each below the header."""

TABLE_SECTION_CELLS = 512
"""Cells of a section: of a table of many columns it has fewer rows."""

MAX_HEAD_CHARS = 2000
"""Characters of a header that is drawn above each section: it is parsed anew for each."""

_LISTS = ("bullet_list", "ordered_list")


@dataclass(frozen=True, slots=True)
class Step:
    """Blocks that are finished, the line of the parsed source that follows them, and the tail that begins there."""

    blocks: Sequence[SyntaxTreeNode]
    line: int
    tail: Tail


def finished(parsed: Parsed, tail: Tail, ends: bool) -> Step | None:
    """The finished blocks, items, rows or lines at the beginning of the source. `ends`: nothing follows the source."""
    for number, block in enumerate(parsed.blocks):
        if block.type == "table" and (step := _table_sections(parsed, number)):
            return step
        if not ends and number == len(parsed.blocks) - 1:
            return _before_open_block(parsed, number, tail)
    return Step(parsed.blocks, len(parsed.lines), Tail()) if ends else None


def step_to_cut(head: Parsed, goes_on: bool) -> Step:
    """All of a head that ends in the middle of a block. `goes_on`: its first block began before the head."""
    return Step(head.blocks, len(head.lines), _tail_after_cut(head, goes_on))


def _before_open_block(parsed: Parsed, number: int, tail: Tail) -> Step | None:
    """What comes before the block that is open, and what is finished of it."""
    block = parsed.blocks[number]
    if block.type in _LISTS and len(block.children) > 1:
        *items, last = block.children
        block.children = items
        first = first_number(block) if number or tail.number is None else tail.number
        next_number = first + len(items) if block.type == "ordered_list" else None
        return Step(parsed.blocks[: number + 1], first_line(last), Tail(joint="item", number=next_number))
    if number > 0:
        return Step(parsed.blocks[:number], first_line(block), Tail())
    return _code_sections(parsed, block) if block.type == "fence" else None


def _code_sections(parsed: Parsed, block: SyntaxTreeNode) -> Step | None:
    """Whole sections of an open fence. Its last lines may be those that close it."""
    first = first_line(block)
    lines = (len(parsed.lines) - first - 3) // CODE_SECTION_LINES * CODE_SECTION_LINES
    if lines <= 0 or block.token is None:
        return None
    block.token.content = "".join(block.content.splitlines(keepends=True)[:lines])
    return Step([block], first + 1 + lines, Tail(prefix=f"{parsed.lines[first]}\n", joint="row"))


def _table_sections(parsed: Parsed, number: int) -> Step | None:
    """Sections of a long table that have another row after them."""
    table = parsed.blocks[number]
    if len(table.children) < 2:
        return None
    head, body = table.children
    rows, columns = body.children, len(head.children[0].children)
    size = max(1, min(TABLE_SECTION_ROWS, TABLE_SECTION_CELLS // columns))
    count = (len(rows) - 1) // size * size
    if count <= 0:
        return None
    sections: list[SyntaxTreeNode] = []
    for at in range(0, count, size):
        section, part = copy(table), copy(body)
        part.children = rows[at : at + size]
        section.children = [head, part]
        sections.append(section)
    tail = Tail(prefix=_table_head(parsed, table))
    return Step([*parsed.blocks[:number], *sections], first_line(rows[count]), tail)


def _tail_after_cut(head: Parsed, goes_on: bool) -> Tail:
    block = head.blocks[-1] if head.blocks else None
    if block is None:
        return Tail()
    before = head.source[-1:]
    match block.type:
        case "fence" if goes_on or "\n" in head.source.lstrip("\n"):
            opening = f"{head.lines[first_line(block)]}\n"
            return Tail(prefix=opening, joint="row", continues=None if before == "\n" else "")
        case "table":
            return Tail(prefix=_table_head(head, block))
        case "paragraph":
            return Tail(joint="row", continues=" " if before.isspace() else "")
        case _:
            return Tail()


def _table_head(parsed: Parsed, table: SyntaxTreeNode) -> str:
    """The header, which goes before the rows that follow; of a table of hundreds of columns they are plain text."""
    first = first_line(table)
    head = "".join(f"{line}\n" for line in parsed.lines[first : first + 2])
    return head if len(head) <= MAX_HEAD_CHARS else ""
