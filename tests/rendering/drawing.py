"""Rows as text, for tests that say what a reader sees."""

from collections.abc import Iterable, Sequence

from rich.cells import cell_len

from tui.rendering.lines import Line, Span
from tui.rendering.markdown import MarkdownBlocks


def drawn(text: str, width: int = 40) -> Sequence[Line]:
    blocks = MarkdownBlocks(width)
    blocks.update(text, settled=True)
    while blocks.behind:
        blocks.update(text, settled=True)
    return list(blocks)


def seen(lines: Iterable[Line]) -> list[str]:
    return [line.text for line in lines]


def cells(line: Line) -> int:
    return sum(cell_len(span.text) for span in line.spans)


def spans_with(lines: Iterable[Line], text: str) -> list[Span]:
    return [span for line in lines for span in line.spans if text in span.text]
