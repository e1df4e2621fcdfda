"""The trace of a turn: what the agent did, in order."""

from collections.abc import Mapping, Sequence

from tui.conversation.trace import Trace, TraceStep
from tui.lineview.listed_lines import ListedLines
from tui.rendering.lines import Line
from tui.rendering.trace_rows import TraceRow, trace_lines, trace_rows
from tui.sanitize import clean_line
from tui.screens.evidence.items_dialog import ItemsDialog
from tui.widgets.evidence.item_view import ItemView


class _TraceView(ItemView):
    """Rows of which the steps can be chosen."""

    rows: Sequence[TraceRow] = ()

    def can_be_current(self, number: int) -> bool:
        return isinstance(self.rows[number], TraceStep)


class TraceDialog(ItemsDialog[int]):
    """Returns the number of the part whose step was chosen."""

    def __init__(self, turn: int, trace: Trace, index_names: Mapping[str, str]) -> None:
        question = clean_line(trace.question, 200) or "no question"
        super().__init__(f"Turn {turn + 1:,} · {question}", "↑ ↓ move · Enter go there · Esc close")
        self._rows = trace_rows(trace)
        self._index_names = index_names

    def make_view(self) -> ItemView:
        view = _TraceView()
        view.rows = self._rows
        view.list_items(ListedLines(self._rows, self._draw))
        return view

    def _draw(self, row: TraceRow, width: int) -> Sequence[Line]:
        return trace_lines(row, width, self._index_names)

    def on_item_view_chosen(self, message: ItemView.Chosen) -> None:
        row = self._rows[message.number]
        if isinstance(row, TraceStep) and self.takes_keys:
            self.dismiss(row.part)
