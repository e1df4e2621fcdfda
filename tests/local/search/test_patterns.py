"""Patterns that ask for much, each searched for in a process of its own."""

import asyncio
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.local.search import patterns
from tui.local.search.patterns import PATTERNS_AT_ONCE, PatternError, PatternSearch, in_pattern_thread, written_out


@pytest.mark.parametrize(
    ("pattern", "size"),
    [
        ("", 0),
        ("abc", 3),
        (r"a\{3}", 4),
        ("a{3}", 3),
        ("a{,4}", 4),
        ("a{2,}b", 3),
        ("[]{9}]{2}", 2),
        ("(ab){3}", 6),
        ("(?:(?:a{100}){100}){100}", 1_000_000),
        ("a{4000000000}", 4_000_000_000),
        ("(((((((((a{9}){9}){9}){9}){9}){9}){9}){9}){9})", 9**9),
    ],
)
def test_the_size_of_a_pattern_counts_its_repeats(pattern: str, size: int) -> None:
    assert size <= written_out(pattern) <= 1.1 * size


@given(st.text(alphabet="ab(){}[]\\,19?:|^", max_size=40))
def test_the_size_of_any_text_can_be_told(pattern: str) -> None:
    assert written_out(pattern) >= 0


@pytest.mark.parametrize("pattern", ["(?:(?:(?:a{100}){100}){100}){100}", "a{4000000000}", "(" * 9 + "a" + "{9})" * 9])
def test_a_pattern_whose_repeats_multiply_is_refused_before_it_is_compiled(pattern: str) -> None:
    with pytest.raises(PatternError, match="repeats multiply"):
        PatternSearch(pattern, any_case=False)


def test_matches_are_told_from_an_offset_on_up_to_a_limit() -> None:
    text = "Żółw und żółw und ŻÓŁW"
    with PatternSearch("żółw|x*", any_case=True) as search:
        assert search.spans(text, 0, 9) == [(0, 4), (9, 13), (18, 22)]
        assert search.spans(text, 1, 1) == [(9, 13)]
    with PatternSearch("^u", any_case=False) as search:
        assert search.spans("x\nu", 0, 9) == [(2, 3)]


def test_what_is_no_pattern_is_told() -> None:
    with PatternSearch("(", any_case=False) as search, pytest.raises(PatternError, match="not a regular expression"):
        search.spans("x", 0, 1)


def test_a_pattern_that_takes_for_ever_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "SEARCH_TIMEOUT", 0.2)
    with (
        PatternSearch("(a|a|aa)+$", any_case=False) as search,
        pytest.raises(PatternError, match=r"takes longer than 0\.2"),
    ):
        search.spans("a" * 5000 + "!", 0, 1)


def test_a_search_that_hears_no_time_limit_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "MAX_SIZE", 10**12)
    monkeypatch.setattr(patterns, "SEARCH_TIMEOUT", 0.5)
    monkeypatch.setattr(patterns, "START_TIMEOUT", 0.5)
    began = time.monotonic()
    endless = PatternSearch("(?:(?:(?:a{100}){100}){100}){100}", any_case=False)
    with endless as search, pytest.raises(PatternError, match="memory"):
        search.spans("a", 0, 1)
    assert time.monotonic() - began < 5


def test_a_search_that_never_answers_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "SEARCH_TIMEOUT", 0.2)
    monkeypatch.setattr(patterns, "START_TIMEOUT", 0.2)
    mute = tmp_path / "mute"
    mute.write_text("#!/bin/sh\nexec sleep 20\n")
    mute.chmod(0o700)
    monkeypatch.setattr(patterns.sys, "executable", str(mute))
    began = time.monotonic()
    with PatternSearch("a", any_case=False) as search, pytest.raises(PatternError, match="too long"):
        search.spans("a", 0, 1)
    assert time.monotonic() - began < 10


def test_a_search_that_fills_the_memory_ends_and_the_next_one_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "MAX_SIZE", 10**12)
    with PatternSearch("a{4000000000}", any_case=False) as search, pytest.raises(PatternError, match="memory"):
        search.spans("a", 0, 1)
    with PatternSearch("a", any_case=False) as search:
        assert search.spans("a", 0, 1) == [(0, 1)]


def test_a_module_in_the_current_folder_is_not_run_in_place_of_the_search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tui.py").write_text("raise SystemExit('another program')")
    monkeypatch.chdir(tmp_path)
    with PatternSearch("a", any_case=False) as search:
        assert search.spans("a", 0, 1) == [(0, 1)]


async def test_so_many_patterns_are_searched_for_at_once_and_the_others_after_them() -> None:
    within, most, lock = 0, 0, threading.Lock()
    together = threading.Barrier(PATTERNS_AT_ONCE)

    def searched(number: int) -> list[tuple[int, int]]:
        nonlocal within, most
        with PatternSearch(f"{number}$", any_case=False) as search:
            with lock:
                within += 1
                most = max(most, within)
            found = search.spans(f"The last is {number}", 0, 9)
            together.wait(60)
            with lock:
                within -= 1
        return found

    numbers = range(10, 10 + 3 * PATTERNS_AT_ONCE)
    found = await asyncio.gather(*(in_pattern_thread(searched, number) for number in numbers))
    assert most == PATTERNS_AT_ONCE
    assert found == [[(12, 14)]] * len(numbers)


async def test_a_pattern_that_nobody_waits_for_any_more_takes_no_place() -> None:
    opened = threading.Event()
    holding = [asyncio.create_task(in_pattern_thread(opened.wait, 60)) for _ in range(PATTERNS_AT_ONCE)]
    searched: list[str] = []
    given_up = asyncio.create_task(in_pattern_thread(searched.append, "given up"))
    await asyncio.sleep(0)
    given_up.cancel()
    await asyncio.wait([given_up])
    opened.set()
    assert all(await asyncio.gather(*holding))
    await in_pattern_thread(searched.append, "next")
    assert searched == ["next"]
