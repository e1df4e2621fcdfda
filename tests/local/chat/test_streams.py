"""Many at once: fifty turns, and a client that leaves in the middle of each."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import httpx
from httpx_sse import aconnect_sse

from tests.local.server import Connection

STREAMS = 50


def client(server: Connection) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {server.api_key}"}
    limits = httpx.Limits(max_connections=STREAMS)
    return httpx.AsyncClient(base_url=server.base_url, headers=headers, trust_env=False, timeout=60, limits=limits)


async def new_session(http: httpx.AsyncClient, ids: Sequence[str]) -> str:
    return (await http.post("/api/v1/chat", json={"index_ids": ids})).json()["session_id"]


async def turn(http: httpx.AsyncClient, session_id: str, ids: Sequence[str]) -> list[dict[str, Any]]:
    body = {"prompt": "who is the electrician?", "index_ids": ids}
    async with aconnect_sse(http, "POST", f"/api/v1/chat/{session_id}/messages/stream", json=body) as source:
        assert source.response.status_code == 200
        return [json.loads(event.data) async for event in source.aiter_sse()]


async def test_fifty_turns_at_once_are_answered_and_stored_whole(server: Connection) -> None:
    async with client(server) as http:
        ids = [index["id"] for index in (await http.get("/api/v1/indexes")).json()["items"]]
        sessions = [await new_session(http, ids) for _ in range(STREAMS)]
        told = await asyncio.gather(*(turn(http, session_id, ids) for session_id in sessions))
        for session_id, events in zip(sessions, told, strict=True):
            assert events[-1]["type"] == "stop"
            assert events[-1]["is_error"] is False
            stored = (await http.get(f"/api/v1/chat/{session_id}")).json()["events"]
            assert stored[1:] == [event for event in events if not event["type"].endswith("_delta")]


async def test_turns_that_nobody_listens_to_are_stored_whole(server: Connection) -> None:
    async with client(server) as http:
        ids = [index["id"] for index in (await http.get("/api/v1/indexes")).json()["items"]]
        sessions = [await new_session(http, ids) for _ in range(10)]
        for session_id in sessions:
            body = {"prompt": "who is the electrician?", "index_ids": ids}
            async with http.stream("POST", f"/api/v1/chat/{session_id}/messages/stream", json=body):
                pass
        async with asyncio.timeout(20):
            for session_id in sessions:
                while (events := (await http.get(f"/api/v1/chat/{session_id}")).json()["events"])[-1:] == [] or (
                    events[-1]["type"] != "stop"
                ):
                    await asyncio.sleep(0.02)
                assert events[-1]["is_error"] is False
