"""A language model behind an OpenAI-compatible endpoint: one streamed chat completion at a time."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Self
from urllib.parse import urlsplit

import httpx
from httpx_sse import EventSource, SSEError, aconnect_sse
from pydantic import BaseModel

from tui.api.models import TextDelta, ThinkingDelta
from tui.local.agents.chat_completions import (
    Json,
    LlmError,
    Message,
    Reply,
    error_message,
    json_object,
    message_json,
    tool_json,
)
from tui.local.agents.llm_settings import LlmSettings
from tui.loopback import is_loopback
from tui.sanitize import clean_line

CONNECT_TIMEOUT = 10.0
SILENCE_TIMEOUT = 180.0
"""Seconds to wait for the next piece of a reply: a model on this machine reads a long prompt slowly."""
REPLY_TIMEOUT = 900.0
MAX_REPLY_TOKENS = 4096
MAX_REPLY_BYTES = 32_000_000
"""Longest stream of a reply: with every token in a chunk of its own it has about 2 MB."""
MAX_ERROR_BYTES = 64_000


class LlmClient:
    """Talks to the endpoint, within `async with`."""

    def __init__(self, settings: LlmSettings, silence_timeout: float = SILENCE_TIMEOUT) -> None:
        self._settings = settings
        headers = {"Accept-Encoding": "identity"}
        headers |= {"Authorization": f"Bearer {settings.api_key}"} if settings.api_key else {}
        self._client = httpx.AsyncClient(
            headers=headers,
            timeout=httpx.Timeout(silence_timeout, connect=CONNECT_TIMEOUT),
            trust_env=not is_loopback(urlsplit(settings.base_url).hostname or ""),
        )

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def reply(
        self, messages: Sequence[Message], tools: Mapping[str, type[BaseModel]]
    ) -> AsyncIterator[ThinkingDelta | TextDelta | Reply]:
        """The reply to a conversation: pieces as they come, and at the end the whole. Raises `LlmError`.

        `tools` are those that the model may call: what each takes, by its name.
        """
        body: Json = {
            "model": self._settings.model,
            "messages": [message_json(message) for message in messages],
            "stream": True,
            "stream_options": {"include_usage": True},
            "max_tokens": MAX_REPLY_TOKENS,
        }
        if tools:
            body["tools"] = [tool_json(name, arguments) for name, arguments in tools.items()]
        reply = Reply()
        try:
            async with asyncio.timeout(REPLY_TIMEOUT):
                async for chunk in self._chunks(body):
                    for piece in reply.take(chunk):
                        yield piece
        except TimeoutError:
            raise LlmError(f"The model was still answering after {REPLY_TIMEOUT:g} s.") from None
        except httpx.TimeoutException:
            raise LlmError(f"The model at {self._address} did not answer in time.") from None
        except (httpx.HTTPError, httpx.InvalidURL, SSEError) as error:
            raise LlmError(self._unreachable(error)) from None
        for piece in reply.end():
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
                raise LlmError(self._refused(source.response.status_code, await _start_of(source.response)))
            async for event in EventSource(_counted(source.response)).aiter_sse():
                if not event.data:
                    continue
                if event.data.strip() == "[DONE]":
                    return
                chunk = json_object(event.data)
                if "error" in chunk:
                    raise LlmError(f"The model failed: {error_message(chunk)}")
                yield chunk

    @property
    def _address(self) -> str:
        return clean_line(self._settings.base_url)

    def _unreachable(self, error: Exception) -> str:
        reason = clean_line(str(error)) or type(error).__name__
        return f"The model at {self._address} cannot be reached: {reason}. Is it running, and is the address right?"

    def _refused(self, status: int, body: str) -> str:
        try:
            message = error_message(json_object(body))
        except LlmError:
            message = clean_line(body)
        reasons = {
            401: "refused the key (LLAMACHAT_MODEL_API_KEY)",
            403: "refused the key (LLAMACHAT_MODEL_API_KEY)",
            404: f"knows no model {self._settings.model!r}, or the address is wrong",
            429: "has too many requests, or the account has no credit left",
        }
        reason = reasons.get(status, f"answered with status {status}")
        return f"The model at {self._address} {reason}. {message}".strip()


async def _start_of(response: httpx.Response) -> str:
    """The first characters of a refusal, however long it is."""
    body = b""
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) >= MAX_ERROR_BYTES:
            break
    return body[:MAX_ERROR_BYTES].decode("utf-8", "replace")


def _counted(response: httpx.Response) -> httpx.Response:
    """The same stream. It ends with `LlmError` where it is longer than any reply, so that no line fills the memory."""
    return httpx.Response(200, headers={"Content-Type": "text/event-stream"}, stream=_Counted(response))


class _Counted(httpx.AsyncByteStream):
    def __init__(self, response: httpx.Response) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = MAX_REPLY_BYTES
        async for chunk in self._response.aiter_raw():
            left -= len(chunk)
            if left < 0:
                raise LlmError("The model's answer has no end.")
            yield chunk
