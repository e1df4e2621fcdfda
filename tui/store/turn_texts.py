"""What a turn is found by: the texts of its events, without the names of their fields."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple, cast

from tui.api.models import Event, Stop, Text, TextDelta, Thinking, ThinkingDelta, ToolCall, ToolResult, UserInput
from tui.sanitize import clean

INDEXED_CHARS = 200_000
"""Characters of each text of one turn that are searched: of the answer, of the thinking, of the evidence."""

_BLOB_CHARS = 1000
"""ASCII of this length without a blank is data, such as a picture, and no text."""


class TurnTexts(NamedTuple):
    """The texts of a turn, "" where it has none.

    `evidence` has the arguments of its tools and what they gave, `tools` their names, and `failure` is "error: " with
    the server's reason where the turn ended with an error.
    """

    question: str
    answer: str
    thinking: str
    evidence: str
    tools: str
    failure: str


def texts_of(events: Sequence[Event]) -> TurnTexts:
    """The texts of a turn's events, oldest first, safe to show."""
    question = next((event.content for event in islice(events, 1) if isinstance(event, UserInput)), "")
    tools = dict.fromkeys(event.name for event in events if isinstance(event, ToolCall | ToolResult))
    failures = [f"error: {event.error or ''}" for event in events if isinstance(event, Stop) and event.is_error]
    return TurnTexts(
        clean(question[:INDEXED_CHARS]),
        clean(_said(events, Text, TextDelta)),
        clean(_said(events, Thinking, ThinkingDelta)),
        clean(_evidence(events)),
        clean(" ".join(tools)),
        clean(" ".join(failures)),
    )


def _said(
    events: Sequence[Event], whole: type[Text] | type[Thinking], delta: type[TextDelta] | type[ThinkingDelta]
) -> str:
    """What was said in whole blocks; where none has come, what had arrived of one."""
    return _beginning((event.content for event in events if isinstance(event, whole)), "\n\n") or _beginning(
        (event.content for event in events if isinstance(event, delta)), ""
    )


def _evidence(events: Sequence[Event]) -> str:
    return _beginning((text for event in events for text in _texts_in(event)), "\n")


def _beginning(texts: Iterable[str], between: str) -> str:
    """The texts one after another, as much of them as is searched: no more is looked at."""
    taken, room = list[str](), INDEXED_CHARS
    for text in texts:
        taken.append(text[:room])
        room -= len(text)
        if room <= 0:
            break
    return between.join(taken)


def _texts_in(event: Event) -> Iterator[str]:
    match event:
        case ToolCall(_, _, arguments):
            yield from _leaves(arguments)
        case ToolResult(_, _, result):
            yield from _leaves(result)
        case _:
            return


def _leaves(value: object) -> Iterator[str]:
    """The texts and numbers within a JSON value, in their order, however deep it is."""
    rest = [value]
    while rest:
        value = rest.pop()
        if isinstance(value, str):
            if not _is_blob(value):
                yield value
        elif isinstance(value, Mapping):
            rest += reversed(list(cast(Mapping[str, object], value).values()))
        elif isinstance(value, list):
            rest += reversed(cast(list[object], value))
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield str(value)


def _is_blob(text: str) -> bool:
    beginning = text[:_BLOB_CHARS]
    return len(beginning) == _BLOB_CHARS and beginning.isascii() and len(beginning.split(maxsplit=1)) == 1
