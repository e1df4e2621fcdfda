import asyncio

import pytest

from tests.api.answers import CONNECTION, KEY
from tests.api.raw_server import Reply, answer, pieces, reset_after, serving
from tui.api import errors
from tui.api.client import Client
from tui.api.connection import Connection
from tui.api.models import Page


@pytest.mark.fault(36)
async def test_a_refused_connection_was_not_sent():
    async with serving(answer("200 OK")) as gone:
        pass
    client = Client(Connection(gone.base_url))
    with pytest.raises(errors.UnreachableError, match="was refused or failed"):
        await client.create_session()
    await client.aclose()


@pytest.mark.fault(36)
async def test_a_name_that_does_not_exist_was_not_sent():
    client = Client(Connection("https://no-such-host.invalid"))
    with pytest.raises(errors.UnreachableError, match=r"no-such-host\.invalid"):
        await client.create_session()
    await client.aclose()


@pytest.mark.fault(36)
async def test_a_server_without_tls_was_not_sent_anything():
    heard: list[bytes] = []

    async def answer_in_plain_text(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(1000))
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(answer_in_plain_text, "127.0.0.1", 0)
    async with server:
        client = Client(Connection(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}", api_key=KEY))
        with pytest.raises(errors.UnreachableError, match="No secure connection"):
            await client.create_session()
        await client.aclose()
    assert not any(b"CANARY" in piece for piece in heard)


@pytest.mark.fault(36)
async def test_a_proxy_that_refuses_is_named_by_its_variable(monkeypatch: pytest.MonkeyPatch):
    async with serving(answer("407 Proxy Authentication Required")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.base_url)
        client = Client(Connection("https://api.test", api_key=KEY))
        with pytest.raises(errors.UnreachableError, match="HTTPS_PROXY"):
            await client.create_session()
        await client.aclose()
    assert [request.method for request in proxy.requests] == ["CONNECT"]
    assert "authorization" not in proxy.requests[0].headers


@pytest.mark.fault(37)
@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ALL_PROXY", "socks://127.0.0.1:1"),
        ("ALL_PROXY", "socks5://127.0.0.1:1"),
        ("HTTPS_PROXY", "http://proxy:port"),
        ("NO_PROXY", "[::1]"),
        ("SSL_CERT_FILE", "/missing"),
        ("SSL_CERT_FILE", __file__),
        ("SSL_CERT_DIR", "/missing"),
    ],
)
async def test_a_variable_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch, variable: str, value: str):
    monkeypatch.setenv(variable, value)
    with pytest.raises(errors.ConfigurationError, match=variable):
        await Client.connect(CONNECTION)


@pytest.mark.fault(36)
async def test_this_machine_is_asked_without_a_proxy(monkeypatch: pytest.MonkeyPatch):
    async with serving(answer("502 Bad Gateway")) as proxy, serving(answer("200 OK", b'{"items": []}')) as local:
        monkeypatch.setenv("HTTP_PROXY", proxy.base_url)
        client = Client(Connection(local.base_url, api_key=KEY))
        assert await client.sessions() == Page([])
        await client.aclose()
    assert proxy.requests == []


@pytest.mark.fault(40)
@pytest.mark.parametrize("close", [pieces([], b""), reset_after(b"")], ids=["FIN", "RST"])
async def test_a_connection_that_breaks_leaves_the_outcome_unknown(close: Reply):
    async with serving(close) as asked:
        client = Client(Connection(asked.base_url))
        with pytest.raises(errors.NoAnswerError):
            await client.create_session()
        await client.aclose()
    assert asked.posts == 1
