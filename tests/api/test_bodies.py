"""What a server sends decides neither how long an answer is read nor how much memory it takes."""

import asyncio
import gzip
import io
import tracemalloc
import zlib
from pathlib import Path

import httpx
import pytest

from tests.api.raw_server import Reply, answer, endlessly, serving
from tui.api import bodies, errors, network
from tui.api.bodies import MAX_ANSWER_BYTES, SessionBody
from tui.api.client import Client
from tui.api.connection import Connection
from tui.api.directories import DirectoryClient
from tui.files import spill

JSON_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
ERROR_HEAD = b"HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n"
GZIPPED = "Content-Encoding: gzip"


def bomb(megabytes: int) -> bytes:
    """Gzip that is a thousandth of what comes out of it."""
    compress = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    return b"".join([*(compress.compress(bytes(1_000_000)) for _ in range(megabytes)), compress.flush()])


async def no_wait(_: float) -> None: ...


async def refused(*replies: Reply) -> errors.ApiError:
    async with serving(*replies) as asked:
        client = Client(Connection(asked.base_url), sleep=no_wait)
        with pytest.raises(errors.ApiError) as caught:
            await client.sessions()
        await client.aclose()
    return caught.value


@pytest.mark.fault(26, 27)
@pytest.mark.parametrize(
    "reply",
    [answer("200 OK", bomb(300), GZIPPED), endlessly(JSON_HEAD, b"[" * 65536)],
    ids=["a bomb", "a list without an end"],
)
async def test_a_list_that_is_too_long_is_not_read_to_its_end(reply: Reply):
    tracemalloc.start()
    try:
        error = await refused(reply)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert isinstance(error, errors.TooLargeAnswerError)
    assert "more than 4 MB" in error.message
    assert peak < 3 * MAX_ANSWER_BYTES


@pytest.mark.fault(27)
async def test_a_compressed_list_is_read():
    body = gzip.compress(b'{"items": [{"session_id": "s"}]}')
    async with serving(answer("200 OK", body, GZIPPED)) as asked:
        client = Client(Connection(asked.base_url))
        assert [session.session_id for session in (await client.sessions()).items] == ["s"]
        await client.aclose()
    assert asked.requests[0].headers["accept-encoding"] == "gzip"


@pytest.mark.fault(27)
@pytest.mark.parametrize(
    ("body", "coding"),
    [(b"no gzip", "gzip"), (gzip.compress(gzip.compress(b"{}")), "gzip, gzip"), (b"x", "br")],
    ids=["no gzip", "twice", "another coding"],
)
async def test_what_cannot_be_decompressed_is_one_sentence(body: bytes, coding: str):
    replies = [answer("200 OK", body, f"Content-Encoding: {coding}")]
    assert "cannot be decompressed" in (await refused(*replies)).message


@pytest.mark.fault(30)
async def test_of_a_refusal_without_an_end_only_the_start_is_read():
    error = await refused(endlessly(ERROR_HEAD, b"no " * 20_000))
    assert isinstance(error, errors.ForbiddenError)
    assert len(error.message) < 1000


@pytest.mark.fault(26)
@pytest.mark.parametrize("limit", ["MAX_SESSION_BYTES", "MAX_HELD_BYTES"])
async def test_a_session_that_is_too_long_is_not_read_to_its_end(
    limit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(bodies, limit, 3 * 1024 * 1024)
    beside = tmp_path / "store" if limit == "MAX_SESSION_BYTES" else None
    async with serving(answer("200 OK", b"[" * 4 * 1024 * 1024)) as asked:
        client = Client(Connection(asked.base_url), sleep=no_wait)
        with pytest.raises(errors.TooLargeAnswerError, match="more than 3 MB"):
            await client.session_body("s", beside)
        await client.aclose()


def full_disk(_: Path) -> io.FileIO:
    return io.FileIO("/dev/full", "r+")


@pytest.mark.fault(26, 54)
@pytest.mark.parametrize(
    ("disk", "why"),
    [
        ("full", "cannot be put on the disk in {}: the disk is full. Make room there and try again."),
        ("gone", "cannot be put on the disk in {}/gone: No such file or directory."),
        ("not kept", "can be read where sessions are kept on the disk (keep = true), and not be exported."),
    ],
)
async def test_a_session_that_the_disk_does_not_take_is_not_the_fault_of_the_server(
    disk: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(bodies, "MAX_HELD_BYTES", 3 * 1024 * 1024)
    if disk == "full":
        monkeypatch.setattr(spill, "_file_without_a_name", full_disk)
    beside = {"full": tmp_path / "store", "gone": tmp_path / "gone" / "store"}.get(disk)
    async with serving(answer("200 OK", b"[" * 4 * 1024 * 1024)) as asked:
        client = Client(Connection(asked.base_url), sleep=no_wait)
        with pytest.raises(errors.TooLargeAnswerError) as caught:
            await client.session_body("s", beside)
        await client.aclose()
    assert "This session has more than 3 MB" in caught.value.message
    assert caught.value.message.endswith(why.format(tmp_path))
    assert "server" not in caught.value.message


@pytest.mark.fault(27)
async def test_what_follows_the_end_of_a_compressed_list_is_not_read(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(network, "BODY_TIMEOUT", 30.0)
    head = JSON_HEAD.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n")
    async with serving(endlessly(head + gzip.compress(b'{"items": []}'), b"junk" * 16_000)) as asked:
        client = Client(Connection(asked.base_url))
        assert list((await client.sessions()).items) == []
        await client.aclose()


@pytest.mark.fault(27)
async def test_a_compressed_list_of_nothing_is_not_read_without_an_end(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(network, "BODY_TIMEOUT", 30.0)
    head = JSON_HEAD.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n")
    start, nothing = gzip.compress(b"")[:10], b"\0\0\0\xff\xff"
    error = await refused(endlessly(head + start, nothing * 13_000))
    assert isinstance(error, errors.TooLargeAnswerError)


@pytest.mark.fault(38)
@pytest.mark.parametrize(
    ("limit", "seconds", "reply"),
    [
        ("HEAD_TIMEOUT", 2.0, endlessly(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n", 0.01)),  # to connect counts, too
        ("BODY_TIMEOUT", 0.3, endlessly(JSON_HEAD, b" ", 0.01)),
    ],
)
async def test_an_answer_that_goes_on_and_on_is_given_up(
    limit: str, seconds: float, reply: Reply, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(network, limit, seconds)
    async with serving(reply) as asked, asyncio.timeout(30):
        client = Client(Connection(asked.base_url), sleep=no_wait)
        with pytest.raises(errors.SlowAnswerError, match="not whole in time"):
            await client.sessions()
        await client.aclose()
    assert len(asked.requests) == 1


@pytest.mark.fault(38)
async def test_a_refusal_whose_body_has_no_end_is_a_refusal(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bodies, "START_TIMEOUT", 0.3)
    monkeypatch.setattr("tui.api.client.SESSION_TIMEOUT", 5.0)
    async with serving(endlessly(ERROR_HEAD + b"You may not. ", b" ", 0.01)) as asked:
        client = Client(Connection(asked.base_url), sleep=no_wait)
        with pytest.raises(errors.ForbiddenError, match="The server says: You may not"):
            await client.session_body("s1")
        await client.aclose()


async def test_an_upload_has_more_time(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(network, "HEAD_TIMEOUT", 0.05)

    async def late(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.3)
        await answer("200 OK", b'{"id": "dfl-1"}')(writer)

    async with serving(late) as asked:
        client = DirectoryClient(Connection(asked.base_url))
        assert (await client.upload("dir-1", "a.md", "1", io.BytesIO(b"text"))).id == "dfl-1"
        await client.aclose()


@pytest.mark.fault(26)
@pytest.mark.parametrize("coding", ["identity", "gzip"])
async def test_others_get_their_turn_while_a_long_body_comes_at_once(coding: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tui.cooperative.SLICE_SECONDS", 0)
    monkeypatch.setattr("tui.cooperative.PAUSE_SECONDS", 0)
    size = 100 * 64 * 1024
    sent = bytes(size) if coding == "identity" else gzip.compress(bytes(size))
    stream = httpx.ByteStream(sent)
    answer = httpx.MockTransport(lambda _: httpx.Response(200, headers={"content-encoding": coding}, stream=stream))
    client = Client(Connection("http://127.0.0.1"), transport=answer)
    reading, turns = asyncio.create_task(client.session_body("s")), 0
    while not reading.done():
        await asyncio.sleep(0)
        turns += 1
    assert (await reading).size == size
    assert turns >= 100
    await client.aclose()


async def test_a_body_is_read_as_it_came_wherever_it_was_put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bodies, "_PUT_ASIDE_BYTES", 1000)
    data = bytes(range(256)) * 40
    for beside in (None, tmp_path / "store", tmp_path / "no such folder" / "store"):
        body = SessionBody(beside)
        for at in range(0, len(data), 700):
            body.write(data[at : at + 700])
        assert b"".join(body.pieces()) == b"".join(body.pieces()) == data
        assert all(b"".join(body.pieces(start)) == data[start:] for start in range(0, len(data) + 1, 123))
        assert body.start == data[: len(body.start)]
        assert (body.held_bytes < 1000) == (beside is not None and beside.parent.exists())
