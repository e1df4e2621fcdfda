"""A language model behind an OpenAI-compatible endpoint: one streamed chat completion at a time."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

import httpx
from httpx_sse import EventSource, SSEError, aconnect_sse
from pydantic import BaseModel

from tui.api.models import TextDelta, ThinkingDelta
from tui.local.agents.chat_completions import (
    ENDED,
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
from tui.local.model_endpoint import wait_asked
from tui.loopback import is_loopback
from tui.sanitize import clean_line

CONNECT_TIMEOUT = 10.0
REPLY_TIMEOUT = 900.0
MAX_REPLY_TOKENS = 4096
MAX_REPLY_BYTES = 32_000_000
"""Longest stream of a reply: with every token in a chunk of its own it has about 2 MB."""
MAX_ERROR_BYTES = 64_000

MAX_HELD_BACK_SECONDS = 30.0
"""Longest wait of a turn in all for an endpoint that says that these are too many requests."""
MIN_HELD_BACK_SECONDS = 1.0
HELD_BACK = "The model has too many requests just now and asks to wait {length}; then I ask it again.\n"
"""The notice of such a wait."""


class ContextExceededError(LlmError):
    """The conversation is longer than the model can read."""


class _RefusedError(Exception):
    """The endpoint answered with another status than 200, and these words. `wait`: how long it asks to wait, if it
    does."""

    def __init__(self, status: int, message: str, wait: float | None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.wait = wait


@dataclass(slots=True)
class Dialect:
    """What an endpoint takes, as it is learned from its refusals: under which name the most tokens, whether it is asked
    to count them, and whether the model can call tools."""

    most_tokens: str = "max_tokens"
    counts: bool = True
    tools: bool = True

    def learn(self, refused: _RefusedError) -> bool:
        """Whether there is another way to ask."""
        said = refused.message.casefold()
        if refused.status not in (400, 404, 422, 500):
            return False
        if self.most_tokens == "max_tokens" and "max_completion_tokens" in said:
            self.most_tokens = "max_completion_tokens"
        elif self.counts and "stream_options" in said:
            self.counts = False
        elif self.tools and "tool" in said:
            self.tools = False
        else:
            return False
        return True


_TOO_LONG = re.compile(
    r"context|too (?:long|large|many tokens)|prompt.*(?:exceed|length)|exceed.*tokens", re.IGNORECASE
)


class LlmClient:
    """Talks to the endpoint, within `async with`."""

    def __init__(self, settings: LlmSettings, dialect: Dialect) -> None:
        self._settings = settings
        self._dialect = dialect
        self._patience = MAX_HELD_BACK_SECONDS
        headers = {"Accept-Encoding": "identity"}
        headers |= {"Authorization": f"Bearer {settings.api_key}"} if settings.api_key else {}
        self._client = httpx.AsyncClient(
            headers=headers,
            timeout=httpx.Timeout(settings.silence_timeout, connect=CONNECT_TIMEOUT),
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
        reply, failure = Reply(frozenset(tools)), None
        try:
            async for piece in self._taken(reply, messages, tools):
                yield piece
        except LlmError as error:
            failure = error
        for piece in reply.end():
            yield piece
        if failure is not None:
            raise failure
        if reply.finish is None:
            raise LlmError("The model's answer broke off in the middle. Ask again.")
        if reply.refusal or reply.finish == "content_filter":
            raise LlmError(f"The model refused to answer. {clean_line(reply.refusal)}".strip())
        yield reply

    async def _taken(
        self, reply: Reply, messages: Sequence[Message], tools: Mapping[str, type[BaseModel]]
    ) -> AsyncIterator[ThinkingDelta | TextDelta]:
        """The pieces that a reply takes, up to its end or its failure."""
        try:
            async with asyncio.timeout(REPLY_TIMEOUT):
                async for chunk in self._understood(messages, tools):
                    for piece in [chunk] if isinstance(chunk, ThinkingDelta) else reply.take(chunk):
                        yield piece
        except TimeoutError:
            raise LlmError(f"The model was still answering after {REPLY_TIMEOUT:g} s.") from None
        except httpx.TimeoutException:
            raise LlmError(f"The model at {self._address} did not answer in time.") from None
        except (httpx.HTTPError, httpx.InvalidURL, SSEError) as error:
            raise LlmError(self._unreachable(error)) from None

    async def _understood(
        self, messages: Sequence[Message], tools: Mapping[str, type[BaseModel]]
    ) -> AsyncIterator[Json | ThinkingDelta]:
        """The chunks of the reply, asked for in the way that the endpoint understands, after notices of its waits."""
        while True:
            try:
                async for chunk in self._chunks(self._body(messages, tools)):
                    yield chunk
            except _RefusedError as refused:
                if self._dialect.learn(refused):
                    continue
                if (seconds := self._short_wait(refused)) is not None:
                    yield ThinkingDelta(HELD_BACK.format(length=_length(seconds)))
                    await asyncio.sleep(seconds)
                    continue
                if refused.status in (400, 413, 422, 500) and _TOO_LONG.search(refused.message):
                    raise ContextExceededError(self._refused(refused)) from None
                raise LlmError(self._refused(refused)) from None
            return

    def _short_wait(self, refused: _RefusedError) -> float | None:
        """The seconds to wait before the endpoint is asked again; None where it names none, or more than is left."""
        if refused.status != 429 or refused.wait is None:
            return None
        seconds = max(refused.wait, MIN_HELD_BACK_SECONDS)
        if seconds > self._patience:
            return None
        self._patience -= seconds
        return seconds

    def _body(self, messages: Sequence[Message], tools: Mapping[str, type[BaseModel]]) -> Json:
        body: Json = {
            "model": self._settings.model,
            "messages": [message_json(message) for message in messages],
            "stream": True,
            self._dialect.most_tokens: MAX_REPLY_TOKENS,
        }
        if self._dialect.counts:
            body["stream_options"] = {"include_usage": True}
        if tools and self._dialect.tools:
            body["tools"] = [tool_json(name, arguments) for name, arguments in tools.items()]
        return body

    async def _chunks(self, body: Json) -> AsyncIterator[Json]:
        url = f"{self._settings.base_url}/chat/completions"
        async with aconnect_sse(self._client, "POST", url, json=body) as source:
            response = source.response
            if response.status_code != 200:
                words = _words_of(await _start_of(response, MAX_ERROR_BYTES))
                raise _RefusedError(response.status_code, words, wait_asked(response.headers))
            if "json" in response.headers.get("content-type", ""):
                whole = json_object(await _start_of(response, MAX_REPLY_BYTES))
                yield _checked(whole)
                yield ENDED
                return
            async for event in EventSource(_counted(response)).aiter_sse():
                if event.data.strip() == "[DONE]":
                    yield ENDED
                    return
                if event.data:
                    yield _checked(json_object(event.data))

    @property
    def _address(self) -> str:
        return clean_line(self._settings.base_url)

    def _unreachable(self, error: Exception) -> str:
        reason = clean_line(str(error)) or type(error).__name__
        return f"The model at {self._address} cannot be reached: {reason}. Is it running, and is the address right?"

    def _refused(self, refused: _RefusedError) -> str:
        reasons = {
            401: "refused the key (LLAMACHAT_MODEL_API_KEY)",
            403: "refused the key (LLAMACHAT_MODEL_API_KEY)",
            404: f"knows no model {self._settings.model!r}, or the address is wrong",
            429: "has too many requests, or the account has no credit left",
        }
        reason = reasons.get(refused.status, f"answered with status {refused.status}")
        wait = "" if refused.wait is None else f" It asks to wait {_length(refused.wait)}."
        return f"The model at {self._address} {reason}.{wait} {refused.message}".strip()


def _length(seconds: float) -> str:
    return f"{seconds:,.0f} s" if seconds < 120 else f"{seconds / 60:,.0f} minutes"


def _words_of(body: str) -> str:
    """What a refusal says, on one line."""
    try:
        return error_message(json_object(body))
    except LlmError:
        return clean_line(body)


def _checked(chunk: Json) -> Json:
    if "error" in chunk:
        raise LlmError(f"The model failed: {error_message(chunk)}")
    return chunk


async def _start_of(response: httpx.Response, most: int) -> str:
    """The first `most` bytes of an answer, however long it is."""
    body = b""
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) >= most:
            break
    return body[:most].decode("utf-8", "replace")


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
