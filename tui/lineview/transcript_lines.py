"""A transcript as a source of lines, rendered only where it is looked at.

A section is a turn, and its blocks are its question, its parts and its end, in that order. What an event did not touch
keeps its rows, and a part that only grew is updated in place.
"""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from itertools import groupby
from typing import TYPE_CHECKING, Protocol

from tui.conversation.transcript import Part, Thought, Transcript, Turn
from tui.garbage import look_away
from tui.lazy_dataclass import dataclass
from tui.lineview.running_line import running_lines
from tui.lineview.viewport import Place
from tui.rendering.folding import can_fold, is_apart, is_folded_by_default
from tui.rendering.lines import BLANK, MUTED, Line, Span

if TYPE_CHECKING:
    from tui.rendering.parts import Block

KEPT_TURNS = 200
"""Turns whose blocks stay rendered. The one shown longest ago goes first."""

HEAVY_ROWS = 1_000
"""A block of more rows is drawn anew when one turns to it again: of a megabyte of answer the rows take 10."""

STEPS_SEEN = 50
"""Steps in which long blocks are drawn until their rows are no more looked at by the collector."""


def moved(place: Place, by: int) -> Place:
    """Where a place is found after so many turns were put before the first one."""
    row = max(0, place.row - 1) if place[:2] == (0, 0) else place.row  # a note of two rows went, one to set it off came
    return Place(max(0, place.section + by), place.block, row) if by else place


def earlier_note(count: int) -> Sequence[Line]:
    """The rows that say how many turns are missing at the beginning."""
    words = f"… {count:,} earlier {'turn is' if count == 1 else 'turns are'} loading"
    return (Line((Span(words, MUTED),), decoration=len(words)), BLANK) if count else ()


class Rows(Protocol):
    """The rows of a block, as a sequence."""

    def __len__(self) -> int: ...
    def __getitem__(self, y: int, /) -> Line: ...


@dataclass(slots=True)
class _Drawn:
    """The block of a part, and whether it was drawn folded."""

    block: "Block"
    folded: bool


@dataclass(slots=True)
class _Rendered:
    """A turn's blocks at one width. Each is None until it is looked at."""

    turn: Turn
    parts: list[_Drawn | None]
    question: Sequence[Line] | None = None
    end: Sequence[Line] | None = None
    groups: Mapping[int, range] | None = None
    """The blocks that are in a group, each with all blocks of the group."""

    group_lines: dict[tuple[int, bool], Line] = field(default_factory=dict[tuple[int, bool], Line])
    """By the group's first block, and whether it is open."""

    def kept(self, block: int) -> Rows | None:
        """The rows of a block, if it was looked at."""
        if block == 0:
            return self.question
        if block > len(self.parts):
            return self.end
        drawn = self.parts[block - 1]
        return drawn and drawn.block

    def take(self, turn: Turn) -> Turn:
        """Take a later state of the turn, and keep what is the same in it. The state before."""
        before, self.turn, self.groups = self.turn, turn, None
        self.group_lines.clear()
        if before.question != turn.question:
            self.question = None
        if before.end != turn.end or turn.is_running:
            self.end = None
        self.parts = [*self.parts[: len(turn.parts)], *[None] * (len(turn.parts) - len(self.parts))]
        return before


class TranscriptLines:
    """The `LineSource` of a transcript at a width, with what the reader folded and unfolded."""

    def __init__(self) -> None:
        self.transcript = Transcript()
        self.width = 80
        self._rendered: OrderedDict[int, _Rendered] = OrderedDict()
        self._toggled: set[tuple[int, int]] = set()
        self._open_groups: set[tuple[int, int]] = set()
        self._shows_details = self._shows_thinking = False
        self._index_names: Mapping[str, str] = {}
        self._missing: dict[int, str] = {}
        self._steps = 0
        self._seconds, self._waits_for, self.is_still = 0, "", False
        """Whether the line of a running turn does without what moves."""

    def name_indexes(self, names: Mapping[str, str]) -> None:
        """Call indexes by these names, by their ids, where turns left them out."""
        if names != self._index_names:
            self._index_names = names
            for rendered in self._rendered.values():
                rendered.end = None

    def tell_missing(self, section: int, words: str) -> None:
        """Say at the end of a turn what of its answer stands in no evidence; "" says nothing."""
        self._missing[section] = words
        if section in self._rendered:
            self._rendered[section].end = None

    def show(self, transcript: Transcript) -> int:
        """Show a later state of the conversation, or another one; by how many sections its turns moved: see `moved`."""
        by = self.transcript.turns_before - transcript.turns_before
        self.transcript = transcript
        if by:
            self._missing.clear()
            self._toggled = {(section + by, block) for section, block in self._toggled}
            self._open_groups = {(section + by, block) for section, block in self._open_groups}
            self._rendered = OrderedDict(
                (number + by, each) for number, each in self._rendered.items() if number and by > 0
            )
        for number, rendered in list(self._rendered.items()):
            if not 0 <= number < len(transcript):
                del self._rendered[number]
            elif rendered.turn is not transcript[number]:
                self._update(number, rendered, transcript[number])
        return by

    def resize(self, width: int) -> None:
        """Draw at another width from now on."""
        if width != self.width:
            self.width = width
            self._rendered.clear()

    def sections(self) -> int:
        return len(self.transcript)

    def blocks(self, section: int) -> int:
        return len(self.transcript[section].parts) + 2

    def height(self, section: int, block: int) -> int:
        lines = len(self._rows(section, block))
        return lines + self._gap(section, block) if lines else 0

    def line(self, place: Place) -> Line:
        """The line at a place. A block begins with a blank one where it is set off from the block before it."""
        return next(self.lines((place,)))

    def lines(self, places: Iterable[Place]) -> Iterator[Line]:
        """The lines at these places. What is above a block is looked up once for all of its rows."""
        for (section, block), of_block in groupby(places, lambda place: place[:2]):
            gap, rows = self._gap(section, block), self._rows(section, block)
            yield from (rows[place.row - gap] if place.row >= gap else BLANK for place in of_block)

    def tell_progress(self, seconds: int, waits_for: str) -> None:
        """How long the turn that runs has been running, and what it waits for, "" where that is nothing special."""
        last = len(self.transcript) - 1
        if self.transcript.is_busy and (seconds, waits_for) != (self._seconds, self._waits_for):
            self._seconds, self._waits_for = seconds, waits_for
            if last in self._rendered:
                self._rendered[last].end = None

    def is_note(self, place: Place) -> bool:
        """Whether the row says that turns are missing before the first one."""
        return place < (0, 0, len(earlier_note(self.transcript.turns_before)))

    def part(self, section: int, block: int) -> Part | None:
        """The part that a block draws; None for the question and the end."""
        if section >= len(self.transcript):
            return None
        parts = self.transcript[section].parts
        return parts[block - 1] if 0 < block <= len(parts) else None

    def is_folded(self, section: int, block: int) -> bool:
        part = self.part(section, block)
        if part is None or not can_fold(part):
            return False
        group = self._group(section, block)
        if group is not None and self._is_closed(section, group):
            return True
        is_shown = self._shows_details or (self._shows_thinking and isinstance(part, Thought))
        at_first = is_folded_by_default(part) and not is_shown
        return at_first != ((section, block) in self._toggled)

    def toggle(self, section: int, block: int) -> bool:
        """Fold or unfold one block. False where it cannot be folded.

        The first of a group unfolds the group, then itself, and then folds both.
        """
        part = self.part(section, block)
        if part is None or not can_fold(part):
            return False
        group = self._group(section, block)
        if group is not None and group.start == block:
            is_open = (section, block) in self._open_groups
            if not is_open or not self.is_folded(section, block):
                self._open_groups ^= {(section, block)}
            if not is_open:
                return True
        self._toggled ^= {(section, block)}
        if section in self._rendered:
            self._rendered[section].parts[block - 1] = None
        return True

    def unfold(self, section: int, block: int) -> None:
        """Unfold one block that is folded, and the group that it is in."""
        group = self._group(section, block)
        if group is not None:
            self._open_groups.add((section, group.start))
        self.toggle(section, block)

    def _group(self, section: int, block: int) -> range | None:
        """The blocks of the group that a block is in."""
        rendered = self._of(section)
        if rendered.groups is None:
            from tui.rendering.tool_group import groups_of

            groups = groups_of(rendered.turn.parts)
            rendered.groups = {at + 1: range(group.start + 1, group.stop + 1) for at, group in groups.items()}
        return rendered.groups.get(block)

    def toggle_details(self) -> None:
        """Unfold every block, or fold each as it was at first."""
        self._shows_details = not self._shows_details
        self._toggled.clear()
        self._rendered.clear()

    def toggle_thinking(self) -> None:
        """Unfold all thinking, or fold it as it was at first."""
        self._shows_thinking = not self._shows_thinking
        self._rendered.clear()

    def catch_up(self) -> bool:
        """Go on with blocks too long to be rendered at once. True while there is more to do."""
        behind = [(drawn, part) for drawn, part in self._drawn() if drawn.block.behind]
        for drawn, part in behind:
            drawn.block.update(part)
        self._steps += bool(behind)
        if behind and self._steps % STEPS_SEEN == 0:
            look_away()  # of 50,000 rows of a table a full collection takes a third of a second
        return any(drawn.block.behind for drawn, _ in behind)

    def let_go_of_heavy(self) -> None:
        """Keep no block of very many rows. It is drawn again when it is looked at."""
        for rendered in self._rendered.values():
            rendered.parts = [None if drawn and len(drawn.block) > HEAVY_ROWS else drawn for drawn in rendered.parts]

    @property
    def is_behind(self) -> bool:
        return any(drawn.block.behind for drawn, _ in self._drawn())

    def _drawn(self) -> Iterator[tuple[_Drawn, Part]]:
        for rendered in self._rendered.values():
            for drawn, part in zip(rendered.parts, rendered.turn.parts, strict=True):
                if drawn is not None:
                    yield drawn, part

    def _rows(self, section: int, block: int) -> Rows:
        group = self._group(section, block)
        if group is not None and self._is_closed(section, group):
            return [self._group_line(section, group, is_open=False)] if block == group.start else ()
        rendered = self._of(section)
        drawn = rendered.kept(block)
        rows = self._render(rendered, section, block) if drawn is None else drawn
        if group is not None and block == group.start:
            return [self._group_line(section, group, is_open=True), *(rows[y] for y in range(len(rows)))]
        return rows

    def _group_line(self, section: int, group: range, *, is_open: bool) -> Line:
        from tui.rendering.tool_group import group_line

        kept = self._of(section).group_lines
        if (group.start, is_open) not in kept:
            parts = self.transcript[section].parts[group.start - 1 : group.stop - 1]
            kept[group.start, is_open] = group_line(parts, self.width, is_open=is_open)
        return kept[group.start, is_open]

    def _is_closed(self, section: int, group: range) -> bool:
        return not self._shows_details and (section, group.start) not in self._open_groups

    def _render(self, rendered: _Rendered, section: int, block: int) -> Rows:
        # The first frame needs neither Markdown nor highlighting, and they take as long to load as half of Textual.
        from tui.rendering.parts import block_for, end_lines, question_lines

        turn, width = rendered.turn, self.width
        if block == 0:
            question = question_lines(turn.question, width)
            rendered.question = [*earlier_note(self.transcript.turns_before), *question] if section == 0 else question
            return rendered.question
        if block > len(rendered.parts):
            if turn.is_running:
                rendered.end = running_lines(turn, self._seconds, self._waits_for, width, is_still=self.is_still)
            else:
                rendered.end = end_lines(turn.end, width, self._index_names, self._missing.get(section, ""))
            return rendered.end
        folded = self.is_folded(section, block)
        drawn = rendered.parts[block - 1] = _Drawn(block_for(turn.parts[block - 1], width, folded), folded)
        return drawn.block

    def _of(self, section: int) -> _Rendered:
        rendered = self._rendered.get(section)
        if rendered is None:
            value = self.transcript[section]
            rendered = self._rendered[section] = _Rendered(value, [None] * len(value.parts))
            if len(self._rendered) > KEPT_TURNS:
                self._rendered.popitem(last=False)
        else:
            self._rendered.move_to_end(section)
        return rendered

    def _update(self, number: int, rendered: _Rendered, turn: Turn) -> None:
        before = rendered.take(turn)
        for at, part in enumerate(turn.parts):
            drawn = rendered.parts[at]
            if drawn is None or before.parts[at] is part:
                continue
            if type(before.parts[at]) is type(part) and drawn.folded == self.is_folded(number, at + 1):
                drawn.block.update(part)
            else:
                rendered.parts[at] = None

    def _gap(self, section: int, block: int) -> int:
        """Blank rows before a block that has rows."""
        if block == 0:
            return 1 if section else 0
        before = block - 1
        while before > 0 and not len(self._rows(section, before)):
            before = group.start if (group := self._group(section, before)) else before - 1
        return 1 if is_apart(self.is_folded(section, before), self.is_folded(section, block)) else 0
