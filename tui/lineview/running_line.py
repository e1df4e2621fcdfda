"""The last line of a turn that runs: what it is doing, for how long, and the key that stops it."""

from collections.abc import Sequence
from functools import lru_cache

from tui.conversation.transcript import Answer, Part, Thought, ToolUse, Turn
from tui.rendering.lines import MUTED, Line
from tui.rendering.wrapping import wrap_text

_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


def running_lines(turn: Turn, seconds: int, waits_for: str, width: int) -> Sequence[Line]:
    """`seconds` since the question was asked; `waits_for` is what else is to be said, "" for nothing."""
    calls = [part for part in turn.parts if isinstance(part, ToolUse)]
    returned = sum(call.returned is not None for call in calls)
    tools = f"{returned} of {len(calls)} {'tool' if len(calls) == 1 else 'tools'}" if calls else ""
    words = (_doing(turn.parts[-1] if turn.parts else None), f"{seconds} s", tools, waits_for, "Esc stops")
    return _wrapped(f"{_SPINNER[seconds % len(_SPINNER)]} {' · '.join(filter(None, words))}", width)


@lru_cache(maxsize=8)
def _wrapped(words: str, width: int) -> Sequence[Line]:
    """It is drawn with every word of an answer, and says the same for a second."""
    return wrap_text(words, width, MUTED)


def _doing(part: Part | None) -> str:
    match part:
        case None:
            return "asking"
        case Thought(settled=False):
            return "thinking"
        case Answer(settled=False):
            return "answering"
        case ToolUse(returned=None):
            return "searching"
        case _:
            return "working"
