"""What the agent did in a turn, in order. Pure: all is told by the events, which have no times."""

import json
from collections.abc import Iterator, Mapping
from typing import Literal, TypeAlias

from tui.api.models import Stop
from tui.conversation.passages import CONTENT, decoded, first_text, is_array, is_object
from tui.conversation.tool_use import subject_of
from tui.conversation.transcript import Answer, Omitted, Part, Thought, ToolUse, Turn, Unrecognized
from tui.lazy_dataclass import dataclass
from tui.sanitize import clean_line

StepKind: TypeAlias = Literal["thought", "tool", "answer", "event"]
Mark: TypeAlias = Literal["", "repeated", "nothing found", "failed", "no result", "running"]


@dataclass(frozen=True, slots=True)
class TraceStep:
    """One part of a turn. `part` is its number, from 0; `asked` and `name` are safe lines.

    `hits` is None where the step is no search. `characters` counts the text that it gave. `index_ids` are those that
    the call named or its passages came from.
    """

    part: int
    kind: StepKind
    name: str
    asked: str = ""
    index_ids: tuple[str, ...] = ()
    hits: int | None = None
    characters: int = 0
    mark: Mark = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """The steps of a turn. `seconds` is what the server says the whole turn took, None where it does not."""

    question: str
    steps: tuple[TraceStep, ...]
    seconds: float | None


def trace_of(turn: Turn) -> Trace:
    """The steps of a turn. A call is repeated where an earlier one had the same name and arguments."""
    asked: set[str] = set()
    steps = tuple(_step(number, part, asked) for number, part in enumerate(turn.parts))
    duration = turn.end.usage.duration_ms if isinstance(turn.end, Stop) else None
    seconds = None if duration is None or not 0 <= duration < 1e12 else duration / 1000
    return Trace(" ".join((turn.question or "").split()), steps, seconds)


def empty_searches(turn: Turn) -> Iterator[str]:
    """What the searches of a turn looked for that found nothing, as safe lines."""
    for part in turn.parts:
        if isinstance(part, ToolUse) and part.returned is not None and _hits(decoded(part.returned.value)) == 0:
            yield subject_of(part) or clean_line(part.name, 60) or "tool"


def _step(number: int, part: Part, asked: set[str]) -> TraceStep:
    match part:
        case Thought(text):
            return TraceStep(number, "thought", "thought", clean_line(text, 400), characters=len(text))
        case Answer(text):
            return TraceStep(number, "answer", "answer", clean_line(text, 400), characters=len(text))
        case Unrecognized(name, raw):
            return TraceStep(number, "event", clean_line(name, 60) or "event", characters=len(raw))
        case Omitted(events):
            return TraceStep(number, "event", f"{events:,} more, which are left out")
        case ToolUse():
            return _call(number, part, asked)


def _call(number: int, use: ToolUse, asked: set[str]) -> TraceStep:
    call = f"{use.name} {json.dumps(use.arguments, sort_keys=True, default=str)}"
    is_repeated = use.arguments is not None and call in asked
    asked.add(call)
    value = decoded(use.returned.value) if use.returned is not None else None
    hits = _hits(value)
    return TraceStep(
        number,
        "tool",
        clean_line(use.name, 60) or "tool",
        subject_of(use),
        tuple(dict.fromkeys(_index_ids(use.arguments, value))),
        hits,
        _characters(value),
        _mark(use, value, hits, is_repeated=is_repeated),
    )


def _mark(use: ToolUse, value: object, hits: int | None, *, is_repeated: bool) -> Mark:
    if use.returned is None:
        return "no result" if use.is_over else "running"
    if is_object(value) and first_text(value, ("error",)):
        return "failed"
    if hits == 0:
        return "nothing found"
    return "repeated" if is_repeated else ""


def _hits(value: object) -> int | None:
    """How many passages or documents a search found; None where it was none."""
    listed = [value.get(name) for name in ("results", "items")] if is_object(value) else []
    return next((len(each) for each in listed if is_array(each)), None)


def _characters(value: object) -> int:
    """The characters of the texts in a result."""
    if isinstance(value, str):
        return len(value)
    if not is_object(value):
        return 0
    listed = (value.get(name) for name in ("results", "items"))
    items = (item for each in listed if is_array(each) for item in each)
    return sum(len(first_text(each, CONTENT) or "") for each in (value, *items))


def _index_ids(arguments: Mapping[str, object] | None, value: object) -> Iterator[str]:
    for given in ((arguments or {}).get("index_id"), (arguments or {}).get("index_ids")):
        yield from (each for each in (given if is_array(given) else (given,)) if isinstance(each, str))
    listed = [value.get(name) for name in ("results", "items")] if is_object(value) else []
    for item in (item for each in listed if is_array(each) for item in each):
        metadata = item.get("metadata") if is_object(item) else None
        if is_object(metadata) and isinstance(index_id := metadata.get("index_id"), str):
            yield index_id
