"""What the rows of an answer lead to: links and citations, and where they stand."""

from collections.abc import Iterable, Iterator

from rich.cells import cell_len

from tui.conversation.citations import numbers_in
from tui.lazy_dataclass import dataclass
from tui.lineview.selection import LineSource
from tui.lineview.viewport import Place
from tui.rendering.lines import Line


@dataclass(frozen=True, slots=True)
class Target:
    """A checked address, or the number of a citation, and the first of the cells that show it."""

    place: Place
    cell: int
    leads_to: str | int


def targets_of(source: LineSource, places: Iterable[Place]) -> Iterator[Target]:
    """The links and citations in these rows, each once: a link that goes on in the next row is one."""
    before: str | int | None = None
    for place in places:
        for cell, _, leads_to in _in_line(source.line(place)):
            if leads_to is not None and (leads_to != before or isinstance(leads_to, int)):
                yield Target(place, cell, leads_to)
            before = leads_to


def target_at(line: Line, cell: int) -> str | int | None:
    """What the text in a cell leads to."""
    return next((leads_to for start, end, leads_to in _in_line(line) if start <= cell < end), None)


def _in_line(line: Line) -> Iterator[tuple[int, int, str | int | None]]:
    start = 0
    for span in line.spans:
        end = start + cell_len(span.text)
        numbers = numbers_in(span.text) if span.style.role == "citation" else ()
        yield start, end, numbers[0] if numbers else span.style.link
        start = end
