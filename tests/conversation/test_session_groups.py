from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import overload

import pytest

from tui.api.models import Session
from tui.api.times import EARLIEST, parse_time
from tui.conversation.session_groups import Group, grouped

NOON = datetime(2026, 4, 22, 12).astimezone()
"""Noon in this machine's time zone, so that the days around it are the same in all."""


class Counted(Sequence[Session]):
    """Sessions, and how many were looked at."""

    def __init__(self, listed: list[Session]) -> None:
        self._listed = listed
        self.looked_at = 0

    def __len__(self) -> int:
        return len(self._listed)

    @overload
    def __getitem__(self, index: int) -> Session: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Session]: ...
    def __getitem__(self, index: int | slice) -> Session | Sequence[Session]:
        self.looked_at += 1
        return self._listed[index]


def sessions(*days_ago: float | None) -> list[Session]:
    return [
        Session(f"s{number}", None if days is None else (NOON - timedelta(days=days)).astimezone(UTC))
        for number, days in enumerate(days_ago)
    ]


@pytest.mark.fault(43)
@pytest.mark.parametrize("text", ["0001-01-01T00:00:00Z", EARLIEST.isoformat(), "9999-12-31T23:59:59Z"])
def test_a_time_that_no_clock_shows_does_not_keep_the_list_from_being_grouped(text: str) -> None:
    assert sum(group.size for group in grouped([Session("s", parse_time(text))], 0, NOON)) == 1


def test_sessions_are_grouped_by_the_days_and_months_of_this_machine() -> None:
    listed = sessions(-1, 0.1, 0.4, 1, 1.4, 2, 7.4, 8, 21.4, 22, 400, None, None)
    assert grouped(listed, 0, NOON) == [
        Group("Today", 3),
        Group("Yesterday", 2),
        Group("Previous 7 days", 2),
        Group("April 2026", 2),
        Group("March 2026", 1),
        Group("March 2025", 1),
        Group("Without a time", 2),
    ]


def test_pinned_sessions_are_a_group_of_their_own_whenever_they_changed() -> None:
    assert grouped(sessions(30, None, 0), 2, NOON) == [Group("Pinned", 2), Group("Today", 1)]
    assert grouped(sessions(30, None), 2, NOON) == [Group("Pinned", 2)]


def test_nothing_makes_no_group() -> None:
    assert grouped([], 0, NOON) == []


def test_of_a_hundred_thousand_sessions_a_few_are_looked_at() -> None:
    listed = Counted(sessions(*(number / 1000 for number in range(100_000))))
    assert sum(group.size for group in grouped(listed, 0, NOON)) == 100_000
    assert listed.looked_at < 500
