"""Histories of any shape, and what a client makes of them."""

import json
from collections.abc import Iterable

from hypothesis import strategies as st

from tui.api import decoding
from tui.api.models import Event, FullSession
from tui.cooperative import run_at_once

KINDS = ["thinking_delta", "text_delta", "thinking", "text", "user_input", "tool_call", "tool_result", "stop"]
FIELDS = ["type", "content", "call_id", "name", "arguments", "result", "image_attachment", "is_error", "error", "usage"]
ANY_TEXT = st.text(st.characters(exclude_categories=[]))
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT
ANY_JSON = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(ANY_TEXT, inner), max_leaves=8)
EVENT_LIKE = st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(KINDS) | ANY_JSON)


def said(kind: str) -> st.SearchStrategy[dict[str, object]]:
    return st.fixed_dictionaries({"type": st.just(kind), "content": ANY_TEXT})


def full_session(body: bytes) -> FullSession:
    """What a client gets that decodes without a pause."""
    return full_session_of([body])


def full_session_of(pieces: Iterable[bytes], max_weight: int | None = None) -> FullSession:
    """The same, of a body that comes in pieces."""
    events: list[Event] = []
    steps = decoding.decoding_session(pieces, events.extend, max_weight)
    return FullSession(run_at_once(steps), events)


def dumped(value: object) -> bytes:
    return json.dumps(value).encode()
