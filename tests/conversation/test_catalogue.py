from datetime import UTC, datetime, timedelta

import pytest

from tui.api.models import Index, Page, Session
from tui.conversation.catalogue import (
    UNTITLED,
    Catalogue,
    age,
    age_in_words,
    earlier_choices,
    ids_named,
    names_of,
    title_of,
    with_page,
    with_session,
    without,
)

NOW = datetime(2026, 4, 22, 12, 0, tzinfo=UTC)


def session(name: str, minutes_ago: int | None, title: str | None = None) -> Session:
    then = None if minutes_ago is None else NOW - timedelta(minutes=minutes_ago)
    return Session(name, then, generated_title=title)


def ids(catalogue: Catalogue) -> list[str]:
    return [session.session_id for session in catalogue]


def test_pages_join_newest_first_and_a_session_listed_twice_is_kept_once() -> None:
    first = with_page(Catalogue(), Page([session("b", 2), session("a", 9)], "more"))
    both = with_page(first, Page([session("a", 1), session("c", 3)]))
    assert ids(both) == ["a", "b", "c"]
    assert both.next_page_token is None


@pytest.mark.fault(41)
@pytest.mark.parametrize(
    "page", [Page[Session]([], "same"), Page([session("z", 4)], "same"), Page([session("z", 4)], "")]
)
def test_a_page_that_leads_nowhere_is_the_last(page: Page[Session]) -> None:
    assert with_page(Catalogue({}, "same"), page).next_page_token is None


def test_a_session_moves_to_the_top_when_it_changes() -> None:
    listed = with_page(Catalogue(), Page([session("b", 2), session("a", 9)]))
    assert ids(with_session(listed, session("a", 0))) == ["a", "b"]
    assert ids(without(listed, "b")) == ["a"]
    assert ids(without(listed, "unknown")) == ["b", "a"]


@pytest.mark.fault(43)
def test_sessions_without_a_time_come_last() -> None:
    assert ids(with_page(Catalogue(), Page([session("x", None), session("a", 9)]))) == ["a", "x"]


@pytest.mark.parametrize(
    ("past", "shown", "in_words"),
    [
        (timedelta(days=-1), "now", "just now"),
        (timedelta(seconds=59), "now", "just now"),
        (timedelta(minutes=5), "5 min", "5 min ago"),
        (timedelta(hours=23), "23 h", "23 h ago"),
        (timedelta(days=6), "6 d", "6 d ago"),
        (timedelta(days=41), "12 Mar", "on 12 Mar"),
        (timedelta(days=700), "2024", "in 2024"),
    ],
)
def test_an_age_is_short_and_the_future_is_now(past: timedelta, shown: str, in_words: str) -> None:
    assert age(NOW - past, NOW) == shown
    assert age_in_words(NOW - past, NOW) == in_words


@pytest.mark.fault(8)
def test_a_title_is_one_safe_line_or_says_that_there_is_none() -> None:
    assert title_of(session("a", 1, "a\n\x1b]0;x\x07b")) == "a ␛]0;x␇b"
    assert title_of(session("a", 1), "my question") == "my question"
    assert title_of(session("a", 1, "\u200b\u200b")) == UNTITLED


def test_indexes_are_named_by_either_id_and_unknown_ones_are_counted() -> None:
    index = Index("idx-1", "Papers", export_config_id="exp-1")
    assert names_of(["exp-1", "idx-1"], [index]) == ["Papers", "Papers"]
    assert names_of(["idx-8", "exp-1"], [index]) == ["Papers", "1 index not listed here"]
    assert names_of(["idx-8", "idx-9"], []) == ["2 indexes not listed here"]


@pytest.mark.fault(1)
def test_the_name_of_an_index_cannot_speak_to_the_terminal() -> None:
    assert names_of(["idx-1"], [Index("idx-1", "a\x1b]0;x\x07\nb")]) == ["a␛]0;x␇ b"]


def test_indexes_are_found_by_a_piece_of_their_name() -> None:
    indexes = [Index("idx-1", "Contracts 2025", export_config_id="exp-1"), Index("idx-2", "Leases")]
    assert ids_named(["contr"], indexes) == {"idx-1", "exp-1"}
    assert ids_named(["IDX-2", "nothing"], indexes) == {"idx-2"}
    assert ids_named(["idx"], indexes) == ids_named([], indexes) == frozenset()


def test_earlier_choices_are_told_once_the_latest_first_while_all_of_their_indexes_exist() -> None:
    indexes = [Index("a", "A", export_config_id="exp-a"), Index("b", "B"), Index("c", "C")]
    bound = (("b", "a"), None, ("c",), ("a", "b"), ("gone", "a"), ("exp-a",), ("c",))
    sessions = [Session(f"s{number}", NOW - timedelta(hours=number), index_ids=ids) for number, ids in enumerate(bound)]
    catalogue = with_page(Catalogue(), Page(sessions))

    assert earlier_choices(catalogue, indexes) == [("b", "a"), ("c",), ("a",)]
    assert earlier_choices(catalogue, indexes[1:]) == [("c",)]
