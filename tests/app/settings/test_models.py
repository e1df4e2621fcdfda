"""The language model of the local library, chosen by keys in the whole app."""

import os
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.app.settings.test_settings import open_settings, row
from tests.app.user import User, driven
from tests.local.agents.scripted_model import ScriptedModel, said
from tests.local.inprocess import in_thread
from tui.settings import load
from tui.workspace.settings import local_models


@pytest.fixture
def asked() -> list[str]:
    """The paths that the model's server was asked for."""
    return []


@pytest.fixture
def base_url(asked: list[str], monkeypatch: pytest.MonkeyPatch) -> Generator[str]:
    """A server with one model at the usual port of Ollama, and none at the others."""
    model = ScriptedModel([said("The model says so [1].")])

    async def models(request: Request) -> Response:
        asked.append(request.url.path)
        return JSONResponse({"data": [{"id": "llama3.2"}]})

    async def chat(request: Request) -> Response:
        asked.append(request.url.path)
        return await model.answer(request)

    routes = [Route("/v1/models", models), Route("/v1/chat/completions", chat, methods=["POST"])]
    with in_thread(Starlette(routes=routes)) as served:
        monkeypatch.setattr(local_models, "USUAL_PORTS", {"Ollama": int(served.rpartition(":")[2])})
        monkeypatch.setattr(local_models, "ANSWER_TIMEOUT", 20)
        yield f"{served}/v1"


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LLAMACHAT_CONFIG", str(tmp_path / "config.toml"))
    return tmp_path / "config.toml"


async def open_models(user: User) -> None:
    await open_settings(user)
    await user.press(*"model", "enter")


async def test_a_model_is_looked_for_when_asked_for_and_answers_when_chosen(
    path: Path, base_url: str, asked: list[str], notes: Path
) -> None:
    async with driven(replace(load({}, os.environ, path), local=(notes,)), 100, 30) as user:
        await user.until(lambda: bool(user.app.chat.workspace.indexes))
        await open_settings(user)
        assert asked == []
        await user.press(*"model", "enter")
        await user.see("2  llama3.2 · Ollama")
        await user.in_dialog(*"llama", "enter")
        await user.until(lambda: row(user, "model") == ["llama3.2", "file"])
        assert path.read_text() == f'model_base_url = "{base_url}"\nmodel = "llama3.2"\n'
        assert asked == ["/v1/models"]
        before = user.app.backend
        await user.press("escape", "escape")
        await user.until(lambda: user.app.backend is not before and user.app.chat.workspace.is_live)
        await user.ask_in_new_session("Who leads science?")
        await user.see("The model says so")
        await open_models(user)
        await user.see("none: answers are quotations")
        await user.in_dialog(*"none", "enter")
        await user.until(lambda: row(user, "model") == ["-"])
        assert path.read_text() == ""


async def test_where_no_server_answers_the_places_are_named_and_a_name_can_be_typed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_models, "USUAL_PORTS", {"Ollama": 1})
    async with driven(replace(load({}, os.environ, path), local=()), 100, 30) as user:
        await open_models(user)
        await user.see("The language model that answers")
        await user.in_dialog("escape")
        await user.see("No server on this machine offers a model; looked for Ollama (1).")
    assert not path.exists()
