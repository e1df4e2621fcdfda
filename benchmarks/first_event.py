"""How soon the local server tells the first event of a turn, and the first word of its answer: `python -m
benchmarks.first_event`. One stream at a time, and fifty at once, over this project's manual."""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from httpx_sse import aconnect_sse

QUESTION = "How do I delete a session?"
AT_ONCE = (1, 50)
ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds from the request to the first event, to the first word of the answer, and to the end."""

    first: float
    word: float
    end: float


async def timed(http: httpx.AsyncClient, index_id: str) -> Times:
    """One turn in a new session. Raises `RuntimeError` for one that ends with an error."""
    session_id = (await http.post("/api/v1/chat", json={"index_ids": [index_id]})).json()["session_id"]
    body = {"prompt": QUESTION, "index_ids": [index_id]}
    began = time.monotonic()
    first = word = 0.0
    event: dict[str, Any] = {}
    async with aconnect_sse(http, "POST", f"/api/v1/chat/{session_id}/messages/stream", json=body) as source:
        async for told in source.aiter_sse():
            event = json.loads(told.data)
            first = first or time.monotonic() - began
            if event["type"] == "text_delta":
                word = word or time.monotonic() - began
    if event.get("type") != "stop" or event["is_error"]:
        raise RuntimeError(f"A turn failed: {event}")
    return Times(first, word, time.monotonic() - began)


def report(count: int, times: Sequence[Times]) -> None:
    """Prints median and worst of each."""
    columns = {
        "first event": [t.first for t in times],
        "first word": [t.word for t in times],
        "end": [t.end for t in times],
    }
    shown = "  ".join(
        f"{name} {statistics.median(values) * 1000:6.0f} ms (worst {max(values) * 1000:.0f})"
        for name, values in columns.items()
    )
    print(f"{count:3} at once  {shown}")


async def measure(base_url: str, key: str) -> None:
    """Prints the figures of a server."""
    limits = httpx.Limits(max_connections=max(AT_ONCE))
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(
        base_url=base_url, headers=headers, trust_env=False, timeout=60, limits=limits
    ) as http:
        index_id = (await http.get("/api/v1/indexes")).json()["items"][0]["id"]
        await timed(http, index_id)
        for count in AT_ONCE:
            rounds = [await asyncio.gather(*(timed(http, index_id) for _ in range(count))) for _ in range(ROUNDS)]
            report(count, [times for gathered in rounds for times in gathered])


def main() -> None:
    """Starts a server over the manual and measures it."""
    with tempfile.TemporaryDirectory() as data:
        command = [sys.executable, "-m", "tui.local.cli", "--json", "--until-stdin-closes"]
        environment = {**os.environ, "LLAMACHAT_DATA_DIR": data}
        pipe = subprocess.PIPE
        began = time.monotonic()
        with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment) as server:
            assert server.stdout is not None
            ready = json.loads(server.stdout.readline())
            print(f"start to ready  {(time.monotonic() - began) * 1000:.0f} ms")
            asyncio.run(measure(ready["base_url"], ready["api_key"]))
            server.communicate()


if __name__ == "__main__":
    main()
