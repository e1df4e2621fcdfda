"""How the local server does under load: `python -m benchmarks.first_event`. Over this project's manual, with one stream
at a time, fifty and two hundred at once: the time to a turn's first event, to the first word of its answer and to its
end, the errors, and what it takes. And how long a page takes of a list of ten thousand sessions."""

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

import httpx

from benchmarks.usage import Usage, usage_of

QUESTION = "How do I delete a session?"
ROUNDS = {1: 20, 50: 4, 200: 3}
"""How often so many streams run at once."""
SESSIONS = 10_000
AT_ONCE = 20
"""Sessions that are made at the same time."""


class TurnFailedError(Exception):
    """A turn was refused, or ended with an error, or not at all."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where the server is, its key, its process's id, and the index that is asked."""

    url: httpx.URL
    key: str
    process: int
    index_id: str


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds from the request to the first event, to the first word of the answer, and to the end."""

    first: float
    word: float
    end: float


async def timed(server: Server, session_id: str) -> Times:
    """One turn, read as bytes: a client that decoded them would need as much time as the server. Raises
    `TurnFailedError` and `OSError`."""
    body = json.dumps({"prompt": QUESTION, "index_ids": [server.index_id]})
    head = [
        f"POST /api/v1/chat/{session_id}/messages/stream HTTP/1.1",
        f"Host: {server.url.host}",
        f"Authorization: Bearer {server.key}",
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    began = time.monotonic()
    reader, writer = await asyncio.open_connection(server.url.host, server.url.port)
    writer.write("\r\n".join([*head, "", body]).encode())
    first = word = 0.0
    line = told = b""
    while line := await reader.readline():
        if line.startswith(b"data: "):
            told = line
            first = first or time.monotonic() - began
            word = word or (time.monotonic() - began if b'"text_delta"' in line else 0.0)
    writer.close()
    event = json.loads(told.removeprefix(b"data: ") or b"{}")
    if event.get("type") != "stop" or event["is_error"]:
        raise TurnFailedError(event)
    return Times(first, word, time.monotonic() - began)


async def attempted(server: Server, session_id: str) -> Times | None:
    """The same; None for a turn that failed."""
    try:
        return await timed(server, session_id)
    except (TurnFailedError, OSError, ValueError) as error:
        print(f"a turn failed: {error!r}", file=sys.stderr)
        return None


async def sessions(http: httpx.AsyncClient, server: Server, count: int) -> Sequence[str]:
    """So many new sessions, by their ids."""
    body = {"index_ids": [server.index_id]}
    return [(await http.post("/api/v1/chat", json=body)).json()["session_id"] for _ in range(count)]


def report(count: int, results: Sequence[Times | None], took: float, before: Usage, after: Usage) -> None:
    """Prints median, 95th percentile and worst of each, and what the server needed. `took` is in seconds."""
    times = [result for result in results if result]
    columns = {
        "first event": [t.first for t in times],
        "first word": [t.word for t in times],
        "end": [t.end for t in times],
    }
    print(
        f"{count} at once: {len(results)} turns, {len(results) - len(times)} errors, {len(results) / took:.0f} turns/s"
    )
    for name, values in columns.items():
        print(f"  {name:12}{_spread(values)}")
    cpu = (after.cpu_seconds - before.cpu_seconds) / len(results) * 1000
    print(f"  server      {cpu:6.0f} ms of CPU a turn, {after.rss_bytes >> 20} MiB, {after.descriptors} descriptors")


def _spread(values: Sequence[float]) -> str:
    p95 = sorted(values)[int(0.95 * (len(values) - 1))]
    return f"{statistics.median(values) * 1000:6.0f} ms (p95 {p95 * 1000:.0f}, worst {max(values) * 1000:.0f})"


async def page_times(http: httpx.AsyncClient) -> Sequence[float]:
    """Seconds for each page of the list of `SESSIONS` sessions, of fifty each."""
    for _ in range(SESSIONS // AT_ONCE):
        await asyncio.gather(*(http.post("/api/v1/chat", json={}) for _ in range(AT_ONCE)))
    times: list[float] = []
    token = ""
    while token is not None:
        began = time.monotonic()
        page = (await http.get("/api/v1/chat", params={"page_size": 50, "page_token": token})).json()
        times.append(time.monotonic() - began)
        token = page["next_page_token"]
    return times


async def measure(http: httpx.AsyncClient, server: Server) -> None:
    """Prints the figures."""
    for session_id in await sessions(http, server, 2):
        await timed(server, session_id)
    for count, repeats in ROUNDS.items():
        results: list[Times | None] = []
        took, before = 0.0, usage_of(server.process)
        for _ in range(repeats):
            asked = await sessions(http, server, count)
            began = time.monotonic()
            results += await asyncio.gather(*(attempted(server, session_id) for session_id in asked))
            took += time.monotonic() - began
        report(count, results, took, before, usage_of(server.process))
    print(f"a page of {SESSIONS:,} sessions: {_spread(await page_times(http))}")


async def measured(base_url: str, key: str, process: int) -> None:
    """Prints the figures of the server with this process's id."""
    limits = httpx.Limits(max_connections=AT_ONCE)
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(
        base_url=base_url, headers=headers, trust_env=False, timeout=60, limits=limits
    ) as http:
        index_id = (await http.get("/api/v1/indexes")).json()["items"][0]["id"]
        await measure(http, Server(httpx.URL(base_url), key, process, index_id))


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
            print(f"start to ready: {(time.monotonic() - began) * 1000:.0f} ms")
            asyncio.run(measured(ready["base_url"], ready["api_key"], server.pid))
            server.communicate()


if __name__ == "__main__":
    main()
