"""Answers from the wire -> the values of `tui.api.models`. Events are read by `tui.api.event_decoding`.

An optional field of the wrong shape counts as absent, and an item of the wrong shape is left out of its list. Only an
answer that is not the asked-for thing at all is refused, with `WrongShapeError`.
"""

from collections.abc import Generator
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ValidationError

from tui.api import json_text, models
from tui.api.event_decoding import event, unknown
from tui.api.fields import Line, Maybe, Shown, Time

Shape = TypeVar("Shape", bound=BaseModel)


class WrongShapeError(ValueError):
    """The answer is not what was asked for."""


class _Session(BaseModel):
    session_id: str
    last_updated_at: Time = None
    generated_title: Maybe[Line] = None
    index_ids: Maybe[tuple[str, ...]] = None
    shared_access: Maybe[Line] = None

    def value(self) -> models.Session:
        return models.Session(**vars(self))


class _Document(BaseModel):
    file_id: str
    file_name: Line = ""

    def value(self) -> models.IndexedDocument:
        return models.IndexedDocument(self.file_id, self.file_name)


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
    skipped: Maybe[tuple[_SkippedDocument, ...]] = None
    folder: Maybe[str] = None


class _Index(BaseModel):
    id: str
    name: Line = ""
    description: Maybe[Shown] = None
    project_id: Maybe[str] = None
    export_config_id: Maybe[str] = None
    last_synced_at: Time = None
    metadata: Maybe[_IndexState] = None
    sync_in_progress: Maybe[bool] = None

    def value(self) -> models.Index:
        state = self.metadata or _IndexState()
        fields: dict[str, Any] = (
            vars(self) | vars(state) | {"skipped": tuple(file.value() for file in state.skipped or ())}
        )
        del fields["metadata"]
        return models.Index(**fields)


class _Content(BaseModel):
    content: str


class _Project(BaseModel):
    id: str
    name: Line = ""
    organization_id: Maybe[str] = None
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


def decoding_full_session(body: bytes) -> Generator[None, None, models.FullSession]:
    """Decode a session and its events, pausing after each event: the result is the generator's return value.

    So a history of any length can be decoded without holding up whatever else is to be done. WrongShapeError as for the
    others.
    """
    text = _text(body)
    fields: dict[str, object] = {}
    events: list[models.Event] = []
    try:
        for key, value in json_text.members(text, listed="events"):
            if key != "events":
                fields[key] = value.decoded
                continue
            source = text[value.start : value.end]
            events.append(unknown("", source) if value.broken else event(value.decoded, source))
            yield
    except ValueError as error:
        raise WrongShapeError(f"the session cannot be read: {error}") from error
    return models.FullSession(_one(_Session, fields).value(), events)


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
    try:
        return json_text.loads(_text(body))
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
    found = (_or_nothing(shape, item) for item in cast(list[object], listed))
    return [item for item in found if item is not None]


def _or_nothing(shape: type[Shape], raw: object) -> Shape | None:
    try:
        return shape.model_validate(raw)
    except ValidationError:
        return None


def _next_page_token(raw: object) -> str | None:
    token = cast(dict[str, object], raw).get("next_page_token") if isinstance(raw, dict) else None
    return token if isinstance(token, str) and token else None
