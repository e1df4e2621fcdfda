"""A conversation as a value, and the one function that advances it.

A stored session and a running turn speak the same events, so opening an old conversation and watching a new one are the
same fold: `advance(transcript, event)`. Values are frozen, and whatever an event does not touch stays the same
object, so that whoever draws can skip it by identity. What is busy, how a turn ended and what it cost is read from
the value.
"""

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TypeAlias, cast

from tui.api.models import (
    Event,
    ImageAttachment,
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


Part: TypeAlias = Thought | Answer | ToolUse | Unrecognized


@dataclass(frozen=True, slots=True)
class Broken:
    """The turn ended here without the server's word for it. `reason` is a sentence fit to show.

    `is_error` is false where nothing failed: the user stopped it, or it is not known how it went on.
    """

    reason: str
    is_error: bool = False


End: TypeAlias = Stop | Broken


@dataclass(frozen=True, slots=True)
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

    past: tuple[Turn, ...] = ()
    running: Turn | None = None
    turns_before: int = 0

    @property
    def is_busy(self) -> bool:
        return self.running is not None

    @property
    def first_question(self) -> str | None:
        """The question that the conversation began with, where that is known."""
        return None if self.turns_before else next((turn.question for turn in self if turn.question), None)

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
    return _open(transcript, Turn(question, asked_here=True))


def withdraw(transcript: Transcript) -> Transcript:
    """Take back the question whose turn runs, with all that came of it."""
    return replace(transcript, running=None)


def interrupt(transcript: Transcript, reason: str, *, is_error: bool = False) -> Transcript:
    """End the running turn without a `stop`; what it has is kept. Nothing happens where none runs."""
    turn = transcript.running
    return transcript if turn is None else _close(transcript, turn, Broken(reason, is_error))


def amend_reason(transcript: Transcript, reason: str) -> Transcript:
    """Change why the last turn broke off; one that still runs breaks off. One that has its `stop` stays as it is."""
    last = transcript.past[-1] if transcript.past else None
    if transcript.running is None and last is not None and isinstance(last.end, Broken):
        return replace(transcript, past=(*transcript.past[:-1], replace(last, end=Broken(reason))))
    return interrupt(transcript, reason)


def with_earlier(transcript: Transcript, whole: Transcript) -> Transcript:
    """The conversation with the turns that it lacks at its beginning, out of an earlier state that has them."""
    earlier = whole.past[: transcript.turns_before]
    return replace(transcript, past=(*earlier, *transcript.past), turns_before=0)


def advance(transcript: Transcript, event: Event) -> Transcript:
    """The conversation after one more event. Never raises, never drops an event, never shows one twice."""
    turn = transcript.running
    match event:
        case UserInput(content):
            if turn is not None and turn.asked_here and turn.question and turn.question.strip() == content.strip():
                return replace(transcript, running=replace(turn, asked_here=False))
            return _open(transcript, Turn(content))
        case Stop():
            if turn is None and not event.is_error:
                return transcript
            return _close(transcript, turn or Turn(), event)
        case _:
            turn = turn or Turn()
            return replace(transcript, running=replace(turn, parts=_advance_parts(turn.parts, event)))


def timed(transcript: Transcript, seconds: float) -> Transcript:
    """Say how long the thought took that still grows, by now. Nothing happens where none does."""
    turn = transcript.running or Turn()
    at, thought = _open_block(turn.parts, Thought)
    if not isinstance(thought, Thought):
        return transcript
    return replace(transcript, running=replace(turn, parts=_with(turn.parts, at, replace(thought, seconds=seconds))))


def replay(events: Iterable[Event]) -> Transcript:
    """The conversation that a stored history tells. What its last turn lacks of an end is left open: see `interrupt`.

    Equal to folding `advance` over the events, in time that grows with their number only.
    """
    steps = replaying(events)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return cast(Transcript, end.value)


def replaying(events: Iterable[Event]) -> Generator[None, None, Transcript]:
    """`replay` in small steps: the result is the generator's return value."""
    past: list[Turn] = []
    latest = Transcript()
    for event in coalesce(events):
        latest = advance(latest, event)
        if latest.past:
            past.extend(latest.past)
            latest = replace(latest, past=())
        yield
    return replace(latest, past=tuple(past))


def coalesce(events: Iterable[Event]) -> Iterator[Event]:
    """The same events with each run of deltas of one kind joined into one delta, so that a frame folds it once."""
    for kind, run in groupby(events, type):
        if kind is TextDelta or kind is ThinkingDelta:
            yield kind("".join(delta.content for delta in run if isinstance(delta, TextDelta | ThinkingDelta)))
        else:
            yield from run


def _open(transcript: Transcript, turn: Turn) -> Transcript:
    before = transcript.running
    ended = transcript if before is None else _close(transcript, before, UNFINISHED)
    return replace(ended, running=turn)


def _close(transcript: Transcript, turn: Turn, end: End) -> Transcript:
    ended = replace(turn, parts=tuple(_settled(part) for part in turn.parts), end=end)
    return replace(transcript, past=(*transcript.past, ended), running=None)


def _settled(part: Part) -> Part:
    if isinstance(part, Thought | Answer) and not part.settled:
        return replace(part, settled=True)
    if isinstance(part, ToolUse) and part.returned is None:
        return replace(part, is_over=True)
    return part


Parts: TypeAlias = tuple[Part, ...]


def _advance_parts(
    parts: Parts, event: ThinkingDelta | TextDelta | Thinking | Text | ToolCall | ToolResult | Unknown
) -> Parts:
    match event:
        case ThinkingDelta(content):
            return _grow(parts, Thought, content)
        case TextDelta(content):
            return _grow(parts, Answer, content)
        case Thinking(content):
            return _settle(parts, Thought, content)
        case Text(content):
            return _settle(parts, Answer, content)
        case ToolCall():
            return _call(parts, event)
        case ToolResult():
            return _result(parts, event)
        case Unknown(name, raw):
            return (*parts, Unrecognized(name, raw))


def _grow(parts: Parts, kind: type[Thought] | type[Answer], content: str) -> Parts:
    at, block = _open_block(parts, kind)
    if block is not None:
        return _with(parts, at, replace(block, text=block.text + content))
    return (*parts, kind(content, settled=False)) if content else parts


def _settle(parts: Parts, kind: type[Thought] | type[Answer], content: str) -> Parts:
    """A complete block replaces what it repeats: an unsettled block that is a beginning of it, else the open one."""
    for at, part in enumerate(parts):
        if isinstance(part, kind) and not part.settled and content.startswith(part.text):
            return _with(parts, at, replace(part, text=content, settled=True))
    at, block = _open_block(parts, kind)
    if block is None:
        return (*parts, kind(content))
    return _with(parts, at, replace(block, text=content, settled=True))


def _open_block(parts: Parts, kind: type[Thought] | type[Answer]) -> tuple[int, Thought | Answer | None]:
    """The block of this kind that still grows, and where: none after anything that is not a block."""
    for at in range(len(parts) - 1, -1, -1):
        part = parts[at]
        if not isinstance(part, Thought | Answer):
            break
        if isinstance(part, kind) and not part.settled:
            return at, part
    return -1, None


def _call(parts: Parts, call: ToolCall) -> Parts:
    for at, part in enumerate(parts):
        if isinstance(part, ToolUse) and part.call_id == call.call_id and part.arguments is None:
            return _with(parts, at, replace(part, name=call.name, arguments=call.arguments))
    return (*parts, ToolUse(call.call_id, call.name, call.arguments))


def _result(parts: Parts, result: ToolResult) -> Parts:
    returned = Returned(result.result, result.image_attachment)
    for at, part in enumerate(parts):
        if isinstance(part, ToolUse) and part.call_id == result.call_id and part.returned is None:
            return _with(parts, at, replace(part, returned=returned))
    return (*parts, ToolUse(result.call_id, result.name, returned=returned))


def _with(parts: Sequence[Part], at: int, part: Part) -> Parts:
    return (*parts[:at], part, *parts[at + 1 :])
