"""The models of this machine are found at real servers, and nothing that answers otherwise does harm."""

import socket
from collections.abc import Generator
from contextlib import closing

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from tests.local.inprocess import in_thread
from tui.workspace.settings.local_models import MAX_ANSWER_BYTES, LocalModel, find_models

ODD_ANSWERS = {
    "a page": PlainTextResponse("<html>"),
    "a refusal": JSONResponse({"data": [{"id": "locked"}]}, 401),
    "a list": JSONResponse([]),
    "no list": JSONResponse({"data": 3}),
    "odd names": JSONResponse({"data": ["x", {"id": 3}, {"id": ""}, {"id": "\x1b]0;x\x07"}, {"id": "x" * 999}]}),
    "endless nesting": PlainTextResponse("[" * 100_000),
    "a flood": PlainTextResponse('{"data": [{"id": "flood"}]}' + " " * MAX_ANSWER_BYTES),
    "elsewhere": Response(status_code=302, headers={"location": "http://127.0.0.1:1/v1/models"}),
}


def port_of(base_url: str) -> int:
    return int(base_url.rpartition(":")[2])


@pytest.fixture
def model_server() -> Generator[tuple[int, list[Request]]]:
    """The port of a server with two models, and what it was asked."""
    asked = list[Request]()

    async def models(request: Request) -> Response:
        asked.append(request)
        return JSONResponse({"object": "list", "data": [{"id": "llama3.2:3b"}, {"id": "qwen3"}]})

    with in_thread(Starlette(routes=[Route("/v1/models", models)])) as base_url:
        yield port_of(base_url), asked


async def test_the_models_of_every_server_that_answers_are_found(
    model_server: tuple[int, list[Request]], monkeypatch: pytest.MonkeyPatch
) -> None:
    port, asked = model_server
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    found = await find_models({"Ollama": port, "vLLM": 1}, timeout=20)
    base_url = f"http://127.0.0.1:{port}/v1"
    assert found == [LocalModel("llama3.2:3b", base_url, "Ollama"), LocalModel("qwen3", base_url, "Ollama")]
    (request,) = asked
    assert "authorization" not in request.headers


@pytest.mark.parametrize("name", ODD_ANSWERS)
async def test_what_is_no_list_of_models_has_none(name: str) -> None:
    async def answer(_: Request) -> Response:
        return ODD_ANSWERS[name]

    with in_thread(Starlette(routes=[Route("/v1/models", answer)])) as base_url:
        assert await find_models({"Ollama": port_of(base_url)}, timeout=20) == []


async def test_a_server_that_stays_silent_is_not_waited_for() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        assert await find_models({"Ollama": silent.getsockname()[1]}) == []
