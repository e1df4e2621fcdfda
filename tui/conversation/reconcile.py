"""What became of a turn that broke off: decided from what was sent, what had arrived, and the session as it is now.

The server keeps the turn, so a question is never sent again to find out; the session is polled instead, with growing
pauses. Only what the server shows is claimed; what it does not show stays unknown, and is said so.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from itertools import islice
from typing import NamedTuple, TypeAlias, assert_never

from tui.api.models import (
    Event,
    Stop,
    Text,
    TextDelta,
    Thinking,
    ThinkingDelta,
    ToolCall,
    ToolResult,
    Unknown,
    UserInput,
)
from tui.conversation.transcript import Answer, Broken, Thought, Transcript, Turn
from tui.conversation.transcript_builder import coalesce, replay
from tui.lazy_dataclass import dataclass

PAUSE_SECONDS = (2.0, 5.0, 15.0, 30.0, 60.0)
"""Seconds from one poll of the session to the next, while nothing new is found; the first poll is at once."""

UNKNOWN_COUNT = -1
"""In place of a count of questions where the session was not seen before the question was sent."""

WATCH_TIMEOUT = 600.0
"""Seconds after which a turn is polled no longer, even while it grows."""


class Pauses(NamedTuple):
    """Seconds from one poll to the next, which end the polling when they are used up."""

    absent: Sequence[float] = PAUSE_SECONDS
    """As long as the question is not there."""

    without_end: Sequence[float] = PAUSE_SECONDS
    """As long as its turn has no end, and nothing is added to it."""


USUAL_PAUSES = Pauses()
ENDED_PAUSES = Pauses((1.0,), (1.0,))
"""Where the server that ran the turn ended with its app: what it still wrote down is there by then, because the local
server takes less than a second to end."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A question that may have been sent, and the events that arrived.

    `questions_before` is as `known_questions` counts, or `UNKNOWN_COUNT`.
    """

    prompt: str
    questions_before: int
    received: Sequence[Event] = ()


@dataclass(frozen=True, slots=True)
class Polls:
    """The polls of a session so far."""

    in_vain: int = 0
    """How many in a row brought nothing new."""

    seconds: float = 0.0
    """Seconds from the first one to the next one."""

    events: int = -1
    """Events of the turn at the last one; -1 where the turn was not there."""


@dataclass(frozen=True, slots=True)
class Amendment:
    """What is to be read in a session's history in place of its events from `begin` up to `end`.

    It is the turn as the server has it, with what had arrived here and the server does not have: such text is never
    thrown away.
    """

    begin: int
    end: int
    events: Sequence[Event]

    def applied_to(self, history: Iterable[Event]) -> Iterator[Event]:
        """The history with it."""
        events = iter(history)
        yield from islice(events, self.begin)
        yield from self.events
        yield from islice(events, self.end - self.begin, None)


@dataclass(frozen=True, slots=True)
class Finished:
    """The turn has its end. `news` counts the server's events that say what had not arrived here."""

    amendment: Amendment
    news: int


@dataclass(frozen=True, slots=True)
class StillRunning:
    """The question is there and its turn has no end yet. Poll again `after` so many seconds."""

    amendment: Amendment
    after: float
    polls: Polls


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The turn has no end, and none is to be expected: nothing was added for long, or the next question follows."""

    amendment: Amendment


@dataclass(frozen=True, slots=True)
class PollAgain:
    """The question is not there yet. Poll again `after` so many seconds."""

    after: float
    polls: Polls


@dataclass(frozen=True, slots=True)
class NotConfirmed:
    """The question is not there at the last poll. Only the user may send it again: it may still be on its way."""


@dataclass(frozen=True, slots=True)
class SessionGone:
    """There is no such session any more. What is here is the only copy."""


Verdict: TypeAlias = Finished | StillRunning | Interrupted | PollAgain | NotConfirmed | SessionGone


def known_questions(transcript: Transcript) -> int:
    """How many questions the server is known to have: all but those that broke off without a word from it.

    Turns that are not known yet have each a question.

    Questions are counted and not events, because the events of a stream are not those of the stored history.
    """
    turns = transcript.headings()
    return transcript.turns_before + sum(turn.question is not None and not _without_a_word(turn) for turn in turns)


@dataclass(slots=True)
class _Place:
    """Where a question stands in a history, and what follows it up to the next question, if there is one."""

    number: int
    turn: list[Event] = field(default_factory=list[Event])
    is_last: bool = True


class QuestionSearch:
    """Looks for a question in a session's history, of which it holds nothing but the question's turn.

    It is the first with this text after as many questions as there were before. Where that is not known, it is the last
    one, though it may be one of old.
    """

    def __init__(self, sent: Sent) -> None:
        self._sent = sent
        self._events = 0
        self._questions = 0
        self._is_in_turn = False
        self._place: _Place | None = None

    def add(self, events: Iterable[Event]) -> None:
        """Look through more events, oldest first."""
        for event in events:
            if isinstance(event, UserInput):
                self._look_at(event.content)
            elif self._is_in_turn and self._place is not None:
                self._place.turn.append(event)
            self._events += 1

    def _look_at(self, question: str) -> None:
        before = self._sent.questions_before
        is_awaited = before == UNKNOWN_COUNT or (self._place is None and self._questions >= before)
        self._is_in_turn = is_awaited and question.strip() == self._sent.prompt.strip()
        if self._is_in_turn:
            self._place = _Place(self._events)
        elif self._place is not None:
            self._place.is_last = False
        self._questions += 1

    def found(self, *, was_there: bool) -> _Place | None:
        """Where the question stands, in the whole history.

        An equal question that may be one of old is this one if an event of its turn arrived here, if it was there at an
        earlier poll, or if its turn has no end yet.
        """
        place = self._place
        if place is None or self._sent.questions_before != UNKNOWN_COUNT:
            return place
        is_open = place.is_last and not any(isinstance(event, Stop) for event in place.turn)
        return place if self._sent.received or was_there or is_open else None

    def behind_all(self) -> Amendment:
        """The question behind the whole history, with what arrived."""
        turn = [UserInput(self._sent.prompt), *_without_questions(self._sent.received)]
        return Amendment(self._events, self._events, turn)


def reconcile(sent: Sent, search: QuestionSearch | None, polls: Polls, pauses: Pauses = USUAL_PAUSES) -> Verdict:
    """What one more poll says. `search` has looked through the session's whole history; None: there is no such session.

    `polls` is `Polls()` at the first one, and after that what the last verdict carried.
    """
    if search is None:
        return SessionGone()
    ended_here = any(isinstance(event, Stop) for event in sent.received)
    place = search.found(was_there=polls.events >= 0)
    if place is None:
        behind = search.behind_all()
        return Finished(behind, 0) if ended_here else _not_there(sent, behind, polls, pauses.absent)
    turn, received = place.turn, _without_questions(sent.received)
    begin = place.number + 1
    whole = Amendment(begin, begin + len(turn), _joined(turn, received))
    if ended_here or any(isinstance(event, Stop) for event in turn):
        return Finished(whole, _news(turn, received))
    if not place.is_last:
        return Interrupted(whole)
    grown = len(turn) > polls.events
    in_vain = 0 if grown else polls.in_vain
    if in_vain >= len(pauses.without_end) or polls.seconds >= WATCH_TIMEOUT:
        return Interrupted(whole)
    pause = pauses.without_end[in_vain]
    return StillRunning(whole, pause, Polls(in_vain + 1, polls.seconds + pause, len(turn)))


def _not_there(sent: Sent, behind: Amendment, polls: Polls, absent_pauses: Sequence[float]) -> Verdict:
    if polls.in_vain < len(absent_pauses):
        pause = absent_pauses[polls.in_vain]
        return PollAgain(pause, Polls(polls.in_vain + 1, polls.seconds + pause))
    return Interrupted(behind) if sent.received else NotConfirmed()


def _without_questions(received: Sequence[Event]) -> list[Event]:
    return [event for event in received if not isinstance(event, UserInput)]


class _Said(NamedTuple):
    """What events say, whichever way they are cut: the texts, and what else there is, by its identity."""

    thought: str
    answer: str
    others: Mapping[tuple[str, ...], Event]

    def covers(self, other: "_Said") -> bool:
        return (
            other.thought.strip() in self.thought
            and other.answer.strip() in self.answer
            and other.others.keys() <= self.others.keys()
        )


def _joined(turn: Sequence[Event], received: Sequence[Event]) -> list[Event]:
    """The turn as the server has it, unless more arrived here; both, where neither has all that the other says."""
    there, here = _said(turn), _said(received)
    stops = [event for event in turn if isinstance(event, Stop)] or [e for e in received if isinstance(e, Stop)]
    if there.covers(here):
        return [*_without_stops(turn), *stops]
    if here.covers(there):
        return [*_without_stops(received), *stops]
    kept: list[Event] = []
    if here.thought.strip() not in there.thought:
        kept.append(Thinking(here.thought))
    if here.answer.strip() not in there.answer:
        kept.append(Text(here.answer))
    kept += [event for identity, event in here.others.items() if identity not in there.others]
    return [*kept, *_without_stops(turn), *stops]


def _without_stops(events: Sequence[Event]) -> list[Event]:
    return [event for event in events if not isinstance(event, Stop)]


def _news(turn: Sequence[Event], received: Sequence[Event]) -> int:
    """How many of the server's events say what had not arrived. A run of deltas counts once."""
    here = _said(received)
    return sum(not here.covers(_said([event])) for event in coalesce(turn))


def _said(events: Sequence[Event]) -> _Said:
    parts = [part for turn in replay(events) for part in turn.parts]
    others: dict[tuple[str, ...], Event] = {}
    for event in events:
        match event:
            case ThinkingDelta() | Thinking() | TextDelta() | Text():
                pass  # Their texts are those of the parts, where a whole block has replaced its deltas.
            case UserInput() | Stop():
                pass
            case ToolCall(call_id):
                others["call", call_id] = event
            case ToolResult(call_id):
                others["result", call_id] = event
            case Unknown():
                others["unknown", repr(event)] = event
            case _:
                assert_never(event)
    return _Said(
        "".join(part.text for part in parts if isinstance(part, Thought)),
        "".join(part.text for part in parts if isinstance(part, Answer)),
        others,
    )


def _without_a_word(turn: Turn) -> bool:
    return turn.asked_here and isinstance(turn.end, Broken) and not turn.parts
