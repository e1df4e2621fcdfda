import asyncio
from typing import Any

import httpx
import pytest

from tests.api.hurried_loop import run_hurried
from tests.api.turns import STOP, client_of, event_bytes, turn
from tui.api.reading.pacing import READ_SECONDS, SMALL_BYTES, PacedReading


class Connection:
    """Always has so many bytes to read."""

    def __init__(self, size: int) -> None:
        self.size = size

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        del timeout
        await asyncio.sleep(0)
        return b"x" * min(self.size, max_bytes)


async def read_from(connection: Connection, times: int) -> None:
    PacedReading(httpx.Response(200, extensions={"network_stream": connection}))
    for _ in range(times):
        assert len(await connection.read(64 * 1024)) == connection.size


def test_small_pieces_are_read_together(monkeypatch: pytest.MonkeyPatch) -> None:
    _, seconds = run_hurried(read_from(Connection(80), 11), monkeypatch)
    assert seconds == pytest.approx(10 * READ_SECONDS)


def test_what_does_not_fit_into_one_read_is_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    _, seconds = run_hurried(read_from(Connection(SMALL_BYTES), 11), monkeypatch)
    assert seconds == 0


async def test_others_get_their_turn_between_the_events_of_one_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.cooperative.SLICE_SECONDS", 0)
    had_turn: list[bool] = []
    reading = PacedReading(httpx.Response(200))
    asyncio.get_running_loop().call_soon(had_turn.append, True)
    await reading.let_others_run()
    assert had_turn


async def test_others_get_their_turn_between_events_without_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.cooperative.SLICE_SECONDS", 0)
    monkeypatch.setattr("tui.cooperative.PAUSE_SECONDS", 0)
    empty = 200
    reading, turns = asyncio.create_task(turn(client_of([b"id: 7\n" + b"\n" * empty + STOP]))), 0
    while not reading.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > empty


async def test_a_piece_of_a_stream_costs_no_task() -> None:
    made = 0

    def make(loop: asyncio.AbstractEventLoop, work: Any, **options: Any) -> "asyncio.Task[Any]":
        nonlocal made
        made += 1
        return asyncio.Task(work, loop=loop, **options)

    asyncio.get_running_loop().set_task_factory(make)
    pieces = [event_bytes(type="text_delta", content=f"{number} ") for number in range(200)]
    assert len(await turn(client_of([*pieces, STOP]))) == 201
    assert made < 20
