"""Clients that open connections and do not ask: the server lets go of them, and answers the others."""

import asyncio
import logging
import resource
import socket
import threading
from collections.abc import Generator
from contextlib import ExitStack

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.local.server import until
from tui.local import patience
from tui.local.http import requests
from tui.local.http.schemas import TitleBody

SOON = 0.3
HALF_A_HEAD = b"GET / HTTP/1.1\r\nHost: x\r\nX-Half: "


async def _answer(request: Request) -> Response:
    if request.method == "POST":
        return JSONResponse((await requests.read_body(request, TitleBody)).model_dump())
    await asyncio.sleep(2 * SOON)
    return JSONResponse({})


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Generator[int]:
    """Where a server listens that is as patient as ours, but for shorter times and fewer connections."""
    monkeypatch.setattr(patience, "HEAD_TIMEOUT", SOON)
    monkeypatch.setattr(patience, "MAX_CONNECTIONS", 20)
    monkeypatch.setattr(requests, "BODY_TIMEOUT", SOON)
    app = Starlette(
        routes=[Route("/", _answer, methods=["GET", "POST"])],
        exception_handlers={requests.HTTPException: requests.on_http_error},
    )
    config = uvicorn.Config(
        app,
        http=patience.PatientProtocol,
        log_level="critical",
        timeout_keep_alive=patience.IDLE_TIMEOUT,
        ws="none",
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        until(lambda: server.started)
        yield listener.getsockname()[1]
        server.should_exit = server.force_exit = True
        thread.join()


def connection(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def is_closed(client: socket.socket) -> bool:
    """Waits until the server has closed the connection."""
    try:
        while client.recv(1000):
            pass
    except ConnectionError:
        return True
    return True


@pytest.mark.parametrize("sent", [b"", HALF_A_HEAD, b"\r\n" * 3])
def test_a_connection_without_a_whole_head_is_closed(port: int, sent: bytes) -> None:
    with connection(port) as client:
        client.sendall(sent)
        assert is_closed(client)


def is_answered(client: socket.socket) -> bool:
    """Waits for a whole answer; False where the connection is closed before."""
    answer = b""
    while not answer.endswith(b"{}"):
        piece = client.recv(1000)
        if not piece:
            return False
        answer += piece
    return answer.startswith(b"HTTP/1.1 200")


def is_closed_while_dripping(client: socket.socket, drop: bytes) -> bool:
    """Sends the same again and again until the server has closed the connection; False where it does not."""
    client.settimeout(SOON / 10)
    for _ in range(100):
        try:
            client.sendall(drop)
            if client.recv(1000) == b"":
                return True
        except TimeoutError:
            continue
        except ConnectionError:
            return True
    return False


def test_a_head_that_drips_is_not_waited_for_longer(port: int) -> None:
    with connection(port) as client:
        client.sendall(HALF_A_HEAD)
        assert is_closed_while_dripping(client, b"G")


def test_a_second_request_that_comes_by_half_is_not_waited_for(port: int) -> None:
    with connection(port) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 21\r\n\r\n" + b'{"first_message":"a"}')
        assert client.recv(10_000).startswith(b"HTTP/1.1 200")
        client.sendall(HALF_A_HEAD)
        assert is_closed(client)


def test_a_body_that_does_not_come_is_not_waited_for(port: int) -> None:
    with connection(port) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 21\r\n\r\n{")
        assert client.recv(10_000).startswith(b"HTTP/1.1 408")


def test_the_rest_of_a_refused_body_is_not_waited_for(port: int) -> None:
    with connection(port) as client:
        client.sendall(b"POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n{")
        assert client.recv(10_000).startswith(b"HTTP/1.1 404")
        assert is_closed_while_dripping(client, b"x")


@pytest.mark.parametrize("expecting", [b"", b"Expect: 100-continue\r\n"])
def test_a_refused_body_that_does_not_even_begin_is_not_waited_for(port: int, expecting: bytes) -> None:
    with connection(port) as client:
        client.sendall(b"POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n" + expecting + b"\r\n")
        assert client.recv(10_000).startswith(b"HTTP/1.1 404")
        assert is_closed(client)


def test_a_long_answer_is_waited_for(port: int) -> None:
    assert httpx.get(f"http://127.0.0.1:{port}/", trust_env=False).status_code == 200


def test_many_silent_connections_keep_nobody_out(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "HEAD_TIMEOUT", 600.0)
    with ExitStack() as opened:
        silent = [opened.enter_context(connection(port)) for _ in range(60)]
        assert httpx.get(f"http://127.0.0.1:{port}/", trust_env=False).status_code == 200
        assert all(is_closed(client) for client in silent[:40])


def test_many_idle_connections_keep_nobody_out_and_end_no_answer(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "HEAD_TIMEOUT", 600.0)
    request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    with ExitStack() as opened:
        running, *idle = [opened.enter_context(connection(port)) for _ in range(19)]
        for client in (running, *idle):
            client.sendall(request)
        assert all(map(is_answered, (running, *idle)))
        running.sendall(request)
        newcomers = [opened.enter_context(connection(port)) for _ in range(10)]
        for client in newcomers:
            client.sendall(request)
        assert all(map(is_answered, (running, *newcomers)))


def test_a_logger_says_the_same_thing_once_a_minute() -> None:
    is_time = patience.seldom()
    record = logging.LogRecord("asyncio", logging.ERROR, "", 0, "socket.accept() out of system resource", (), None)
    assert [is_time(record) for _ in range(3)] == [True, False, False]


def test_as_many_files_may_be_open_as_the_system_allows() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft - 1, hard))
    try:
        patience.allow_many_files()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
