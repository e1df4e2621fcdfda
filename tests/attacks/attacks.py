"""What is sent: each attack by its name."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from tests.attacks.bodies import (
    MEGABYTE,
    Body,
    Pieces,
    body,
    compressed,
    endless,
    event,
    listed,
    long_text,
    numbered,
    sent,
    streamed,
)
from tests.attacks.server import FIRST_TURN, SESSION, STOP, Answers

GIBIBYTE = 1024**3
LINK = b"[name](https://example.com/a) "
NESTED = b'{"a":[1,{"b":null}]}'
DELTA = '{"type":"text_delta","content":"word "}'
CALL = '{"type":"tool_call","call_id":"c#","name":"read","arguments":{"query":"who"}}'
RESULT = '{"type":"tool_result","call_id":"c#","name":"read","result":"Ada"}'


@dataclass(frozen=True)
class Attack:
    """Answers, and what the user does to meet them."""

    answers: Answers
    user: Literal["asks", "opens", "opens again", "starts", "asks first"] = "asks"
    """Who opens again sees what was kept of the session by an earlier run; the server does not answer for it."""


def _result(length: int) -> Pieces:
    return long_text('{"type": "tool_result", "call_id": "c", "name": "read", "result": "', '"}', length)


def _nested(length: int, element: bytes = NESTED) -> Pieces:
    before = b'{"type": "tool_result", "call_id": "c", "name": "read", "result": ['
    return listed(before, element, length // (len(element) + 1), b"]}")


def _content(kind: str, length: int, filled_with: bytes = b"word ") -> Pieces:
    return long_text(f'{{"type": "{kind}", "content": "', '"}', length, filled_with)


def _table(rows: int) -> Pieces:
    yield rb'{"type": "text", "content": "| name | word |\n|---|---|\n'
    yield from numbered(r"| #a | #b |\n", rows)
    yield b'"}'


def _passages(times: int) -> Pieces:
    yield b'{"type": "tool_result", "call_id": "c", "name": "read", "result": {"results": ['
    yield from numbered('{"content":"word #","metadata":{"file_name":"#.pdf"}},', times)
    yield b'{"content":"word"}]}}'


def _failing(length: int) -> Pieces:
    return long_text('{"type": "stop", "is_error": true, "error": "', '"}', length)


def _turn(*events: Callable[[], Pieces]) -> Body:
    """A turn of these events, which ends well."""
    return streamed(lambda: chain(chain.from_iterable(make() for make in events), [event(STOP)]))


def _of(text: Callable[[], Pieces]) -> Callable[[], Pieces]:
    return lambda: sent(text())


def _many(template: str, times: int) -> Callable[[], Pieces]:
    """An event so many times, each with its number in place of `#`."""
    return lambda: numbered(f"data: {template}\n\n", times)


def _session(*events: Callable[[], Pieces]) -> Callable[[], Pieces]:
    """A session of one turn, which ends well. Each maker gives one event, or several with commas between them."""

    def pieces() -> Pieces:
        yield b'{"session_id": "ses-1", "index_ids": ["idx-1"], "generated_title": "Under attack", "events": ['
        yield json.dumps([*FIRST_TURN, {"type": "user_input", "content": "Why?"}]).encode()[1:-1] + b","
        for make in events:
            yield from make()
            yield b","
        yield b'{"type": "text", "content": "It ends here."}, {"type": "stop", "usage": {}}]}'

    return pieces


def _calls(times: int) -> Pieces:
    yield f"{CALL},{RESULT}".encode()
    yield from numbered(f",{CALL},{RESULT}", times)


def _long(turns: int) -> Pieces:
    """So many turns, each with a passage of 20 kB that its answer cites."""
    text = "word " * 4_000
    found = f'{{"results":[{{"content":"{text}","metadata":{{"file_name":"#.pdf"}}}}]}}'
    yield b'{"type":"text","content":"So."}'
    yield from numbered(
        ',{"type":"stop","usage":{}},{"type":"user_input","content":"Why #?"}'
        f',{{"type":"tool_result","call_id":"c","name":"read","result":{found}}}'
        ',{"type":"text","content":"**It** is so [1]."}',
        turns,
    )


def _heavy(turns: int) -> Pieces:
    """So many turns, each with a long result."""
    yield b'{"type":"text","content":"So."}'
    for _ in range(turns):
        yield f',{json.dumps(STOP)},{{"type":"user_input","content":"Why?"}},'.encode()
        yield from _result(300_000)


def _sessions(length: int) -> Pieces:
    element = b'{"session_id": "ses-1", "index_ids": ["idx-1"], "generated_title": "Under attack"}'
    return listed(b'{"items": [', element, length // len(element), b"]}")


def _many_sessions(times: int) -> Pieces:
    yield b'{"items": [{"session_id":"ses-1","generated_title":"Under attack"}'
    yield from numbered(',{"session_id":"s#"}', times)
    yield b"]}"


def _list(pieces: Callable[[], Pieces]) -> Attack:
    return Attack(Answers(sessions=Body(pieces)), "starts")


def _opened(session: Callable[[], Pieces]) -> Attack:
    return Attack(Answers(session=Body(session)), "opens")


def _opened_again(session: Callable[[], Pieces]) -> Attack:
    return Attack(Answers(session=Body(session)), "opens again")


def _asked(turn: Body, *, after: Callable[[], Pieces] | None = None) -> Attack:
    return Attack(Answers(turn=turn, after=Body(after or _session())))


LISTS: Mapping[str, Attack] = {
    "list of 250 MiB in gzip": Attack(Answers(sessions=compressed(lambda: _sessions(250 * 1024**2))), "starts"),
    "list without end": _list(lambda: endless(b'{"session_id": "ses-1"},')),
    "list of 8 MB of nested objects": _list(lambda: listed(b'{"items": [[', NESTED, 300_000, b"]]}")),
    "100,000 sessions in one page": _list(lambda: _many_sessions(100_000)),
    "error without end": Attack(Answers(sessions=Body(lambda: endless(b"no "), status=403)), "starts"),
    "indexes without end": Attack(Answers(indexes=Body(lambda: endless(b'{"id": "idx-1"},'))), "starts"),
    "index_ids null in a creation": Attack(Answers(created=body({**SESSION, "index_ids": None})), "asks first"),
}

SESSIONS: Mapping[str, Attack] = {
    "session of 1 GiB in gzip": Attack(
        Answers(session=compressed(_session(lambda: _content("text", GIBIBYTE)))), "opens"
    ),
    "session of 200,000 events": _opened(
        _session(lambda: listed(b"", b'{"type":"text","content":"%b"}' % (b"word " * 94), 200_000, b""))
    ),
    "session with a tool result of 100 MB": _opened(_session(lambda: _result(100 * MEGABYTE))),
    "session with nested objects of 60 MB": _opened(_session(lambda: _nested(60 * MEGABYTE))),
    "session with nested objects of 8 MB": _opened(_session(lambda: _nested(8 * MEGABYTE))),
    "session with a text of 100 MB": _opened(_session(lambda: _content("text", 100 * MEGABYTE))),
    "session with a text of 7 MB": _opened(_session(lambda: _content("text", 7 * MEGABYTE))),
    "session with 200,000 tool calls": _opened(_session(lambda: _calls(200_000))),
    "session with 100,000 links": _opened(_session(lambda: _content("text", len(LINK) * 100_000, LINK))),
    "session with 20,000 passages in one result": _opened(_session(lambda: _passages(20_000))),
    "session of 2,000 turns with evidence": _opened(_session(lambda: _long(2_000))),
    "kept session with 200,000 tool calls": _opened_again(_session(lambda: _calls(200_000))),
    "kept session with a text of 7 MB": _opened_again(_session(lambda: _content("text", 7 * MEGABYTE))),
    "kept session with nested objects of 8 MB": _opened_again(_session(lambda: _nested(8 * MEGABYTE))),
    "kept session of 50 turns with 300 kB each": _opened_again(_session(lambda: _heavy(50))),
}

TURNS: Mapping[str, Attack] = {
    "tool result of 60 MB": _asked(_turn(_of(lambda: _result(60 * MEGABYTE)))),
    "tool result of 100 MB that the session has too": _asked(
        _turn(_of(lambda: _result(100 * MEGABYTE))), after=_session(lambda: _result(100 * MEGABYTE))
    ),
    "tool result of 7 MB": _asked(_turn(_of(lambda: _result(7 * MEGABYTE)))),
    "thirty tool results of 7 MB": _asked(_turn(*[_of(lambda: _result(7 * MEGABYTE))] * 30)),
    "nested objects of 60 MB": _asked(_turn(_of(lambda: _nested(60 * MEGABYTE)))),
    "nested objects of 7 MB": _asked(_turn(_of(lambda: _nested(7 * MEGABYTE)))),
    "ten times nested objects of 2 MB": _asked(_turn(*[_of(lambda: _nested(2 * MEGABYTE))] * 10)),
    "delta of 60 MB": _asked(_turn(_of(lambda: _content("text_delta", 60 * MEGABYTE)))),
    "delta of 7 MB": _asked(_turn(_of(lambda: _content("text_delta", 7 * MEGABYTE)))),
    "text of 7 MB": _asked(_turn(_of(lambda: _content("text", 7 * MEGABYTE)))),
    "thought of 7 MB": _asked(_turn(_of(lambda: _content("thinking", 7 * MEGABYTE)))),
    "line of 60 MB": _asked(_turn(lambda: long_text("", "", 60 * MEGABYTE))),
    "line without end": _asked(streamed(lambda: endless(b"data: word "))),
    "stop with an error of 60 MB": _asked(streamed(_of(lambda: _failing(60 * MEGABYTE)))),
    "stop with an error of 7 MB": _asked(streamed(_of(lambda: _failing(7 * MEGABYTE)))),
    "1,000,000 deltas": _asked(_turn(_many(DELTA, 1_000_000))),
    "deltas without end": _asked(streamed(lambda: endless(f"data: {DELTA}\n\n".encode()))),
    "1,000,000 unknown events": _asked(_turn(_many('{"type":"new#","x":1}', 1_000_000))),
    "1,000,000 comments": _asked(_turn(lambda: numbered(":#\n\n", 1_000_000))),
    "20,000 tool calls": _asked(_turn(_many(f"{CALL}\n\ndata: {RESULT}", 20_000))),
    "200,000 tool calls": _asked(_turn(_many(f"{CALL}\n\ndata: {RESULT}", 200_000))),
    "100,000 links in deltas": _asked(_turn(lambda: listed_deltas(100_000))),
    "100,000 links in one text": _asked(_turn(_of(lambda: _content("text", len(LINK) * 100_000, LINK)))),
    "table of 50,000 rows in one text": _asked(_turn(_of(lambda: _table(50_000)))),
    "500,000 brackets in one text": _asked(_turn(_of(lambda: _content("text", 500_000, b"[")))),
    "tool result of 20,000 passages": _asked(_turn(_of(lambda: _passages(20_000)))),
    "turn refused without end": _asked(Body(lambda: endless(b"no "), status=403)),
}


def listed_deltas(times: int) -> Pieces:
    """Deltas of a link each, all in one paragraph."""
    return numbered('data: {"type":"text_delta","content":"[name#](https://example.com/a) "}\n\n', times)


ATTACKS: Mapping[str, Attack] = {**LISTS, **SESSIONS, **TURNS}
