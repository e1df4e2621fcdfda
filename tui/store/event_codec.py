"""Events as compact JSON text, and back, with nothing but the standard library.

An event is an array: its type's name in the API, then its fields. What was written by a newer version is `Unknown`.
"""

import json
import sys
from collections.abc import Callable, Generator, Mapping, Sequence
from types import UnionType
from typing import Any, cast

from tui.api.models import (
    EVENT_NAMES,
    EVENT_TYPES,
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
    Usage,
    UserInput,
)
from tui.sanitize import is_well_formed

LEFT_OUT = Unknown("left_out", "The rest of this turn is too large to be kept on this machine. The server has it.")
_AS_IT_IS = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_ESCAPED = json.JSONEncoder(separators=(",", ":"))
_DECODER = json.JSONDecoder()
_TOO_DEEP = "This is nested too deeply to be kept on this machine."


def encode_events(events: Sequence[Event], limit: int = sys.maxsize) -> str:
    """The events as a JSON array, fit for a UTF-8 column.

    Where they take more than `limit` characters, `LEFT_OUT` stands for the rest of them, but for the end of a turn.
    """
    pieces, room = list[str](), limit
    for event in events:
        piece = _encoded(event)
        room -= len(piece)
        if room < 0:
            pieces += map(_encoded, [LEFT_OUT, *(last for last in events[-1:] if isinstance(last, Stop))])
            break
        pieces.append(piece)
    return f"[{','.join(pieces)}]"


def decode_events(text: str) -> Generator[Event, None, bool]:
    """The events of `encode_events`, each decoded when it is asked for. Returns whether that is what the text is.

    What cannot be read is `Unknown`. One call for a whole text would hold up the other threads, the event loop's too.
    """
    at, is_whole = 0, True
    while text[at : at + 1] == ("," if at else "["):
        try:
            array, end = _DECODER.raw_decode(text, at + 1)
        except (ValueError, RecursionError):
            break
        event = _decoded(array)
        is_whole = is_whole and event is not None
        yield event or Unknown("", to_json(array))
        at = end
    if text[at:] == ("]" if at else "[]"):
        return is_whole
    yield Unknown("", text[at:])
    return False


def texts_from_json(text: str) -> list[str] | None:
    """The texts of a JSON array of texts; None where it is not that, because the file is damaged."""
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, list):
        return None
    texts = [item for item in cast(list[object], value) if isinstance(item, str)]
    return texts if len(texts) == len(cast(list[object], value)) else None


def to_json(value: object) -> str:
    """A JSON value as compact text that UTF-8 can hold: lone surrogates are written as escapes."""
    text = _AS_IT_IS.encode(value)
    return text if is_well_formed(text) else _ESCAPED.encode(value)


def _encoded(event: Event) -> str:
    name = EVENT_NAMES.get(type(event), _UNKNOWN)
    try:
        return to_json([name, *_fields(event)])
    except RecursionError:
        return to_json([_UNKNOWN, name, _TOO_DEEP])


def _fields(event: Event) -> Sequence[object]:
    match event:
        case ThinkingDelta(content) | TextDelta(content) | Thinking(content) | Text(content) | UserInput(content):
            return (content,)
        case ToolCall(call_id, name, arguments):
            return call_id, name, dict(arguments)
        case ToolResult(call_id, name, result, image):
            of_image = (image.attachment_name, image.source_id) if image else ()
            return call_id, name, result, *of_image
        case Stop(is_error, error, usage, skipped):
            costs = usage.duration_ms, usage.total_input_tokens, usage.total_output_tokens, usage.turns
            return is_error, error, costs, list(skipped)
        case Unknown(name, raw):
            return name, raw


def _tool_result(call_id: str, name: str, result: object, *image: str) -> ToolResult:
    return ToolResult(call_id, name, result, ImageAttachment(*image) if image else None)


def _stop(is_error: bool, error: str | None, usage: Sequence[Any], skipped: Sequence[str]) -> Stop:
    return Stop(is_error, error, Usage(*usage), tuple(skipped))


_UNKNOWN = ""
_MAKERS: Mapping[str, Callable[..., Event]] = {
    **EVENT_TYPES,
    EVENT_NAMES[ToolResult]: _tool_result,
    EVENT_NAMES[Stop]: _stop,
    _UNKNOWN: Unknown,
}


def _decoded(value: object) -> Event | None:
    """The event that an array is; None where it is no array, or its fields are not those of its type."""
    if not isinstance(value, list):
        return None
    try:
        name, *fields = cast(list[Any], value)
        make = _MAKERS.get(name)
        event = Unknown(name, to_json(fields)) if make is None else make(*fields)
    except (ValueError, TypeError):
        return None
    return event if _is_whole(event) else None


def _is_whole(event: Event) -> bool:
    """Whether each field is of its type, as it may not be where the file is damaged."""
    match event:
        case ThinkingDelta(content) | TextDelta(content) | Thinking(content) | Text(content) | UserInput(content):
            return _are(str, content)
        case ToolCall(call_id, name, arguments):
            return _are(str, call_id, name) and _are(dict, arguments)
        case ToolResult(call_id, name, _, image):
            return _are(str, call_id, name) and (image is None or _are(str, image.attachment_name, image.source_id))
        case Stop(is_error, error, usage, skipped):
            costs = usage.duration_ms, usage.total_input_tokens, usage.total_output_tokens, usage.turns
            return (
                _are(bool, is_error)
                and _are(str | None, error)
                and _are(float | int | None, usage.duration_ms)
                and _are(int | None, *costs[1:])
                and _are(str, *skipped)
            )
        case Unknown(name, raw):
            return _are(str, name, raw)


def _are(kind: type | UnionType, *values: object) -> bool:
    return all(isinstance(value, kind) for value in values)
