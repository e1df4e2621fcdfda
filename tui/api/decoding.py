"""Answers from the wire -> the values of `tui.api.models`. Events are read by `tui.api.event_decoding`.

An optional field of the wrong shape counts as absent, and an item of the wrong shape is left out of its list. Only an
answer that is not the asked-for thing at all is refused, with `WrongShapeError`. An identifier that could not be sent
back counts as one of the wrong shape.
"""

import codecs
from collections.abc import Generator
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ValidationError

from tui.api import json_text, models
from tui.api.event_decoding import MAX_CUT_CHARS, MAX_EVENT_CHARS, cut, event, joined_events, unknown
from tui.api.fields import MAX_TOKEN_CHARS, Id, Line, Maybe, Shown, Time, is_sendable

Shape = TypeVar("Shape", bound=BaseModel)


START_BYTES = 4096
"""Bytes of a session's body that are kept for a message."""

MAX_WEIGHT = 400_000_000
"""Greatest weight of a session: one of 200,000 events has half of that."""

MAX_ITEMS = 1000
"""Items of a page that are read: the API gives no more."""

WEIGHED_CHARS = 1_000_000


class TooManyValuesError(ValueError):
    """What the answer holds would take more memory than there is for it."""


class WrongShapeError(ValueError):
    """The answer is not what was asked for."""


class _Session(BaseModel):
    session_id: Id
    last_updated_at: Time = None
    generated_title: Maybe[Line] = None
    index_ids: Maybe[tuple[Id, ...]] = None
    shared_access: Maybe[Line] = None

    def value(self) -> models.Session:
        return models.Session(**vars(self))


class _SourceDirectory(BaseModel):
    id: Id
    name: Line = ""

    def value(self) -> models.SourceDirectory:
        return models.SourceDirectory(self.id, self.name)


class _SourceFile(BaseModel):
    id: Id
    display_name: Line = ""
    unique_id: Maybe[Id] = None

    def value(self) -> models.SourceFile:
        return models.SourceFile(self.id, self.display_name, self.unique_id or "")


class _Document(BaseModel):
    file_id: Id
    file_name: Line = ""

    def value(self) -> models.IndexedDocument:
        return models.IndexedDocument(self.file_id, self.file_name)


class _DocumentRemark(BaseModel):
    name: Line
    remark: Line = ""

    def value(self) -> models.DocumentRemark:
        return models.DocumentRemark(self.name, self.remark)


class _SkippedDocument(BaseModel):
    name: Line
    reason: Line = ""

    def value(self) -> models.SkippedDocument:
        return models.SkippedDocument(self.name, self.reason)


class _IndexState(BaseModel):
    status: Maybe[Line] = None
    error_message: Maybe[Shown] = None
    files_done: Maybe[int] = None
    files_total: Maybe[int] = None
    files: Maybe[int] = None
    skipped_files: Maybe[int] = None
    size: Maybe[int] = None
    skipped: Maybe[tuple[_SkippedDocument, ...]] = None
    remarks: Maybe[tuple[_DocumentRemark, ...]] = None
    folder: Maybe[str] = None


class _Index(BaseModel):
    id: Id
    name: Line = ""
    description: Maybe[Shown] = None
    project_id: Maybe[Id] = None
    export_config_id: Maybe[Id] = None
    last_synced_at: Time = None
    metadata: Maybe[_IndexState] = None
    sync_in_progress: Maybe[bool] = None

    def value(self) -> models.Index:
        state = self.metadata or _IndexState()
        skipped = tuple(file.value() for file in state.skipped or ())
        remarks = tuple(file.value() for file in state.remarks or ())
        fields: dict[str, Any] = vars(self) | vars(state) | {"skipped": skipped, "remarks": remarks}
        del fields["metadata"]
        return models.Index(**fields)


class _Content(BaseModel):
    content: str


class _Project(BaseModel):
    id: Id
    name: Line = ""
    organization_id: Maybe[Id] = None
    is_default: Maybe[bool] = None

    def value(self) -> models.Project:
        return models.Project(self.id, self.name, self.organization_id, bool(self.is_default))


class _Attachment(BaseModel):
    name: str
    size: Maybe[int] = None
    last_modified: Time = None

    def value(self) -> models.Attachment:
        return models.Attachment(**vars(self))


class _PresignedUrl(BaseModel):
    url: str
    expires_at: Time = None

    def value(self) -> models.PresignedUrl:
        return models.PresignedUrl(**vars(self))


class SessionBody:
    """The body of a session, held once: a character for each byte, whatever characters the bytes are.

    A text of a hundred megabytes with one emoji in it would take four times as many.
    """

    def __init__(self, body: bytes) -> None:
        body = body.removeprefix(codecs.BOM_UTF8)
        self.start = body[:START_BYTES]
        self.text = body.decode("latin-1")
        self._is_ascii = body.isascii()

    def source(self, value: json_text.Value) -> str:
        """The JSON text of a value; of one that is too long, as much as is kept."""
        if value.longest is not None:
            text = json_text.shortened(self.text, value, MAX_CUT_CHARS)[:MAX_EVENT_CHARS]
        else:
            text = self.text[value.start : value.end]
        return self.as_sent(text)

    def as_sent(self, text: str) -> str:
        """What a piece of `text` is in the characters that were sent."""
        return text if self._is_ascii else text.encode("latin-1").decode("utf-8", "replace")

    def decoded(self, value: json_text.Value, source: str) -> object:
        """What a value is. ValueError where it cannot be decoded after all."""
        return value.decoded if self._is_ascii and not value.broken else json_text.loads(source)


def decoding_full_session(body: SessionBody) -> Generator[None, None, models.FullSession]:
    """Decode a session and its events, pausing every few: the result is the generator's return value.

    So a history of any length can be decoded without holding up whatever else is to be done. Deltas that follow one
    another may be joined. An event that is too large to be shown is cut. WrongShapeError as for the others;
    TooManyValuesError where the events do not fit into memory.
    """
    if (yield from _weighing(body.text)) > MAX_WEIGHT:
        raise TooManyValuesError
    fields: dict[str, object] = {}
    events: list[models.Event] = []
    try:
        for member in json_text.members(body.text, "events", body.as_sent):
            if member is not None and member[0] == "events":
                events += _session_events(body, member[1])
            elif member is not None:
                key, value = member
                fields[key] = None if value.broken else body.decoded(value, body.source(value))
            yield
    except ValueError as error:
        raise WrongShapeError(f"the session cannot be read: {error}") from error
    return models.FullSession(_one(_Session, fields).value(), events)


def _session_events(body: SessionBody, value: json_text.Value) -> list[models.Event]:
    if not value.several:
        return [_session_event(body, value)]
    events = joined_events(cast(list[object], value.decoded))
    return [_session_event(body, each) for each in json_text.elements(body.text, value)] if events is None else events


def _session_event(body: SessionBody, value: json_text.Value) -> models.Event:
    source = body.source(value)
    try:
        if json_text.weight(source) > json_text.MAX_VALUE_WEIGHT:
            return unknown("", source)
        return cut(event(body.decoded(value, source), source), value.end - value.start)
    except ValueError:
        return unknown("", source)


def _weighing(text: str) -> Generator[None, None, int]:
    total = 0
    for at in range(0, len(text), WEIGHED_CHARS):
        total += json_text.weight(text[at : at + WEIGHED_CHARS])
        yield
    return total


def session(body: bytes) -> models.Session:
    """A session without its events."""
    return _one(_Session, _loads(body)).value()


def index(body: bytes) -> models.Index:
    """One index."""
    return _one(_Index, _loads(body)).value()


def presigned_url(body: bytes) -> models.PresignedUrl:
    """Where an attachment can be fetched without a key."""
    return _one(_PresignedUrl, _loads(body)).value()


def sessions_page(body: bytes) -> models.Page[models.Session]:
    """One page of the list of sessions. In this and the other lists, items that are not of their shape are left out."""
    raw = _loads(body)
    return models.Page([item.value() for item in _items(_Session, raw)], _next_page_token(raw))


def indexes_page(body: bytes) -> models.Page[models.Index]:
    """One page of the list of indexes."""
    raw = _loads(body)
    return models.Page([item.value() for item in _items(_Index, raw)], _next_page_token(raw))


def documents_page(body: bytes) -> models.Page[models.IndexedDocument]:
    """One page of the list of an index's documents."""
    raw = _loads(body)
    return models.Page([item.value() for item in _items(_Document, raw)], _next_page_token(raw))


def directory(body: bytes) -> models.SourceDirectory:
    """One directory."""
    return _one(_SourceDirectory, _loads(body)).value()


def directories_page(body: bytes) -> models.Page[models.SourceDirectory]:
    """One page of the list of directories."""
    raw = _loads(body)
    return models.Page([item.value() for item in _items(_SourceDirectory, raw)], _next_page_token(raw))


def source_file(body: bytes) -> models.SourceFile:
    """One file of a directory."""
    return _one(_SourceFile, _loads(body)).value()


def source_files_page(body: bytes) -> models.Page[models.SourceFile]:
    """One page of the list of a directory's files."""
    raw = _loads(body)
    return models.Page([item.value() for item in _items(_SourceFile, raw)], _next_page_token(raw))


def content(body: bytes) -> str:
    """The text of a document, or of a part of it."""
    return _one(_Content, _loads(body)).content


def attachments_page(body: bytes) -> models.Page[models.Attachment]:
    """One page of the list of a document's attachments."""
    raw = _loads(body)
    return models.Page([item.value() for item in _items(_Attachment, raw)], _next_page_token(raw))


def projects(body: bytes) -> list[models.Project]:
    """All projects: a bare list in version 1 of the route, `items` in version 2."""
    return [item.value() for item in _items(_Project, _loads(body))]


def _text(body: bytes) -> str:
    return body.decode("utf-8", "replace").removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")


def _loads(body: bytes) -> object:
    text = _text(body)
    if json_text.weight(text) > json_text.MAX_VALUE_WEIGHT:
        raise WrongShapeError("the answer holds too many values")
    try:
        return json_text.loads(text)
    except ValueError as error:
        raise WrongShapeError(f"the answer is not JSON: {error}") from error


def _one(shape: type[Shape], raw: object) -> Shape:
    try:
        return shape.model_validate(raw)
    except ValidationError as error:
        field = ".".join(str(step) for step in error.errors(include_input=False)[0]["loc"])
        raise WrongShapeError(f"the answer lacks `{field}`" if field else "the answer is of another shape") from error


def _items(shape: type[Shape], raw: object) -> list[Shape]:
    listed = cast(dict[str, object], raw).get("items") if isinstance(raw, dict) else raw
    if not isinstance(listed, list):
        raise WrongShapeError("the answer is not a list")
    found = (_or_nothing(shape, item) for item in cast(list[object], listed)[:MAX_ITEMS])
    return [item for item in found if item is not None]


def _or_nothing(shape: type[Shape], raw: object) -> Shape | None:
    try:
        return shape.model_validate(raw)
    except ValidationError:
        return None


def _next_page_token(raw: object) -> str | None:
    token = cast(dict[str, object], raw).get("next_page_token") if isinstance(raw, dict) else None
    return token if isinstance(token, str) and is_sendable(token, MAX_TOKEN_CHARS) else None
