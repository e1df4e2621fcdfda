"""How soon the local server tells the first event of a turn, and the first word of its answer: `python -m
benchmarks.first_event`. One stream at a time, fifty and two hundred at once, over this project's manual. And how long
a page takes of a list of ten thousand sessions."""

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
ROUNDS = {1: 5, 50: 3, 200: 1}
"""How often so many streams run at once."""
SESSIONS = 10_000


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
    """Prints median, 95th percentile and worst of each."""
    columns = {
        "first event": [t.first for t in times],
        "first word": [t.word for t in times],
        "end": [t.end for t in times],
    }
    shown = "  ".join(f"{name} {_spread(values)}" for name, values in columns.items())
    print(f"{count:3} at once  {shown}")


def _spread(values: Sequence[float]) -> str:
    p95 = sorted(values)[int(0.95 * (len(values) - 1))]
    return f"{statistics.median(values) * 1000:6.0f} ms (p95 {p95 * 1000:.0f}, worst {max(values) * 1000:.0f})"


async def page_times(http: httpx.AsyncClient) -> Sequence[float]:
    """Seconds for each page of the list of `SESSIONS` sessions, of fifty each."""
    for _ in range(SESSIONS // max(ROUNDS)):
        await asyncio.gather(*(http.post("/api/v1/chat", json={}) for _ in range(max(ROUNDS))))
    times: list[float] = []
    token = ""
    while token is not None:
        began = time.monotonic()
        page = (await http.get("/api/v1/chat", params={"page_size": 50, "page_token": token})).json()
        times.append(time.monotonic() - began)
        token = page["next_page_token"]
    return times


async def measure(base_url: str, key: str) -> None:
    """Prints the figures of a server."""
    limits = httpx.Limits(max_connections=max(ROUNDS))
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(
        base_url=base_url, headers=headers, trust_env=False, timeout=60, limits=limits
    ) as http:
        index_id = (await http.get("/api/v1/indexes")).json()["items"][0]["id"]
        await timed(http, index_id)
        for count, repeats in ROUNDS.items():
            rounds = [await asyncio.gather(*(timed(http, index_id) for _ in range(count))) for _ in range(repeats)]
            report(count, [times for gathered in rounds for times in gathered])
        print(f"a page of {SESSIONS:,} sessions  {_spread(await page_times(http))}")


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
