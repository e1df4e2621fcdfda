"""Events from the wire -> the `Event`s of `tui.api.models`. Tolerant: what is strange is kept as strange.

An event that is of no known type, or not of its type's shape, becomes `Unknown`. An optional field of the wrong shape
counts as absent. Identifiers stay as they came, because they are sent back; so do the arguments and results of tools,
which are JSON of any shape (or JSON text in a string): they are cleaned where they are drawn.
"""

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from typing import Annotated, Any, cast

from pydantic import BaseModel, BeforeValidator, Field, TypeAdapter, ValidationError

from tui.api import json_text, models
from tui.api.fields import MAX_ID_CHARS, Count, Line, Maybe, Shown
from tui.sanitize import clean, clean_line

MAX_RAW_CHARS = 1_000_000
"""Characters of an unknown event that are kept."""


MAX_EVENT_CHARS = json_text.WINDOWS[-1]
"""Characters of an event's JSON text that are kept: of one that has more, only what is left when it is cut."""

HEAD_CHARS = 64_000
"""Characters in which the first members of an event are looked for that is too large to be decoded."""

MAX_CUT_CHARS = json_text.MAX_STRING_CHARS
"""Characters of the text of an event that was cut."""

MAX_LEFT_CHARS = 10_000
"""Characters of a text of a turn that holds too much already."""

MAX_QUESTION_CHARS = 100_000
"""Characters of a question: the API takes 1,000 ("Send Message and Stream Response"). More is cut."""

TOO_MUCH = f"This turn holds {models.MORE_THAN_SHOWN}."
"""Stands for what is left out of it."""


def cut(event: models.Event, chars: int) -> models.Event:
    """An event whose JSON text has so many characters, with no more of it than is kept: it says so itself."""
    if chars <= MAX_EVENT_CHARS:
        return event
    return _without_most(event, chars)


def large_event(source: str, chars: int, sse_event: str = "") -> models.Event:
    """An event that is too large to be decoded: what its first members make of it, which says so itself.

    `source` is the beginning of its JSON text at least, of so many characters. Never raises.
    """
    return _without_most(event(_first_members(source[:HEAD_CHARS]), source, sse_event), chars)


def _first_members(source: str) -> dict[str, object]:
    """The members of an object of which there is only the beginning: those that are whole."""
    found: dict[str, object] = {}
    with suppress(ValueError):
        for key, value in filter(None, json_text.members(json_text.LongText([source.encode()]), "")):
            found |= {} if value.broken else {key: value.decoded}
    return found


def _without_most(event: models.Event, chars: int) -> models.Event:
    note = f"This has {chars / 1e6:,.0f} MB, which is {models.MORE_THAN_SHOWN}."
    match event:
        case models.ToolResult():
            return replace(event, result=note)
        case models.ToolCall():
            return replace(event, arguments={"note": note})
        case models.Stop():
            return replace(event, error=f"{(event.error or '')[:MAX_CUT_CHARS]}… {note}", skipped_index_ids=())
        case models.Unknown():
            return event
        case _:
            return replace(event, content=f"{event.content[:MAX_CUT_CHARS]}…\n\n{note}")


def without_values(event: models.Event) -> models.Event:
    """An event of a turn that holds too much already: without what its tool was given or gave back."""
    match event:
        case models.ToolResult(call_id):
            return replace(event, call_id=call_id[:MAX_ID_CHARS], result=TOO_MUCH)
        case models.ToolCall(call_id):
            return replace(event, call_id=call_id[:MAX_ID_CHARS], arguments={"note": TOO_MUCH})
        case models.Unknown(name):
            return models.Unknown(name, TOO_MUCH)
        case models.Thinking(content) | models.Text(content) if len(content) > MAX_LEFT_CHARS:
            return replace(event, content=f"{content[:MAX_LEFT_CHARS]}…\n\n{TOO_MUCH}")
        case _:
            return event


def _or_empty(value: object) -> object:
    return {} if value is None else value


def _plain_text(value: object) -> object:
    return value if value is None or isinstance(value, str) else json.dumps(value)


class _Content(BaseModel):
    content: Shown


class _ToolCall(BaseModel):
    call_id: str
    name: Line
    arguments: Annotated[dict[str, Any], BeforeValidator(_or_empty)] = Field(default_factory=dict[str, Any])

    def value(self) -> models.ToolCall:
        return models.ToolCall(self.call_id, self.name, self.arguments)


class _ImageAttachment(BaseModel):
    attachment_name: str
    source_id: str


class _ToolResult(BaseModel):
    call_id: str
    name: Line
    result: Any = None
    image_attachment: Maybe[_ImageAttachment] = None

    def value(self) -> models.ToolResult:
        image = self.image_attachment
        attachment = models.ImageAttachment(image.attachment_name, image.source_id) if image else None
        return models.ToolResult(self.call_id, self.name, self.result, attachment)


class _Usage(BaseModel):
    duration_ms: Maybe[float] = None
    total_input_tokens: Maybe[Count] = None
    total_output_tokens: Maybe[Count] = None
    turns: Maybe[Count] = None


class _Stop(BaseModel):
    is_error: Maybe[bool] = None
    error: Annotated[Shown | None, BeforeValidator(_plain_text)] = None
    usage: Maybe[_Usage] = None
    skipped_index_ids: Maybe[list[str]] = None

    def value(self) -> models.Stop:
        usage = models.Usage(**vars(self.usage)) if self.usage else models.Usage()
        return models.Stop(bool(self.is_error), self.error, usage, tuple(self.skipped_index_ids or ()))


_SHAPES = {"tool_call": _ToolCall, "tool_result": _ToolResult, "stop": _Stop}
_CONTENT_EVENTS = {name: kind for name, kind in models.EVENT_TYPES.items() if issubclass(kind, models.ContentEvent)}
_DELTAS = {"text_delta", "thinking_delta"}
_TEXTS = TypeAdapter(list[str])
_TELLING_FIELDS = {"arguments": "tool_call", "result": "tool_result", "is_error": "stop", "usage": "stop"}


def event(raw: object, source: str, sse_event: str = "") -> models.Event:
    """The event that `raw` is, which was decoded from the JSON text `source`. Never raises."""
    name = _type_name(raw, sse_event)
    try:
        if name in _CONTENT_EVENTS:
            return _content_event(_CONTENT_EVENTS[name], _Content.model_validate(raw).content)
        if name in _SHAPES:
            return _SHAPES[name].model_validate(raw).value()
    except ValidationError:
        return unknown(name, source)
    return unknown(name, source)


def joined_events(raws: Iterable[Any]) -> list[models.Event] | None:
    """The events that these are, with each run of deltas of one kind joined into one. None where one of them would be
    `Unknown`, for which its source is needed.
    """
    events: list[models.Event] = []
    try:
        for name, run in groupby(raws, itemgetter("type")):
            events += _of_one_type(name, run)
    except (ValidationError, KeyError, TypeError):
        return None
    return events


def _of_one_type(name: str, raws: Iterable[Any]) -> Iterable[models.Event]:
    """KeyError or TypeError where there is no such type, also ValidationError where one is not of its shape."""
    if name in _SHAPES:
        return [_SHAPES[name].model_validate(raw).value() for raw in raws]
    kind = _CONTENT_EVENTS[name]
    contents = _TEXTS.validate_python(list(map(itemgetter("content"), raws)))
    if name in _DELTAS:
        contents = ["".join(contents)]
    return [_content_event(kind, clean(content)) for content in contents]


def _content_event(kind: type[models.ContentEvent], content: str) -> models.Event:
    is_too_long = kind is models.UserInput and len(content) > MAX_QUESTION_CHARS
    return kind(f"{content[:MAX_QUESTION_CHARS]}…" if is_too_long else content)


def event_from_json(text: str, sse_event: str = "") -> models.Event:
    """The event in the data of one server-sent event. Never raises."""
    if json_text.is_too_heavy(text):
        return large_event(text, len(text), sse_event)
    try:
        raw = json_text.loads(text)
    except ValueError:
        return unknown(sse_event, text)
    return event(raw, text, sse_event)


def _type_name(raw: object, sse_event: str) -> str:
    """The type that the event claims; else the SSE event name; else, where that is no type's name, by its fields."""
    if not isinstance(raw, dict):
        return sse_event
    fields, claimed = cast(dict[str, object], raw), _claimed_type(cast(object, raw))
    if claimed is not None:
        return claimed
    if sse_event in models.EVENT_TYPES:
        return sse_event
    return next((name for field, name in _TELLING_FIELDS.items() if field in fields), sse_event)


def _claimed_type(raw: object) -> str | None:
    claimed = cast(dict[str, object], raw).get("type") if isinstance(raw, dict) else None
    return claimed if isinstance(claimed, str) else None


def unknown(name: str, source: str) -> models.Unknown:
    """An event that cannot be understood, with the beginning of its JSON text."""
    return models.Unknown(clean_line(name), clean(source[:MAX_RAW_CHARS]))
