"""A language model behind an OpenAI-compatible endpoint: one streamed chat completion at a time.

Source: the API reference of OpenAI, "Chat Completions" (streaming, tool calls, `stream_options`). Reasoning text comes
as `reasoning_content` (DeepSeek, vLLM, llama.cpp) or `reasoning` (Ollama, OpenRouter).
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self, cast
from urllib.parse import urlsplit

import httpx
from httpx_sse import SSEError, aconnect_sse

from tui.api.models import TextDelta, ThinkingDelta
from tui.local.agents.llm_settings import LlmSettings
from tui.local.agents.thinking_tags import ThinkingTags
from tui.sanitize import clean, clean_line

Json = dict[str, Any]

CONNECT_SECONDS = 10.0
SILENCE_SECONDS = 180.0
"""How long the model may say nothing: a local one reads a long prompt slowly."""
REPLY_SECONDS = 900.0
MAX_REPLY_CHARS = 200_000
MAX_REPLY_TOKENS = 4096


class LlmError(Exception):
    """The model gave no reply that can be used; the message says why, for the user."""


@dataclass(slots=True)
class Call:
    """A tool call as the model wrote it: `arguments` should be a JSON object."""

    name: str = ""
    arguments: str = ""


@dataclass(slots=True)
class Reply:
    """A whole reply; `chars` counts its reasoning as well. Token counts are None where the endpoint tells none."""

    text: str = ""
    chars: int = 0
    calls: list[Call] = field(default_factory=list["Call"])
    finish: str | None = None
    refusal: str = ""
    input_tokens: int | None = None
    output_tokens: int | None = None


class LlmClient:
    """Talks to the endpoint, within `async with`."""

    def __init__(self, settings: LlmSettings, silence_seconds: float = SILENCE_SECONDS) -> None:
        self._settings = settings
        headers = {"Authorization": f"Bearer {settings.api_key}"} if settings.api_key else {}
        self._client = httpx.AsyncClient(
            headers=headers,
            timeout=httpx.Timeout(silence_seconds, connect=CONNECT_SECONDS),
            trust_env=urlsplit(settings.base_url).hostname not in ("127.0.0.1", "localhost", "::1"),
        )

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def reply(
        self, messages: Sequence[Json], tools: Sequence[Json]
    ) -> AsyncIterator[ThinkingDelta | TextDelta | Reply]:
        """The reply to a conversation: pieces as they come, and at the end the whole. Raises `ModelError`."""
        body: Json = {
            "model": self._settings.model,
            "messages": list(messages),
            "stream": True,
            "stream_options": {"include_usage": True},
            "max_tokens": MAX_REPLY_TOKENS,
        }
        if tools:
            body["tools"] = list(tools)
        reply, tags = Reply(), ThinkingTags()
        try:
            async with asyncio.timeout(REPLY_SECONDS):
                async for chunk in self._chunks(body):
                    for piece in _take(reply, tags, chunk):
                        yield piece
        except TimeoutError:
            raise LlmError(f"The model was still answering after {REPLY_SECONDS:g} s.") from None
        except httpx.TimeoutException:
            raise LlmError(f"The model at {self._place} did not answer in time.") from None
        except (httpx.HTTPError, httpx.InvalidURL, SSEError) as error:
            raise LlmError(self._unreachable(error)) from None
        for piece in tags.end():
            reply.text += piece.content if isinstance(piece, TextDelta) else ""
            yield piece
        if reply.finish is None:
            raise LlmError("The model's answer broke off in the middle. Ask again.")
        if reply.refusal or reply.finish == "content_filter":
            raise LlmError(f"The model refused to answer. {clean_line(reply.refusal)}".strip())
        yield reply

    async def _chunks(self, body: Json) -> AsyncIterator[Json]:
        url = f"{self._settings.base_url}/chat/completions"
        async with aconnect_sse(self._client, "POST", url, json=body) as source:
            if source.response.status_code != 200:
                await source.response.aread()
                raise LlmError(self._refused(source.response))
            async for event in source.aiter_sse():
                if not event.data:
                    continue
                if event.data.strip() == "[DONE]":
                    return
                chunk = _object(event.data)
                if "error" in chunk:
                    raise LlmError(f"The model failed: {_message(chunk)}")
                yield chunk

    @property
    def _place(self) -> str:
        return clean_line(self._settings.base_url)

    def _unreachable(self, error: Exception) -> str:
        reason = clean_line(str(error)) or type(error).__name__
        return f"The model at {self._place} cannot be reached: {reason}. Is it running, and is the address right?"

    def _refused(self, response: httpx.Response) -> str:
        try:
            told = _message(_object(response.text))
        except LlmError:
            told = clean_line(response.text)
        reasons = {
            401: "refused the key (LLAMACHAT_MODEL_API_KEY)",
            403: "refused the key (LLAMACHAT_MODEL_API_KEY)",
            404: f"knows no model {self._settings.model!r}, or the address is wrong",
            429: "has too many requests, or the account has no credit left",
        }
        reason = reasons.get(response.status_code, f"answered with status {response.status_code}")
        return f"The model at {self._place} {reason}. {told}".strip()


def _object(text: str) -> Json:
    try:
        value: object = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise LlmError("The model's endpoint sent something that is not its API. Is the address right?")
    return cast("Json", value)


def _message(body: Mapping[str, Any]) -> str:
    error: Any = body.get("error", body)
    if isinstance(error, dict):
        error = cast("Json", error).get("message", "")
    return clean_line(str(error))


def _take(reply: Reply, tags: ThinkingTags, chunk: Json) -> list[ThinkingDelta | TextDelta]:
    """Adds a chunk to the reply. Returns the text in it. Raises `ModelError` for a chunk of another shape."""
    try:
        usage: Json = chunk.get("usage") or {}
        reply.input_tokens = usage.get("prompt_tokens", reply.input_tokens)
        reply.output_tokens = usage.get("completion_tokens", reply.output_tokens)
        choices: list[Json] = chunk.get("choices") or []
        if not choices:
            return []
        reply.finish = choices[0].get("finish_reason") or reply.finish
        delta: Json = choices[0].get("delta") or {}
        reply.refusal += delta.get("refusal") or ""
        for part in delta.get("tool_calls") or ():
            _take_call(reply.calls, part)
        thought = clean(delta.get("reasoning_content") or delta.get("reasoning") or "")
        said = clean(delta.get("content") or "")
    except (AttributeError, KeyError, TypeError):
        raise LlmError("The model's endpoint sent something that is not its API. Is the address right?") from None
    pieces = [*([ThinkingDelta(thought)] if thought else []), *tags.add(said)]
    reply.text += "".join(piece.content for piece in pieces if isinstance(piece, TextDelta))
    reply.chars += len(thought) + len(said)
    if reply.chars + sum(len(call.arguments) for call in reply.calls) > MAX_REPLY_CHARS:
        raise LlmError("The model's answer has no end.")
    return pieces


def _take_call(calls: list[Call], part: Json) -> None:
    """Adds a piece of a tool call. Endpoints that send calls whole may leave out `index`."""
    index = part.get("index")
    function: Json = part.get("function") or {}
    at = index if isinstance(index, int) else len(calls)
    while len(calls) <= min(at, 32):
        calls.append(Call())
    call = calls[min(at, 32)]
    call.name += function.get("name") or ""
    arguments: Any = function.get("arguments") or ""
    call.arguments += arguments if isinstance(arguments, str) else json.dumps(arguments)
