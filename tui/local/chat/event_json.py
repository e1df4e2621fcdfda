"""Events as they are sent and stored: JSON in the shapes of the API."""

from dataclasses import asdict
from typing import Any

from tui.api.models import EVENT_NAMES, ContentEvent, Event, TextDelta, ThinkingDelta


def is_delta(event: Event) -> bool:
    """Whether an event is only for display while the turn runs: the whole that follows repeats it."""
    return isinstance(event, ThinkingDelta | TextDelta)


def event_json(event: Event) -> dict[str, Any]:
    """The event as the API writes it."""
    name = EVENT_NAMES.get(type(event), "unknown")
    return (
        {"type": name, "content": event.content} if isinstance(event, ContentEvent) else {"type": name, **asdict(event)}
    )
