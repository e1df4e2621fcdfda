"""What a whole session was built from: its documents and pages, and what was looked for in vain. Pure."""

from collections.abc import Generator, Iterable
from dataclasses import field

from tui.api.models import Stop
from tui.conversation.evidence import Evidence, Source, gathering
from tui.conversation.passages import Passage
from tui.conversation.trace import empty_searches
from tui.conversation.transcript import Turn
from tui.lazy_dataclass import dataclass


@dataclass(slots=True)
class PageUse:
    """A page as one turn used it, in a document without pages a section: so many passages found, so many cited."""

    turn: int
    page: str
    passage: Passage
    found: int = 0
    cited: int = 0


@dataclass(slots=True)
class DocumentUse:
    """A document, and its pages in the order of the turns that used them."""

    file: str
    pages: list[PageUse] = field(default_factory=list[PageUse])

    @property
    def turns(self) -> int:
        return len({use.turn for use in self.pages})

    @property
    def found(self) -> int:
        return sum(use.found for use in self.pages)

    @property
    def cited(self) -> int:
        return sum(use.cited for use in self.pages)


@dataclass(slots=True)
class Ledger:
    """Of a session: documents as they were first used, searches that found nothing and indexes that were left out.

    The last two by their turns, which are counted from 0.
    """

    questions: list[str] = field(default_factory=list[str])
    documents: dict[str, DocumentUse] = field(default_factory=dict[str, DocumentUse])
    in_vain: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    skipped: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])


def keeping(turns: Iterable[Turn]) -> Generator[None, None, Ledger]:
    """The ledger of all turns, in steps of one passage: the ledger is the generator's return value."""
    ledger = Ledger()
    for number, turn in enumerate(turns):
        yield from _entering(ledger, number, turn, (yield from gathering(turn)))
        yield
    return ledger


def _entering(ledger: Ledger, number: int, turn: Turn, evidence: Evidence) -> Generator[None, None, None]:
    ledger.questions.append(" ".join((turn.question or "").split()))
    pages: dict[tuple[str, str], PageUse] = {}
    for source in evidence:
        _count(ledger, pages, number, source)
        yield
    ledger.in_vain += [(number, asked) for asked in empty_searches(turn)]
    if isinstance(turn.end, Stop):
        ledger.skipped += [(number, index_id) for index_id in turn.end.skipped_index_ids]


def _count(ledger: Ledger, pages: dict[tuple[str, str], PageUse], turn: int, source: Source) -> None:
    passage = source.passage
    page = passage.page or passage.heading
    use = pages.get((passage.file, page))
    if use is None:
        use = pages[passage.file, page] = PageUse(turn, page, passage)
        ledger.documents.setdefault(passage.file, DocumentUse(passage.file)).pages.append(use)
    use.found += 1
    use.cited += source.is_cited
