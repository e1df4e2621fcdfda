"""The language models that servers on this machine offer: looked for only when the user wants to choose one."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import cast

import httpx

from tui.lazy_dataclass import dataclass
from tui.sanitize import clean_line

USUAL_PORTS: Mapping[str, int] = {"Ollama": 11434, "LM Studio": 1234, "llama.cpp": 8080, "vLLM": 8000}
"""The ports that these servers listen on where nothing else is set, each on 127.0.0.1."""

ANSWER_TIMEOUT = 0.2
"""Seconds to wait for all of them: a server on this machine that has more to do is not worth waiting for."""

MAX_ANSWER_BYTES = 1_000_000
MAX_NAME_CHARS = 200


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A model that a server on this machine offers. `base_url` ends before `/chat/completions`."""

    name: str
    base_url: str
    server: str


async def find_models(ports: Mapping[str, int] = USUAL_PORTS, timeout: float = ANSWER_TIMEOUT) -> Sequence[LocalModel]:
    """The models of the servers at these ports, all asked at once; none of a server that does not answer in time.

    Asks `GET /v1/models`, as the OpenAI API has it: {"data": [{"id": "a name"}]}. Nothing else is sent.
    """
    # Neither a proxy nor certificates: what is asked is on this machine, and loading them takes longer than asking.
    async with httpx.AsyncClient(trust_env=False, verify=False, timeout=timeout) as client:
        found = await asyncio.gather(*(_models_of(client, server, port, timeout) for server, port in ports.items()))
    return [model for models in found for model in models]


async def _models_of(client: httpx.AsyncClient, server: str, port: int, timeout: float) -> Sequence[LocalModel]:
    base_url = f"http://127.0.0.1:{port}/v1"
    try:
        async with asyncio.timeout(timeout), client.stream("GET", f"{base_url}/models") as response:
            response.raise_for_status()
            answer: object = json.loads(await _whole(response))
    except (httpx.HTTPError, TimeoutError, ValueError, RecursionError):
        return []  # something else listens there, or nothing
    return [LocalModel(name, base_url, server) for name in _names(answer)]


async def _whole(response: httpx.Response) -> bytes:
    body = b""
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > MAX_ANSWER_BYTES:
            raise ValueError("no list of models is so long")
    return body


def _names(answer: object) -> Sequence[str]:
    """The names in an answer, without those that cannot be shown as they are."""
    items = cast(dict[str, object], answer).get("data") if isinstance(answer, dict) else None
    listed = cast(list[object], items) if isinstance(items, list) else []
    names = [cast(dict[str, object], item).get("id") for item in listed if isinstance(item, dict)]
    return [name for name in names if isinstance(name, str) and name and clean_line(name, MAX_NAME_CHARS) == name]
