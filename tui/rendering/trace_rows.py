"""What the agent did in a turn as rows: a line that tells its course, and a table of its steps."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import NamedTuple, TypeAlias

from tui.conversation.trace import Trace, TraceStep
from tui.lazy_dataclass import dataclass
from tui.rendering.lines import BLANK, MUTED, PLAIN, Line, Span, Style
from tui.rendering.wrapping import shortened, width_of, wrap
from tui.sanitize import clean_line

NO_TIMES = "The events of a turn have no times: only their order is known."

_TOOL = Style("tool", bold=True)
_HEAD = Style("table-header", bold=True)
_NOTED = Style("citation")
_FAILED = Style("error")
_GLYPHS = {"thought": "◦ ", "tool": "● ", "answer": "◆ ", "event": "· "}


class _Column(NamedTuple):
    title: str
    cells: int
    is_number: bool = False


_NAME, _INDEX = _Column("step", 13), _Column("index", 15)
_HITS, _CHARACTERS, _NOTE = _Column("hits", 6, True), _Column("characters", 12, True), _Column("  note", 16)
_LEAST_ASKED = 14


@dataclass(frozen=True, slots=True)
class Course:
    """The whole turn in a line."""

    trace: Trace


@dataclass(frozen=True, slots=True)
class TableHead:
    """The titles of the columns."""


TraceRow: TypeAlias = Course | TableHead | TraceStep


def trace_rows(trace: Trace) -> Sequence[TraceRow]:
    """What is listed: the course of the turn, and the table of its steps."""
    return [Course(trace), TableHead(), *trace.steps]


def trace_lines(row: TraceRow, width: int, index_names: Mapping[str, str]) -> Sequence[Line]:
    """The rows of an entry at a width."""
    columns, asked = _columns(width)
    match row:
        case Course(trace):
            return _course(trace, width)
        case TableHead():
            titles = {column: Span(column.title, _HEAD) for column in columns}
            return [_table_row(Span("  "), titles, columns, asked, Span("asked for", _HEAD))]
        case TraceStep():
            return [_step(row, columns, asked, index_names)]


def _columns(width: int) -> tuple[Sequence[_Column], int]:
    """The columns that there is room for, and the cells that are left for what was asked."""
    for columns in (
        (_NAME, _INDEX, _HITS, _CHARACTERS, _NOTE),
        (_NAME, _HITS, _CHARACTERS, _NOTE),
        (_NAME, _HITS, _NOTE),
        (_NAME, _NOTE),
    ):
        room = width - 2 - sum(column.cells for column in columns)
        if room >= 2 * _LEAST_ASKED or len(columns) == 2:
            return columns, max(0, room)
    raise AssertionError


def _course(trace: Trace, width: int) -> Sequence[Line]:
    names = [(name, len(list(run))) for name, run in groupby(step.name for step in trace.steps)]
    words = [f"{name} \N{MULTIPLICATION SIGN}{count}" if count > 1 else name for name, count in names]
    spans = [Span(" → ".join(words[:40]) + (" → …" if len(words) > 40 else ""))]
    rows = wrap(spans, width) if words else [Line((Span("This turn has no steps.", MUTED),))]
    seconds = "" if trace.seconds is None else f"The whole turn took {trace.seconds:,.1f} s. "
    return [*rows, *wrap((Span(seconds + NO_TIMES, MUTED),), width), BLANK]


def _step(step: TraceStep, columns: Sequence[_Column], asked: int, index_names: Mapping[str, str]) -> Line:
    is_tool = step.kind == "tool"
    mark_style = _FAILED if step.mark == "failed" else _NOTED
    indexes = ", ".join(clean_line(index_names.get(each, each), 40) for each in step.index_ids)
    values = {
        _NAME: Span(step.name, _TOOL if is_tool else MUTED),
        _INDEX: Span(indexes, PLAIN),
        _HITS: Span("" if step.hits is None else f"{step.hits:,}", PLAIN),
        _CHARACTERS: Span(f"{step.characters:,}" if step.characters else "", PLAIN),
        _NOTE: Span(f"  {step.mark}" if step.mark else "", mark_style),
    }
    glyph = Span(_GLYPHS[step.kind], _TOOL if is_tool else MUTED)
    return _table_row(glyph, values, columns, asked, Span(step.asked, PLAIN if is_tool else MUTED))


def _table_row(glyph: Span, values: Mapping[_Column, Span], columns: Sequence[_Column], asked: int, what: Span) -> Line:
    name, *others = columns
    cells = [glyph, _cell(values[name], name.cells), _cell(what, asked)]
    cells += [_cell(values[column], column.cells, at_right=column.is_number) for column in others]
    return Line(tuple(cells), decoration=2)


def _cell(span: Span, cells: int, *, at_right: bool = False) -> Span:
    """A value in a column: cut where it is too long, and a space before the next column."""
    text = shortened(span.text, cells - 1) if cells > 2 else ""
    gap = " " * max(0, cells - width_of((Span(text),)))
    return Span(gap + text if at_right else text + gap, span.style)
