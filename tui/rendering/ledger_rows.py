"""The ledger of a session as rows: documents and their pages, what was looked for in vain, and indexes left out."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from tui.conversation.ledger import DocumentUse, Ledger, PageUse
from tui.conversation.passages import Passage
from tui.counts import counted
from tui.lazy_dataclass import dataclass
from tui.rendering.group_head import GroupHead
from tui.rendering.lines import BLANK, MUTED, PLAIN, Line, Span, Style
from tui.rendering.wrapping import last_part, shortened, width_of
from tui.sanitize import clean_line

_FILE = Style(bold=True)
_CITED = Style("citation")
_TURN_CELLS, _COUNT_CELLS = 10, 14
_LEAST_QUESTION = 20


@dataclass(frozen=True, slots=True)
class LedgerDocument:
    """A document, and how much of the session uses it."""

    file: str
    about: str
    is_first: bool


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """Something about a turn, that the reader can go to; `passage` is what to show of it, if it is about one."""

    turn: int
    what: str
    count: str
    question: str
    is_cited: bool = False
    passage: Passage | None = None


LedgerRow: TypeAlias = GroupHead | LedgerDocument | LedgerLine


def ledger_rows(ledger: Ledger, index_names: Mapping[str, str]) -> Sequence[LedgerRow]:
    """What is listed; nothing of what there is not."""
    return [*_documents(ledger), *_in_vain(ledger), *_skipped(ledger, index_names)]


def _documents(ledger: Ledger) -> Iterator[LedgerRow]:
    documents = ledger.documents.values()
    if documents:
        cited = sum(document.cited > 0 for document in documents)
        yield GroupHead("Documents", f"{len(documents):,} · {cited:,} cited", is_first=True)
    for number, document in enumerate(documents):
        yield LedgerDocument(document.file, _use(document), is_first=number == 0)
        yield from (_page(ledger, use) for use in sorted(document.pages, key=lambda use: use.turn))


def _use(document: DocumentUse) -> str:
    turns = counted(document.turns, "turn")
    return f"{turns} · {document.cited:,} cited of {document.found:,}" if document.cited else f"{turns} · found only"


def _page(ledger: Ledger, use: PageUse) -> LedgerRow:
    cited, found = use.cited, use.found
    if not cited:
        count = "found" if found == 1 else f"{found:,} found"
    elif cited == found:
        count = "cited" if found == 1 else f"{found:,} cited"
    else:
        count = f"{cited:,} of {found:,} cited"
    return LedgerLine(use.turn, use.page or "passage", count, ledger.questions[use.turn], cited > 0, use.passage)


def _in_vain(ledger: Ledger) -> Iterator[LedgerRow]:
    if ledger.in_vain:
        yield GroupHead("Searches that found nothing", f"{len(ledger.in_vain):,}", not ledger.documents)
        yield from (LedgerLine(turn, "", "", asked) for turn, asked in ledger.in_vain)


def _skipped(ledger: Ledger, index_names: Mapping[str, str]) -> Iterator[LedgerRow]:
    if ledger.skipped:
        is_first = not ledger.documents and not ledger.in_vain
        yield GroupHead("Indexes that were not searched", f"{len(ledger.skipped):,}", is_first)
        for turn, index_id in ledger.skipped:
            yield LedgerLine(turn, "", "", clean_line(index_names.get(index_id, index_id), 80))


def widest_place(rows: Sequence[LedgerRow]) -> int:
    """The cells that the column of pages and sections would need at most."""
    return max((width_of((Span(row.what),)) for row in rows if isinstance(row, LedgerLine)), default=0)


def ledger_lines(row: LedgerRow, width: int, widest: int) -> Sequence[Line]:
    """The rows of an entry at a width; `widest` is the `widest_place` of all."""
    match row:
        case GroupHead():
            return row.rows(width)
        case LedgerDocument(file, about, is_first):
            room = max(8, width - len(about) - 2)
            head = Line((Span(shortened(file, room), _FILE),), edge=Span(about, MUTED))
            return [head] if is_first else [BLANK, head]
        case LedgerLine():
            return [_line(row, width, widest)]


def _line(row: LedgerLine, width: int, widest: int) -> Line:
    count_style = _CITED if row.is_cited else MUTED
    turn = _cell(f"turn {row.turn + 1:,}", _TURN_CELLS, PLAIN)
    left = width - 2 - _TURN_CELLS - _COUNT_CELLS
    what = min(widest + 2, left * 3 // 5 if left > 2 * _LEAST_QUESTION else left)
    cells = [_cell(last_part(row.what, what - 1), what, PLAIN), turn, _cell(row.count, _COUNT_CELLS, count_style)]
    spans = [Span("  "), *(cells if row.what else [turn])]
    room = width - width_of(spans)
    return Line(
        (*spans, Span(shortened(row.question, room), MUTED))
        if room >= _LEAST_QUESTION or not row.what
        else tuple(spans),
        decoration=2,
    )


def _cell(text: str, cells: int, style: Style) -> Span:
    shown = shortened(text, cells - 1)
    return Span(shown + " " * (cells - width_of((Span(shown),))), style)
