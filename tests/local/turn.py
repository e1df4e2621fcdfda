"""Asking a question over HTTP and collecting what is streamed."""

import json
from collections.abc import Sequence
from typing import Any

import httpx
from httpx_sse import connect_sse

Event = dict[str, Any]


SILENCE_TIMEOUT = 12.0
"""Seconds in which a turn that is well sends something: a turn that is stuck says after 15 s that it is still there."""


def ask(http: httpx.Client, session_id: str, prompt: str, index_ids: Sequence[str]) -> list[tuple[str, Event]]:
    """The turn's events as (SSE event name, data). Fails where nothing comes for `SILENCE_TIMEOUT`."""
    body = {"prompt": prompt, "index_ids": list(index_ids)}
    url, timeout = f"/api/v1/chat/{session_id}/messages/stream", SILENCE_TIMEOUT
    with connect_sse(http, "POST", url, json=body, timeout=timeout) as source:
        source.response.raise_for_status()
        return [(event.event, json.loads(event.data)) for event in source.iter_sse()]


def answer_to(http: httpx.Client, prompt: str, index_ids: Sequence[str]) -> str:
    """The Markdown answer to a question in a new session."""
    session_id = http.post("/api/v1/chat", json={"index_ids": list(index_ids)}).json()["session_id"]
    return "".join(event["content"] for _, event in ask(http, session_id, prompt, index_ids) if event["type"] == "text")


def index_ids(http: httpx.Client) -> dict[str, str]:
    """The ids of the served indexes by their names."""
    return {item["name"]: item["id"] for item in http.get("/api/v1/indexes").json()["items"]}
