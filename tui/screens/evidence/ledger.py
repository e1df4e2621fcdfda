"""The ledger of a session: its documents and pages, and what was looked for in vain."""

from collections.abc import Mapping, Sequence
from functools import partial

from textual import work

from tui.conversation.ledger import keeping
from tui.conversation.transcript import Transcript
from tui.cooperative import run_in_slices
from tui.counts import counted
from tui.lineview.listed_lines import ListedLines
from tui.rendering.ledger_rows import LedgerLine, LedgerRow, ledger_lines, ledger_rows, widest_place
from tui.screens.evidence.items_dialog import ItemsDialog
from tui.widgets.evidence.item_view import ItemView


class _LedgerView(ItemView):
    """Rows of which those about a turn can be chosen."""

    rows: Sequence[LedgerRow] = ()

    def can_be_current(self, number: int) -> bool:
        return isinstance(self.rows[number], LedgerLine)


class LedgerDialog(ItemsDialog[LedgerLine]):
    """Returns the row that was chosen. What it shows is counted in slices: a session may be long."""

    def __init__(self, transcript: Transcript, index_names: Mapping[str, str]) -> None:
        super().__init__("Counting…", "↑ ↓ move · Enter go there · Esc close")
        self._transcript = transcript
        self._index_names = index_names
        self._rows: Sequence[LedgerRow] = ()

    def make_view(self) -> ItemView:
        return _LedgerView()

    def on_mount(self) -> None:
        self._fill()

    @work
    async def _fill(self) -> None:
        ledger = await run_in_slices(keeping(self._transcript))
        self._rows = ledger_rows(ledger, self._index_names)
        turns = counted(len(self._transcript), "turn")
        nothing = "" if self._rows else " · no documents were used, and no search was in vain"
        self.entitle(f"Ledger of this session · {turns}{nothing}")
        view = self.query_one(_LedgerView)
        view.rows = self._rows
        view.list_items(ListedLines(self._rows, partial(ledger_lines, widest=widest_place(self._rows))))

    def on_item_view_chosen(self, message: ItemView.Chosen) -> None:
        row = self._rows[message.number]
        if isinstance(row, LedgerLine) and self.takes_keys:
            self.dismiss(row)
