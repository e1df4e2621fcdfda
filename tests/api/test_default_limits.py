"""The limits as they are where no test sets others."""

import asyncio
import time
from collections.abc import Callable, Sequence

import httpx
import pytest

from tests.api.hurried_loop import run_hurried, set_clock
from tests.api.turns import HI, STOP, client_of, turn, until_broken
from tui.api import errors
from tui.api.client import Client
from tui.api.connection import Connection
from tui.api.models import Event, TextDelta
from tui.api.sse import Limits

MB = 1024 * 1024


class ThenSilence(httpx.AsyncByteStream):
    """Some pieces, and then nothing for ever."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self._pieces = pieces

    async def __aiter__(self):
        for piece in self._pieces:
            yield piece
        await asyncio.Event().wait()


def silent_after(*pieces: bytes) -> Client:
    headers = {"Content-Type": "text/event-stream"}
    answer = httpx.MockTransport(lambda _: httpx.Response(200, headers=headers, stream=ThenSilence(pieces)))
    return Client(Connection("https://api.test"), transport=answer)


@pytest.mark.fault(38)
@pytest.mark.parametrize(("pieces", "minutes"), [((), 2), ((HI,), 5)], ids=["before the first event", "after one"])
def test_a_silent_turn_is_given_up_after_some_minutes(
    pieces: Sequence[bytes], minutes: int, monkeypatch: pytest.MonkeyPatch
):
    (events, error), seconds = run_hurried(until_broken(silent_after(*pieces), Limits()), monkeypatch)
    assert events == [TextDelta("hi")] * len(pieces)
    assert isinstance(error, errors.TurnInterruptedError)
    assert "sent nothing for too long" in error.message
    assert 60 * minutes <= seconds < 60 * minutes + 2


class ThenANap(httpx.AsyncByteStream):
    """Something, then a nap of an hour, and then comments every so many seconds before the rest; or nothing."""

    def __init__(self, nap: Callable[[], None], *, lives: bool) -> None:
        self._nap = nap
        self._lives = lives

    async def __aiter__(self):
        yield HI
        await asyncio.sleep(5)
        self._nap()
        for _ in range(10):
            await asyncio.sleep(3)
            if self._lives:
                yield b": ping\n\n"
        yield HI + STOP


@pytest.mark.fault(49)
@pytest.mark.parametrize("clock", ["wall", "both"])
@pytest.mark.parametrize("lives", [True, False])
def test_after_a_nap_a_line_that_says_nothing_is_given_up_within_five_seconds(
    lives: bool, clock: str, monkeypatch: pytest.MonkeyPatch
):
    slept = 0.0

    def nap() -> None:
        nonlocal slept
        slept = 3600.0

    async def run() -> tuple[list[Event], float]:
        with pytest.MonkeyPatch.context() as patched:  # undone before the hurried loop gives the clock back
            return await asked(patched)

    async def asked(patched: pytest.MonkeyPatch) -> tuple[list[Event], float]:
        loop, monotonic = asyncio.get_running_loop(), time.monotonic
        patched.setattr(time, "time", lambda: loop.time() + slept)
        if clock == "both":
            set_clock(lambda: monotonic() + slept, patched)
        headers = {"Content-Type": "text/event-stream"}
        answer = httpx.MockTransport(lambda _: httpx.Response(200, headers=headers, stream=ThenANap(nap, lives=lives)))
        client = Client(Connection("https://api.test"), transport=answer)
        if lives:
            return await turn(client, limits=Limits()), loop.time()
        events, error = await until_broken(client, Limits())
        assert "did not outlive the sleep" in error.message
        return events, loop.time()

    (events, seconds), _ = run_hurried(run(), monkeypatch)
    assert len(events) == (3 if lives else 1)
    assert lives or seconds < 10


@pytest.mark.fault(26)
async def test_an_event_without_an_end_is_not_read_beyond_some_megabytes():
    limits = Limits()
    assert limits.event_bytes <= 64 * MB
    endless = client_of([HI, b"data: ", *[b"A" * MB] * 65])
    events, error = await until_broken(endless, limits)
    assert events == [TextDelta("hi")]
    assert "larger than" in error.message
