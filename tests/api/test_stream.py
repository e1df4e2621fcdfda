import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.api.raw_server import (
    STREAM_HEAD,
    endlessly,
    pieces,
    serving,
)
from tests.api.turns import HI, STOP, STREAMS, WHOLE, cut, event_bytes, replayed, turn, until_broken
from tui.api import errors
from tui.api.client import Client
from tui.api.connection import Connection
from tui.api.models import (
    Stop,
    Text,
    TextDelta,
    Thinking,
    ToolCall,
    ToolResult,
    Unknown,
    Usage,
)
from tui.api.sse import Limits


async def test_a_plain_turn_streams_deltas_then_the_whole_then_stop():
    events = await replayed([STREAMS["plain"].read_bytes()])
    *deltas, whole, stop = events
    assert isinstance(whole, Text)
    assert "".join(delta.content for delta in deltas if isinstance(delta, TextDelta)) == whole.content
    assert stop == Stop(usage=Usage(6210.5, 1204, 356, 1))


async def test_a_turn_with_tools_gives_arguments_result_and_the_page_picture():
    events = await replayed([STREAMS["tools"].read_bytes()])
    call = next(event for event in events if isinstance(event, ToolCall))
    result = next(event for event in events if isinstance(event, ToolResult))
    assert call.arguments["query"] == "termination notice period"
    assert result.call_id == call.call_id
    assert result.image_attachment is not None
    assert result.image_attachment.attachment_name == "screenshots/page_7.jpg"


async def test_several_rounds_come_in_order_and_tool_results_in_any():
    kinds = [type(event) for event in await replayed([STREAMS["rounds"].read_bytes()])]
    assert [kind for kind in kinds if kind in (Thinking, Text)] == [Thinking, Text, Thinking, Text]
    assert kinds.count(ToolCall) == kinds.count(ToolResult) == 3


@pytest.mark.fault(23)
async def test_an_error_stop_comes_with_its_text_after_the_partial_answer():
    events = await replayed([STREAMS["error_stop"].read_bytes()])
    assert events[-1] == Stop(is_error=True, error="The model is overloaded, please try again.")
    assert TextDelta("period is") in events


async def test_skipped_indexes_are_named():
    stop = (await replayed([STREAMS["skipped_indexes"].read_bytes()]))[-1]
    assert isinstance(stop, Stop)
    assert stop.skipped_index_ids == ("idx-0b1c",)


async def test_a_missing_type_is_told_from_the_event_name_or_the_fields():
    kinds = [type(event) for event in await replayed([STREAMS["no_type_fields"].read_bytes()])]
    assert kinds == [TextDelta, TextDelta, Text, ToolCall, ToolResult, Unknown, Stop]


@pytest.mark.fault(17)
async def test_unknown_events_are_kept_raw_and_the_turn_goes_on():
    events = await replayed([STREAMS["unknown_events"].read_bytes()])
    unknown = [event for event in events if isinstance(event, Unknown)]
    assert [event.name for event in unknown] == ["citation", "message", "message", "message", "message", "text"]
    assert [event.raw for event in unknown[1:5]] == ["42", "null", "[1]", "{not json"]
    assert events[-2] == Text("Hi")
    assert isinstance(events[-1], Stop)


@pytest.mark.fault(13)
@pytest.mark.parametrize("name", WHOLE)
async def test_any_stream_byte_by_byte_is_the_same(name: str):
    body = STREAMS[name].read_bytes()
    async with serving(pieces(cut(body, 1))) as asked:
        client = Client(Connection(asked.base_url))
        assert await turn(client, limits=Limits()) == await replayed([body])
        await client.aclose()


@pytest.mark.fault(13)
@settings(max_examples=60)
@given(
    name=st.sampled_from(WHOLE),
    sizes=st.lists(st.integers(1, 40), min_size=1),
    newline=st.sampled_from([b"\n", b"\r", b"\r\n"]),
)
def test_any_line_ends_in_any_pieces_are_the_same(name: str, sizes: list[int], newline: bytes):
    body = STREAMS[name].read_bytes().replace(b"\r\n", b"\n")
    chunks: list[bytes] = []
    rest = body.replace(b"\n", newline)
    while rest:
        size = sizes[len(chunks) % len(sizes)]
        chunks.append(rest[:size])
        rest = rest[size:]
    assert asyncio.run(replayed(chunks)) == asyncio.run(replayed([body]))


@pytest.mark.fault(14)
async def test_a_byte_order_mark_does_not_eat_the_first_event():
    assert STREAMS["crlf_comments_bom"].read_bytes().startswith(b"\xef\xbb\xbf")
    assert (await replayed([STREAMS["crlf_comments_bom"].read_bytes()]))[0] == TextDelta("A line.")
    assert await replayed([b"\xef\xbb", b"\xbf" + HI, STOP]) == [TextDelta("hi"), Stop()]


@pytest.mark.fault(15)
async def test_line_separators_inside_json_split_nothing():
    body = 'data: {"type":"text","content":"a\u2028b\u2029c\u0085d"}\n\n'.encode() + STOP
    assert await replayed([body]) == [Text("a\nb\nc\nd"), Stop()]


@pytest.mark.fault(16)
async def test_comments_retry_ids_and_empty_data_are_no_events():
    noise = b": ping\n\nretry: 10\n\nretry: x\n\nid: 7\n\n\n\ndata:\n\nevent: ping\n\n: ping\n\n"
    assert await replayed([noise + HI + noise + STOP]) == [TextDelta("hi"), Stop()]


@pytest.mark.fault(16)
async def test_comments_do_not_count_as_life():
    async with serving(endlessly(STREAM_HEAD + HI, b": ping\n\n", 0.01)) as asked:
        client = Client(Connection(asked.base_url))
        events, error = await until_broken(client)
        await client.aclose()
    assert events == [TextDelta("hi")]
    assert isinstance(error, errors.TurnInterruptedError)
    assert asked.posts == 1


@pytest.mark.fault(17)
async def test_the_done_sentinel_is_no_event():
    assert await replayed([HI + b"data: [DONE]\n\n" + STOP]) == [TextDelta("hi"), Stop()]


@pytest.mark.fault(18)
@pytest.mark.parametrize(
    "bad",
    [
        "{not json",
        "[" * 100_000 + "]" * 100_000,
        '{"type":"tool_result","call_id":"1","name":"x","result":' + "9" * 5000 + "}",
        '{"type":"tool_result","call_id":"1","name":"x","result":NaN}',
        '{"type":"tool_result","call_id":"1","name":"x","result":1e999}',
    ],
    ids=["torn", "deep", "huge integer", "NaN", "infinite"],
)
async def test_json_that_cannot_be_read_is_one_unknown_event(bad: str):
    events = await replayed([b"data: " + bad.encode() + b"\n\n" + HI + STOP])
    assert events == [Unknown("message", bad), TextDelta("hi"), Stop()]


@pytest.mark.fault(18)
async def test_of_duplicate_keys_the_last_counts():
    assert await replayed([b'data: {"type":"text_delta","type":"text","content":"x"}\n\n' + STOP]) == [
        Text("x"),
        Stop(),
    ]


@pytest.mark.fault(19)
async def test_bytes_that_are_not_utf8_become_replacement_characters():
    body = b'data: {"type":"text","content":"caf\xe9 \xff"}\n\n' + STOP
    assert await replayed([body]) == [Text("caf\ufffd \ufffd"), Stop()]


@pytest.mark.fault(19)
async def test_a_wrong_charset_is_ignored():
    body = 'data: {"type":"text","content":"café"}\n\n'.encode() + STOP
    assert (await replayed([body], "text/event-stream; charset=iso-8859-1"))[0] == Text("café")


@pytest.mark.fault(9)
async def test_single_surrogates_become_replacement_characters():
    events = await replayed([STREAMS["split_surrogates"].read_bytes()])
    assert events[:3] == [TextDelta("a llama \ufffd"), TextDelta("\ufffd!"), Text("a llama 🦙!")]


@pytest.mark.fault(1)
async def test_escape_sequences_are_shown_not_sent():
    body = event_bytes(type="text", content="\x1b]52;c;eA==\x07") + event_bytes(
        type="stop", is_error=True, error="\x1b[2J"
    )
    assert await replayed([body]) == [Text("␛]52;c;eA==␇"), Stop(is_error=True, error="␛[2J")]
