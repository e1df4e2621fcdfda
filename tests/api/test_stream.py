import asyncio
import gzip
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from tests.api.raw_server import (
    STREAM_HEAD,
    Reply,
    answer,
    chunked_without_end,
    endlessly,
    pieces,
    reset_after,
    serving,
    then_silence,
)
from tui.api import errors
from tui.api.client import Client
from tui.api.connection import Connection
from tui.api.models import (
    Event,
    Session,
    Stop,
    Text,
    TextDelta,
    Thinking,
    ThinkingDelta,
    ToolCall,
    ToolResult,
    Unknown,
    Usage,
)
from tui.api.sse import Limits
from tui.api.stream import stream_turn

STREAMS = {path.stem: path for path in (Path(__file__).parent.parent / "streams").glob("*.sse")}
WHOLE = sorted(set(STREAMS) - {"no_final_blank_line"})
BOUND = Session("ses-1", index_ids=("idx-1",))
IMPATIENT = Limits(first_event_timeout=0.3, next_event_timeout=0.3, tick_seconds=0.02)
STOP = b'data: {"type":"stop","is_error":false,"error":null,"usage":{}}\n\n'
HI = b'data: {"type":"text_delta","content":"hi"}\n\n'


def event_bytes(**fields: object) -> bytes:
    return b"data: " + json.dumps(fields).encode() + b"\n\n"


class Pieces(httpx.AsyncByteStream):
    def __init__(self, chunks: Sequence[bytes]) -> None:
        self._chunks = chunks

    async def __aiter__(self):
        for chunk in self._chunks:
            yield chunk


def client_of(chunks: Sequence[bytes], content_type: str = "text/event-stream") -> Client:
    """A client whose every request is answered by these bytes, without a socket."""
    headers = {"Content-Type": content_type} if content_type else {}
    answer = httpx.MockTransport(lambda _: httpx.Response(200, headers=headers, stream=Pieces(chunks)))
    return Client(Connection("https://api.test"), transport=answer)


async def turn(
    client: Client, session: Session = BOUND, prompt: str = "why?", limits: Limits = IMPATIENT
) -> list[Event]:
    async with aclosing(stream_turn(client, session, prompt, limits=limits)) as events:
        return [event async for event in events]


async def replayed(chunks: Sequence[bytes], content_type: str = "text/event-stream") -> list[Event]:
    return await turn(client_of(chunks, content_type))


async def until_broken(client: Client, limits: Limits = IMPATIENT) -> tuple[list[Event], errors.ApiError]:
    """The events before the turn breaks, and the error that ends it."""
    got: list[Event] = []

    async def read() -> None:
        async with aclosing(stream_turn(client, BOUND, "why?", limits=limits)) as events:
            async for event in events:
                got.append(event)

    with pytest.raises(errors.ApiError) as broken:
        await read()
    return got, broken.value


def cut(text: bytes, size: int) -> list[bytes]:
    return [text[i : i + size] for i in range(0, len(text), size)]


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


@pytest.mark.fault(20)
async def test_a_stop_without_its_blank_line_is_not_the_end():
    events, error = await until_broken(client_of([STREAMS["no_final_blank_line"].read_bytes()]))
    assert events[-1] == Text("Cut at the end.")
    assert isinstance(error, errors.TurnInterruptedError)


BREAKS: dict[str, tuple[Reply, type[errors.ApiError], int]] = {
    "clean end without stop": (pieces([HI]), errors.TurnInterruptedError, 1),
    "chunked body cut": (chunked_without_end(HI), errors.TurnInterruptedError, 1),
    "reset in mid-turn": (reset_after(HI), errors.TurnInterruptedError, 1),
    "silent in mid-turn": (then_silence(STREAM_HEAD + HI), errors.TurnInterruptedError, 1),
    "silent before headers": (then_silence(b""), errors.NoAnswerError, 0),
    "closed without a reply": (pieces([], b""), errors.NoAnswerError, 0),
    "reset without a reply": (reset_after(b""), errors.NoAnswerError, 0),
    "garbage": (pieces([], b"SSH-2.0-OpenSSH_9.6\r\n"), errors.NoAnswerError, 0),
    "key refused": (answer("401 Unauthorized", b'{"detail":"no"}'), errors.KeyRefusedError, 0),
    "deleted elsewhere": (answer("404 Not Found", b'{"detail":"no such session"}'), errors.NotFoundError, 0),
    "turn in progress": (answer("409 Conflict"), errors.ConflictError, 0),
    "too many": (answer("429 Too Many Requests", b"", "Retry-After: 2"), errors.TooManyRequestsError, 0),
    "server error": (answer("500 Internal Server Error"), errors.ServerError, 0),
    "bad gateway": (answer("502 Bad Gateway", b"<h1>502</h1>"), errors.ServerError, 0),
    "unavailable": (answer("503 Service Unavailable"), errors.ServerError, 0),
    "gateway timeout": (answer("504 Gateway Timeout"), errors.ServerError, 0),
    "json instead": (
        answer("200 OK", b'{"detail":"busy"}', "Content-Type: application/json"),
        errors.NotTheApiError,
        0,
    ),
    "sign-in page": (answer("200 OK", b"<html>Sign in", "Content-Type: text/html"), errors.NotTheApiError, 0),
    "nothing at all": (answer("204 No Content"), errors.NotTheApiError, 0),
    "redirect": (answer("307 Temporary Redirect", b"", "Location: /elsewhere"), errors.RedirectedError, 0),
    "bad gzip": (
        answer("200 OK", b"no gzip", "Content-Type: text/event-stream", "Content-Encoding: gzip"),
        errors.NotTheApiError,
        0,
    ),
    "gzip": (
        answer("200 OK", gzip.compress(HI + STOP), "Content-Type: text/event-stream", "Content-Encoding: gzip"),
        errors.NotTheApiError,
        0,
    ),
}


@pytest.mark.fault(21, 22, 27, 29, 30, 31, 32, 33, 34, 35, 38, 40)
@pytest.mark.parametrize("fault", BREAKS)
async def test_the_question_is_posted_once_under_the_fault(fault: str):
    reply, kind, events_before = BREAKS[fault]
    async with serving(reply) as asked:
        client = Client(Connection(asked.base_url))
        events, error = await until_broken(client)
        await client.aclose()
    assert type(error) is kind
    assert ("not sent again by itself" in error.message) == isinstance(error, errors.UnknownOutcomeError)
    assert len(events) == events_before
    assert asked.posts == len(asked.requests) == 1


@pytest.mark.fault(40)
async def test_each_question_goes_over_a_fresh_connection():
    keep = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: %d\r\n\r\n" % len(STOP)
    async with serving(pieces([STOP], keep)) as asked:
        client = Client(Connection(asked.base_url))
        for _ in range(3):
            assert await turn(client) == [Stop()]
        await client.aclose()
    assert asked.posts == 3


@pytest.mark.fault(24)
async def test_nothing_after_the_first_stop_is_read():
    assert await replayed([HI + STOP + HI + STOP]) == [TextDelta("hi"), Stop()]


@pytest.mark.fault(26)
async def test_an_endless_line_is_cut_at_the_limit():
    limits = Limits(event_bytes=1_000_000)
    async with serving(endlessly(STREAM_HEAD + HI + b"data: ", b"A" * 65_536)) as asked:
        client = Client(Connection(asked.base_url))
        events, error = await until_broken(client, limits)
        await client.aclose()
    assert events == [TextDelta("hi")]
    assert isinstance(error, errors.TurnInterruptedError)
    assert "larger than" in error.message
    assert asked.posts == 1


@pytest.mark.fault(26)
async def test_many_events_together_may_be_larger_than_the_limit_of_one():
    many = b"".join(event_bytes(type="text_delta", content="x" * 900) for _ in range(100))
    client = client_of([*cut(many, 700), STOP])
    assert len(await turn(client, limits=Limits(event_bytes=4000))) == 101


@pytest.mark.fault(28)
async def test_twenty_thousand_events_all_arrive():
    body = b"".join(event_bytes(type="text_delta", content=f"{i} ") for i in range(20_000)) + STOP
    events = await replayed(cut(body, 65_536))
    assert "".join(e.content for e in events if isinstance(e, TextDelta)) == "".join(f"{i} " for i in range(20_000))


@pytest.mark.fault(34)
async def test_the_message_shows_how_the_strange_answer_begins():
    client = client_of([b"<html>\x1b[31mSign in to Wi-Fi" + b"x" * 9000], "text/html")
    _, error = await until_broken(client)
    assert "␛[31mSign in to Wi-Fi" in error.message
    assert len(error.message) < 600


@pytest.mark.fault(34)
@pytest.mark.parametrize("content_type", ["", "Text/Event-Stream", "text/event-stream;charset=UTF-8"])
async def test_an_odd_or_missing_content_type_is_read(content_type: str):
    assert await replayed([HI + STOP], content_type) == [TextDelta("hi"), Stop()]


@pytest.mark.fault(35)
async def test_neither_key_nor_question_reaches_the_second_host():
    async with serving(pieces([STOP])) as second:
        target = second.base_url.replace("127.0.0.1", "localhost")
        async with serving(answer("307 Temporary Redirect", b"", f"Location: {target}/x")) as first:
            client = Client(Connection(first.base_url, api_key=SecretStr("llx-secret")))
            _, error = await until_broken(client)
            await client.aclose()
    assert isinstance(error, errors.RedirectedError)
    assert "localhost" in error.message
    assert second.requests == []


@pytest.mark.fault(38)
async def test_stopping_a_silent_turn_is_at_once_and_closes_the_connection():
    async with serving(then_silence(STREAM_HEAD + HI)) as asked:
        client = Client(Connection(asked.base_url))
        first = asyncio.Event()

        async def read() -> None:
            async with aclosing(stream_turn(client, BOUND, "why?")) as events:
                async for _ in events:
                    first.set()

        reading = asyncio.create_task(read())
        await first.wait()
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            async with asyncio.timeout(5):
                await reading
        await client.aclose()


@pytest.mark.fault(39)
async def test_an_answer_that_a_proxy_held_back_arrives_whole():
    async def reply(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(IMPATIENT.first_event_timeout / 2)
        writer.write(STREAM_HEAD + STREAMS["rounds"].read_bytes())

    async with serving(reply) as asked:
        client = Client(Connection(asked.base_url))
        assert await turn(client) == await replayed([STREAMS["rounds"].read_bytes()])
        await client.aclose()


async def test_a_bound_session_is_always_asked_with_its_own_indexes():
    async with serving(pieces([STOP])) as asked:
        client = Client(Connection(asked.base_url, project_id="p", organization_id="o"))
        async with aclosing(stream_turn(client, BOUND, "why?", ["idx-other"])) as events:
            assert [event async for event in events] == [Stop()]
        await client.aclose()
    request = asked.requests[0]
    assert json.loads(request.body) == {"index_ids": ["idx-1"], "prompt": "why?"}
    assert request.target == "/api/v1/chat/ses-1/messages/stream?organization_id=o&project_id=p"
    assert request.headers["accept"] == "text/event-stream"
    assert request.headers["accept-encoding"] == "identity"


async def test_an_unbound_session_is_asked_with_the_given_indexes():
    async with serving(pieces([STOP])) as asked:
        client = Client(Connection(asked.base_url))
        async with aclosing(stream_turn(client, Session("s"), "why? \ud83e", ["idx-2"])) as events:
            assert [event async for event in events] == [Stop()]
        await client.aclose()
    assert json.loads(asked.requests[0].body) == {"index_ids": ["idx-2"], "prompt": "why? \ufffd"}


@pytest.mark.parametrize("prompt", ["", " \n\t", "x" * 1001, "🦙" * 1001])
async def test_a_prompt_that_the_service_would_refuse_is_not_sent(prompt: str):
    async with serving(pieces([STOP])) as asked:
        client = Client(Connection(asked.base_url))
        with pytest.raises(errors.InvalidRequestError):
            await turn(client, prompt=prompt)
        await client.aclose()
    assert asked.requests == []


async def test_a_prompt_of_a_thousand_code_points_is_sent():
    assert await turn(client_of([STOP]), prompt="🦙" * 1000) == [Stop()]


STOPPED = """
import asyncio, sys
from contextlib import aclosing
from tui.api.client import Client
from tui.api.connection import Connection
from tui.api.models import Session
from tui.api.sse import Limits
from tui.api.stream import stream_turn

async def main():
    client = Client(Connection(sys.argv[1]))
    limits = Limits(first_event_timeout=0.5, next_event_timeout=0.5, tick_seconds=0.05)
    async with aclosing(stream_turn(client, Session("s"), "why?", limits=limits)) as events:
        async for event in events:
            print(type(event).__name__, flush=True)

asyncio.run(main())
"""


@pytest.mark.fault(47)
async def test_a_turn_survives_being_stopped_for_longer_than_the_limit():
    goes_on = asyncio.Event()

    async def reply(writer: asyncio.StreamWriter) -> None:
        writer.write(STREAM_HEAD + HI)
        await writer.drain()
        await goes_on.wait()
        writer.write(HI + STOP)

    async with serving(reply) as asked:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-c", STOPPED, asked.base_url, stdout=subprocess.PIPE
        )
        assert child.stdout is not None
        assert await child.stdout.readline() == b"TextDelta\n"
        os.kill(child.pid, signal.SIGSTOP)
        await asyncio.sleep(0.7)  # Longer than the limit on silence, or the test would say nothing.
        goes_on.set()
        os.kill(child.pid, signal.SIGCONT)
        rest = await child.stdout.read()
        assert await child.wait() == 0
    assert rest == b"TextDelta\nStop\n"
    assert asked.posts == 1


def test_streams_hold_both_kinds_of_deltas():
    body = STREAMS["rounds"].read_bytes()
    assert {ThinkingDelta, TextDelta} <= {type(event) for event in asyncio.run(replayed([body]))}
