"""Events as compact JSON text, and back, with nothing but the standard library.

An event is an array: its type's name in the API, then its fields. What was written by a newer version is `Unknown`.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
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

_TOO_DEEP = "This is nested too deeply to be kept on this machine."


def encode_events(events: Iterable[Event]) -> str:
    """The events as a JSON array, fit for a UTF-8 column."""
    return f"[{','.join(map(_encoded, events))}]"


def decode_events(text: str) -> list[Event]:
    """The events of `encode_events`. A text that is not that, or cannot be read, is one `Unknown`."""
    try:
        return [_decoded(fields) for fields in json.loads(text)]
    except (ValueError, TypeError, LookupError, RecursionError):
        return [Unknown("", text)]


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
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text if is_well_formed(text) else json.dumps(value, separators=(",", ":"))


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


def _decoded(fields: Sequence[Any]) -> Event:
    make = _MAKERS.get(fields[0])
    return Unknown(fields[0], to_json(fields[1:])) if make is None else make(*fields[1:])
