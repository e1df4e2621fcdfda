import json
import math
import sys
from collections.abc import Collection
from datetime import UTC, datetime, timedelta, timezone
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.api.histories import ANY_JSON, ANY_TEXT, EVENT_LIKE, KINDS, dumped, full_session
from tui.api import decoding, json_text
from tui.api.event_decoding import event_from_json
from tui.api.models import (
    ImageAttachment,
    Index,
    Page,
    PresignedUrl,
    Project,
    Session,
    Stop,
    TextDelta,
    ToolCall,
    ToolResult,
    Unknown,
    Usage,
    UserInput,
)
from tui.api.times import LATEST, parse_time


def event(fields: object, sse_event: str = ""):
    return event_from_json(json.dumps(fields), sse_event)


def test_each_type_of_event_becomes_its_value():
    assert event({"type": "user_input", "content": "why?"}) == UserInput("why?")
    assert event({"type": "tool_call", "call_id": "c", "name": "retrieve", "arguments": {"q": 1}}) == ToolCall(
        "c", "retrieve", {"q": 1}
    )
    assert event(
        {
            "type": "tool_result",
            "call_id": "c",
            "name": "retrieve",
            "result": '{"as": "text"}',
            "image_attachment": {"attachment_name": "screenshots/page_7.jpg", "source_id": "dfl-1"},
        }
    ) == ToolResult("c", "retrieve", '{"as": "text"}', ImageAttachment("screenshots/page_7.jpg", "dfl-1"))
    assert event({"type": "stop", "is_error": False, "error": None, "usage": {"duration_ms": 1.5, "turns": 2}}) == Stop(
        usage=Usage(duration_ms=1.5, turns=2)
    )


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"call_id": "c", "name": "n", "arguments": {}}, ToolCall),
        ({"call_id": "c", "name": "n", "result": None}, ToolResult),
        ({"is_error": True}, Stop),
        ({"usage": {}}, Stop),
        ({"content": "of what kind?"}, Unknown),
    ],
)
def test_without_a_type_the_fields_tell(fields: dict[str, object], kind: type):
    assert type(event(fields, "message")) is kind


def test_without_a_type_the_event_name_tells():
    assert event({"content": "x"}, "text_delta") == TextDelta("x")


def test_optional_parts_of_the_wrong_shape_count_as_absent():
    assert event({"type": "stop", "is_error": None, "usage": None, "skipped_index_ids": None}) == Stop()
    assert event({"type": "stop", "usage": {"turns": "many", "duration_ms": []}, "skipped_index_ids": 3}) == Stop()
    assert event({"type": "stop", "is_error": True, "error": {"code": 5}}) == Stop(is_error=True, error='{"code": 5}')
    assert event({"type": "tool_call", "call_id": "c", "name": "n", "arguments": None}) == ToolCall("c", "n", {})


@pytest.mark.fault(17)
@pytest.mark.parametrize(
    "fields",
    [{"type": "text", "content": None}, {"type": "tool_call", "name": "n"}, {"type": "citation"}, {"type": []}],
)
def test_an_event_of_no_known_shape_is_kept_as_it_came(fields: dict[str, object]):
    source = json.dumps(fields)
    got = event_from_json(source)
    assert isinstance(got, Unknown)
    assert got.raw == source


@pytest.mark.fault(1)
def test_shown_texts_are_cleaned_and_identifiers_kept():
    got = event({"type": "tool_call", "call_id": "a\u200bb", "name": "re\x1b[31m\ntrieve", "arguments": {"q": "\x1b"}})
    assert got == ToolCall("a\u200bb", "re␛[31m trieve", {"q": "\x1b"})


@pytest.mark.fault(17)
@given(fields=EVENT_LIKE | ANY_JSON, name=st.sampled_from(["", "message", *KINDS]))
def test_no_json_makes_an_event_raise(fields: object, name: str):
    event_from_json(json.dumps(fields), name)


@pytest.mark.fault(18)
@given(text=ANY_TEXT)
def test_no_text_makes_an_event_raise(text: str):
    event_from_json(text)


def test_a_session_without_its_newer_fields_is_read():
    assert decoding.session(b'{"session_id": "s"}') == Session("s")


def test_a_session_with_everything_is_read():
    got = decoding.session(
        dumped(
            {
                "session_id": "ses-abc123",
                "last_updated_at": "2026-04-22T12:34:41.342245",
                "generated_title": "A\ntitle",
                "index_ids": ["idx-1"],
                "shared_access": "query",
                "job_metadata": {"duration_ms": 1.0, "is_error": False, "turns": 2, "export_config_ids": ["cfg-1"]},
            }
        )
    )
    assert got == Session(
        "ses-abc123",
        datetime(2026, 4, 22, 12, 34, 41, 342245, UTC),
        "A title",
        ("idx-1",),
        "query",
    )


@pytest.mark.fault(41)
@pytest.mark.parametrize("end", [{}, {"next_page_token": None}, {"next_page_token": ""}])
def test_a_list_ends_without_a_token_or_with_an_empty_one(end: dict[str, object]):
    assert decoding.sessions_page(dumped({"items": [{"session_id": "s"}]} | end)) == Page([Session("s")])


@pytest.mark.fault(41)
def test_items_of_another_shape_are_left_out():
    page = decoding.sessions_page(dumped({"items": [{"session_id": "s"}, None, {"id": 1}], "next_page_token": "t"}))
    assert page == Page([Session("s")], "t")


@pytest.mark.fault(9)
@pytest.mark.parametrize("identifier", ["", "\ud800", "x" * 70_000, "a\x00b", "a\nb"])
def test_an_identifier_that_could_not_be_sent_back_is_none(identifier: str):
    sessions = decoding.sessions_page(dumped({"items": [{"session_id": identifier}, {"session_id": "s"}]}))
    assert sessions.items == [Session("s")]
    indexes = decoding.indexes_page(
        dumped({"items": [{"id": identifier}, {"id": "i", "export_config_id": identifier}]})
    )
    assert [(index.id, index.export_config_id) for index in indexes.items] == [("i", None)]
    with pytest.raises(decoding.WrongShapeError):
        decoding.session(dumped({"session_id": identifier}))
    assert decoding.session(dumped({"session_id": "s", "index_ids": [identifier]})) == Session("s")


@pytest.mark.fault(9, 41)
@pytest.mark.parametrize("token", ["\ud800", "x" * 70_000, "a\x00b"])
def test_a_page_token_that_could_not_be_sent_back_is_none(token: str):
    assert decoding.sessions_page(dumped({"items": [], "next_page_token": token})) == Page([])


@pytest.mark.fault(26)
def test_an_event_of_more_values_than_fit_into_memory_is_not_decoded():
    got = event_from_json('{"type": "tool_result", "call_id": "c", "name": "n", "result": [' + "[]," * 500_000 + "0]}")
    assert got == ToolResult("c", "n", "This has 2 MB, which is more than is shown.")


@pytest.mark.fault(41)
def test_of_an_endless_page_only_the_first_items_are_read():
    page = decoding.sessions_page(dumped({"items": [{"session_id": f"s{n}"} for n in range(20_000)]}))
    assert len(page.items) == decoding.MAX_ITEMS


def test_an_index_tells_its_state_from_its_metadata():
    page = decoding.indexes_page(
        dumped({"items": [{"id": "idx-1", "name": "Papers", "metadata": {"status": "failed", "error_message": "x"}}]})
    )
    assert page.items == [Index("idx-1", "Papers", status="failed", error_message="x")]
    syncing = decoding.index(b'{"id": "idx-1", "metadata": {"status": "ready", "files_done": 2, "files_total": 9}}')
    assert (syncing.files_done, syncing.files_total, syncing.is_syncing) == (2, 9, True)
    assert not page.items[0].is_syncing
    assert decoding.index(b'{"id": "idx-1", "metadata": 3, "sync_in_progress": true}') == Index(
        "idx-1", "", sync_in_progress=True
    )


def test_projects_come_bare_or_paged():
    items = [{"id": "p", "name": "Default", "organization_id": "o", "is_default": True}]
    expected = [Project("p", "Default", "o", True)]
    assert decoding.projects(dumped(items)) == decoding.projects(dumped({"items": items})) == expected


def test_the_address_of_an_attachment_is_read():
    got = decoding.presigned_url(dumped({"url": "https://x.test/1?s=2", "expires_at": "2026-01-01T00:00:00Z"}))
    assert got == PresignedUrl("https://x.test/1?s=2", datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.fault(34)
@pytest.mark.parametrize("body", [b"", b"<html>", b"3", b'"x"', b"{}", b'{"items": 3}'])
def test_what_is_no_list_is_refused(body: bytes):
    with pytest.raises(decoding.WrongShapeError):
        decoding.sessions_page(body)


@pytest.mark.fault(43)
@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-04-22T12:34:41.342245", datetime(2026, 4, 22, 12, 34, 41, 342245, UTC)),
        ("2026-04-22T12:34:41Z", datetime(2026, 4, 22, 12, 34, 41, 0, UTC)),
        ("2026-04-22T12:34:41.1234567891+02:00", datetime(2026, 4, 22, 10, 34, 41, 123456, UTC)),
        ("", None),
        ("yesterday", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("0001-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59-12:00", None),
        ("9999-12-31T23:59:59Z", None),
        (None, None),
        (1776861281, None),
    ],
)
def test_times_of_every_form(text: object, time: datetime | None):
    assert parse_time(text) == time


@pytest.mark.fault(43)
@given(
    st.datetimes(min_value=datetime(1970, 1, 2), max_value=LATEST.replace(tzinfo=None) - timedelta(days=1)),
    st.integers(-14 * 60, 14 * 60) | st.none(),
)
def test_any_time_is_read_back(naive: datetime, minutes: int | None):
    zone = UTC if minutes is None else timezone(timedelta(minutes=minutes))
    text = (naive if minutes is None else naive.replace(tzinfo=zone)).isoformat()
    got = parse_time(text)
    assert got == naive.replace(tzinfo=zone)
    assert got is not None
    assert got.tzinfo is UTC


@pytest.mark.fault(43)
@given(ANY_TEXT)
def test_no_text_makes_a_time_raise(text: str):
    parse_time(text)


def same(a: object, b: object) -> bool:
    return json.dumps(a, sort_keys=True) == json.dumps(b, sort_keys=True)


def is_finite(value: object) -> bool:
    return "NaN" not in json.dumps(value) and "Infinity" not in json.dumps(value)


@given(st.dictionaries(st.text(st.characters(categories=["L"])), ANY_JSON), st.sampled_from([None, 1]))
def test_members_are_those_of_json(value: dict[str, object], indent: int | None):
    value = {key: item for key, item in value.items() if key != "events" and is_finite(item)}
    text = json.dumps(value, indent=indent)
    found = filter(None, json_text.members(json_text.LongText([text.encode()]), "events"))
    assert same({key: item.decoded for key, item in found}, value)


@pytest.mark.fault(18)
def test_a_hostile_text_is_skipped_in_time_linear_in_its_length():
    text = '{"a": "' + '\\"' * 1_000_000
    with pytest.raises(ValueError, match="expected , or }"):
        list(json_text.members(json_text.LongText([text.encode()]), "events"))


@pytest.mark.fault(18)
def test_a_number_out_of_range_is_refused():
    with pytest.raises(ValueError, match="range"):
        json_text.loads("[1e999]")
    assert json_text.loads("[1e300]") == [1e300]
    assert math.isfinite(1e300)


@pytest.mark.fault(26)
def test_a_list_of_more_values_than_fit_into_memory_is_refused():
    with pytest.raises(decoding.WrongShapeError, match="too many values"):
        decoding.sessions_page(b'{"items": [' + b"[]," * 3_000_000 + b"0]}")


@pytest.mark.parametrize("number", [-1, 1 << 63, 10**400])
def test_a_number_that_counts_nothing_is_not_known(number: int) -> None:
    index = decoding.indexes_page(dumped({"items": [{"id": "i", "name": "n", "metadata": {"size": number}}]})).items[0]
    assert index.size is None
    assert event({"type": "stop", "usage": {"total_input_tokens": number, "turns": 1}}) == Stop(usage=Usage(turns=1))


@pytest.mark.fault(26)
@pytest.mark.parametrize("text", ["a" * 1000, "é" * 1000, "a" * 999 + "漢", "a" * 999 + "\N{GRINNING FACE}"])
@pytest.mark.parametrize("as_ascii", [True, False])
def test_a_text_weighs_what_its_characters_take_in_memory(text: str, as_ascii: bool) -> None:
    weight = json_text.weight(json.dumps(text, ensure_ascii=as_ascii))
    assert weight >= sys.getsizeof(text) - 100
    assert weight <= 7 * sys.getsizeof(text)


@pytest.mark.fault(26)
def test_of_a_question_longer_than_any_is_the_beginning_is_taken() -> None:
    asked = {"type": "user_input", "content": "q" * 2_000_000}
    (one,) = full_session(dumped({"session_id": "s", "events": [asked]})).events
    for question in (one, event(asked)):
        assert isinstance(question, UserInput)
        assert question.content == "q" * 100_000 + "…"


def test_commas_and_brackets_in_a_text_are_no_values() -> None:
    table = "1,[2],{3}\n" * 40_000
    weight = json_text.weight(json.dumps({"type": "tool_result", "result": table}))
    assert weight < 2 * len(table)
    assert json_text.weight(json.dumps([[]] * 40_000)) > 40_000 * json_text.VALUE_BYTES
    assert json_text.weight('"' + '\\"' * 100_000) < 1_000_000


@given(values=ANY_JSON, chars=st.integers(1, 9), as_ascii=st.booleans())
def test_values_are_counted_outside_of_strings_only(values: object, chars: int, as_ascii: bool) -> None:
    text = json.dumps(values, ensure_ascii=as_ascii)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_text, "COUNTED_CHARS", chars)
        assert json_text.count_values(text, sys.maxsize) == marks_of(values)


def marks_of(value: object) -> int:
    """The braces, brackets and commas that stand for a value."""
    match value:
        case dict() | list():
            inner = cast(Collection[object], value.values() if isinstance(value, dict) else value)
            return max(1, len(inner)) + sum(map(marks_of, inner))
        case _:
            return 0


@given(values=ANY_JSON)
def test_a_weight_is_counted_up_to_what_is_asked_for(values: object) -> None:
    text = json.dumps({"values": values, "more": ["a"] * 20_000})
    whole = json_text.weight(text)
    assert whole >= json_text.text_weight(text) + 20_000 * json_text.VALUE_BYTES
    assert json_text.weight(text, whole) == whole
    assert json_text.weight(text, whole - 1) > whole - 1
    assert 100 < json_text.weight(text, 100) <= whole
