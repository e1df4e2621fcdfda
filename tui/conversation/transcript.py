"""A conversation as a value. `tui.conversation.transcript_builder` makes it of events.

Values are frozen, and whatever an event does not touch stays the same object, so that whoever draws can skip it by
identity. What is busy, how a turn ended and what it cost is read from the value.
"""

from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from typing import TYPE_CHECKING, TypeAlias

from tui.api.models import (
    ImageAttachment,
    Stop,
)
from tui.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from tui.conversation.past_turns import PastTurns

KEPT_CONVERSATIONS = 12
"""Conversations that stay in memory besides those that are needed: more than a reader goes to and fro between.

A conversation takes from some kilobytes to some ten megabytes, and a program may run for weeks. Any other one is opened
again as it was at first, out of the store and from the server.
"""


@dataclass(frozen=True, slots=True)
class Thought:
    """A block of reasoning. While `settled` is false it may still grow, or be replaced by its complete form.

    `seconds` is how long it took, where that was measured as it came: no history tells it.
    """

    text: str
    settled: bool = True
    seconds: float | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """A block of the answer, in Markdown. While `settled` is false it may still grow, or be replaced."""

    text: str
    settled: bool = True


@dataclass(frozen=True, slots=True)
class Returned:
    """What a tool gave back: any JSON value, and where the page's picture is if there is one."""

    value: object
    image: ImageAttachment | None = None


@dataclass(frozen=True, slots=True)
class ToolUse:
    """A tool call joined with its result. Either may be missing: `arguments` is None while only the result is known.

    `is_over` marks a call whose turn ended before its result came.
    """

    call_id: str
    name: str
    arguments: Mapping[str, object] | None = None
    returned: Returned | None = None
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class Unrecognized:
    """An event that this version does not understand, kept as it came."""

    name: str
    raw: str


@dataclass(frozen=True, slots=True)
class Omitted:
    """In place of so many events, which are more than a turn can have here."""

    events: int


Part: TypeAlias = Thought | Answer | ToolUse | Unrecognized | Omitted


@dataclass(frozen=True, slots=True)
class Broken:
    """The turn ended here without the server's word for it. `reason` is a sentence fit to show.

    `is_error` is false where nothing failed: the user stopped it, or it is not known how it went on.
    """

    reason: str
    is_error: bool = False


End: TypeAlias = Stop | Broken


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Turn:
    """A question and everything the agent made of it.

    `question` is None where the history starts in the middle. `asked_here` marks a question that this app
    sent and the server has not echoed yet. `end` is None while the turn runs.
    """

    question: str | None = None
    parts: tuple[Part, ...] = ()
    end: End | None = None
    asked_here: bool = False

    @property
    def is_running(self) -> bool:
        return self.end is None


@dataclass(frozen=True, slots=True)
class Transcript:
    """The turns of a conversation. Only the last one can be running; `past` keeps its identity while that one grows.

    `turns_before` counts the turns that came before these and are not known yet: see `with_earlier`.
    """

    past: "tuple[Turn, ...] | PastTurns" = ()
    running: Turn | None = None
    turns_before: int = 0

    @property
    def is_busy(self) -> bool:
        return self.running is not None

    @property
    def first_question(self) -> str | None:
        """The question that the conversation began with, where that is known."""
        return None if self.turns_before else next((turn.question for turn in self.headings() if turn.question), None)

    def headings(self) -> Iterator[Turn]:
        """The turns, of some nothing but the question: for what is asked of all of them at once, in a moment."""
        yield from self.past if isinstance(self.past, tuple) else self.past.headings()
        if self.running is not None:
            yield self.running

    @property
    def unchanging(self) -> tuple[object, int]:
        """A mark and a number: where both are the same as before, so are this many of the first turns."""
        return (None, 0) if isinstance(self.past, tuple) else self.past.unchanging

    def __len__(self) -> int:
        return len(self.past) + (self.running is not None)

    def __iter__(self) -> Iterator[Turn]:
        yield from self.past
        if self.running is not None:
            yield self.running

    def __getitem__(self, number: int) -> Turn:
        if self.running is not None and number == len(self.past):
            return self.running
        return self.past[number]


UNFINISHED = Broken("This turn has no end in the session's history.")
"""How a stored turn ends when the next question follows it without a `stop`."""


def ask(transcript: Transcript, question: str) -> Transcript:
    """Open a turn for a question that is about to be sent. A turn that still ran is over."""
    return replace(interrupt(transcript, UNFINISHED.reason), running=Turn(question, asked_here=True))


def withdraw(transcript: Transcript) -> Transcript:
    """Take back the question whose turn runs, with all that came of it."""
    return replace(transcript, running=None)


def interrupt(transcript: Transcript, reason: str, *, is_error: bool = False) -> Transcript:
    """End the running turn without a `stop`; what it has is kept. Nothing happens where none runs."""
    turn = transcript.running
    if turn is None:
        return transcript
    return with_past(replace(transcript, running=None), ended(turn, Broken(reason, is_error)))


def amend_reason(transcript: Transcript, reason: str) -> Transcript:
    """Change why the last turn broke off; one that still runs breaks off. One that has its `stop` stays as it is."""
    last = transcript.past[-1] if transcript.past else None
    if transcript.running is None and last is not None and isinstance(last.end, Broken):
        return with_past(replace(transcript, past=transcript.past[:-1]), replace(last, end=Broken(reason)))
    return interrupt(transcript, reason)


def with_past(transcript: Transcript, *turns: Turn) -> Transcript:
    """The conversation with more turns that are over."""
    return replace(transcript, past=transcript.past + turns)


def with_earlier(transcript: Transcript, whole: Transcript) -> Transcript:
    """The conversation with the turns that it lacks at its beginning, out of an earlier state that has them."""
    earlier = whole.past[: transcript.turns_before]
    return replace(transcript, past=earlier + tuple(transcript.past), turns_before=0)


def ended(turn: Turn, end: End) -> Turn:
    """A turn that ran, with its end: nothing in it grows any more."""
    return replace(turn, parts=tuple(_settled(part) for part in turn.parts), end=end)


def _settled(part: Part) -> Part:
    if isinstance(part, Thought | Answer) and not part.settled:
        return replace(part, settled=True)
    if isinstance(part, ToolUse) and part.returned is None:
        return replace(part, is_over=True)
    return part
