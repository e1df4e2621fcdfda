"""Tables fitted to a width: columns shrink and their cells wrap; where that cannot be read, each row is a record."""

from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

from tui.lazy_dataclass import dataclass
from tui.rendering.lines import BLANK, Line, Span, Style
from tui.rendering.wrapping import indented, room_for, width_of, wrap

TableCell: TypeAlias = Sequence[Span]
Align: TypeAlias = Literal["left", "center", "right"]

MIN_CELLS = 8
"""A column that is narrower than this, and needs more, cannot be read."""

_BORDER_STYLE = Style("table-border")
_BORDER = Span(" │ ", _BORDER_STYLE)
_GAP = len(_BORDER.text)


@dataclass(frozen=True, slots=True)
class Table:
    """`aligns` has as many columns as the header; a row may have fewer or more cells (more are not drawn)."""

    header: Sequence[TableCell]
    rows: Sequence[Sequence[TableCell]]
    aligns: Sequence[Align]


def drawing_table(table: Table, width: int) -> Iterator[Sequence[Line]]:
    """The table as rows no wider than `width`, row by row of the table."""
    columns = _columns(table, width)
    if columns is None:
        yield from ((line,) for line in _records(table, width))
        return
    header = [
        [Span(span.text, span.style._replace(role="table-header", bold=True)) for span in cell] for cell in table.header
    ]
    yield list(_row(header, columns, table.aligns))
    rule = Span("─┼─".join("─" * cells for cells in columns), _BORDER_STYLE)
    yield (Line((rule,), decoration=_total(columns), continues=""),)
    yield from (list(_row(row, columns, table.aligns)) for row in table.rows)


def _total(columns: Sequence[int]) -> int:
    return sum(columns) + _GAP * (len(columns) - 1)


def _columns(table: Table, width: int) -> Sequence[int] | None:
    """Cells for each column, or None where some would be too narrow to read."""
    if _total([1] * len(table.header)) > width:
        return None  # whatever stands in them, which nobody measures for that
    wanted = [max(1, room_for(cell)) for cell in table.header]
    for row in table.rows:
        for number, cell in enumerate(row[: len(wanted)]):
            wanted[number] = max(wanted[number], room_for(cell))
    if _total(wanted) <= width:
        return wanted
    fitted = _shared(wanted, width - _GAP * (len(wanted) - 1))
    return None if any(cells < min(MIN_CELLS, want) for cells, want in zip(fitted, wanted, strict=True)) else fitted


def _shared(wanted: Sequence[int], available: int) -> Sequence[int]:
    """What fits its fair share gets what it wants; the others share the rest by the root of their need."""
    fitted = list(wanted)
    wide = set(range(len(wanted)))
    while wide:
        share = max(0, available - sum(fitted[number] for number in range(len(wanted)) if number not in wide)) // len(
            wide
        )
        content = {number for number in wide if wanted[number] <= share}
        if content:
            wide -= content
            continue
        break
    room = max(0, available - sum(fitted[number] for number in range(len(wanted)) if number not in wide))
    least = min(MIN_CELLS, room // len(wide)) if wide else 0
    spare = room - least * len(wide)
    need = sum(wanted[number] ** 0.5 for number in wide)
    for number in sorted(wide):
        fitted[number] = min(wanted[number], least + int(spare * wanted[number] ** 0.5 / need))
    return fitted


def _row(cells: Sequence[TableCell], columns: Sequence[int], aligns: Sequence[Align]) -> Iterator[Line]:
    """A row is as high as its highest cell."""
    wrapped = [
        wrap(cells[number], columns[number]) if number < len(cells) else [BLANK] for number in range(len(columns))
    ]
    for y in range(max(map(len, wrapped))):
        spans: list[Span] = []
        for number, lines in enumerate(wrapped):
            if number:
                spans.append(_BORDER)
            last = number == len(columns) - 1
            spans += _aligned(lines[y] if y < len(lines) else BLANK, columns[number], aligns[number], last)
        yield Line(tuple(spans))


def _aligned(line: Line, cells: int, align: Align, last: bool) -> Iterator[Span]:
    spare = max(0, cells - width_of(line.spans))
    before = {"left": 0, "center": spare // 2, "right": spare}[align]
    if before:
        yield Span(" " * before)
    yield from line.spans
    if spare > before and not last:
        yield Span(" " * (spare - before))


def _records(table: Table, width: int) -> Iterator[Line]:
    for number, row in enumerate(table.rows):
        if number:
            yield BLANK
        for name, cell in zip(table.header, row, strict=False):
            label = [Span(span.text, span.style._replace(role="table-header", bold=True)) for span in name]
            first, *others = wrap([*label, Span(": ", _BORDER_STYLE), *cell], width - 2)
            yield first
            yield from indented(others, (Span("  "),))
    if not table.rows:
        yield from wrap([span for name in table.header for span in (*name, Span(" "))], width)
