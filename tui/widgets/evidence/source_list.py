"""The passages of a turn, by document: folded to a row each, or whole."""

import re
from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual.binding import BindingType

from tui.conversation.evidence import Evidence, Source
from tui.conversation.passages import Passage
from tui.conversation.question_words import question_words
from tui.keys.bound import bound
from tui.lineview.line_view import RowStyle
from tui.lineview.listed_lines import ListedLines
from tui.lineview.palette import Highlight
from tui.lineview.viewport import Place
from tui.rendering.document_text import HeadedText
from tui.rendering.evidence_rows import Entry, SourceEntry, entries_of, entry_rows
from tui.rendering.lines import Line
from tui.widgets.evidence.item_view import ItemView


def marks_of(words: re.Pattern[str] | None, line: Line) -> tuple[Highlight, ...]:
    """The question's words within a row, as ranges of cells."""
    if words is None:
        return ()
    text = line.text
    found = (match.span() for match in words.finditer(text, line.decoration))
    return tuple((cell_len(text[:start]), cell_len(text[:end]), "lines--word") for start, end in found)


class SourceList(ItemView):
    """Lists evidence. What is cited begins open; the words of the question are marked."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"lines--word"}
    BINDINGS: ClassVar[list[BindingType]] = [
        bound("evidence.context", "choose"),
        bound("evidence.fold", "fold"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._entries: Sequence[Entry] = ()
        self._toggled: set[Source] = set()
        self._words: re.Pattern[str] | None = None

    def show_evidence(self, evidence: Evidence) -> None:
        """Show the evidence of a turn, from the first passage on."""
        self._toggled = set()
        self._take(evidence)
        self.list_items(ListedLines(self._entries, self._draw))

    def update_evidence(self, evidence: Evidence) -> None:
        """Show a later state of the same evidence; the cursor and the place stay with their passage."""
        before, top = self.source_at_cursor, self.position.top
        self._take(evidence)
        at = None if before is None else self._number_of(before.passage)
        self.list_items(ListedLines(self._entries, self._draw), at)
        self.go_to(top)

    def _take(self, evidence: Evidence) -> None:
        self._entries, self._words = entries_of(evidence), question_words(evidence.question)

    def _draw(self, entry: Entry, width: int) -> Sequence[Line] | HeadedText:
        return entry_rows(entry, width, is_open=isinstance(entry, SourceEntry) and self._is_open(entry.source))

    def _is_open(self, source: Source) -> bool:
        return source.is_cited != (source in self._toggled)

    def can_be_current(self, number: int) -> bool:
        return isinstance(self._entries[number], SourceEntry)

    @property
    def source_at_cursor(self) -> Source | None:
        """The passage that the keys act on."""
        entry = None if self.current is None else self._entries[self.current]
        return entry.source if isinstance(entry, SourceEntry) else None

    def row_style(self, place: Place, line: Line) -> RowStyle:
        style = super().row_style(place, line)
        if place.row == 0 or not self.can_be_current(place.block):
            return style
        return RowStyle(style.fill, style.has_bar, (*marks_of(self._words, line), *style.marks))

    def go_to_passage(self, passage: Passage) -> None:
        """Put the cursor on a passage, opened, at the top of the screen."""
        number = self._number_of(passage)
        if number is None:
            return
        source = self._source(number)
        if source is not None and not self._is_open(source):
            self._toggle(number, source)
        self._at = number
        begins_document = not self.can_be_current(number - 1)
        self.go_to(Place(0, number - begins_document, 0))
        self.redraw()

    def open_clicked(self, number: int) -> None:
        del number
        self.action_fold()

    def action_fold(self) -> None:
        """Fold the current passage to its row, or open it."""
        source = self.source_at_cursor
        if source is not None and self.current is not None:
            number = self.current
            self._toggle(number, source)
            self.make_current(number, whole=True)

    def next_of_document(self, step: int) -> Passage | None:
        """The next passage of the same document (the previous one: `step` -1), once around."""
        source = self.source_at_cursor
        if source is None or self.current is None:
            return None
        same = [
            number
            for number, entry in enumerate(self._entries)
            if isinstance(entry, SourceEntry) and entry.source.passage.file == source.passage.file
        ]
        following = self._source(same[(same.index(self.current) + step) % len(same)])
        return None if following is None else following.passage

    def _toggle(self, number: int, source: Source) -> None:
        self._toggled ^= {source}
        self._lines.forget(number)

    def _source(self, number: int) -> Source | None:
        entry = self._entries[number]
        return entry.source if isinstance(entry, SourceEntry) else None

    def _number_of(self, passage: Passage) -> int | None:
        """The entry of a passage, by its document and its text."""
        for number, entry in enumerate(self._entries):
            if isinstance(entry, SourceEntry):
                known = entry.source.passage
                if (known.file, known.text) == (passage.file, passage.text):
                    return number
        return None
