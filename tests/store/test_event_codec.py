import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.events import any_event
from tui.api.models import Event, Stop, Text, ToolResult, Unknown, Usage
from tui.sanitize import is_well_formed
from tui.store.event_codec import LEFT_OUT, decode_events, encode_events

texts = st.text(st.characters(), max_size=30)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
usages = st.builds(
    Usage,
    st.none() | st.floats(0, 1e9),
    st.none() | st.integers(0, 10**12),
    st.none() | st.integers(0, 10**12),
    st.none() | st.integers(0, 99),
)
lists_of_events = st.lists(any_event(texts, texts, json_values, usages), max_size=6)


def decoded(text: str) -> tuple[list[Event], bool]:
    events, decoding = list[Event](), decode_events(text)
    while True:
        try:
            events.append(next(decoding))
        except StopIteration as end:
            return events, end.value


@given(lists_of_events)
def test_events_come_back_as_they_were(events: list[Event]) -> None:
    assert decoded(encode_events(events)) == (events, True)


@pytest.mark.fault(42)
def test_of_a_turn_that_is_too_large_the_beginning_and_the_end_are_kept() -> None:
    events: list[Event] = [*(Text("word " * 20) for _ in range(100)), Stop()]
    kept, is_whole = decoded(encode_events(events, 1000))
    assert is_whole
    assert kept == [*events[:9], LEFT_OUT, Stop()]
    assert decoded(encode_events(events[:-1], 1000))[0] == [*events[:9], LEFT_OUT]


@pytest.mark.fault(54)
@pytest.mark.parametrize("rest", [',["text"', ",", "", "}", "x"])
def test_events_before_a_damage_are_read(rest: str) -> None:
    assert decoded(f'[["text","a"]{rest}') == ([Text("a"), Unknown("", rest)], False)


@given(lists_of_events)
def test_what_is_written_can_be_held_by_utf8(events: list[Event]) -> None:
    assert is_well_formed(encode_events(events))


@pytest.mark.fault(9)
def test_lone_surrogates_are_kept_in_events() -> None:
    events: list[Event] = [Text("a\ud83d b"), ToolResult("c", "t", ["\udcff"])]

    written = encode_events(events)
    assert is_well_formed(written)
    assert decoded(written) == (events, True)


def test_a_kind_of_a_newer_version_is_unknown() -> None:
    known = [Unknown("of_tomorrow", '["p. 3",1]'), Text("a")]
    assert decoded('[["of_tomorrow","p. 3",1],["text","a"]]') == (known, True)


def test_a_text_that_is_no_list_of_events_is_one_unknown() -> None:
    for text in ("", "{", "{}", '"text"', "["):
        assert decoded(text) == ([Unknown("", text)], False)


def test_of_a_long_text_only_what_is_asked_for_is_decoded() -> None:
    assert next(decode_events('[["text","a"],["text"' + "[" * 1000)) == Text("a")


@pytest.mark.fault(54)
@pytest.mark.parametrize(
    "wrong",
    [
        "1",
        '["text"]',
        '["text",5]',
        '["stop",1]',
        '["stop",false,null,[null,"much",null,null],[]]',
        '["stop",false,null,[null,null,null,null],[7]]',
        '["tool_call","c","read",[]]',
        '["tool_result","c",null,1]',
        '["tool_result","c","read",1,"page.png"]',
        '[{"a":1}]',
        "[7]",
        "[]",
    ],
)
def test_an_event_whose_fields_are_not_those_of_its_type_takes_no_other_with_it(wrong: str) -> None:
    assert decoded(f'[["text","a"],{wrong},["text","b"]]') == ([Text("a"), Unknown("", wrong), Text("b")], False)


@pytest.mark.fault(18)
def test_a_value_nested_too_deeply_to_be_written_says_so() -> None:
    result: object = None
    for _ in range(100_000):
        result = [result]

    [event], _ = decoded(encode_events([ToolResult("c", "search", result)]))

    assert isinstance(event, Unknown)
    assert event.name == "tool_result"
    assert "nested" in event.raw
