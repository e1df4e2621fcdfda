"""Events -> the conversation that they tell.

A stored session and a running turn speak the same events, so opening an old conversation and watching a new one is the
same work. It takes the same time for each event, however many there are: an event never copies what came before it.

What a server sends decides neither how many parts a turn has nor how long its texts are: see `MAX_PARTS`.
"""

from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import groupby, islice
from typing import TypeAlias

from tui.api.models import (
    MORE_THAN_SHOWN,
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
    begins_turn,
)
from tui.conversation.transcript import (
    UNFINISHED,
    Answer,
    End,
    Omitted,
    Part,
    Returned,
    Thought,
    ToolUse,
    Transcript,
    Turn,
    Unrecognized,
    ended,
    with_past,
)
from tui.cooperative import run_at_once

MAX_PARTS = 2000
"""Parts of a turn: a frame may have to look at all of them. What comes after is counted; answers have as much room once
more."""

MAX_LOOKED_AT = 100
"""Blocks that a complete one is compared with, of those that came in pieces before it: an answer has a few."""

MAX_TEXT_CHARS = 1_000_000
"""Characters of a turn's thinking and answer: several hundred pages."""

MAX_TEXT_LINES = 50_000
"""Lines of a turn's thinking and answer: a row takes a hundred times the memory of a character."""

CUT_SHORT = f"\n\n… This turn says {MORE_THAN_SHOWN} here."

_BlockKind: TypeAlias = type[Thought] | type[Answer]


class TranscriptBuilder:
    """Adds events to a conversation. Never raises, never shows an event twice."""

    def __init__(self, transcript: Transcript) -> None:
        self._transcript = transcript
        self._past: list[Turn] = []
        self._running = _open_turn(transcript.running)

    def add(self, event: Event) -> None:
        """Take one more event in."""
        running = self._running
        if begins_turn(event, is_open=running is not None) and not (running and running.is_echo(event)):
            self._close(UNFINISHED)
            running = self._running = _OpenTurn(Turn(event.content if isinstance(event, UserInput) else None))
        if isinstance(event, Stop):
            self._close(event)
        elif running and not isinstance(event, UserInput):
            running.add(event)

    def time_thought(self, seconds: float) -> None:
        """Say how long the thought took that still grows, by now. Nothing happens where none does."""
        if self._running is not None:
            self._running.time_thought(seconds)

    def build(self) -> Transcript:
        """The conversation as it is now."""
        running = self._running.build() if self._running is not None else None
        if self._past or running is not self._transcript.running:
            before = with_past(self._transcript, *self._past) if self._past else self._transcript
            self._transcript, self._past = replace(before, running=running), []
        return self._transcript

    def take_past(self) -> list[Turn]:
        """The turns that were over since the last `build`. They are the caller's now: what is built lacks them."""
        past, self._past = self._past, []
        return past

    def _close(self, end: End) -> None:
        if self._running is not None:
            self._past.append(ended(self._running.build(), end))
            self._running = None


def replay(events: Iterable[Event]) -> Transcript:
    """The conversation that a stored history tells. A last turn without an end is left open: see `interrupt`."""
    return run_at_once(replaying(events))


def replaying(events: Iterable[Event]) -> Generator[None, None, Transcript]:
    """`replay` in small steps: the result is the generator's return value."""
    builder = TranscriptBuilder(Transcript())
    for event in events:
        builder.add(event)
        yield
    return builder.build()


def coalesce(events: Iterable[Event]) -> Iterator[Event]:
    """The same events with each run of deltas of one kind joined into one delta."""
    for kind, run in groupby(events, type):
        if kind is TextDelta or kind is ThinkingDelta:
            yield kind("".join(delta.content for delta in run if isinstance(delta, TextDelta | ThinkingDelta)))
        else:
            yield from run


class _OpenTurn:
    """The turn that runs, and where in it the next event belongs."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._parts = list(turn.parts)
        self._is_changed = False
        self._open: dict[_BlockKind, int] = {}
        """The block of each kind that still grows: none after anything that is not a block."""

        self._grown: defaultdict[int, list[str]] = defaultdict(list)
        """What blocks have grown by since they were built."""

        self._unsettled: defaultdict[_BlockKind, list[int]] = defaultdict(list)
        self._without_call: defaultdict[str, list[int]] = defaultdict(list)
        self._without_result: defaultdict[str, list[int]] = defaultdict(list)
        self._omitted: int | None = None
        self._chars = self._lines = 0
        for at, part in enumerate(self._parts):
            self._note(at, part)

    def _note(self, at: int, part: Part) -> None:
        """Note where a part is that a later event may belong to."""
        match part:
            case Thought(text, settled) | Answer(text, settled):
                self._count(text)
                if not settled:
                    self._open[type(part)] = at
                    self._unsettled[type(part)].append(at)
                return
            case ToolUse(call_id, arguments=None):
                self._without_call[call_id].append(at)
            case ToolUse(call_id, returned=None):
                self._without_result[call_id].append(at)
            case ToolUse() | Unrecognized():
                pass
            case Omitted():
                self._omitted = at
        self._open.clear()

    def is_echo(self, event: Event) -> bool:
        """Whether this is the question that opened the turn here, said once more by the server."""
        turn = self._turn
        if not (turn.asked_here and turn.question and isinstance(event, UserInput)):
            return False
        if turn.question.strip() != event.content.strip():
            return False
        self._turn, self._is_changed = replace(turn, asked_here=False), True
        return True

    def add(self, event: ThinkingDelta | TextDelta | Thinking | Text | ToolCall | ToolResult | Unknown) -> None:
        match event:
            case ThinkingDelta(content):
                self._grow(Thought, content)
            case TextDelta(content):
                self._grow(Answer, content)
            case Thinking(content):
                self._settle(Thought, content)
            case Text(content):
                self._settle(Answer, content)
            case ToolCall():
                self._call(event)
            case ToolResult():
                self._result(event)
            case Unknown(name, raw):
                self._append(Unrecognized(name, raw))

    def time_thought(self, seconds: float) -> None:
        at = self._open.get(Thought)
        part = None if at is None else self._parts[at]
        if at is not None and isinstance(part, Thought):
            self._put(at, replace(part, seconds=seconds))

    def build(self) -> Turn:
        self._join()
        if self._is_changed:
            self._turn, self._is_changed = replace(self._turn, parts=tuple(self._parts)), False
        return self._turn

    def _put(self, at: int, part: Part) -> None:
        self._parts[at], self._is_changed = part, True

    def _append(self, part: Part) -> None:
        is_full = self._omitted is not None or len(self._parts) >= MAX_PARTS
        if is_full and not (isinstance(part, Answer) and len(self._parts) < 2 * MAX_PARTS):
            self._omit()
        else:
            self._parts.append(part)
            self._is_changed = True
            self._note(len(self._parts) - 1, part)

    def _omit(self) -> None:
        if self._omitted is None:
            self._parts.append(Omitted(0))
            self._note(len(self._parts) - 1, self._parts[-1])
        at = len(self._parts) - 1 if self._omitted is None else self._omitted
        omitted = self._parts[at]
        assert isinstance(omitted, Omitted)
        self._put(at, Omitted(omitted.events + 1))

    def _join(self) -> None:
        for at, pieces in self._grown.items():
            block = self._parts[at]
            assert isinstance(block, Thought | Answer)
            self._put(at, replace(block, text=block.text + "".join(pieces)))
        self._grown.clear()

    def _shortened(self, text: str) -> str:
        """As much of a text as there is room for, which is then taken; it says so where that is not all."""
        room, lines = MAX_TEXT_CHARS - self._chars, MAX_TEXT_LINES - self._lines
        if min(room, lines) < 0:
            return ""
        if len(text) > room or text.count("\n") > lines:
            kept = text[:room].split("\n", lines + 1)[: lines + 1]
            text = "\n".join(kept) + CUT_SHORT
        return text

    def _count(self, text: str, times: int = 1) -> None:
        self._chars += times * len(text)
        self._lines += times * text.count("\n")

    def _grow(self, kind: _BlockKind, content: str) -> None:
        fits = self._shortened(content)
        at = self._open.get(kind)
        if at is not None and fits:
            self._count(fits)
            self._grown[at].append(fits)
        elif fits:
            self._append(kind(fits, settled=False))

    def _settle(self, kind: _BlockKind, content: str) -> None:
        """A complete block replaces what it repeats: an unsettled block that it begins with, else the open one."""
        self._join()
        begins = partial(self._begins, content)
        unsettled = islice(self._unsettled[kind], MAX_LOOKED_AT)
        at = next(filter(begins, unsettled), self._open.get(kind))
        block = None if at is None else self._parts[at]
        if at is not None and isinstance(block, Thought | Answer):
            self._count(block.text, -1)
            fits = self._shortened(content)
            self._count(fits)
            self._put(at, replace(block, text=fits, settled=True))
            self._unsettled[kind].remove(at)
            if self._open.get(kind) == at:
                del self._open[kind]
        elif (fits := self._shortened(content)) or not content:
            self._append(kind(fits))

    def _begins(self, content: str, at: int) -> bool:
        block = self._parts[at]
        return isinstance(block, Thought | Answer) and content.startswith(block.text)

    def _call(self, call: ToolCall) -> None:
        at = _first(self._without_call.get(call.call_id))
        part = None if at is None else self._parts[at]
        if at is not None and isinstance(part, ToolUse):
            self._put(at, replace(part, name=call.name, arguments=call.arguments))
        else:
            self._append(ToolUse(call.call_id, call.name, call.arguments))

    def _result(self, result: ToolResult) -> None:
        returned = Returned(result.result, result.image_attachment)
        at = _first(self._without_result.get(result.call_id))
        part = None if at is None else self._parts[at]
        if at is not None and isinstance(part, ToolUse):
            self._put(at, replace(part, returned=returned))
        else:
            self._append(ToolUse(result.call_id, result.name, returned=returned))


def _open_turn(turn: Turn | None) -> _OpenTurn | None:
    return None if turn is None else _OpenTurn(turn)


def _first(places: list[int] | None) -> int | None:
    return places.pop(0) if places else None
