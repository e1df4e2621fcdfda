"""Markdown blocks as rows: what each kind of block looks like.

Every block is drawn from its own source only. So whether a list is drawn with blank lines between its items is read
from the source between two items, not from the list as a whole (CommonMark's "loose"), and footnotes stay where they
are written: a block that is finished never changes because of what follows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from markdown_it.tree import SyntaxTreeNode

from tui.lazy_dataclass import dataclass
from tui.rendering.code import FILL, drawing_code
from tui.rendering.inline import References, drawing_inline, inline_spans
from tui.rendering.lines import BLANK, PLAIN, Line, Span, Style
from tui.rendering.table import Align, Table, drawing_table
from tui.rendering.wrapping import fold, indented, shortened, width_of, wrap, wrapping
from tui.sanitize import clean, clean_line

_BULLETS = "•◦▪"
_LISTS = ("bullet_list", "ordered_list")
_HEADINGS = (
    Style("heading", bold=True),
    Style("heading", bold=True),
    Style("heading", bold=True),
    Style("heading", bold=True, italic=True),
    Style("heading", italic=True),
    Style("heading"),
)
_UNDERLINES = {0: "═", 1: "─"}
_ALIGNS: dict[str, Align] = {"text-align:center": "center", "text-align:right": "right"}
MIN_NESTED_WIDTH = 8
"""Where so few cells are left for text, what is nested deeper is no longer indented."""


@dataclass(frozen=True, slots=True)
class BlockContext:
    """What a block is drawn in: a width in cells, a style of plain text, the source that its maps count lines of."""

    width: int
    source: Sequence[str]
    references: References
    style: Style = PLAIN
    depth: int = 0

    def inside(self, margin: Sequence[Span]) -> "BlockContext":
        return replace(self, width=self.width - width_of(margin))


def block_lines(node: SyntaxTreeNode, context: BlockContext, number: int | None = None) -> list[Line]:
    """The rows of one block. `number` is the first number of an ordered list, where it is not the source's."""
    return [line for lines in drawing_block(node, context, number) for line in lines]


def drawing_block(node: SyntaxTreeNode, context: BlockContext, number: int | None = None) -> Iterator[Sequence[Line]]:
    """`block_lines` in pieces that take a few milliseconds each. One may have no rows: then it only took its time."""
    match node.type:
        case "paragraph":
            yield from _paragraph(node, context)
        case "heading":
            yield _heading(node, context)
        case "bullet_list" | "ordered_list":
            yield from _list(node, context, number)
        case "blockquote":
            yield _quote(node, context)
        case "fence" | "code_block":
            yield from _code(node, context.width)
        case "hr":
            yield [Line((Span("─" * context.width, Style("rule")),), decoration=context.width)]
        case "table":
            yield ()
            yield from drawing_table(_table(node, context), context.width)
        case "footnote_reference":
            label = f"[{clean_line(str(node.meta['label']))}] "
            yield _hanging(node, Span(label, Style("bullet")), context)
        case _:
            yield _source(node, context)


def first_number(node: SyntaxTreeNode) -> int:
    """The number of an ordered list's first item."""
    return int(node.attrs.get("start", 1))


def _inline(node: SyntaxTreeNode, context: BlockContext, style: Style) -> list[Span]:
    content = node.children[0].content if node.children else ""
    return inline_spans(content, context.references, style)


def _paragraph(node: SyntaxTreeNode, context: BlockContext) -> Iterator[Sequence[Line]]:
    content = node.children[0].content if node.children else ""
    spans: list[Span] = []
    for some in drawing_inline(content, context.references, context.style):
        spans += some
        yield ()
    yield from ((row,) for row in wrapping(_named_source(spans), context.width))


def _named_source(spans: list[Span]) -> list[Span]:
    """A paragraph that only names a source and cites it stands back behind the quotation that follows."""
    match [span for span in spans if span.text]:
        case [Span(style=Style(role="text", bold=True)), Span(text=" "), Span(style=Style(role="citation"))]:
            return [Span(span.text, span.style._replace(role="muted")) if span.style.bold else span for span in spans]
        case _:
            return spans


def _heading(node: SyntaxTreeNode, context: BlockContext) -> list[Line]:
    level = int(node.tag[1]) - 1
    lines = wrap(_inline(node, context, _HEADINGS[level]), context.width)
    if level in _UNDERLINES:
        cells = max(1, *(width_of(line.spans) for line in lines))
        lines.append(Line((Span(_UNDERLINES[level] * cells, Style("rule")),), decoration=cells, continues=""))
    return lines


def _list(node: SyntaxTreeNode, context: BlockContext, number: int | None) -> Iterator[Sequence[Line]]:
    first = first_number(node) if number is None else number
    for at, item in enumerate(node.children):
        if at and _after_blank(item, context):
            yield (BLANK,)
        marker = _BULLETS[context.depth % len(_BULLETS)] if node.type == "bullet_list" else f"{first + at}."
        if "checked" in item.meta:
            marker = "☑" if item.meta["checked"] else "☐"
        yield _hanging(item, Span(f"{marker} ", Style("bullet")), replace(context, depth=context.depth + 1))


def _hanging(node: SyntaxTreeNode, marker: Span, context: BlockContext) -> list[Line]:
    """Blocks behind a marker, their other rows below their first."""
    rest = (Span(" " * width_of((marker,))),)
    if context.width - width_of(rest) < MIN_NESTED_WIDTH:
        rest = ()
    lines = list(_children(node, context.inside(rest))) or [BLANK]
    return indented(lines, (marker,), rest) if rest else [*wrap((marker,), context.width), *lines]


def _quote(node: SyntaxTreeNode, context: BlockContext) -> list[Line]:
    bar = (Span("▌ ", Style("quote-bar")),) if context.width - 2 >= MIN_NESTED_WIDTH else ()
    return indented(_children(node, replace(context.inside(bar), style=context.style._replace(role="quote"))), bar)


def _children(node: SyntaxTreeNode, context: BlockContext) -> Iterator[Line]:
    if not node.children:
        yield from _source(node, context)
    for at, child in enumerate(node.children):
        if at and (node.type == "blockquote" or _after_blank(child, context)):
            yield BLANK
        yield from block_lines(child, context)


def _source(node: SyntaxTreeNode, context: BlockContext) -> list[Line]:
    """The source itself, of a block that the parser does not open because it is nested too deeply."""
    first, after = node.map or (0, 0)
    text = clean("\n".join(context.source[first:after])).strip("\n")
    markers_only = not text.strip(" \t>-+*.)0123456789\n")
    return [] if markers_only else fold((Span(text.replace("\t", " "), context.style),), context.width)


def _after_blank(node: SyntaxTreeNode, context: BlockContext) -> bool:
    first = node.map[0] if node.map else 0
    return first > 0 and is_blank(context.source[first - 1])


def is_blank(line: str) -> bool:
    """Whether a line of the source separates blocks: it is empty but for the bars of quotes."""
    return not line.strip(" \t>\n")


def _code(node: SyntaxTreeNode, width: int) -> Iterator[Sequence[Line]]:
    language = fence_language(node.info)
    yield _language_label(language, width)
    yield from drawing_code(node.content.removesuffix("\n"), language, width)


def fence_language(info: str) -> str:
    """The language that a fence names."""
    words = clean_line(info, 80).split(" ")
    return words[0].strip("{}.").partition(",")[0][:32]


def _language_label(language: str, width: int) -> list[Line]:
    label = Span(f"  {shortened(language, width - 2)}", Style("code-comment"))
    return [Line((label,), width_of((label,)), continues="", edge=FILL)] if language else []


def _table(node: SyntaxTreeNode, context: BlockContext) -> Table:
    rows = [row for group in node.children for row in group.children]
    cells = [[_inline(cell, context, context.style) for cell in row.children] for row in rows]
    aligns: list[Align] = [_ALIGNS.get(str(cell.attrs.get("style", "")), "left") for cell in rows[0].children]
    return Table(cells[0], cells[1:], aligns)
