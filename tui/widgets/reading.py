"""One conversation as it is read, without a widget: all that a view knows of it."""

from collections.abc import Callable
from functools import partial
from time import monotonic

from tui.conversation.transcript import Transcript
from tui.lazy_dataclass import dataclass
from tui.lineview.anchoring import TextAnchor
from tui.lineview.line_view import Position
from tui.lineview.transcript_lines import TranscriptLines, moved
from tui.lineview.viewport import START, Place
from tui.widgets.block_cursor import Block, BlockCursor
from tui.widgets.claim_marks import ClaimMarks
from tui.widgets.copier import TurnCopier
from tui.widgets.finder import Finder
from tui.widgets.target_letters import TargetLetters


@dataclass(frozen=True, slots=True)
class _Left:
    """Where a reader was in a conversation that was let go, by numbers from its first turn on."""

    top: Place
    follows: bool
    block: Block | None


class Reading:
    """Where the reader is in one conversation, and what they find, check, follow and copy in it.

    Each conversation has its own, and a view turns to another one by turning to another reading: what is about a
    conversation lies here, so that it is never taken for something in another one.
    """

    def __init__(self) -> None:
        self.source = TranscriptLines()
        self.position = Position(follows=True)
        self.anchor = TextAnchor()
        self.cursor = BlockCursor(self.source)
        self.marks = ClaimMarks(self.source)
        self.ungrounded: Place | None = None
        """The row with the claim without evidence that was gone to last."""
        self.finder = Finder(self.source)
        self.letters = TargetLetters()
        self.copier = TurnCopier()
        self.told_turn: int | None = None
        """The turn that the view told last that the reader is in it."""
        self.waiting: Callable[[], object] | None = None
        """What is done as soon as no turn is missing at the beginning."""
        self._running_since: float | None = None
        self._left: _Left | None = None

    def leave(self) -> None:
        """The reader turns to another conversation: nothing is found, followed, copied or waited for here any more."""
        self.finder.want("")
        self.letters, self.copier = TargetLetters(), TurnCopier()
        self.told_turn = self.waiting = None
        top = self.position.top
        if not self.position.follows and top.row and top.section < self.source.sections():
            self.anchor.seek(self.source, top)
        self.source.let_go_of_heavy()

    @property
    def is_let_go(self) -> bool:
        """Whether the conversation was let go, and is not back at the reader's place yet."""
        return self._left is not None

    def let_go(self) -> None:
        """Let go of the conversation and of all that is made of it, but not of where the reader is in it."""
        if self._left is None:
            by, at = self.source.transcript.turns_before, self.position
            self._left = _Left(moved(at.top, by), at.follows, _moved(self.cursor.block, by))
            at.top, self.cursor.block, self.ungrounded = START, None, None
            self.marks = ClaimMarks(self.source)
            self.source.show(Transcript())

    def _go_back(self, left: _Left) -> None:
        """Go to where the reader was, if that is there again."""
        before, turns = self.source.transcript.turns_before, len(self.source.transcript)
        section = left.top.section - before
        if section < turns and (section > 0 or not before):
            self._left = None
            self.position.top, self.cursor.block = moved(left.top, -before), _moved(left.block, -before)

    def _has_gone_on(self, left: _Left) -> bool:
        """Whether the reader went elsewhere since the conversation was let go."""
        at = self.position
        return at.follows != left.follows or (not at.follows and at.top != START) or self.cursor.block is not None

    @property
    def seconds(self) -> int:
        """For how long the turn that runs has been seen to run."""
        return int(self.running_for)

    @property
    def running_for(self) -> float:
        """So many seconds the turn that runs has been seen to run; 0 where none runs."""
        return 0 if self._running_since is None else monotonic() - self._running_since

    def show(self, transcript: Transcript) -> int:
        """Show a later state of the conversation, at the same place. By how many sections its turns moved."""
        turns_before = len(self.source.transcript)
        if turns_before and not len(transcript):
            self.let_go()
        if self._left is not None and self._has_gone_on(self._left):
            self._left = None
        by = self.source.show(transcript)
        if not transcript.is_busy:
            self._running_since = None
        elif self._running_since is None or len(transcript) == turns_before + 1:
            self._running_since = monotonic()
        if by:
            self.marks.move(by)
            self.ungrounded = None
            self.position.top = moved(self.position.top, by)
            self.anchor.move(partial(moved, by=by))
            self.cursor.block = _moved(self.cursor.block, by)
        if self._left is not None:
            self._go_back(self._left)
        return by


def _moved(block: Block | None, by: int) -> Block | None:
    return None if block is None else moved(Place(*block, 0), by)[:2]
