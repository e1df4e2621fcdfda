"""A tool call in one row of columns: the tool, what it was asked, and what came of it, in a reader's words."""

from tui.conversation.passages import decoded, file_of, is_object, pages_of
from tui.conversation.tool_use import subject_of
from tui.conversation.transcript import ToolUse
from tui.rendering.lines import MUTED, PLAIN, Line, Span, Style
from tui.rendering.results import amount
from tui.rendering.wrapping import shortened, width_of
from tui.sanitize import clean_line

NAME_CELLS = 10
"""The column of the tools' names. A longer name moves the columns after it."""

OUTCOME_CELLS = 28
"""Room for "200 passages in 12 documents"."""

SUBJECT_CELLS = 40
"""The column of what was asked is no wider, so that the next one stays near."""

_LEAST_CELLS = 8
_TOOL = Style("tool", bold=True)


def tool_line(part: ToolUse, width: int, mark: Span) -> Line:
    """One row behind the mark that says whether the part is folded."""
    name = shortened(clean_line(part.name, 60) or "tool", max(4, width // 2))
    subject, outcome = subject_of(part), _outcome(part)
    spans = [mark, Span(name, _TOOL)]
    column = max(NAME_CELLS, width_of(spans[1:]) + 2) if subject or len(name) < NAME_CELLS else width_of(spans[1:]) + 2
    room = width - width_of((mark,)) - column
    subject_cells = min(SUBJECT_CELLS, room - 2 - min(OUTCOME_CELLS, width_of((outcome,))))
    if subject and subject_cells >= _LEAST_CELLS:
        asked = shortened(subject, subject_cells)
        if asked != subject and subject.startswith('"'):
            asked = f'{shortened(subject, subject_cells - 1)}"'
        _pad(spans, column, mark)
        spans.append(Span(asked))
        column += min(max(width_of((Span(asked),)), SUBJECT_CELLS), subject_cells) + 2
    left = width - width_of((mark,)) - column
    if left >= 2:
        _pad(spans, column, mark)
        spans.append(Span(shortened(outcome.text, left), outcome.style))
    return Line(tuple(spans), decoration=width_of((mark,)))


def _pad(spans: list[Span], column: int, mark: Span) -> None:
    gap = column - width_of(spans) + width_of((mark,))
    spans.append(Span(" " * gap, PLAIN))


def _outcome(part: ToolUse) -> Span:
    if part.returned is None:
        return Span("no result" if part.is_over else "running…", MUTED)
    value = decoded(part.returned.value)
    error = value.get("error") if is_object(value) else None
    if isinstance(error, str) and error.strip():
        return Span(f"error: {clean_line(error, 200)}", Style("error"))
    if part.returned.image is not None:
        page = _page(part, value)
        return Span(f"page {page}, picture" if page and file_of(value) is None else "picture", MUTED)
    return Span(amount(value), MUTED)


def _page(part: ToolUse, value: object) -> str:
    page = (part.arguments or {}).get("page")
    return clean_line(str(page), 20) if isinstance(page, int | str) else next(iter(pages_of(value)), "")
