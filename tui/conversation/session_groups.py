"""The groups that sessions are listed in: those that are pinned, and then by day and by month.

The groups are found by halving, so that a hundred thousand sessions take as long as the months that they are from.
"""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from tui.api.models import Session
from tui.lazy_dataclass import dataclass

PINNED = "Pinned"
TODAY = "Today"
YESTERDAY = "Yesterday"
LAST_DAYS = "Previous 7 days"
NO_TIME = "Without a time"


@dataclass(frozen=True, slots=True)
class Group:
    """So many sessions, one after another, under a heading."""

    heading: str
    size: int


def grouped(sessions: Sequence[Session], pinned: int, at: datetime) -> Sequence[Group]:
    """The groups of sessions that are listed newest first, but for the first ones, which are pinned.

    The days are those of this machine's time zone, as seen at a time.
    """
    groups = [Group(PINNED, pinned)] if pinned else []
    first = pinned
    while first < len(sessions):
        heading, begin = _period(sessions[first].last_updated_at, at)
        end = len(sessions) if begin is None else _first_before(sessions, begin, first)
        groups.append(Group(heading, end - first))
        first = end
    return groups


def _period(then: datetime | None, at: datetime) -> tuple[str, datetime | None]:
    """The heading under which a time is listed, and when what is listed there begins."""
    if then is None:
        return NO_TIME, None
    day, today = then.astimezone().date(), at.astimezone().date()
    days = (today - day).days
    if days <= 0:
        return TODAY, _midnight(today)
    if days == 1:
        return YESTERDAY, _midnight(day)
    if days <= 7:
        return LAST_DAYS, _midnight(today - timedelta(days=7))
    return f"{day:%B %Y}", _midnight(day.replace(day=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min).astimezone()


def _first_before(sessions: Sequence[Session], begin: datetime, first: int) -> int:
    """The number of the first session that is older than a time, from one that is not."""

    def is_before(session: Session) -> bool:
        return session.last_updated_at is None or session.last_updated_at < begin

    return bisect_left(sessions, True, lo=first + 1, key=is_before)
