"""A language model's endpoint that says what the test wrote down, on loopback."""

import asyncio
import json
from collections.abc import AsyncIterator, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.local.inprocess import in_thread

Json = dict[str, Any]


def said(*pieces: str, finish: str = "stop") -> list[Json]:
    """A reply of text, in these pieces."""
    return [*({"delta": {"content": piece}} for piece in pieces), {"delta": {}, "finish_reason": finish}]


def thought(*pieces: str, name: str = "reasoning_content") -> list[Json]:
    """Reasoning before a reply."""
    return [{"delta": {name: piece}} for piece in pieces]


def called(name: str, arguments: Json | str, index: int = 0) -> list[Json]:
    """A reply that calls a tool, its arguments in two pieces."""
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    half = len(text) // 2
    first = {
        "index": index,
        "id": f"c{index}",
        "type": "function",
        "function": {"name": name, "arguments": text[:half]},
    }
    rest = {"index": index, "function": {"arguments": text[half:]}}
    return [
        {"delta": {"tool_calls": [first]}},
        {"delta": {"tool_calls": [rest]}},
        {"delta": {}, "finish_reason": "tool_calls"},
    ]


@dataclass
class ScriptedModel:
    """Gives the replies of its script in turn, the last one again and again, after its `refusals`, each a status and a
    body, with `refusal_headers`. `asked` are the requests' bodies. It may answer `whole`, as JSON instead of a stream;
    and `fails` with an error where its reply would end."""

    script: Sequence[list[Json]] = ()
    status: int = 200
    error: Any = None
    refusals: Sequence[tuple[int, Any]] = ()
    refusal_headers: Mapping[str, str] = field(default_factory=dict[str, str])
    whole: bool = False
    fails: str = ""
    hangs: bool = False
    breaks_off: bool = False
    usage: Json | None = field(default_factory=lambda: {"prompt_tokens": 100, "completion_tokens": 7})
    asked: list[Json] = field(default_factory=list[Json])
    keys: list[str] = field(default_factory=list[str])

    async def answer(self, request: Request) -> Response:
        self.asked.append(await request.json())
        self.keys.append(request.headers.get("authorization", ""))
        if self.status != 200:
            return JSONResponse(self.error, self.status)
        if len(self.asked) <= len(self.refusals):
            status, body = self.refusals[len(self.asked) - 1]
            return JSONResponse(body, status, self.refusal_headers)
        if self.whole:
            content = "".join(choice["delta"].get("content", "") for choice in self._reply())
            message = {"role": "assistant", "content": content}
            return JSONResponse({"choices": [{"message": message, "finish_reason": "stop"}], "usage": self.usage})
        return StreamingResponse(self._stream(), media_type="text/event-stream")

    def _reply(self) -> list[Json]:
        return self.script[min(len(self.asked) - len(self.refusals), len(self.script)) - 1]

    async def _stream(self) -> AsyncIterator[str]:
        for choice in self._reply():
            if self.breaks_off and choice.get("finish_reason"):
                return
            if self.fails and choice.get("finish_reason"):
                yield f"data: {json.dumps({'error': {'message': self.fails, 'code': 500}})}\n\n"
                return
            yield f"data: {json.dumps({'choices': [{'index': 0, **choice}]})}\n\n"
        if self.hangs:
            await asyncio.sleep(60)
        if self.usage:
            yield f"data: {json.dumps({'choices': [], 'usage': self.usage})}\n\n"
        yield "data: [DONE]\n\n"


@dataclass
class Endpoint:
    """Serves the model that the test puts in, at `base_url`."""

    model: ScriptedModel = field(default_factory=ScriptedModel)
    base_url: str = ""

    async def answer(self, request: Request) -> Response:
        return await self.model.answer(request)


@contextmanager
def endpoint() -> Generator[Endpoint]:
    served = Endpoint()
    app = Starlette(routes=[Route("/v1/chat/completions", served.answer, methods=["POST"])])
    with in_thread(app) as base_url:
        served.base_url = f"{base_url}/v1"
        yield served
