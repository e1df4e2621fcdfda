"""Times as the API writes them for everything but sessions: ISO 8601 in UTC, with microseconds and `Z`."""

from datetime import UTC, datetime


def utc(time: datetime) -> str:
    """An aware time in that form."""
    return time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def utc_now() -> str:
    """The present time in that form."""
    return utc(datetime.now(UTC))
