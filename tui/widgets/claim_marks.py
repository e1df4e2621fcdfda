"""Which claims of a conversation's answers stand in no evidence, and where they are on the screen."""

import re
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

from tui.conversation.transcript import Answer
from tui.lineview.palette import Highlight
from tui.lineview.transcript_lines import TranscriptLines
from tui.lineview.viewport import Place
from tui.rendering.lines import Line

if TYPE_CHECKING:
    from tui.conversation.grounding.checking import GroundingCheck
    from tui.conversation.grounding.claims import Claim

ROWS_JOINED = 40
"""At most so many rows before and after one belong to the same paragraph: a claim may be wrapped."""

MAX_MARKED = 100
"""At most so many different claims of a turn are underlined: where hardly anything has evidence, the number says it."""

KEPT_ROWS = 400
MARK = "lines--ungrounded"


class ClaimMarks:
    """The check of one conversation, and the marks that it makes. `is_checking` while somebody runs it."""

    def __init__(self, source: TranscriptLines) -> None:
        self._source = source
        self.is_checking = False
        self._check: GroundingCheck | None = None
        self._patterns: dict[int, tuple[Sequence[Claim], re.Pattern[str]]] = {}
        self._rows: dict[Place, tuple[Line, Sequence[Highlight]]] = {}
        self._paragraph: _Paragraph | None = None

    def move(self, by: int) -> None:
        """So many turns were put before the first one."""
        if self._check is not None:
            self._check.move(by)
        self._patterns.clear()
        self._rows.clear()

    @property
    def can_tell(self) -> bool:
        """Whether it is known of the claims that were checked which stand nowhere."""
        return self._check is None or self._check.can_tell

    def is_behind(self, turns: Iterable[int]) -> bool:
        """Whether some of these turns are to be checked (again)."""
        return self._check is None or self._check.is_behind(self._source.transcript, turns)

    def checking(self, turns: Sequence[int]) -> Generator[None, None, None]:
        """Check these turns in small steps, and have the source tell what is missing."""
        # Loaded here, because the first frame checks nothing.
        from tui.conversation.grounding.checking import GroundingCheck, told

        if self._check is None:
            self._check = GroundingCheck()
        check = self._check
        yield from check.checking(lambda: self._source.transcript, turns)
        for turn in turns:
            claims = check.missing(turn)
            known = self._patterns.get(turn)
            if claims != (known[0] if known else []):
                self._rows.clear()
                self._patterns.pop(turn, None)
                if claims:
                    self._patterns[turn] = claims, _pattern(claims)
                self._source.tell_missing(turn, told(claims))

    def in_row(self, place: Place, line: Line) -> Sequence[Highlight]:
        """The claims in a row that stand in no evidence, as ranges of its cells."""
        if place.section not in self._patterns:
            return ()
        kept = self._rows.get(place)
        if kept is None or kept[0] is not line:
            if len(self._rows) > KEPT_ROWS:
                self._rows.clear()
            kept = self._rows[place] = line, list(self._found(place, line))
        return kept[1]

    def finding(
        self, turn: int, is_wanted: Callable[[Place], bool], *, backwards: bool = False
    ) -> Generator[None, None, Place | None]:
        """The first row of a turn that is wanted and in which such a claim begins, in steps of one row.

        It is the generator's return value: None where there is no such row. `backwards`: the last one.
        """
        way = -1 if backwards else 1
        blocks = range(1, len(self._source.transcript[turn].parts) + 1) if turn in self._patterns else ()
        for block in blocks[::way]:
            for row in range(self._source.height(turn, block))[::way]:
                place = Place(turn, block, row)
                if is_wanted(place) and self._begins_in(place):
                    return place
                yield
        return None

    def _begins_in(self, place: Place) -> bool:
        """Whether a claim begins in a row, if the row is still there."""
        if place.section >= len(self._source.transcript) or place.row >= self._source.height(*place[:2]):
            return False
        return any(not goes_on for *_, goes_on in self.ranges(place, self._source.line(place)))

    def _found(self, place: Place, line: Line) -> Iterator[Highlight]:
        for start, end, _ in self.ranges(place, line):
            yield cell_len(line.text[:start]), cell_len(line.text[:end]), MARK

    def ranges(self, place: Place, line: Line) -> Iterator[tuple[int, int, bool]]:
        """Where the claims are in a row, and whether each goes on from the row before."""
        if place.section not in self._patterns or not isinstance(self._source.part(*place[:2]), Answer):
            return
        if self._paragraph is None or not self._paragraph.has(place, line):
            self._paragraph = _paragraph(self._source, place, line)
        begin = self._paragraph.begins[place.row - self._paragraph.first.row]
        end = begin + len(line.written)
        for match in self._patterns[place.section][1].finditer(self._paragraph.text):
            if match.start() < end and match.end() > begin:
                start = max(0, match.start() - begin) + line.decoration
                yield start, min(match.end(), end) - begin + line.decoration, match.start() < begin


class _Paragraph(NamedTuple):
    """Rows of which each goes on where the one before ends, as one text; and where in it each of them begins."""

    first: Place
    lines: list[Line]
    text: str
    begins: list[int]

    def has(self, place: Place, line: Line) -> bool:
        """Whether this is all of a row's paragraph. Of a long one it may lack what is far from the row."""
        at = place.row - self.first.row
        is_near = self.first[:2] == place[:2] and 0 <= at < len(self.lines) <= ROWS_JOINED
        return is_near and self.lines[at] is line


def _paragraph(source: TranscriptLines, place: Place, line: Line) -> _Paragraph:
    """The paragraph of a row, or what of it is near the row."""
    lines, first = [line], place.row
    while lines[0].continues is not None and first > 0 and place.row - first < ROWS_JOINED:
        first -= 1
        lines.insert(0, source.line(place._replace(row=first)))
    height = source.height(*place[:2])
    for row in range(place.row + 1, min(height, place.row + ROWS_JOINED)):
        below = source.line(place._replace(row=row))
        if below.continues is None:
            break
        lines.append(below)
    text, begins = "", list[int]()
    for at, each in enumerate(lines):
        text += each.joint if at else ""
        begins.append(len(text))
        text += each.written
    return _Paragraph(place._replace(row=first), lines, text, begins)


def _pattern(claims: "Sequence[Claim]") -> re.Pattern[str]:
    """Finds the claims as they are shown: white space may be any, and what was left out of them is something."""
    from tui.conversation.grounding.prose import HOLE

    texts = dict.fromkeys(claim.text.strip(f" {HOLE}") for claim in claims)
    marked = list(texts)[:MAX_MARKED]
    shown = (r"\s+".join(".{0,40}?".join(map(re.escape, word.split(HOLE))) for word in text.split()) for text in marked)
    return re.compile(rf"(?<!\w)(?:{'|'.join(sorted(shown, key=len, reverse=True))})(?!\w)")
