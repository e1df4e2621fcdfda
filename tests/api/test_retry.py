from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.api.errors import KeyRefusedError, NoAnswerError, TooManyRequestsError
from tui.api.retry import (
    MAX_HELD_BACK_SECONDS,
    MAX_WAIT_SECONDS,
    TRIES,
    retry_after,
    wait_before,
    when_let_in,
    with_retries,
)

NOW = datetime(2026, 4, 22, 12, 0, tzinfo=UTC)


@pytest.mark.fault(32)
@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "2"}, 2.0),
        ({"retry-after": " 2.5 "}, 2.5),
        ({"retry-after": "1e9"}, MAX_WAIT_SECONDS),
        ({"retry-after": "inf"}, MAX_WAIT_SECONDS),
        ({"retry-after": "-5"}, 0.0),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Wed, 22 Apr 2026 12:00:07 GMT"}, 7.0),
        ({"retry-after": "Wed, 22 Apr 2026 11:00:00 GMT"}, 0.0),
        ({"retry-after": "Wed, 21 Oct 2099 07:28:00 GMT"}, MAX_WAIT_SECONDS),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after-ms": "soon", "retry-after": "9"}, 9.0),
    ],
)
def test_the_wait_that_the_server_wants(headers: dict[str, str], seconds: float | None):
    assert retry_after(headers, NOW) == seconds


@pytest.mark.fault(32)
@given(st.text())
def test_no_header_makes_it_raise_or_wait_for_ever(value: str):
    for name in ("retry-after", "retry-after-ms"):
        seconds = retry_after({name: value}, NOW)
        assert seconds is None or 0 <= seconds <= MAX_WAIT_SECONDS


@pytest.mark.fault(32)
@given(st.integers(-10_000, 10_000))
def test_a_date_is_seconds_from_now(seconds: int):
    date = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    assert retry_after({"retry-after": date}, NOW) == min(max(seconds, 0), MAX_WAIT_SECONDS)


@given(st.integers(1, 10))
def test_the_wait_is_at_least_what_the_server_wants_and_at_most_a_minute(attempt: int):
    assert 0 <= wait_before(attempt, NoAnswerError("")) <= 8
    assert 20 <= wait_before(attempt, TooManyRequestsError("", status=429, retry_after=20)) <= 22
    assert wait_before(attempt, TooManyRequestsError("", status=429, retry_after=60)) == MAX_WAIT_SECONDS


async def test_a_passing_failure_is_tried_again_and_a_lasting_one_is_not():
    waits: list[float] = []
    asked = 0

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    async def fail() -> str:
        nonlocal asked
        asked += 1
        raise NoAnswerError("passing") if asked < 3 else KeyRefusedError("lasting", status=401)

    told: list[tuple[str, float]] = []
    with pytest.raises(KeyRefusedError):
        await with_retries(fail, sleep, lambda error, seconds: told.append((error.message if error else "", seconds)))
    assert asked == TRIES == 3
    assert len(waits) == 2
    assert told == [("passing", waits[0]), ("passing", waits[1]), ("", 0)]


async def test_what_the_server_holds_back_is_waited_for_and_not_for_ever():
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    async def held_back() -> str:
        raise TooManyRequestsError("slow", status=429, retry_after=7)

    with pytest.raises(TooManyRequestsError):
        await when_let_in(held_back, sleep)
    assert len(waits) > 10
    assert MAX_HELD_BACK_SECONDS - 20 < sum(waits) <= MAX_HELD_BACK_SECONDS

    async def refuse() -> str:
        raise NoAnswerError("gone")

    waits.clear()
    with pytest.raises(NoAnswerError):
        await when_let_in(refuse, sleep)
    assert not waits
