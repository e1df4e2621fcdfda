"""The claims of a conversation's answers that stand in none of its tool results and questions."""

from array import array
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import field
from typing import TypeAlias

from tui.api.models import Stop
from tui.conversation.grounding.claims import Claim, claims_in
from tui.conversation.grounding.evidence import EvidenceIndex
from tui.conversation.grounding.prose import ProseReader
from tui.conversation.transcript import Answer, Returned, ToolUse, Transcript, Turn
from tui.lazy_dataclass import dataclass

_WORDS = {
    "figure": ("figure", "figures"),
    "date": ("date", "dates"),
    "quotation": ("quotation", "quotations"),
    "name": ("name", "names"),
}


CHECKED_CHARS = 100_000
"""Characters of an answer that are checked: as many as a long paper has."""


@dataclass(slots=True)
class _CheckedAnswer:
    """How far an answer was read, and which of its claims were found nowhere so far."""

    reader: ProseReader = field(default_factory=ProseReader)
    answer: Answer | None = None
    missing: list[Claim] = field(default_factory=list[Claim])


_State: TypeAlias = Turn | int
"""What tells a turn from a later state of it. A turn that is over is told by a number, without holding its texts."""


def _state(turn: Turn) -> _State:
    end = turn.end
    if not isinstance(end, Stop):
        return turn
    return hash((turn.question, end.is_error, end.error, end.usage, tuple(end.skipped_index_ids), len(turn.parts)))


def _is(state: _State, turn: Turn) -> bool:
    return state is turn or (isinstance(state, int) and state == _state(turn))


class _SeenTurns:
    """In which state turns were seen. One that is over takes eight bytes: a conversation may have many of them."""

    def __init__(self) -> None:
        self._over = array("q")
        self._open: dict[int, Turn] = {}

    def has(self, number: int, turn: Turn) -> bool:
        """Whether a turn was seen as it is now."""
        is_over = number < len(self._over) and self._over[number] == _state(turn)
        return is_over or self._open.get(number) is turn

    def add(self, number: int, turn: Turn) -> None:
        """Note that a turn was seen."""
        match _state(turn):
            case int(state):
                self._open.pop(number, None)
                self._over.frombytes(bytes(self._over.itemsize * max(0, number + 1 - len(self._over))))
                self._over[number] = state
            case turn:
                self._open[number] = turn

    def move(self, by: int) -> None:
        """So many turns were put before the first one; or, where it is a negative number, taken away there."""
        self._over = array("q", bytes(self._over.itemsize * max(0, by))) + self._over[max(0, -by) :]
        self._open = {number + by: turn for number, turn in self._open.items()}


@dataclass(slots=True)
class _CheckedTurn:
    """A turn as it was checked last, against which version of the evidence."""

    state: "_State"
    version: int = -1
    answers: dict[int, _CheckedAnswer] = field(default_factory=dict[int, _CheckedAnswer])


class GroundingCheck:
    """Checks the turns of one conversation that are asked for. What is known of them is kept while it grows."""

    def __init__(self) -> None:
        self._evidence = EvidenceIndex()
        self._indexed = _SeenTurns()
        self._unchanging: tuple[object, int] = (None, 0)
        self._indexed_from = 0
        """From this one on all turns are indexed that cannot change."""
        self._results: dict[int, Returned] = {}
        self._checked: dict[int, _CheckedTurn] = {}

    def is_behind(self, transcript: Transcript, turns: Iterable[int]) -> bool:
        """Whether some of these turns are not checked as they are now."""
        return any(not self._is_checked(transcript, number) for number in turns)

    def _is_checked(self, transcript: Transcript, number: int) -> bool:
        checked = self._checked.get(number)
        return (
            checked is not None and checked.version == self._evidence.version and _is(checked.state, transcript[number])
        )

    def checking(self, current: Callable[[], Transcript], turns: Iterable[int]) -> Generator[None, None, None]:
        """Check these turns, in small steps. Nothing is told of a turn before it is checked against all there is.

        `current` gives the conversation as it is now: to hold one all the time would hold it in memory.
        """
        for number in turns:
            if number >= len(current()):
                continue
            turn = current()[number]
            yield from self._indexing(number, turn)
            answers = yield from self._reading(number, turn)
            if any(answer.missing for answer in answers.values()):
                yield from self._indexing_all(current)
            before = self._checked.get(number)
            if before is None or before.version != self._evidence.version:
                yield from self._look_again(answers.values())
            self._checked[number] = _CheckedTurn(_state(turn), self._evidence.version, answers)

    def _indexing_all(self, current: Callable[[], Transcript]) -> Generator[None, None, None]:
        """Index all turns, the last ones first. One that cannot have changed since is not even read again."""
        number = len(current())
        while number := self._end_of_unindexed(current(), number):
            number -= 1
            yield from self._indexing(number, current()[number])
            if number + 1 == self._indexed_from:
                self._indexed_from = number
            yield

    def _end_of_unindexed(self, transcript: Transcript, end: int) -> int:
        """The number after the last turn before this end that may have to be indexed; 0 where there is none."""
        if transcript.unchanging != self._unchanging:
            self._unchanging = transcript.unchanging
            self._indexed_from = self._unchanging[1]
        if self._indexed_from < end <= self._unchanging[1]:
            return self._indexed_from
        return min(end, len(transcript))

    def _look_again(self, answers: Iterable[_CheckedAnswer]) -> Generator[None, None, None]:
        """Leave out what more evidence supports by now."""
        for answer in answers:
            missing: list[Claim] = []
            for claim in answer.missing:
                if not self._evidence.supports(claim):
                    missing.append(claim)
                yield
            answer.missing = missing

    @property
    def can_tell(self) -> bool:
        """Whether it is known what stands nowhere: of more evidence than is indexed it is not."""
        return self._evidence.is_whole

    def missing(self, number: int) -> Sequence[Claim]:
        """The claims of a turn that stand nowhere, in their order; none where it was not checked yet."""
        checked = self._checked.get(number) if self.can_tell else None
        return [] if checked is None else [claim for at in checked.answers.values() for claim in at.missing]

    def move(self, by: int) -> None:
        """So many turns were put before the first one."""
        self._indexed.move(by)
        self._checked = {number + by: turn for number, turn in self._checked.items()}

    def _indexing(self, number: int, turn: Turn) -> Generator[None, None, None]:
        if self._indexed.has(number, turn):
            return
        if turn.question:
            yield from self._evidence.adding(turn.question)
        for part in turn.parts:
            returned = part.returned if isinstance(part, ToolUse) else None
            if returned is not None and id(returned) not in self._results:
                self._results[id(returned)] = returned
                yield from self._evidence.adding(returned.value)
        self._indexed.add(number, turn)
        if isinstance(turn.end, Stop):
            for part in turn.parts:
                self._results.pop(id(part.returned) if isinstance(part, ToolUse) else 0, None)

    def _reading(self, number: int, turn: Turn) -> Generator[None, None, dict[int, _CheckedAnswer]]:
        """The turn's answers by their places among its parts, with the claims that were not found before."""
        before = self._checked.get(number)
        answers: dict[int, _CheckedAnswer] = {}
        for at, part in enumerate(turn.parts):
            if not isinstance(part, Answer):
                continue
            answer = before.answers.get(at) if before else None
            if answer is None or (answer.answer is not part and _is_final(answer)):
                answer = _CheckedAnswer()
            if answer.answer is not part:
                text = part.text[:CHECKED_CHARS]
                units = answer.reader.read(text, part.settled)
                if units is None:
                    answer = _CheckedAnswer()
                    units = answer.reader.read(text, part.settled) or ()
                answer.answer = part
                for unit in units:
                    found = claims_in(unit)
                    answer.missing += [claim for claim in found if not self._evidence.supports(claim)]
                    yield
            answers[at] = answer
        return answers


def _is_final(answer: _CheckedAnswer) -> bool:
    return answer.answer is not None and answer.answer.settled


def told(missing: Sequence[Claim]) -> str:
    """How many claims of which kinds are missing, as a sentence; "" where none is."""
    counts = {kind: sum(claim.kind == kind for claim in missing) for kind in _WORDS}
    said = [f"{count} {_WORDS[kind][count > 1]}" for kind, count in counts.items() if count]
    if not said:
        return ""
    listed = said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"
    return f"{listed} {'is' if sum(counts.values()) == 1 else 'are'} not in the evidence"
