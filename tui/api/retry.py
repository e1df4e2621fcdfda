"""When to ask again: the server's own wish, else exponential backoff with full jitter. For reads and deletions; and for
what a server says that it has not done, because these were too many requests.

Source: RFC 9110, section 10.2.3 (Retry-After); `retry-after-ms` is what the official SDK honours beside it.
"""

import math
import random
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeAlias, TypeVar

from tui.api.errors import ApiError, ServerError, TooManyRequestsError

TRIES = 3
"""Times that a request is sent at most."""

MAX_WAIT_SECONDS = 60.0
"""Longest wait before another try, whatever the server asks for."""

MAX_HELD_BACK_SECONDS = 180.0
"""Longest wait in all for a server that says that these are too many requests, where nobody sits before it."""

T = TypeVar("T")


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait, from 0 to `MAX_WAIT_SECONDS`; None when there is no such header, or nothing sensible in it.

    `headers` is case-insensitive or has lower-case names; `now` is aware.
    """
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        value = headers.get(name, "").strip()
        seconds = _number(value, unit)
        if seconds is None and name == "retry-after":
            seconds = _until(value, now)
        if seconds is not None:
            return min(max(seconds, 0.0), MAX_WAIT_SECONDS)
    return None


def _number(value: str, unit: float) -> float | None:
    try:
        seconds = float(value) * unit
    except ValueError:
        return None
    return None if math.isnan(seconds) else seconds


def _until(value: str, now: datetime) -> float | None:
    try:
        moment = parsedate_to_datetime(value)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return (moment - now).total_seconds()
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def wait_before(attempt: int, error: ApiError) -> float:
    """Seconds before the next try, after `attempt` (counted from 1) ended with `error`."""
    wanted = error.retry_after if isinstance(error, TooManyRequestsError | ServerError) else None
    jitter = random.uniform(0, min(8.0, 0.5 * 2**attempt))
    return jitter if wanted is None else min(wanted + jitter / 4, MAX_WAIT_SECONDS)


TellRetry: TypeAlias = Callable[[ApiError | None, float], object]
"""Hears why a request is sent again, and in how many seconds; None: it has come to an end."""


def tell_nobody(error: ApiError | None, seconds: float) -> None:
    """Retries that nobody waits for."""


async def with_retries(
    ask: Callable[[], Awaitable[T]],
    sleep: Callable[[float], Awaitable[object]],
    tell: TellRetry = tell_nobody,
) -> T:
    """The answer of `ask`, which is called up to `TRIES` times, with a sleep before each but the first.

    Each sleep is told before it begins; and with None, where one was told, that the request has come to an end.
    """
    attempt = 1
    try:
        while True:
            try:
                return await ask()
            except ApiError as error:
                if not error.transient or attempt == TRIES:
                    raise
                seconds = wait_before(attempt, error)
                tell(error, seconds)
            attempt += 1
            await sleep(seconds)
    finally:
        if attempt > 1:
            tell(None, 0)


async def when_let_in(ask: Callable[[], Awaitable[T]], pause: Callable[[float], Awaitable[object]]) -> T:
    """The answer of `ask`, which is called again as long as the server holds it back for its limits (429).

    That is safe for every request: a 429 says that nothing was done. The waits take up to `MAX_HELD_BACK_SECONDS` in
    all.
    """
    attempt, waited = 1, 0.0
    while True:
        try:
            return await ask()
        except TooManyRequestsError as error:
            seconds = wait_before(attempt, error)
            waited += seconds
            if waited > MAX_HELD_BACK_SECONDS:
                raise
        attempt += 1
        await pause(seconds)
