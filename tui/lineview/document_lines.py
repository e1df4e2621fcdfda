"""A passage in the text around it as a source of lines: what is read further goes before and behind it."""

from collections.abc import Sequence

from tui.conversation.surroundings import Surroundings
from tui.lineview.viewport import Place
from tui.rendering.document_text import HeadedText, is_markdown
from tui.rendering.lines import BLANK, MUTED, Line, Span, Style
from tui.rendering.wrapping import wrap_text

BEGINNING, END = "The document begins here.", "The document ends here."
LOADING = "Reading on…"
NOT_THERE = (
    "This is quoted as it was found. It does not stand here word for word: the document may have been changed since. "
    "What it has now follows."
)

_NOT_THERE = Style("error")


class DocumentLines:
    """The `LineSource` of a document's stretches, a section each, between a row that tells of either end."""

    def __init__(self, file: str, known: Surroundings) -> None:
        self._as_markdown = is_markdown(file, known.passage)
        self._width = 80
        self._known = known
        self._drawn: dict[str, HeadedText] = {}

    def show(self, known: Surroundings) -> int:
        """Show more of the same document: by how many sections what was known before has moved down."""
        by = len(known.before) - len(self._known.before)
        self._known = known
        return by

    def resize(self, width: int) -> None:
        """Draw at another width from now on."""
        if width != self._width:
            self._width = width
            self._drawn.clear()

    @property
    def passage_section(self) -> int:
        return 1 + len(self._known.before)

    def sections(self) -> int:
        return len(self._stretches) + 2

    def blocks(self, section: int) -> int:
        del section
        return 1

    def height(self, section: int, block: int) -> int:
        del block
        if 0 < section <= len(self._stretches):
            return len(self._rows(section))
        return 2 if section == 0 else 1

    def line(self, place: Place) -> Line:
        if 0 < place.section <= len(self._stretches):
            return self._rows(place.section)[place.row]
        if place.row:
            return BLANK
        known = self._known
        words = (BEGINNING if known.begins else LOADING) if place.section == 0 else END if known.ends else LOADING
        return Line((Span(words, MUTED),), decoration=len(words))

    @property
    def is_behind(self) -> bool:
        """Whether a stretch is so long that not all of it is drawn."""
        return any(rows.behind for rows in self._drawn.values())

    def catch_up(self) -> None:
        """Go on with the stretches that are so long."""
        for rows in self._drawn.values():
            if rows.behind:
                rows.go_on()

    @property
    def _stretches(self) -> Sequence[str]:
        return (*self._known.before, self._known.passage, *self._known.after)

    def _rows(self, section: int) -> HeadedText:
        text = self._stretches[section - 1]
        rows = self._drawn.get(text)
        if rows is None:
            is_doubtful = section == self.passage_section and not self._known.is_there
            head = (*wrap_text(NOT_THERE, self._width, _NOT_THERE), BLANK) if is_doubtful else ()
            body = text.strip("\n")
            rows = self._drawn[text] = HeadedText(head, body, self._width, as_markdown=self._as_markdown)
        return rows
