"""Files behind presigned addresses."""

import asyncio
from dataclasses import replace

import httpx
import pytest

from tests.api.answers import CONNECTION, Answers
from tests.api.raw_server import STREAM_HEAD, endlessly, serving
from tui.api import errors
from tui.api.client import Client
from tui.api.connection import Connection
from tui.api.models import PresignedUrl


@pytest.mark.fault(11)
@pytest.mark.parametrize(
    "url",
    [
        *("http://bucket.test/x", "file:///etc/passwd", "nonsense", "https://[::1", ""),
        *(
            "https://xn--/",
            "https://bucket.test:65536/x",
            "https://bucket.test:-1/x",
            "https://bucket.test:99999999999/x",
        ),
    ],
)
async def test_an_address_that_is_not_https_is_not_opened(url: str):
    answers = Answers(httpx.Response(200))
    with pytest.raises(errors.InvalidRequestError):
        await answers.client().download(PresignedUrl(url))
    assert answers.requests == []


async def test_an_expired_address_says_so():
    with pytest.raises(errors.RefusedError, match="may have expired") as refused:
        await Answers(httpx.Response(403)).client().download(PresignedUrl("https://bucket.test/x"))
    assert refused.value.status == 403


async def test_an_address_on_this_machine_is_only_opened_for_a_server_on_it():
    for url in ("http://127.0.0.1:631/", "https://localhost/"):
        answers = Answers(httpx.Response(200))
        with pytest.raises(errors.InvalidRequestError, match="on this machine"):
            await answers.client().download(PresignedUrl(url))
        assert answers.requests == []
    here = Answers(httpx.Response(200, content=b"jpeg")).client(replace(CONNECTION, base_url="http://127.0.0.1:7"))
    assert await here.download(PresignedUrl("http://127.0.0.1:9/x")) == b"jpeg"


async def test_a_file_is_read_up_to_its_limit(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tui.api.download.MAX_FILE_BYTES", 4)
    client = Answers(httpx.Response(200, content=b"1234")).client()
    assert await client.download(PresignedUrl("https://bucket.test/x")) == b"1234"
    client = Answers(httpx.Response(200, content=b"12345")).client()
    with pytest.raises(errors.TooLargeAnswerError):
        await client.download(PresignedUrl("https://bucket.test/x"))


@pytest.mark.parametrize(
    ("answer", "size"),
    [
        (httpx.Response(206, headers={"Content-Range": "bytes 0-0/240000"}, content=b"1"), 240_000),
        (httpx.Response(206, headers={"Content-Range": "bytes 0-0/*"}, content=b"1"), None),
        (httpx.Response(200, content=b"1234"), 4),
        (httpx.Response(200, headers={"Content-Length": "-1"}), None),
    ],
)
async def test_the_size_of_a_file_is_told_by_the_headers_of_a_range(answer: httpx.Response, size: int | None):
    answers = Answers(answer)
    assert await answers.client().download_size(PresignedUrl("https://bucket.test/x")) == size
    assert answers.requests[0].headers["range"] == "bytes=0-0"
    assert "authorization" not in answers.requests[0].headers


async def test_only_a_server_on_this_machine_is_told_what_to_mark():
    body = {"url": "https://bucket.test/x", "expires_at": None}
    for base_url, query in (
        ("https://api.test", "source_id=dfl-1"),
        ("http://127.0.0.1:7", "source_id=dfl-1&start_char=3&end_char=9"),
    ):
        answers = Answers(httpx.Response(200, json=body))
        client = answers.client(replace(CONNECTION, base_url=base_url))
        await client.attachment_url("screenshots/page_7.jpg", "dfl-1", (3, 9))
        assert answers.requests[0].url.query.decode() == query


async def test_a_file_that_does_not_come_is_given_up(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tui.api.download.DOWNLOAD_TIMEOUT", 0.1)
    async with serving(endlessly(STREAM_HEAD, b"x", pause=0.01)) as asked, asyncio.timeout(30):
        client = Client(Connection(asked.base_url))
        with pytest.raises(errors.SlowAnswerError, match="not whole in time"):
            await client.download(PresignedUrl(asked.base_url))
        await client.aclose()
