"""Reasoning that a model writes into its answer, between `<think>` and `</think>` at the beginning. Pure."""

from dataclasses import dataclass
from typing import Literal

from tui.api.models import TextDelta, ThinkingDelta

_OPEN, _CLOSE = "<think>", "</think>"


@dataclass(slots=True)
class ThinkingTags:
    """Tells the reasoning from the answer as the text comes; what may be part of a tag is held back."""

    _state: Literal["beginning", "thinking", "answering"] = "beginning"
    _held: str = ""

    def add(self, text: str) -> list[ThinkingDelta | TextDelta]:
        """More of the text."""
        text, self._held = self._held + text, ""
        if self._state == "beginning":
            begun = text.lstrip()
            if _OPEN.startswith(begun[: len(_OPEN)]) and len(begun) < len(_OPEN):
                self._held = text
                return []
            self._state = "thinking" if begun.startswith(_OPEN) else "answering"
            text = begun.removeprefix(_OPEN) if self._state == "thinking" else text
        if self._state == "answering":
            return [TextDelta(text)] if text else []
        thought, closed, rest = text.partition(_CLOSE)
        if closed:
            self._state = "answering"
            return [*([ThinkingDelta(thought)] if thought else []), *([TextDelta(rest)] if rest.strip() else [])]
        cut = next((at for at in range(len(thought)) if _CLOSE.startswith(thought[at:])), len(thought))
        self._held = thought[cut:]
        return [ThinkingDelta(thought[:cut])] if cut else []

    def end(self) -> list[ThinkingDelta | TextDelta]:
        """What was held back at the end of the text."""
        held, self._held = self._held, ""
        if not held:
            return []
        return [ThinkingDelta(held) if self._state == "thinking" else TextDelta(held)]
