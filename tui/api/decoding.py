"""Answers from the wire -> the values of `tui.api.models`. Events are read by `tui.api.event_decoding`.

An optional field of the wrong shape counts as absent, and an item of the wrong shape is left out of its list. Only an
answer that is not the asked-for thing at all is refused, with `WrongShapeError`. An identifier that could not be sent
back counts as one of the wrong shape.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ValidationError

from tui.api import json_text, models
from tui.api.event_decoding import MAX_EVENT_CHARS, cut, event, joined_events, large_event, unknown, without_values
from tui.api.fields import MAX_TOKEN_CHARS, Count, Id, Line, Maybe, Shown, Time, is_sendable

Shape = TypeVar("Shape", bound=BaseModel)


MAX_EVENTS = 1_500_000
"""Events of a session that are read: one of 30,000 turns has about 200,000."""

MAX_TURN_WEIGHT = 32_000_000
"""Bytes that the events of a turn may take, roughly: while it runs there are several copies of them.

Of one that takes more in a history, the values of further tools are not read, and of texts the beginning.
"""

MAX_ITEMS = 1000
"""Items of a page that are read: the API gives no more."""


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
    files_done: Maybe[Count] = None
    files_total: Maybe[Count] = None
    files: Maybe[Count] = None
    skipped_files: Maybe[Count] = None
    size: Maybe[Count] = None
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


class _PresignedUrl(BaseModel):
    url: str
    expires_at: Time = None

    def value(self) -> models.PresignedUrl:
        return models.PresignedUrl(**vars(self))


def decoding_session(
    pieces: Iterable[bytes], take: Callable[[Sequence[models.Event]], object]
) -> Generator[None, None, models.Session]:
    """Decode a session whose body comes in pieces, pausing every few events: the session is the generator's return
    value, and its events are given to `take`, some at a time, oldest first.

    So a history of any length is decoded without holding up whatever else is to be done, and without being held whole.
    Deltas that follow one another may be joined. An event that is too large to be shown is cut. WrongShapeError as for
    the others; TooManyValuesError where there are more events than can be shown.
    """
    fields: dict[str, object] = {}
    limit = _WeightLimit()
    try:
        for member in json_text.members(json_text.LongText(pieces), "events"):
            if member is not None and member[0] == "events":
                take(limit.bounded(_session_events(member[1]), member[1].source))
            elif member is not None:
                key, value = member
                fields[key] = value.decoded
            yield
    except TooManyValuesError:
        raise
    except ValueError as error:
        raise WrongShapeError(f"the session cannot be read: {error}") from error
    return _one(_Session, fields).value()


def session_events(pieces: Iterable[bytes]) -> Iterator[models.Event]:
    """The events of a session's body, without a pause: see `decoding_session`."""
    some: list[models.Event] = []
    for _ in decoding_session(pieces, some.extend):
        yield from some
        some.clear()


class _WeightLimit:
    """How much a session, and a turn of it, holds so far, and whether that is too much."""

    def __init__(self) -> None:
        self._events = 0
        self._turn_weight = 0

    def bounded(self, events: list[models.Event], source: str) -> list[models.Event]:
        """The events that a source holds, without what is more than a turn can hold."""
        weight = _weight(events, source)
        self._events += len(events)
        if self._events > MAX_EVENTS:
            raise TooManyValuesError
        if any(isinstance(event, models.UserInput | models.Stop) for event in events):
            self._turn_weight = 0
        self._turn_weight += weight
        return events if self._turn_weight <= MAX_TURN_WEIGHT else [without_values(event) for event in events]


def _weight(events: Sequence[models.Event], source: str) -> int:
    """Bytes that events take, roughly, which were decoded from a source: of texts nothing but these."""
    if all(isinstance(event, models.ContentEvent) for event in events):
        return json_text.text_weight(source) + json_text.VALUE_BYTES * len(events)
    return json_text.weight(source, MAX_TURN_WEIGHT)


def _session_events(value: json_text.Value) -> list[models.Event]:
    if not value.several:
        return [_session_event(value)]
    events = joined_events(cast(list[Any], value.decoded))
    return [_session_event(each) for each in json_text.elements(value.source)] if events is None else events


def _session_event(value: json_text.Value) -> models.Event:
    if not value.broken:
        return cut(event(value.decoded, value.source), value.chars)
    is_heavy = json_text.is_too_heavy(value.source)
    try:
        if not is_heavy:
            return cut(event(json_text.loads(value.source), value.source), value.chars)
    except ValueError:
        is_heavy = value.chars > MAX_EVENT_CHARS
    return large_event(value.source, value.chars) if is_heavy else unknown("", value.source)


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


def projects(body: bytes) -> list[models.Project]:
    """All projects: a bare list in version 1 of the route, `items` in version 2."""
    return [item.value() for item in _items(_Project, _loads(body))]


def _text(body: bytes) -> str:
    return body.decode("utf-8", "replace").removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")


def _loads(body: bytes) -> object:
    text = _text(body)
    if json_text.is_too_heavy(text):
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
