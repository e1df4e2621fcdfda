"""Histories of any shape, and what a client makes of them."""

import json
from collections.abc import Iterable
from typing import NamedTuple

from hypothesis import strategies as st

from tui.api import decoding
from tui.api.client import Client
from tui.api.models import Event, Session
from tui.cooperative import run_at_once

KINDS = ["thinking_delta", "text_delta", "thinking", "text", "user_input", "tool_call", "tool_result", "stop"]
FIELDS = ["type", "content", "call_id", "name", "arguments", "result", "image_attachment", "is_error", "error", "usage"]
ANY_TEXT = st.text(st.characters(exclude_categories=[]))
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT
ANY_JSON = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(ANY_TEXT, inner), max_leaves=8)
EVENT_LIKE = st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(KINDS) | ANY_JSON)


def said(kind: str) -> st.SearchStrategy[dict[str, object]]:
    return st.fixed_dictionaries({"type": st.just(kind), "content": ANY_TEXT})


class FullSession(NamedTuple):
    """A session with its whole history, oldest event first."""

    session: Session
    events: list[Event]


def full_session(body: bytes) -> FullSession:
    """What a client gets that decodes without a pause."""
    return full_session_of([body])


def full_session_of(pieces: Iterable[bytes]) -> FullSession:
    """The same, of a body that comes in pieces."""
    events: list[Event] = []
    steps = decoding.decoding_session(pieces, events.extend)
    return FullSession(run_at_once(steps), events)


async def fetched_session(client: Client, session_id: str) -> FullSession:
    """What a client has of a session that it asks for."""
    events: list[Event] = []
    body = await client.session_body(session_id)
    return FullSession(await client.read_session(body, events.extend), events)


def dumped(value: object) -> bytes:
    return json.dumps(value).encode()
