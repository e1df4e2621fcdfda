import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.api.histories import ANY_JSON, EVENT_LIKE, KINDS, FullSession, dumped, full_session, full_session_of, said
from tui.api import decoding, json_text
from tui.api.event_decoding import TOO_MUCH, event_from_json
from tui.api.models import (
    Session,
    Text,
    TextDelta,
    ToolResult,
    Unknown,
    UserInput,
)
from tui.conversation.transcript_builder import coalesce


@given(fields=st.dictionaries(st.sampled_from(["session_id", "events", "index_ids", "job_metadata"]), ANY_JSON))
def test_a_session_of_any_shape_is_read_or_refused(fields: dict[str, object]):
    try:
        got = full_session(dumped(fields))
    except decoding.WrongShapeError:
        return
    assert got.session.session_id == fields["session_id"]


@given(body=st.binary())
def test_any_bytes_are_read_or_refused(body: bytes):
    with pytest.raises(decoding.WrongShapeError):
        full_session(body)


@given(events=st.lists(EVENT_LIKE))
def test_a_stored_history_reads_as_its_events_would_one_by_one(events: list[dict[str, object]]):
    body = json.dumps({"events": events, "session_id": "s"})
    one_by_one = [event_from_json(json.dumps(e)) for e in events]
    assert list(coalesce(full_session(body.encode()).events)) == list(coalesce(one_by_one))


@given(events=st.lists(st.sampled_from(KINDS).flatmap(said) | EVENT_LIKE, max_size=12), as_ascii=st.booleans())
def test_a_history_reads_the_same_however_many_events_are_decoded_at_once(
    events: list[dict[str, object]], as_ascii: bool
):
    body = json.dumps({"events": events, "session_id": "s"}, ensure_ascii=as_ascii).encode("utf-8", "replace")
    whole = full_session(body)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_text, "RUN_CHARS", 20)
        assert list(coalesce(full_session(body).events)) == list(coalesce(whole.events))


@pytest.mark.parametrize("strange", ['{"type":"novelty"}', '{"type":"text_delta","content":7}', '"x"', "NaN", "[{}]"])
def test_a_strange_event_among_many_is_kept_in_its_place(strange: str):
    told = ['{"type":"text_delta","content":"é"}'] * 2000
    body = f'{{"events": [{",".join([*told, strange, *told])}], "session_id": "s"}}'
    delta, unknown, others = coalesce(full_session(body.encode()).events)
    assert (delta, others) == (TextDelta("é" * 2000), TextDelta("é" * 2000))
    assert isinstance(unknown, Unknown)
    assert unknown.raw == strange


def test_of_events_that_begin_like_what_is_within_them_each_is_found():
    within = {"type": "text", "content": "}, {" * 3, "more": [{"type": "text", "content": "no"}] * 40}
    body = dumped({"events": [within] * 100, "session_id": "s"})
    assert full_session(body).events == [Text("}, {" * 3)] * 100


def test_a_full_session_has_its_fields_before_and_after_the_events():
    body = '{"session_id": "s", "events": [{"type": "text", "content": "a"} , 7 ], "generated_title": "T"}'
    assert full_session(body.encode()) == FullSession(Session("s", generated_title="T"), [Text("a"), Unknown("", "7")])
    assert full_session(b'{"events": [], "session_id": "s"}').events == []
    assert full_session(b'{"events": null, "session_id": "s"}').events == []


@pytest.mark.fault(18)
@pytest.mark.parametrize(
    "bad", ["[" * 100_000 + "]" * 100_000, "9" * 5000, "NaN", '{"type": "text", "content": -Infinity}']
)
def test_an_event_that_cannot_be_read_does_not_take_the_others_with_it(bad: str):
    body = f'{{"session_id": "s", "events": [{{"type":"text","content":"a"}}, {bad}, {{"type":"text","content":"b"}}]}}'
    assert full_session(body.encode()).events == [Text("a"), Unknown("", bad), Text("b")]


@pytest.mark.fault(42)
@pytest.mark.parametrize(
    "body", ['{"events": [}', '{"events": [1}', '{"events": [1]]', '{"events": 1]', "{", "{1: 2}", "[1]"]
)
def test_a_session_that_is_no_json_is_refused(body: str):
    with pytest.raises(decoding.WrongShapeError):
        full_session(body.encode())


@pytest.mark.fault(42)
@pytest.mark.parametrize("size", [1, 30, 60])
def test_a_session_that_is_cut_off_is_refused(size: int):
    body = b'{"session_id": "s", "events": [{"type":"text","content":"a"}, {"type":"text","content":"b"}]}'
    with pytest.raises(decoding.WrongShapeError):
        full_session(body[:size])


@pytest.mark.fault(42)
@pytest.mark.parametrize("kind", ["text", "novelty"])
def test_a_long_history_is_decoded_in_short_steps(kind: str):
    body = dumped({"session_id": "s", "events": [{"type": kind, "content": "a"}] * 20_000})
    steps = sum(1 for _ in decoding.decoding_session([body], bool))
    assert steps >= len(body) / (2 * json_text.RUN_CHARS)


@pytest.mark.fault(42)
def test_a_history_in_any_script_reads_the_same():
    text = "żółw 🐢 \u2028 " * 3
    body = json.dumps({"session_id": "s", "events": [{"type": "text", "content": text}]}, ensure_ascii=False).encode()
    assert full_session(body).events == full_session(dumped(json.loads(body))).events
    assert full_session(b"\xef\xbb\xbf" + body).events == full_session(body).events


@pytest.mark.fault(26)
@pytest.mark.parametrize(
    "fields",
    [
        {"type": "text", "content": "x" * 9_000_000},
        {"type": "tool_result", "call_id": "c", "name": "n", "result": "x" * 9_000_000},
        {"type": "tool_call", "call_id": "c", "name": "n", "arguments": {"a": "x" * 9_000_000}},
        {"type": "stop", "is_error": True, "error": "x" * 9_000_000},
        {"type": "novelty", "content": "x" * 9_000_000},
    ],
    ids=lambda fields: fields["type"],
)
def test_an_event_of_a_history_that_is_too_large_is_cut_and_says_so(fields: dict[str, object]):
    [cut] = full_session(dumped({"session_id": "s", "events": [fields]})).events
    assert len(repr(cut)) < 1_100_000
    assert isinstance(cut, Unknown) or "9 MB, which is more than is shown" in repr(cut)


LARGE_RESULT = {"results": [{"text": f"Passage {number}.", "score": 0.5} for number in range(150_000)]}


@pytest.mark.fault(26)
def test_a_result_of_many_values_that_is_too_large_is_still_the_result_of_its_call():
    events = [
        {"type": "tool_result", "call_id": "c", "name": "retrieve", "result": LARGE_RESULT},
        {"type": "tool_result", "call_id": "d", "name": "retrieve", "result": [[1] * 9] * 200_000},
    ]
    found = full_session(dumped({"session_id": "s", "events": events})).events
    assert [(event.call_id, event.name) for event in found if isinstance(event, ToolResult)] == [
        ("c", "retrieve"),
        ("d", "retrieve"),
    ]
    assert all("more than is shown" in repr(event) for event in found)
    sent = event_from_json(json.dumps(events[1]))
    assert isinstance(sent, ToolResult)
    assert (sent.call_id, str(sent.result)[-24:]) == ("d", "h is more than is shown.")


@pytest.mark.fault(26)
def test_a_history_of_more_events_than_can_be_shown_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(decoding, "MAX_EVENTS", 2)
    with pytest.raises(decoding.TooManyValuesError):
        full_session(dumped({"session_id": "s", "events": [{"type": "text", "content": "a"}] * 3}))


@pytest.mark.fault(26)
def test_a_turn_that_holds_too_much_has_no_more_values_of_tools(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(decoding, "MAX_TURN_WEIGHT", 4_000)
    monkeypatch.setattr(json_text, "RUN_CHARS", 20)
    read = {"type": "tool_result", "call_id": "c", "name": "n", "result": "x" * 1_000}
    turn = [
        {"type": "user_input", "content": "?"},
        read,
        read,
        {"type": "novelty"},
        read,
        {"type": "text", "content": "a"},
    ]
    events = full_session(dumped({"session_id": "s", "events": [*turn, *turn]})).events
    kept = ToolResult("c", "n", "x" * 1_000)
    left_out = ToolResult("c", "n", TOO_MUCH)
    told = [UserInput("?"), kept, kept, Unknown("novelty", '{"type": "novelty"}'), left_out, Text("a")]
    assert events == [*told, *told]


@pytest.mark.fault(26)
def test_a_turn_that_holds_too_much_has_of_further_texts_the_beginning(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(decoding, "MAX_TURN_WEIGHT", 50_000)
    text = {"type": "text", "content": "x" * 40_000}
    first, second = full_session(dumped({"session_id": "s", "events": [text, text]})).events
    assert (first, second) == (Text("x" * 40_000), Text(f"{'x' * 10_000}…\n\n{TOO_MUCH}"))


@given(
    events=st.lists(st.sampled_from(KINDS).flatmap(said) | EVENT_LIKE, max_size=8),
    as_ascii=st.booleans(),
    size=st.integers(1, 200),
    indent=st.sampled_from([None, 1]),
)
def test_a_body_reads_the_same_however_it_is_cut_into_pieces(
    events: list[dict[str, object]], as_ascii: bool, size: int, indent: int | None
):
    text = json.dumps({"events": events, "session_id": "s"}, ensure_ascii=as_ascii, indent=indent)
    body = text.encode("utf-8", "replace")
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_text, "RUN_CHARS", 40)
        assert list(coalesce(full_session_of(pieces).events)) == list(coalesce(full_session(body).events))


@given(value=ANY_JSON, size=st.integers(1, 50))
def test_a_value_that_is_passed_over_ends_where_it_ends(value: object, size: int):
    body = b'{"a": [' + dumped(value) + b', 7], "b": 8}'
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_text, "WINDOWS", (0, 30, 1_000_000))
        patch.setattr(json_text, "MAX_VALUE_WEIGHT", 0)
        patch.setattr(json_text, "_PIECE_CHARS", size)
        text = json_text.LongText(body[at : at + size] for at in range(0, len(body), size))
        (_, first), (_, last) = filter(None, json_text.members(text, "events"))
    assert (first.source, last.source) == ("[" + json.dumps(value) + ", 7]", "8")


@pytest.mark.fault(26)
def test_of_a_history_only_the_event_of_too_many_values_is_not_decoded():
    body = b'{"events": [{"type": "text", "content": "a"}, {"type": "text", "more": [' + b"[]," * 500_000
    body += b'"]}, {\\""]}, {"type": "text", "content": "b"}], "session_id": "s"}'
    first, between, last = full_session(body).events
    assert (first, last) == (Text("a"), Text("b"))
    assert isinstance(between, Unknown)


@pytest.mark.fault(26, 28)
def test_an_event_that_is_too_large_is_passed_over_in_many_steps():
    body = b'{"events": [{"type": "text", "more": [' + b"[]," * 1_000_000 + b'0]}], "session_id": "s"}'
    assert sum(1 for _ in decoding.decoding_session([body], bool)) > 100
