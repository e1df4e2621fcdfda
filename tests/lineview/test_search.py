from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.api.models import Event, Stop, Text, Thinking, ToolCall, ToolResult, UserInput
from tui.conversation.transcript_builder import replay
from tui.lineview.search import BlockCounts, DrawnText, count_in, occurrences
from tui.lineview.transcript_lines import TranscriptLines
from tui.lineview.viewport import Place


def events() -> Iterator[Event]:
    yield UserInput("where is the needle?")
    yield Thinking("no such thing here")
    yield ToolCall("a", "retrieve", {"query": "haystack"})
    yield ToolResult("a", "retrieve", {"results": [{"content": "a Needle in a stack"}]})
    yield Text("It is in the hay.")
    yield Stop()
    yield UserInput("really?")
    yield Text("Yes: the needle.")
    yield Stop()


TOLD = replay(events())


def test_blocks_are_counted_also_when_they_are_folded() -> None:
    assert [count_in(TOLD[0], block, "Needle") for block in range(4)] == [1, 0, 1, 0]
    assert [count_in(TOLD[1], block, "needle") for block in range(2)] == [0, 1]
    assert count_in(TOLD[1], 1, "absent") == 0


def drawn(text: str, width: int = 24) -> tuple[DrawnText, list[str]]:
    """An answer of this text as it is drawn, and its rows."""
    source = TranscriptLines()
    source.width = width
    source.show(replay([Text(text), Stop()]))
    lines = [source.line(Place(0, 1, row)) for row in range(source.height(0, 1))]
    return DrawnText(lines), [line.text for line in lines]


def test_an_occurrence_is_in_the_row_that_it_begins_in_also_over_a_wrap() -> None:
    text, rows = drawn("one two three four five six seven eight nine ten")
    assert [row.strip() for row in rows] == ["", "one two three four five", "six seven eight nine ten"]
    for wanted in ("five six", "FIVE", "five ", " six"):
        assert (text.row_below(-1, wanted), text.row_below(1, wanted)) == (1, None)
        assert (text.row_above(99, wanted), text.row_above(1, wanted)) == (1, None)
        assert (text.count_above(2, wanted), text.count_above(1, wanted)) == (1, 0)


def test_lines_are_not_joined_where_nothing_was_wrapped() -> None:
    text, rows = drawn("- one\n- two\n- one")
    assert rows == ["", "• one", "• two", "• one"]
    assert text.row_below(-1, "one two") is None
    assert (text.row_below(-1, "one"), text.row_below(1, "one"), text.row_above(99, "one")) == (1, 3, 3)
    assert (text.count_above(3, "o"), text.count_above(99, "o")) == (2, 3)


@given(st.text("abAB ", max_size=30), st.text("abAB", min_size=1, max_size=3))
def test_occurrences_are_the_places_where_the_text_stands(text: str, wanted: str) -> None:
    found = list(occurrences(text, wanted))
    assert all(text[start:end].casefold() == wanted.casefold() for start, end in found)
    assert bool(found) == (wanted.casefold() in text.casefold())


places = st.tuples(st.integers(0, 4), st.integers(0, 3))


@given(st.lists(st.tuples(places, st.integers(1, 5)), max_size=12), places, st.sampled_from([1, -1]))
def test_blocks_with_an_occurrence_are_gone_through_once_around_and_counted(
    put: list[tuple[tuple[int, int], int]], start: tuple[int, int], step: int
) -> None:
    counts = BlockCounts()
    for block, count in put:
        counts.put(block, count)
    told = dict(put)
    ahead = [block for block in told if (block > start if step > 0 else block < start)]
    behind = [block for block in told if block not in ahead]
    expected = [*sorted(ahead, reverse=step < 0), *sorted(behind, reverse=step < 0)]
    assert list(counts.around(start, step)) == expected
    assert counts.total == sum(told.values())
    assert counts.occurrences_above(start) == sum(count for block, count in told.items() if block < start)
    assert counts.above(start).total == counts.occurrences_above(start)
    assert all((block in counts) == (block in told) for block in [start, *told])


def test_blocks_are_brought_in_order_once_for_all_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    sorts: list[int] = []

    def noted(blocks: Mapping[tuple[int, int], int]) -> list[tuple[int, int]]:
        sorts.append(len(blocks))
        return sorted(blocks)

    monkeypatch.setattr("tui.lineview.search.sorted", noted, raising=False)
    counts = BlockCounts()
    for section in range(50, 0, -1):
        counts.put((section, 1), 2)
    for section in range(50):
        assert next(counts.around((section, 2), 1)) == (section + 1, 1)
        assert (counts.occurrences_above((section, 2)), counts.total) == (2 * section, 100)
    assert sorts == [50]
