"""Events as they are sent and stored: JSON in the shapes of the API."""

from dataclasses import asdict
from typing import Any

from tui.api.models import (
    Event,
    Stop,
    Text,
    TextDelta,
    Thinking,
    ThinkingDelta,
    ToolCall,
    ToolResult,
    Unknown,
    UserInput,
)

_TYPES: dict[type[Event], str] = {
    ThinkingDelta: "thinking_delta",
    TextDelta: "text_delta",
    Thinking: "thinking",
    Text: "text",
    ToolCall: "tool_call",
    ToolResult: "tool_result",
    Stop: "stop",
    UserInput: "user_input",
    Unknown: "unknown",
}


def is_delta(event: Event) -> bool:
    """Whether an event is only for display while the turn runs: the whole that follows repeats it."""
    return isinstance(event, ThinkingDelta | TextDelta)


def event_json(event: Event) -> dict[str, Any]:
    """The event as the API writes it."""
    return {"type": _TYPES[type(event)], **asdict(event)}
