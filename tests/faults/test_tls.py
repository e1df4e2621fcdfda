"""The app behind a server that speaks TLS, whose certificate and whose connections fail."""

import socket
import ssl
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path
from typing import Never

import pytest
from trustme import CA

from tests.api.raw_server import answer, serving
from tests.app.user import driven
from tests.faults.driving import ask, behind, in_session, words_on
from tests.faults.proxy import Fault, FaultProxy, dropped_at, fault_proxy, reset_at
from tests.local.server import Connection
from tui.settings import Settings
from tui.widgets.composer import Composer

QUESTION = "When was the Heron probe launched?"
ANSWER = "March 2031"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def door(authority: CA, expires_at: datetime | None = None) -> ssl.SSLContext:
    """What a server on this machine says of itself, by this authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "localhost", not_after=expires_at).configure_cert(context)
    return context


@pytest.fixture(scope="module")
def authority() -> CA:
    return CA()


@pytest.fixture
async def proxy(
    server: Connection, authority: CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[FaultProxy]:
    """A proxy with a certificate that the app trusts."""
    trusted = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(trusted))
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    monkeypatch.setenv("LLAMA_CLOUD_API_KEY", server.api_key)
    async with fault_proxy(server.base_url) as proxy:
        await reopen(proxy, door(authority))
        yield proxy


async def reopen(proxy: FaultProxy, context: ssl.SSLContext) -> None:
    proxy.close_door()
    proxy.tls = context
    await proxy.open_door()


def no_such_name(*_: object, **__: object) -> Never:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


@pytest.mark.fault(36)
async def test_a_question_is_kept_while_no_secure_connection_can_be_made(
    proxy: FaultProxy, authority: CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy.base_url = proxy.base_url.replace("127.0.0.1", "localhost")
    async with behind(proxy) as user:
        composer = user.app.chat.query_one(Composer)
        await in_session(user)
        for context, told in (
            (door(authority, LONG_AGO), "certificate has expired"),
            (door(CA()), "unable to get local issuer certificate"),
        ):
            await reopen(proxy, context)
            await ask(user, QUESTION) if not composer.text else await user.press("enter")
            await user.until(lambda told=told: told in words_on(user))
            assert "Check SSL_CERT_FILE" in words_on(user)
            await user.until(lambda: composer.text == QUESTION)
        with monkeypatch.context() as patched:
            patched.setattr(socket, "getaddrinfo", no_such_name)
            await user.press("enter")
            await user.until(lambda: "was not found. This machine may be offline" in words_on(user))
            await user.until(lambda: composer.text == QUESTION)
        assert QUESTION not in proxy.prompts
        await reopen(proxy, door(authority))
        await user.press("enter")
        await user.see(ANSWER)
        assert proxy.prompts.count(QUESTION) == 1


@pytest.mark.fault(21, 22)
@pytest.mark.parametrize("fault", [dropped_at(0.5), reset_at(0.5)], ids=["its end is cut off", "it is reset"])
async def test_a_secure_connection_that_is_dropped_in_mid_turn_costs_nothing(proxy: FaultProxy, fault: Fault) -> None:
    async with behind(proxy) as user:
        await in_session(user)
        proxy.next_turns.append(fault)
        await ask(user, QUESTION)
        await user.see(ANSWER)
        await user.until(lambda: not user.app.chat.workspace.turns.busy)
        await user.see("Finished while you were away")
        assert proxy.prompts.count(QUESTION) == 1


@pytest.mark.fault(36)
async def test_a_proxy_that_wants_a_password_is_named_and_what_was_typed_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with serving(answer("407 Proxy Authentication Required")) as refusing:
        monkeypatch.setenv("HTTPS_PROXY", refusing.base_url)
        monkeypatch.setenv("LLAMA_CLOUD_API_KEY", "llx-test-key-0000")
        async with driven(Settings()) as user:
            await user.type("half a question")
            await user.until(lambda: "The proxy in HTTPS_PROXY did not open the way" in words_on(user))
            assert "NO_PROXY" in words_on(user)
            assert user.app.chat.query_one(Composer).text == "half a question"
    assert {request.method for request in refusing.requests} == {"CONNECT"}
