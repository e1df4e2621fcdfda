"""A transcript view that underlines claims which stand in no evidence, and walks from one to the next."""

from functools import partial
from typing import ClassVar

from textual import work
from textual.binding import BindingType
from textual.message import Message
from textual.reactive import var

from tui.cooperative import LONG_PAUSE_SECONDS, PAUSE_SECONDS, run_in_slices
from tui.keys.bound import bound
from tui.lazy_dataclass import dataclass
from tui.lineview.line_view import RowStyle
from tui.lineview.viewport import Place, move
from tui.rendering.lines import Line
from tui.widgets.claim_marks import MARK
from tui.widgets.reading import Reading
from tui.widgets.transcript_view import TranscriptView

ROWS_AROUND = 3
"""Rows that are shown before and after one that was found."""


TOO_MUCH = "The tool results of this session are too long to be checked, so it is not known which claims stand in none."


def _is_ahead(here: Place, step: int, place: Place) -> bool:
    return place > here if step > 0 else place < here


def _anywhere(_: Place) -> bool:
    return True


class GroundedView(TranscriptView):
    """Checks the turns that are on the screen about once a second, in slices between frames."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {MARK}
    BINDINGS: ClassVar[list[BindingType]] = [
        bound("conversation.next_claim", "next_ungrounded", show=False),
        bound("conversation.previous_claim", "previous_ungrounded", show=False),
    ]

    @dataclass
    class GroundingTold(Message):
        """What the walk through claims without evidence has to say."""

        words: str

    checks_grounding: var[bool] = var(True, init=False)
    """Whether claims are checked at all."""

    def watch_checks_grounding(self) -> None:
        if self.is_mounted:
            self.redraw()

    def _tick(self) -> None:
        super()._tick()
        reading, shown = self._reading, sorted({place.section for place in self.places})
        is_whole = not self.transcript.turns_before  # else it is not known yet what stands nowhere
        may_check = self.checks_grounding and is_whole and not reading.marks.is_checking
        if may_check and reading.marks.is_behind(shown):
            self._check(reading, shown)

    @work(group="grounding")
    async def _check(self, reading: Reading, turns: list[int]) -> None:
        await self._checked(reading, turns, LONG_PAUSE_SECONDS)

    async def _checked(self, reading: Reading, turns: list[int], pause: float = PAUSE_SECONDS) -> None:
        reading.marks.is_checking = True
        try:
            await run_in_slices(reading.marks.checking(turns), pause)
        finally:
            reading.marks.is_checking = False
        self.redraw()

    def row_style(self, place: Place, line: Line) -> RowStyle:
        style = super().row_style(place, line)
        marks = self._reading.marks.in_row(place, line)
        return style._replace(marks=(*marks, *style.marks)) if marks and self.checks_grounding else style

    def action_next_ungrounded(self) -> None:
        """Go to the next claim that stands in no evidence, once around."""
        self._begin_walk(1)

    def action_previous_ungrounded(self) -> None:
        """Go to the one before."""
        self._begin_walk(-1)

    def _begin_walk(self, step: int) -> None:
        if not self.checks_grounding:
            self.post_message(self.GroundingTold("Claims are not checked: the setting grounding is off."))
        elif self.places and not self._reading.marks.is_checking:
            self.when_whole(lambda: self._walk(self._reading, step))

    @work(exclusive=True, group="walk")
    async def _walk(self, reading: Reading, step: int) -> None:
        """Check turn by turn from the cursor's on, until there is one with such a claim behind the cursor."""
        here = reading.ungrounded or self.places[0]._replace(row=self.places[0].row - 1)
        turns = len(reading.source.transcript)
        for offset in range(turns + 1):
            turn = (here.section + step * offset) % turns
            if reading.marks.is_behind([turn]):
                await self._checked(reading, [turn])
            is_wanted = _anywhere if offset else partial(_is_ahead, here, step)
            found = await run_in_slices(reading.marks.finding(turn, is_wanted, backwards=step < 0))
            if reading is not self._reading:
                return
            if found is not None:
                self._show_ungrounded(reading, found)
                return
        all_stand = "Every figure, date, quotation and name stands in the evidence."
        self.post_message(self.GroundingTold(all_stand if reading.marks.can_tell else TOO_MUCH))

    def _show_ungrounded(self, reading: Reading, place: Place) -> None:
        source = reading.source
        reading.ungrounded, reading.cursor.block = place, place[:2]
        self.position.follows = False
        self.redraw()
        self.bring_into_sight(move(source, place, -ROWS_AROUND), move(source, place, ROWS_AROUND))
        self.redraw()
        line = source.line(place)
        said = [line.text[start:end] for start, end, _ in reading.marks.ranges(place, line)]
        self.post_message(self.GroundingTold(f"Not in the evidence: {' · '.join(said)}"))
