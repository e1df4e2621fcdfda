"""The evidence of a turn as rows: heads of groups and documents, and passages, folded or whole."""

from collections.abc import Sequence
from typing import TypeAlias

from tui.conversation.evidence import Evidence, Source
from tui.counts import counted
from tui.lazy_dataclass import dataclass
from tui.rendering.document_text import HeadedText, is_markdown
from tui.rendering.group_head import GroupHead
from tui.rendering.lines import BLANK, MUTED, Line, Span, Style
from tui.rendering.wrapping import indented, last_part, shortened, width_of, wrap

NO_TEXT = "This passage has no text."

_FILE = Style(bold=True)
_NUMBER = Style("citation", bold=True)
_MARGIN = (Span("  "),)
_LEAST_TITLE = 16


@dataclass(frozen=True, slots=True)
class DocumentHead:
    """A document, and how many of its passages follow."""

    file: str
    count: int
    is_first: bool


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """A passage. The last one of its document has no blank row below it: what comes next has one above."""

    source: Source
    is_last: bool


Entry: TypeAlias = GroupHead | DocumentHead | SourceEntry


def entries_of(evidence: Evidence) -> Sequence[Entry]:
    """What is listed: the cited documents with their passages, then the others."""
    entries: list[Entry] = []
    for title, documents in (("Cited", evidence.cited), ("Found, not cited", evidence.found)):
        if documents:
            count = sum(len(document.sources) for document in documents)
            entries.append(GroupHead(title, f"{count:,}", is_first=not entries))
        for number, document in enumerate(documents):
            entries.append(DocumentHead(document.file, len(document.sources), is_first=number == 0))
            entries += [SourceEntry(source, source is document.sources[-1]) for source in document.sources]
    return entries


def entry_rows(entry: Entry, width: int, *, is_open: bool) -> Sequence[Line] | HeadedText:
    """The rows of an entry. A passage that is open stands whole below its head."""
    match entry:
        case GroupHead():
            return entry.rows(width)
        case DocumentHead(file, count, is_first):
            head_rows = _with_edge((Span(file, _FILE),), counted(count, "passage"), width)
            return head_rows if is_first else [BLANK, *head_rows]
        case SourceEntry(source, is_last):
            return _source(source, width, is_open=is_open, is_last=is_last)


def _source(source: Source, width: int, *, is_open: bool, is_last: bool) -> Sequence[Line] | HeadedText:
    passage = source.passage
    mark = Span("▾ " if is_open else "▸ ", MUTED)
    numbers = "".join(f"[{number}]" for number in source.numbers[:4])
    score = () if passage.score is None else (f"score {passage.score:.2f}",)
    about = " · ".join((*passage.place, *score))
    before = (mark, *((Span(f"{numbers} ", _NUMBER),) if numbers else ()))
    room = width - width_of((*before, Span(about))) - 2
    title = last_part(passage.heading, room) or _beginning(passage.text)
    head = _with_edge((*before, Span(title)), about, width)
    if not is_open:
        return head
    if passage.text is None or not passage.text.strip():
        rows = [*head, *indented(wrap((Span(NO_TEXT, MUTED),), width - 2), _MARGIN)]
        return rows if is_last else [*rows, BLANK]
    as_markdown = is_markdown(passage.file, passage.text)
    text = passage.text.strip("\n")
    return HeadedText(head, text, width, as_markdown=as_markdown, margin=_MARGIN, ends_blank=not is_last)


def _with_edge(spans: Sequence[Span], about: str, width: int) -> Sequence[Line]:
    """One row, with a few words at its right edge where there is room for both; else those in a row below."""
    *before, title = spans
    room = width - width_of(before) - (width_of((Span(about),)) + 2 if about else 0)
    if room >= min(_LEAST_TITLE, width_of((title,))):
        shown = Span(shortened(title.text, room), title.style)
        return [Line((*before, shown), width_of(before), edge=Span(about, MUTED) if about else None)]
    shown = Span(shortened(title.text, max(2, width - width_of(before))), title.style)
    below = indented([Line((Span(shortened(about, width - 2), MUTED),))], _MARGIN)
    return [Line((*before, shown), width_of(before)), *below]


def _beginning(text: str | None) -> str:
    """The first words of a passage without a heading."""
    return " ".join((text or "").lstrip("#>*- \n")[:200].split()) or "(no text)"
