"""Reasoning that a model writes into its answer, between tags at the beginning. Pure.

Qwen and DeepSeek write `<think>`, Mistral `[THINK]`, and gpt-oss the channels of its "harmony" format. A chat template
may open the tag itself, so that only its end comes: what is held back as long as that may be is the reasoning then.
"""

import re
from dataclasses import dataclass
from typing import Literal

from tui.api.models import TextDelta, ThinkingDelta

_TAGS = (
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("[THINK]", "[/THINK]"),
    ("<|channel|>analysis<|message|>", "<|channel|>final<|message|>"),
    ("<|start|>assistant<|channel|>analysis<|message|>", "<|channel|>final<|message|>"),
    ("<|channel|>final<|message|>", ""),
)
_ENDS = tuple(dict.fromkeys(end for _, end in _TAGS if end))
_MARKS = re.compile(r"<\|(?:end|return|start)\|>(?:assistant)?")
_MARK_BEGUN = re.compile(r"<\|?[a-z]{0,6}\|?>?(?:a(?:s(?:s(?:i(?:s(?:t(?:a(?:n)?)?)?)?)?)?)?)?$")
_CITES = re.compile(r"[\[\u3010]\d")
"""A text that cites is an answer: nobody waits any longer for the end of a tag."""


@dataclass(slots=True)
class ThinkingTags:
    """Tells the reasoning from the answer as the text comes; what may be part of a tag, or reasoning, is held back."""

    _state: Literal["beginning", "undecided", "thinking", "answering"] = "beginning"
    _held: str = ""
    _end: str = ""

    def add(self, text: str) -> list[ThinkingDelta | TextDelta]:
        """More of the text."""
        text, self._held = self._held + text, ""
        if self._state == "beginning":
            text = self._begun(text)
        match self._state:
            case "undecided":
                return self._decided(text)
            case "thinking":
                return self._thought(text)
            case "answering":
                return _said(text)
            case _:
                self._held = text
                return []

    def end(self) -> list[ThinkingDelta | TextDelta]:
        """What was held back at the end of the text."""
        held, self._held = self._held, ""
        if not held:
            return []
        return [ThinkingDelta(held)] if self._state == "thinking" else _said(held)

    def _begun(self, text: str) -> str:
        """The text after the tag that it begins with, if that is known already."""
        begun = text.lstrip()
        for start, end in _TAGS:
            if begun.startswith(start):
                self._state, self._end = ("thinking", end) if end else ("answering", "")
                return begun.removeprefix(start)
        if begun and not any(start.startswith(begun) for start, _ in _TAGS):
            self._state = "undecided"
        return text

    def _decided(self, text: str) -> list[ThinkingDelta | TextDelta]:
        found = [(at, end) for end in _ENDS if (at := text.find(end)) >= 0]
        cites = _CITES.search(text)
        if found and not (cites and cites.start() < min(found)[0]):
            at, end = min(found)
            self._state = "answering"
            return [*_reasoned(text[:at]), *_said(text[at + len(end) :].lstrip())]
        if cites:
            self._state = "answering"
            return _said(text)
        self._held = text
        return []

    def _thought(self, text: str) -> list[ThinkingDelta | TextDelta]:
        thought, closed, rest = text.partition(self._end)
        if closed:
            self._state = "answering"
            return [*_reasoned(thought), *(_said(rest) if rest.strip() else [])]
        cut = next((at for at in range(len(thought)) if self._end.startswith(thought[at:])), len(thought))
        mark = _MARK_BEGUN.search(thought)
        cut = min(cut, mark.start()) if mark else cut
        self._held = thought[cut:]
        return _reasoned(thought[:cut])


def _reasoned(text: str) -> list[ThinkingDelta | TextDelta]:
    text = _MARKS.sub("", text)
    return [ThinkingDelta(text)] if text else []


def _said(text: str) -> list[ThinkingDelta | TextDelta]:
    text = _MARKS.sub("", text)
    return [TextDelta(text)] if text else []
