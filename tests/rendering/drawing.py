"""Rows as text, for tests that say what a reader sees."""

from collections.abc import Iterable, Sequence

from rich.cells import cell_len

from tui.rendering.lines import Line, Span
from tui.rendering.markdown import MarkdownBlocks


def drawn(text: str, width: int = 40, *, settled: bool = True) -> Sequence[Line]:
    blocks = MarkdownBlocks(width)
    blocks.update(text, settled=settled)
    while blocks.behind:
        blocks.update(text, settled=settled)
    return list(blocks)


def seen(lines: Iterable[Line]) -> list[str]:
    return [line.text for line in lines]


def cells(line: Line) -> int:
    return sum(cell_len(span.text) for span in line.spans)


def spans_with(lines: Iterable[Line], text: str) -> list[Span]:
    return [span for line in lines for span in line.spans if text in span.text]


def copied(lines: Iterable[Line]) -> str:
    """The text that the rows show, without their decoration and without the breaks that only the width made."""
    pieces: list[str] = []
    for number, line in enumerate(lines):
        if number:
            pieces.append("\n" if line.continues is None else line.continues)
        cells, shown = line.decoration, list(line.spans)
        while shown and cells > 0:
            cells -= cell_len(shown.pop(0).text)
        pieces += (span.text for span in shown)
    return "".join(pieces)
