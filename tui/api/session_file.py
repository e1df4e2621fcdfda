"""A session as a file of JSON lines: first what is known of the session, then each event as the server sent it.

The same session always makes the same bytes. Only ASCII is written, so that the file can be shown anywhere.
"""

import codecs
import json
import re
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from functools import partial
from itertools import islice
from secrets import token_hex
from typing import cast

from tui.api import json_text
from tui.api.models import EVENT_NAMES, Event, Session, Stop, Unknown, UserInput, begins_turn
from tui.lazy_dataclass import dataclass
from tui.sanitize import well_formed

FORMAT = "llamachat session"
VERSION = 1
DEFAULT_ACCESS = "read_only"

_SLICE_CHARS = 500_000
_MAX_VALUES = json_text.MAX_VALUE_WEIGHT // json_text.VALUE_BYTES
_UP_TO_LONG_STRING = re.compile(r'(?:[^"]++|"(?:[^"\\]|\\.){0,1000}+")*+(?P<begins>"?)', re.DOTALL)
_SESSION_ID = re.compile(r"(?!\.+$)[^\s/\\%?#\x00-\x1f\x7f\ud800-\udfff]{1,200}")
_TIME = re.compile(r"[0-8]\d{3}-[\d:.TZ+-]{,40}", re.ASCII)


class SessionFileError(Exception):
    """A text is no session of JSON lines. The message says in which line and why, fit to show."""


class NoTurnError(Exception):
    """A session has no turn of a number. `turns` is how many it has."""

    def __init__(self, turns: int) -> None:
        super().__init__(f"There are {turns}.")
        self.turns = turns


@dataclass(frozen=True, slots=True)
class SessionFile:
    """A session under the API's names ("Get Full Session"), with each event as JSON text: an object on one line.

    The events may be iterated over again and again. Each is given in pieces: a long one is never whole in memory.
    """

    session_id: str
    last_updated_at: str
    generated_title: str | None
    index_ids: Sequence[str] | None
    job_metadata: Mapping[str, object] | None
    shared_access: str
    events: Iterable[Iterable[str]]

    def lines(self) -> Iterator[str]:
        """The text of the file, in pieces."""
        fields = {name: getattr(self, name) for name in _FIELDS}
        yield f"{_written({'format': FORMAT, 'version': VERSION, 'session': fields})}\n"
        for event in self.events:
            yield from event
            yield "\n"

    def with_turn(self, number: int) -> "SessionFile":
        """The session with the events of one of its turns only, counted from 1.

        Raises `NoTurnError` where there is none of that number.
        """
        counts = Counter(_turn_numbers(self.events))
        if number < 1 or number not in counts:
            raise NoTurnError(max(counts, default=0))
        before = sum(count for turn, count in counts.items() if turn < number)
        return replace(self, events=_Again(lambda: islice(self.events, before, before + counts[number])))


_FIELDS = ("session_id", "last_updated_at", "generated_title", "index_ids", "job_metadata", "shared_access")


def reading_answer(pieces: Callable[[int], Iterable[bytes]]) -> Generator[None, None, SessionFile]:
    """The session in the server's answer to "Get Full Session", read in steps. Raises `SessionFileError`.

    `pieces` gives the answer's bytes from a place on each time that it is called: its events are not held, but read
    again.
    """
    fields: dict[str, object] = {}
    try:
        for member in json_text.members(json_text.LongText(pieces(0)), "events"):
            if member and member[0] != "events":
                fields[member[0]] = member[1].decoded
            yield
    except ValueError as error:
        raise SessionFileError(f"The server's answer is no session: {error}.") from error
    return _session(fields, _Again(partial(_sent_events, pieces)))


@dataclass(frozen=True, slots=True)
class _Again:
    """What a function gives, anew each time that it is iterated over."""

    make: Callable[[], Iterator[Iterable[str]]]

    def __iter__(self) -> Iterator[Iterable[str]]:
        return self.make()


def _turn_numbers(events: Iterable[Iterable[str]]) -> Iterator[int]:
    """The number of the turn of each event, from 1; 0 before the first one."""
    number, is_open = 0, False
    for event in events:
        place = _without_texts(event)
        number += begins_turn(place, is_open=is_open)
        is_open = not isinstance(place, Stop)
        yield number


def _without_texts(event: Iterable[str]) -> Event:
    """As much of an event as tells its place among others. What is too long to be decoded is not read."""
    text = json_text.LongText(piece.encode() for piece in event)
    fields = {name: value.decoded for name, value in filter(None, json_text.members(text, ""))}
    match fields.get("type"):
        case "user_input":
            return UserInput("")
        case "stop":
            return Stop(is_error=bool(fields.get("is_error")))
        case _:
            return Unknown("", "")


def _sent_events(pieces: Callable[[int], Iterable[bytes]]) -> Iterator[Iterable[str]]:
    """The events of an answer that is known to be a session."""
    for key, value in filter(None, json_text.members(json_text.LongText(pieces(0)), "events")):
        if key == "events" and value.broken:
            yield _long_event(_Stretch(pieces, value.start, value.chars))
        elif key == "events":
            yield from ([_event(each)] for each in (json_text.elements(value.source) if value.several else [value]))


def from_values(session: Session, events: Iterable[Event]) -> SessionFile:
    """The session as this program keeps it: what the server sent beside what is known of the API is not there.

    The events may be iterated over again and again.
    """
    fields: dict[str, object] = {
        **asdict(session),
        "last_updated_at": session.last_updated_at.isoformat() if session.last_updated_at else "",
        "index_ids": None if session.index_ids is None else list(session.index_ids),
    }
    return _session(fields, _Again(lambda: ([_line(partial(_event_json, event))] for event in events)))


def from_lines(lines: Iterable[str]) -> SessionFile:
    """The session in a file's lines. Raises `SessionFileError`."""
    numbered = enumerate(lines, 1)
    fields = _header(next(numbered, (1, ""))[1])
    return _session(fields, [[_checked(number, line)] for number, line in numbered if line.strip()])


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
    if not isinstance(value.decoded, dict):
        return _line(lambda: _unknown("", value.source))
    return _line(lambda: cast(dict[str, object], value.decoded))


@dataclass(frozen=True, slots=True)
class _Stretch:
    """So many bytes of an answer, from a place on, which are read each time that they are wanted."""

    pieces: Callable[[int], Iterable[bytes]]
    start: int
    size: int

    def __iter__(self) -> Iterator[bytes]:
        left = self.size
        for piece in self.pieces(self.start):
            yield piece[:left]
            left -= len(piece)
            if left <= 0:
                return


def _long_event(event: _Stretch) -> Iterator[str]:
    """An event that was too long to be decoded, or is broken. No step takes long, so that other threads may run."""
    mark = f"{token_hex(8)}-"
    try:
        text, strings = _without_long_strings(event, mark)
        decoded, written = json_text.loads(text), _rewritten
        if not isinstance(decoded, dict):
            raise ValueError("no object")
    except ValueError:
        decoded, strings, written = _unknown("", f"{mark}0-"), [event], _quoted
    for at, part in enumerate(re.split(rf"{mark}(\d+)-", _line(lambda: cast(object, decoded)))):
        yield from written(strings[int(part)]) if at % 2 else [part]


def _without_long_strings(event: _Stretch, mark: str) -> tuple[str, Sequence[_Stretch]]:
    """An event with marks and numbers in place of the characters of its long strings, and where these are.

    A short string may be among them. ValueError where there are too many values, or a string is none.
    """
    text = json_text.LongText(event)
    pieces, strings, values = list[str](), list[_Stretch](), 0
    while not text.begins(""):
        window, at = text.ahead(_SLICE_CHARS)
        found = _UP_TO_LONG_STRING.match(window, at, at + _SLICE_CHARS)
        assert found is not None
        values += json_text.count_values(found[0], _MAX_VALUES)
        if values > _MAX_VALUES:
            raise ValueError("too many values")
        pieces.append(found[0])
        text.go_to(found.end())
        if found["begins"]:
            start = text.chars_read
            for characters in _characters(text):
                json_text.loads(f'"{characters}"')
            pieces.append(f'{mark}{len(strings)}-"')
            strings.append(_Stretch(event.pieces, event.start + start, text.chars_read - start))
            text.skip('"')
    return json_text.as_sent("".join(pieces)), strings


def _characters(text: json_text.LongText) -> Iterator[str]:
    """The characters of the JSON string that goes on, no escape of which is cut. ValueError where others come."""
    while not (text.begins('"') or text.begins("")):
        window, at = text.ahead(_SLICE_CHARS)
        found = json_text.CHARACTERS.match(window, at, at + _SLICE_CHARS)
        if not found or not found[0]:
            raise ValueError("an escape that is none")
        text.go_to(found.end())
        yield found[0]


def _rewritten(string: _Stretch) -> Iterator[str]:
    """The characters of a JSON string as they are written here."""
    sent = (characters.encode("latin-1") for characters in _characters(json_text.LongText(string)))
    for characters in codecs.iterdecode(sent, "utf-8", "replace"):
        yield _written(json_text.loads(f'"{characters}"'))[1:-1]


def _quoted(text: _Stretch) -> Iterator[str]:
    """A text as the characters of a JSON string."""
    for characters in codecs.iterdecode(text, "utf-8", "replace"):
        yield _written(characters)[1:-1]


def _session(fields: Mapping[str, object], events: Iterable[Iterable[str]]) -> SessionFile:
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
