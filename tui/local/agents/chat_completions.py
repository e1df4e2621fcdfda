"""The format of OpenAI's "Chat Completions" API: messages and tools to JSON, streamed chunks to a reply. Pure.

Source: OpenAI's API reference, "Chat Completions" (streaming, tool calls). Reasoning text comes as `reasoning_content`
(DeepSeek, vLLM, llama.cpp) or `reasoning` (Ollama, OpenRouter).
"""

import json
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, cast

from pydantic import BaseModel

from tui.api.models import TextDelta, ThinkingDelta
from tui.local.agents.thinking_tags import ThinkingTags
from tui.local.agents.written_calls import WrittenCalls
from tui.sanitize import clean, clean_line

MAX_REPLY_CHARS = 200_000
MAX_CALLS_PER_REPLY = 32

Json: TypeAlias = dict[str, Any]
"""JSON as the endpoint sends it, not yet checked."""

_NOT_THE_API = "The model's endpoint sent something that is not its API. Is the address right?"


ENDED: Json = {"choices": [{"finish_reason": "stop"}]}
"""Ends a reply whose endpoint gave no `finish_reason`, though it said that it is at the end."""


class LlmError(Exception):
    """The model gave no reply that can be used; the message says why, for the user."""


@dataclass(slots=True)
class Call:
    """A tool call as the model wrote it. `call_id` is given by the one who runs it."""

    name: str = ""
    arguments: str = ""
    call_id: str = ""

    def parsed(self) -> dict[str, object] | None:
        """The arguments; None when they are not a JSON object."""
        try:
            value: object = json.loads(self.arguments or "{}")
        except (ValueError, RecursionError):
            return None
        return cast("dict[str, object]", value) if isinstance(value, dict) else None


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation. A "tool" message answers the call `call_id` of the "assistant" message before.

    `material` goes with a question: passages, best first, of which the last are left out where there is no room.
    `reasoning` is what the model thought before it called, for the endpoints that want it back.
    """

    role: Literal["system", "user", "assistant", "tool"]
    content: str
    calls: Sequence[Call] = ()
    call_id: str = ""
    material: Sequence[str] = ()
    reasoning: str = ""

    @property
    def size(self) -> int:
        """Its length in characters."""
        return len(self.content) + sum(map(len, self.material))


def message_json(message: Message) -> Json:
    """The message as the endpoint takes it. Arguments that are not JSON become `{}`: endpoints refuse others."""
    written: Json = {"role": message.role, "content": "\n\n".join((message.content, *message.material))}
    if message.reasoning:
        written["reasoning_content"] = message.reasoning
    if message.role == "tool":
        written["tool_call_id"] = message.call_id
    if message.calls:
        written["content"] = message.content or None
        written["tool_calls"] = [
            {
                "id": call.call_id,
                "type": "function",
                "function": {"name": call.name, "arguments": json.dumps(call.parsed() or {})},
            }
            for call in message.calls
        ]
    return written


def tool_json(name: str, arguments: type[BaseModel]) -> Json:
    """A tool as the endpoint is told of it: the docstring of its arguments says what it does."""
    function = {"name": name, "description": arguments.__doc__, "parameters": arguments.model_json_schema()}
    return {"type": "function", "function": function}


@dataclass(slots=True)
class Reply:
    """A reply while it comes; `chars` counts its reasoning as well. Token counts are None where the endpoint tells
    none. `finish` is None until the reply is whole. `tools` are those that the model may call: it may write calls of
    them as text. `reasoning` is what came as `reasoning_content`."""

    tools: Set[str] = frozenset()
    reasoning: str = ""
    text: str = ""
    chars: int = 0
    calls: list[Call] = field(default_factory=list[Call])
    finish: str | None = None
    refusal: str = ""
    input_tokens: int | None = None
    output_tokens: int | None = None
    _tags: ThinkingTags = field(default_factory=ThinkingTags)
    _written: WrittenCalls = field(init=False)
    _given: dict[int, tuple[int, str]] = field(default_factory=dict[int, tuple[int, str]])

    def __post_init__(self) -> None:
        self._written = WrittenCalls(self.tools)

    def take(self, chunk: Json) -> list[ThinkingDelta | TextDelta]:
        """Add a chunk; returns what it says. Raises `LlmError` for a chunk of another shape, and a reply too long."""
        try:
            thought, text = self._read(chunk)
        except (AttributeError, KeyError, TypeError):
            raise LlmError(_NOT_THE_API) from None
        pieces = self._without_calls([*([ThinkingDelta(thought)] if thought else []), *self._tags.add(text)])
        self.text += _text_of(pieces)
        self.chars += len(thought) + len(text)
        in_calls = sum(len(call.name) + len(call.arguments) for call in self.calls)
        if self.chars + in_calls + len(self.refusal) > MAX_REPLY_CHARS:
            raise LlmError("The model's answer has no end.")
        return pieces

    def end(self) -> list[ThinkingDelta | TextDelta]:
        """What was held back, as long as it might have become a tag."""
        pieces = self._without_calls(self._tags.end())
        held, calls = self._written.end()
        self.calls += [Call(name, arguments) for name, arguments in calls]
        pieces += [TextDelta(held)] if held else []
        self.text += _text_of(pieces)
        return pieces

    def _without_calls(self, pieces: Sequence[ThinkingDelta | TextDelta]) -> list[ThinkingDelta | TextDelta]:
        """The pieces without what may be calls written as text."""
        shown = [TextDelta(self._written.add(one.content)) if isinstance(one, TextDelta) else one for one in pieces]
        return [one for one in shown if one.content]

    def _read(self, chunk: Json) -> tuple[str, str]:
        """The reasoning and the text in a chunk, whose other fields are taken over."""
        usage: Json = chunk.get("usage") or {}
        self.input_tokens = usage.get("prompt_tokens", self.input_tokens)
        self.output_tokens = usage.get("completion_tokens", self.output_tokens)
        choices: list[Json] = chunk.get("choices") or []
        if not choices:
            return "", ""
        self.finish = self.finish or choices[0].get("finish_reason") or None
        delta: Json = choices[0].get("delta") or choices[0].get("message") or {}
        self.refusal += delta.get("refusal") or ""
        for part in delta.get("tool_calls") or ():
            self._read_call(part)
        self.reasoning += delta.get("reasoning_content") or ""
        thought = clean(delta.get("reasoning_content") or delta.get("reasoning") or "")
        return thought, clean(delta.get("content") or "")

    def _read_call(self, part: Json) -> None:
        """Add a piece of a tool call. Endpoints may leave out `index`, or send calls whole with the same one: a new id
        begins a new call."""
        index, given = part.get("index"), part.get("id") or ""
        known = self._given.get(index) if isinstance(index, int) else None
        if known is None or (given and known[1] and given != known[1]):
            known = min(len(self.calls), MAX_CALLS_PER_REPLY), given
            if isinstance(index, int):
                self._given[index] = known
        at = known[0]
        while len(self.calls) <= at:
            self.calls.append(Call())
        function: Json = part.get("function") or {}
        self.calls[at].name += function.get("name") or ""
        arguments = function.get("arguments") or ""
        self.calls[at].arguments += arguments if isinstance(arguments, str) else json.dumps(arguments)


def _text_of(pieces: Sequence[ThinkingDelta | TextDelta]) -> str:
    return "".join(piece.content for piece in pieces if isinstance(piece, TextDelta))


def json_object(text: str) -> Json:
    """The JSON object in a text. Raises `LlmError`."""
    try:
        value: object = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise LlmError(_NOT_THE_API)
    return cast("Json", value)


def error_message(body: Mapping[str, Any]) -> str:
    """The words of an error that the endpoint sent, on one line."""
    error = body.get("error", body)
    if isinstance(error, dict):
        written = cast("Json", error)
        error = written.get("message") or written.get("detail") or ""
    if isinstance(error, list):
        error = "; ".join(_problem(one) for one in cast("list[Any]", error))
    return clean_line(str(error))


def _problem(one: Any) -> str:
    """A fault of a request as FastAPI's servers tell it: where, and what."""
    if not isinstance(one, dict):
        return str(one)
    problem = cast("Json", one)
    place: list[Any] = problem.get("loc") or []
    return f"{'.'.join(map(str, place))}: {problem.get('msg', '')}"
