"""The simple tables of reStructuredText, written as its grid tables, which tell where a cell ends. Pure.

Both are in the reStructuredText Markup Specification: "Simple Tables", "Grid Tables".
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tui.columns import columns_of

_BORDER = re.compile(r"(?P<indent> *)=+(?: +=+)+\s*")
_RULE = re.compile(r"\s*-[ -]*")
"""What underlines columns that a cell spans."""
_LITERAL = re.compile(r"\s*\.\. (?:code|code-block|highlight|parsed-literal|sourcecode)::.*|(?!\s*\.\. ).*::\s*")
"""A line below which what is indented is shown as it is."""
MAX_GROWTH, SMALL = 20, 10_000
"""A table stays as it is that would be so many times as long, unless it has not more than so many letters then: each of
its lines becomes as long as its borders."""
_FILL = "\0"
"""What stands for the second column that a wide letter takes."""


def with_grid_tables(text: str) -> str:
    """The text with its simple tables as grid tables, each line in its place."""
    lines = text.split("\n")
    at, literal_indent = 0, -1
    while at < len(lines):
        line = lines[at]
        indent = len(line) - len(line.lstrip())
        if line.strip() and indent <= literal_indent:
            literal_indent = -1
        end = _end_of_table(lines, at) if literal_indent < 0 and _BORDER.fullmatch(line) else at
        if end > at:
            lines[at : end + 1] = _grid(lines[at : end + 1])
        elif literal_indent < 0 and _LITERAL.fullmatch(line):
            literal_indent = indent
        at = end + 1
    return "\n".join(lines)


def _end_of_table(lines: Sequence[str], top: int) -> int:
    """The last line of a table: its third border, or its second before an empty line. `top` where there is none."""
    borders = 0
    for at in range(top + 1, len(lines)):
        if _BORDER.fullmatch(lines[at]):
            if len(lines[at].strip()) != len(lines[top].strip()):
                return top
            borders += 1
            if borders == 2 or at + 1 == len(lines) or not lines[at + 1].strip():
                return at
    return top


def _grid(lines: Sequence[str]) -> Sequence[str]:
    columns = _Columns([match.span() for match in re.finditer("=+", lines[0])])
    size = len(lines) * len(columns.border("-"))
    return lines if size > max(SMALL, MAX_GROWTH * sum(map(len, lines))) else list(_grid_lines(lines, columns))


def _grid_lines(lines: Sequence[str], columns: "_Columns") -> Iterator[str]:
    for at, line in enumerate(lines):
        is_head = _BORDER.fullmatch(line) and 0 < at < len(lines) - 1
        if is_head or _BORDER.fullmatch(line) or _RULE.fullmatch(line) or not line.strip():
            yield columns.border("=" if is_head else "-")
        else:
            yield columns.row(line)


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where the columns begin and end."""

    spans: Sequence[tuple[int, int]]

    @property
    def _indent(self) -> str:
        return " " * self.spans[0][0]

    def border(self, sign: str) -> str:
        return f"{self._indent}+{'+'.join(sign * (end - start + 2) for start, end in self.spans)}+"

    def row(self, line: str) -> str:
        """A line of cells; one that goes on in the next column leaves that empty."""
        wide = _widened(line)
        starts = [0, *(start for start, _ in self.spans[1:]), len(wide)]
        cells: list[str] = []
        owner = 0
        for at, (start, end) in enumerate(pairwise(starts)):
            goes_on = at > 0 and wide[start - 1 : start].strip()
            owner = owner if goes_on else at
            cells.append("")
            cells[owner] += wide[start : max(start, end)]
        shown = (cell.replace(_FILL, "").replace("|", r"\|").strip() for cell in cells)
        padded = (cell.ljust(end - start) for cell, (start, end) in zip(shown, self.spans, strict=True))
        return f"{self._indent}| {' | '.join(padded)} |"


def _widened(line: str) -> str:
    """The line with a letter for each column of the terminal that it takes."""
    if line.isascii():
        return line
    return "".join(char + _FILL * (columns_of(char) - 1) for char in line)
