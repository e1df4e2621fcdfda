import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.events import EXAMPLES, any_event
from tui.api import json_text, session_file
from tui.api.event_decoding import event_from_json
from tui.api.models import Event, Session, Text, ToolResult, Unknown, Usage
from tui.api.session_file import NoTurnError, SessionFile, SessionFileError, from_lines, from_values, reading_answer
from tui.cooperative import run_at_once

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
ODD = ['{"type": "text", "content": 1e999}', "null", "[1]", '{"a": 1, "a": 2}', '{"type":"text","content":"\\ud800"}']


def answer(events: str, **fields: object) -> bytes:
    known = json.dumps({"session_id": "ses-1", "last_updated_at": "2026-04-22T12:34:41.342245", **fields})
    return f'{known[:-1]}, "events": [{events}]}}'.encode()


def lines_of(session: SessionFile) -> list[str]:
    return "".join(session.lines()).splitlines(keepends=True)


def from_answer(body: Sequence[bytes]) -> SessionFile:
    whole = b"".join(body)
    size = 1000 + len(whole) // 100
    return run_at_once(reading_answer(lambda start: [whole[at : at + size] for at in range(start, len(whole), size)]))


def events_of(session: SessionFile) -> list[str]:
    return ["".join(event) for event in session.events]


@given(st.lists(st.dictionaries(st.text(), ANY_JSON, max_size=4)), ANY_JSON, st.none() | st.lists(st.text()))
def test_what_is_written_is_read_again_byte_for_byte(
    events: list[dict[str, object]], title: object, index_ids: list[str] | None
) -> None:
    body = answer(json.dumps(events)[1:-1], generated_title=title, index_ids=index_ids, job_metadata={"turns": 2})
    session = from_answer([body])
    assert [json.loads(line) for line in events_of(session)] == events
    written = lines_of(session)
    assert "".join(written).isascii()
    assert lines_of(from_lines(written)) == written


@pytest.mark.fault(9, 18)
def test_odd_events_are_kept_as_they_came() -> None:
    session = from_answer([answer(", ".join(ODD))])
    raws = [json.loads(line).get("raw") for line in events_of(session)]
    assert raws == [ODD[0], ODD[1], ODD[2], None, None]
    assert json.loads(events_of(session)[4]) == {"type": "text", "content": "\ud800"}
    assert lines_of(from_lines(lines_of(session))) == lines_of(session)


@pytest.mark.fault(12)
@given(st.text(), st.text(st.characters(exclude_categories=["Cs"])))
def test_no_line_holds_what_a_terminal_obeys(text: str, raw: str) -> None:
    event = json.dumps({"type": "text", "content": raw}, ensure_ascii=False)
    lines = lines_of(from_answer([answer(f'{event}, "{{", 7', generated_title=text)]))
    assert all(line.isascii() and min(line[:-1]) >= "\x20" for line in lines)


@given(
    st.lists(any_event(st.text(), st.text(), ANY_JSON, st.builds(Usage, st.none() | st.floats(0, 1e9)))),
    st.none() | st.text(),
)
def test_what_this_program_kept_is_read_as_the_same_events(events: list[Event], title: str | None) -> None:
    session = from_values(Session("ses-1", None, title, ("idx",)), events)
    assert lines_of(from_lines(lines_of(session))) == lines_of(session)
    assert len(events_of(session)) == len(events)


@pytest.mark.parametrize("depth", [500, 100_000])
def test_a_result_that_is_nested_without_end_does_not_take_the_others_with_it(depth: int) -> None:
    nested: object = None
    for _ in range(depth):
        nested = [nested]
    session = from_values(Session("ses-1"), [ToolResult("c", "read", nested), Text("after")])
    assert json.loads(lines_of(session)[1])["type"] in ("tool_result", "unknown")
    assert json.loads(lines_of(session)[2])["content"] == "after"


def test_an_event_of_too_many_values_is_exported_as_its_text_without_being_decoded() -> None:
    values = ",".join(['{"a":[1,{"b":null}]}'] * 60_000)
    event = f'{{"type":"tool_result","result":[{values}]}}'
    session = from_answer([b'{"session_id": "ses-1", "events": [', event.encode(), b', {"type": "new"}]}'])
    assert [json.loads(line) for line in events_of(session)] == [
        {"type": "unknown", "name": "", "raw": event},
        {"type": "new"},
    ]
    lines = lines_of(session)
    assert lines_of(from_lines(lines)) == lines


def test_commas_in_a_very_long_text_are_no_values() -> None:
    event = {"type": "text", "content": ("word " * 40 + ", ") * 180_000}
    (written,) = events_of(from_answer([answer(json.dumps(event))]))
    assert written.startswith('{"type":"text","content":"word ')
    assert json.loads(written) == event


@given(st.lists(st.text(), min_size=1), st.integers(0, 3))
def test_an_event_that_is_too_long_to_be_decoded_is_written_as_any_other(texts: Sequence[str], depth: int) -> None:
    value: object = [text * (3000 // max(1, len(text))) + '\U0001f600"' for text in texts] + [{"a": 1.50, "": None}]
    for _ in range(depth):
        value = {"nested": value}
    for is_ascii in (True, False):
        event = json.dumps({"type": "new", "value": value}, ensure_ascii=is_ascii, indent=1)
        with pytest.MonkeyPatch.context() as patch:
            whole = events_of(from_answer([answer(event)]))
            for name, limit in (("WINDOWS", (10, 20, 100)), ("RUN_CHARS", 1), ("_PIECE_CHARS", 700)):
                patch.setattr(json_text, name, limit)
            patch.setattr(session_file, "_SLICE_CHARS", 700)
            assert events_of(from_answer([answer(event)])) == whole


def test_events_that_are_kept_have_the_shapes_of_the_api() -> None:
    session = from_values(Session("ses-1"), list(EXAMPLES.values()))
    read = [event_from_json(line) for line in events_of(session)]
    assert [event for event in read if not isinstance(event, Unknown)] == [
        event for event in EXAMPLES.values() if not isinstance(event, Unknown)
    ]


@pytest.mark.parametrize(
    ("number", "contents"), [(1, ["old"]), (2, ["a", "b", "stop", "stop"]), (3, ["late"]), (4, ["c", "stop"])]
)
def test_one_turn_can_be_taken_out(number: int, contents: Sequence[str]) -> None:
    kinds = [("text", "old"), ("user_input", "a"), ("text", "b"), *[("stop", "stop")] * 2, ("text", "late")]
    events = [{"type": kind, "content": content} for kind, content in [*kinds, ("user_input", "c"), ("stop", "stop")]]
    session = from_answer([answer(json.dumps(events)[1:-1])])
    assert [json.loads(event)["content"] for event in events_of(session.with_turn(number))] == contents
    with pytest.raises(NoTurnError) as caught:
        session.with_turn(5)
    assert caught.value.turns == 4


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([], "first line"),
        (["# Markdown"], "first line"),
        (['{"format": "llamachat session", "version": 2}'], "newer version"),
        (['{"format": "llamachat session", "version": 1}'], "no id"),
        (['{"format": "llamachat session", "version": 1, "session": {"session_id": "../x"}}'], "no id"),
        (['{"format": "llamachat session", "version": 1, "session": {"session_id": "a"}}', "{"], "Line 2 is not JSON"),
        (['{"format": "llamachat session", "version": 1, "session": {"session_id": "a"}}', "1"], "Line 2 is no event"),
    ],
)
def test_what_is_no_session_is_refused_with_the_reason(lines: list[str], words: str) -> None:
    with pytest.raises(SessionFileError, match=words):
        from_lines(lines)


def test_what_sorts_oddly_counts_as_no_time() -> None:
    for time in ("zzz", "9999-01-01T00:00:00", 7, None):
        assert from_answer([answer("", last_updated_at=time)]).last_updated_at == ""


@pytest.mark.parametrize("event", [json.dumps(["type", "word " * 900]), json.dumps("word " * 900)])
def test_a_long_event_that_is_no_object_is_written_as_one_that_can_be_read_again(
    event: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, limit in (("WINDOWS", (10, 20, 100)), ("RUN_CHARS", 1), ("_PIECE_CHARS", 700)):
        monkeypatch.setattr(json_text, name, limit)
    monkeypatch.setattr(session_file, "_SLICE_CHARS", 700)
    lines = lines_of(from_answer([answer(event)]))
    assert len(lines) == 2
    assert lines_of(from_lines(lines)) == lines
