"""Tool calls that a model writes into its answer as text, because its server does not read them. Pure.

Qwen and Hermes write `<tool_call>{...}</tool_call>`, Mistral `[TOOL_CALLS] [{...}]`, Llama `<|python_tag|>{...}`, and
small models the bare object, sometimes in a fence.
"""

import json
import re
from collections.abc import Iterator, Set
from dataclasses import dataclass
from typing import Any, cast

_MARKERS = ("<tool_call>", "[TOOL_CALLS]", "<|python_tag|>")
_AT_BEGINNING = re.compile(r"\s*(?:```(?:json|tool_call)?\s*)?[\[{]\s*[{\"]")
_BEGINNING_BEGUN = re.compile(r"\s*(?:`{1,3}[a-z_]*\s*)?[\[{]?\s*$")


@dataclass(slots=True)
class WrittenCalls:
    """Passes a text on as it comes, and holds back what may be calls of these tools."""

    tools: Set[str]
    _held: str = ""
    _shown: bool = False
    _holds: bool = False

    def add(self, text: str) -> str:
        """More of the text; returns what can be shown."""
        if not self.tools:
            return text
        self._held += text
        if self._holds:
            return ""
        cut = self._begins_at()
        shown, self._held = self._held[:cut], self._held[cut:]
        self._shown = self._shown or bool(shown.strip())
        return shown

    def end(self) -> tuple[str, list[tuple[str, str]]]:
        """What was held back, and was no call; or the calls, each a name and its arguments as JSON."""
        held, self._held = self._held, ""
        calls = [call for call in _calls_in(held) if call[0] in self.tools] if self._holds else []
        return ("", calls) if calls else (held, [])

    def _begins_at(self) -> int:
        """Where a call begins in what is held, or what may become the beginning of one; its length where none does."""
        text = self._held
        found = [at for marker in _MARKERS if (at := text.find(marker)) >= 0]
        if not self._shown and (start := _AT_BEGINNING.match(text)):
            found.append(start.start())
        if found:
            self._holds = True
            return min(found)
        if not self._shown and _BEGINNING_BEGUN.match(text):
            return 0
        longest = max(map(len, _MARKERS))
        ends = range(max(0, len(text) - longest), len(text))
        return next((at for at in ends if any(m.startswith(text[at:]) for m in _MARKERS)), len(text))


def _calls_in(text: str) -> Iterator[tuple[str, str]]:
    decoder = json.JSONDecoder()
    at = 0
    while (start := re.compile(r"[\[{]").search(text, at)) is not None:
        try:
            value, at = decoder.raw_decode(text, start.start())
        except (ValueError, RecursionError):
            at = start.start() + 1
            continue
        for one in cast("list[Any]", value) if isinstance(value, list) else [value]:
            yield from _call(one)


def _call(value: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(value, dict):
        return
    written = cast("dict[str, Any]", value)
    inner: Any = written.get("function")
    if isinstance(inner, dict):
        written = cast("dict[str, Any]", inner)
    name, arguments = written.get("name"), written.get("arguments", written.get("parameters"))
    if isinstance(name, str) and isinstance(arguments, dict | str):
        yield name, arguments if isinstance(arguments, str) else json.dumps(arguments)
