"""A session as a file of JSON lines: first what is known of the session, then each event as the server sent it.

The same session always makes the same bytes. Only ASCII is written, so that the file can be shown anywhere.
"""

import json
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from functools import partial
from itertools import pairwise
from secrets import token_hex
from typing import cast

from tui.api import json_text
from tui.api.models import EVENT_NAMES, Event, Session, Unknown
from tui.lazy_dataclass import dataclass
from tui.sanitize import well_formed

FORMAT = "llamachat session"
VERSION = 1
DEFAULT_ACCESS = "read_only"

_SLICE_CHARS = 500_000
_UP_TO_LONG_STRING = re.compile(r'(?:[^"]++|"(?:[^"\\]|\\.){0,1000}+")*+(?P<begins>"?)', re.DOTALL)
_SESSION_ID = re.compile(r"(?!\.+$)[^\s/\\%?#\x00-\x1f\x7f\ud800-\udfff]{1,200}")
_TIME = re.compile(r"[0-8]\d{3}-[\d:.TZ+-]{,40}", re.ASCII)


class SessionFileError(Exception):
    """A text is no session of JSON lines. The message says in which line and why, fit to show."""


@dataclass(frozen=True, slots=True)
class SessionFile:
    """A session under the API's names ("Get Full Session"), with each event as JSON text: an object on one line.

    The events may be iterated over again and again.
    """

    session_id: str
    last_updated_at: str
    generated_title: str | None
    index_ids: Sequence[str] | None
    job_metadata: Mapping[str, object] | None
    shared_access: str
    events: Iterable[str]

    def lines(self) -> Iterator[str]:
        """The text of the file, in pieces."""
        fields = {name: getattr(self, name) for name in _FIELDS}
        yield f"{_written({'format': FORMAT, 'version': VERSION, 'session': fields})}\n"
        for event in self.events:
            yield event
            yield "\n"

    def with_turn(self, number: int) -> "SessionFile":
        """The session with the events of one of its turns only, counted from 1.

        IndexError with how many there are, where there is none of that number.
        """
        kept: list[str] = []
        turns, is_open = 0, False
        for text in self.events:
            event = json.loads(text)
            kind = event.get("type")
            if kind == "user_input" or not (is_open or (kind == "stop" and not event.get("is_error"))):
                turns += 1
            is_open = kind != "stop"
            if turns == number > 0:
                kept.append(text)
        if not kept:
            raise IndexError(turns)
        return replace(self, events=kept)


_FIELDS = ("session_id", "last_updated_at", "generated_title", "index_ids", "job_metadata", "shared_access")


def reading_answer(pieces: Callable[[], Iterable[bytes]]) -> Generator[None, None, SessionFile]:
    """The session in the server's answer to "Get Full Session", read in steps. Raises `SessionFileError`.

    `pieces` gives the answer's bytes each time that it is called: its events are not held, but read again.
    """
    fields: dict[str, object] = {}
    try:
        for member in json_text.members(json_text.LongText(pieces()), "events"):
            if member and member[0] != "events":
                fields[member[0]] = member[1].decoded
            yield
    except ValueError as error:
        raise SessionFileError(f"The server's answer is no session: {error}.") from error
    return _session(fields, _SentEvents(pieces))


@dataclass(frozen=True, slots=True)
class _SentEvents:
    """The events of an answer that is known to be a session."""

    pieces: Callable[[], Iterable[bytes]]

    def __iter__(self) -> Iterator[str]:
        for key, value in filter(None, json_text.members(json_text.LongText(self.pieces(), keeps_all=True), "events")):
            if key == "events":
                yield from map(_event, json_text.elements(value.source) if value.several else [value])


def from_values(session: Session, events: Iterable[Event]) -> SessionFile:
    """The session as this program keeps it: what the server sent beside what is known of the API is not there."""
    fields: dict[str, object] = {
        **asdict(session),
        "last_updated_at": session.last_updated_at.isoformat() if session.last_updated_at else "",
        "index_ids": None if session.index_ids is None else list(session.index_ids),
    }
    return _session(fields, [_line(partial(_event_json, event)) for event in events])


def from_lines(lines: Iterable[str]) -> SessionFile:
    """The session in a file's lines. Raises `SessionFileError`."""
    numbered = enumerate(lines, 1)
    fields = _header(next(numbered, (1, ""))[1])
    return _session(fields, [_checked(number, line) for number, line in numbered if line.strip()])


def _header(line: str) -> Mapping[str, object]:
    try:
        header = json_text.loads(line)
    except ValueError:
        header = None
    if not isinstance(header, dict) or cast(dict[str, object], header).get("format") != FORMAT:
        raise SessionFileError(
            "Its first line does not say that it is a session. Only what `llamachat-tui export --format jsonl` wrote "
            "can be imported."
        )
    found = cast(dict[str, object], header)
    if found.get("version") != VERSION:
        raise SessionFileError("A newer version of llamachat-tui wrote it. Update the program.")
    fields = found.get("session")
    return cast(dict[str, object], fields) if isinstance(fields, dict) else {}


def _checked(number: int, line: str) -> str:
    try:
        value = json_text.loads(line)
    except ValueError as error:
        raise SessionFileError(f"Line {number} is not JSON: {error}. The file may be cut off or changed.") from error
    if not isinstance(value, dict):
        raise SessionFileError(f"Line {number} is no event: an event is a JSON object.")
    return _line(lambda: cast(dict[str, object], value))


def _event_json(event: Event) -> object:
    if not isinstance(event, Unknown):
        return {"type": EVENT_NAMES[type(event)], **asdict(event)}
    try:
        value = json_text.loads(event.raw)
    except ValueError:
        value = None
    return cast(object, value) if isinstance(value, dict) else _unknown(event.name, event.raw)


def _unknown(name: str, raw: str) -> object:
    return {"type": "unknown", "name": name, "raw": raw}


def _event(value: json_text.Value) -> str:
    if value.broken:
        return _long_event(value.source)
    if not isinstance(value.decoded, dict):
        return _line(lambda: _unknown("", value.source))
    return _line(lambda: cast(dict[str, object], value.decoded))


def _long_event(source: str) -> str:
    """An event that was too long to be decoded, or is broken. No step takes long, so that other threads may run."""
    mark = f"{token_hex(8)}-"
    try:
        if json_text.has_too_many_values(source):
            raise ValueError("too many values")
        pieces, strings, end = list[str](), list[Sequence[int]](), 0
        for places in _long_strings(source):
            pieces.append(f"{source[end : places[0]]}{mark}{len(strings)}-")
            strings.append(places)
            end = places[-1]
        decoded = json_text.loads("".join([*pieces, source[end:]]))
        if not isinstance(decoded, dict):
            raise ValueError("no object")
        written = ["".join(_rewritten(source[a:b]) for a, b in pairwise(places)) for places in strings]
    except ValueError:
        decoded = _unknown("", f"{mark}0-")
        starts = range(0, len(source), _SLICE_CHARS)
        written = ["".join(_written(source[at : at + _SLICE_CHARS])[1:-1] for at in starts)]
    parts = re.split(rf"{mark}(\d+)-", _line(lambda: cast(object, decoded)))
    return "".join(written[int(part)] if at % 2 else part for at, part in enumerate(parts))


def _long_strings(text: str) -> Iterator[Sequence[int]]:
    """Where the characters of each long string of a JSON text begin, may be parted, and end: no escape is cut.

    A short one may be among them. One without an end is left out.
    """
    at = 0
    while at < len(text):
        found = _UP_TO_LONG_STRING.match(text, at, at + _SLICE_CHARS)
        assert found is not None
        at = found.end()
        if not found["begins"]:
            continue
        places = [at]
        while (piece := json_text.CHARACTERS.match(text, at, at + _SLICE_CHARS)) and piece.end() > at:
            at = piece.end()
            places.append(at)
        if text.startswith('"', at):
            yield places
        at += 1


def _rewritten(characters: str) -> str:
    """Characters of a JSON string as they are written here. ValueError where they are none."""
    return _written(json_text.loads(f'"{characters}"'))[1:-1]


def _session(fields: Mapping[str, object], events: Iterable[str]) -> SessionFile:
    session_id, updated = fields.get("session_id"), fields.get("last_updated_at")
    if not isinstance(session_id, str) or not _SESSION_ID.fullmatch(session_id):
        raise SessionFileError("The session has no id that can be used in an address.")
    title, access, job = fields.get("generated_title"), fields.get("shared_access"), fields.get("job_metadata")
    return SessionFile(
        session_id,
        updated if isinstance(updated, str) and _is_time(updated) else "",
        well_formed(title) if isinstance(title, str) else None,
        _texts(fields.get("index_ids")),
        cast(dict[str, object], job) if isinstance(job, dict) else None,
        well_formed(access) if isinstance(access, str) and access else DEFAULT_ACCESS,
        events,
    )


def _is_time(text: str) -> bool:
    try:
        return bool(_TIME.fullmatch(text) and datetime.fromisoformat(text))
    except ValueError:
        return False


def _texts(value: object) -> list[str] | None:
    if not isinstance(value, list):
        return None
    return [well_formed(text) for text in cast(list[object], value) if isinstance(text, str)]


def _line(event: Callable[[], object]) -> str:
    """An event as it is written. It is made here, since to copy what is nested may fail as to write it."""
    try:
        return _written(event())
    except RecursionError:
        return _written(_unknown("", "This was nested too deeply to be written."))


def _written(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
