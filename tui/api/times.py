"""Times as servers and files write them."""

from datetime import UTC, datetime

EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
"""The times that are believed. Some programs write the year 1 where they have none, and no clock can be set there."""


def parse_time(value: object) -> datetime | None:
    """An ISO 8601 time as an aware one in UTC: without a zone it is UTC, as the API's are.

    None if it is no time, or none from `EARLIEST` up to `LATEST`.
    """
    if not isinstance(value, str):
        return None
    try:
        time = datetime.fromisoformat(value.strip())
        aware = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return aware if EARLIEST <= aware < LATEST else None
