"""A passage in the text around it, which is read on as one scrolls to either end."""

import re
from typing import ClassVar

from textual.message import Message

from tui.conversation.surroundings import Surroundings
from tui.lazy_dataclass import dataclass
from tui.lineview.document_lines import DocumentLines
from tui.lineview.line_view import Position, RowStyle
from tui.lineview.selectable_view import SelectableLineView
from tui.lineview.text_lines import TextLines
from tui.lineview.viewport import Place, move
from tui.rendering.lines import BLANK, Line
from tui.widgets.evidence.source_list import marks_of

ROWS_ABOVE = 4
"""Rows of what comes before that are shown above a passage at first."""


class DocumentView(SelectableLineView):
    """Shows a document around a passage, which is marked at its left."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"lines--word"}

    @dataclass
    class MoreRequested(Message):
        """The reader is near the end, or the beginning, of what is known of the document."""

        before: bool

    def __init__(self) -> None:
        super().__init__(TextLines(""))
        self._lines: DocumentLines | None = None
        self._known: Surroundings | None = None
        self._words: re.Pattern[str] | None = None
        self._asked: Surroundings | None = None
        self._is_placed = False

    def show_document(self, file: str, known: Surroundings, words: re.Pattern[str] | None) -> None:
        """Show a passage, with a few rows of what comes before it."""
        self._lines, self._known, self._words = DocumentLines(file, known), known, words
        self._is_placed = False
        self.show_source(self._lines, Position())

    def read_on(self, known: Surroundings) -> None:
        """Show more of the document, at the same place."""
        if self._lines is None:
            return
        self._known = known
        by = self._lines.show(known)
        top = self.position.top
        if by:
            self.position.top = Place(top.section + by, 0, top.row) if top.section else Place(1 + by, 0, 0)
        self.position.follows = False
        self.redraw()

    def prepare(self, width: int) -> None:
        if self._lines is not None:
            self._lines.resize(width)
            if not self._is_placed:
                self._is_placed = True
                passage = Place(self._lines.passage_section, 0, 0)
                self.position.top = move(self._lines, passage, -ROWS_ABOVE)

    def conclude(self) -> None:
        if self._lines is not None and self._lines.is_behind:
            self.catch_up_soon(self._lines.catch_up)

    def row_style(self, place: Place, line: Line) -> RowStyle:
        is_passage = self._lines is not None and place.section == self._lines.passage_section and line is not BLANK
        marks = (*marks_of(self._words, line), *self.selection_marks(place))
        return RowStyle("text", is_passage, marks)

    def redraw(self, *, everything: bool = False) -> None:
        super().redraw(everything=everything)
        self._ask_for_more()

    def _ask_for_more(self) -> None:
        """Ask once for what comes next where an end of what is known is on the screen."""
        known = self._known
        if known is None or not self.places or known is self._asked:
            return
        is_at_top = self.places[0].section == 0 and not known.begins
        is_at_end = self.places[-1].section == len(known.before) + len(known.after) + 2 and not known.ends
        if is_at_top or is_at_end:
            self._asked = known
            self.post_message(self.MoreRequested(before=is_at_top))
