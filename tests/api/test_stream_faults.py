import asyncio
import gzip
import json
import os
import signal
import subprocess
import sys
from contextlib import aclosing
from pathlib import Path

import pytest
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
from tests.api.turns import (
    BOUND,
    HI,
    IMPATIENT,
    STOP,
    STREAMS,
    client_of,
    cut,
    event_bytes,
    replayed,
    turn,
    until_broken,
)
from tui.api import errors
from tui.api.client import Client
from tui.api.connection import Connection
from tui.api.models import (
    Session,
    Stop,
    Text,
    TextDelta,
    ThinkingDelta,
)
from tui.api.sse import Limits
from tui.api.stream import stream_turn


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
    "redirect to no address": (
        answer("302 Found", b"", "Location: javascript:1"),
        errors.RedirectedError,
        0,
    ),
    "redirect to no name": (answer("302 Found", b"", "Location: http://xn--/"), errors.RedirectedError, 0),
    "not modified": (answer("304 Not Modified"), errors.NotTheApiError, 0),
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
    listed = pieces([b"[]"], b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")
    busy = pieces([b"{}"], b"HTTP/1.1 409 Conflict\r\nContent-Length: 2\r\n\r\n")
    async with serving(listed, listed, busy, keeps_open=True) as asked:
        client = Client(Connection(asked.base_url))
        for _ in range(2):
            await client.sessions()
        assert asked.connections == 1
        for _ in range(3):
            await until_broken(client)
        assert asked.connections == 4
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
            async with asyncio.timeout(30):
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


STOPPED_FOR_LONG = """
import signal, time
ran_for, stopped_for = time.monotonic, 0.0

def go_on(*_):
    global stopped_for
    stopped_for = 1000.0

signal.signal(signal.SIGCONT, go_on)
time.monotonic = lambda: ran_for() + stopped_for

import asyncio, sys
from contextlib import aclosing
from functools import partial
from tui.api.client import Client
from tui.api.connection import Connection
from tui.api.models import Session
from tui.api.sse import Limits
from tui.api.stream import stream_turn

async def main():
    client = Client(Connection(sys.argv[1]))
    limits = Limits(first_event_timeout=100.0, next_event_timeout=100.0, tick_seconds=0.05)
    async with aclosing(stream_turn(client, Session("s"), "why?", limits=limits)) as events:
        async for event in events:
            asyncio.get_running_loop().call_soon(partial(print, type(event).__name__, flush=True))  # once it waits
    await asyncio.sleep(0)

asyncio.run(main())
"""
"""A turn in a program whose clock says, when it goes on after a stop, that it was stopped for 1,000 seconds."""


async def look_around(pid: int) -> None:
    """Wait until a process has gone to sleep some more times: what was due when it went on is done."""

    def sleeps() -> int:
        return int(Path(f"/proc/{pid}/status").read_text().partition("\nvoluntary_ctxt_switches:")[2].split()[0])

    so_far = sleeps()
    while sleeps() < so_far + 3:
        await asyncio.sleep(0.01)


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
            sys.executable, "-c", STOPPED_FOR_LONG, asked.base_url, stdout=subprocess.PIPE
        )
        assert child.stdout is not None
        assert await child.stdout.readline() == b"TextDelta\n"
        os.kill(child.pid, signal.SIGSTOP)
        os.kill(child.pid, signal.SIGCONT)
        await look_around(child.pid)
        goes_on.set()
        rest = await child.stdout.read()
        assert await child.wait() == 0
    assert rest == b"TextDelta\nStop\n"
    assert asked.posts == 1


def test_streams_hold_both_kinds_of_deltas():
    body = STREAMS["rounds"].read_bytes()
    assert {ThinkingDelta, TextDelta} <= {type(event) for event in asyncio.run(replayed([body]))}
