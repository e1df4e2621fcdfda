from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from tui.api.models import Event, Stop, Text, Thinking, ToolCall, ToolResult, UserInput
from tui.conversation.transcript_builder import replay
from tui.lineview.search import counts_in, occurrences, rows_with
from tui.lineview.transcript_lines import TranscriptLines


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
    assert counts_in(TOLD[0], "Needle") == {0: 1, 2: 1}
    assert counts_in(TOLD[1], "needle") == {1: 1}
    assert counts_in(TOLD[1], "absent") == {}


def test_a_row_is_found_where_a_match_begins_also_over_a_wrap() -> None:
    source = TranscriptLines()
    source.width = 24
    source.show(replay([Text("one two three four five six seven eight nine ten"), Stop()]))
    rows = [place.row for place in rows_with(source, 0, 1, "five six")]
    assert len(rows) == 1


@given(st.text("abAB ", max_size=30), st.text("abAB", min_size=1, max_size=3))
def test_occurrences_are_the_places_where_the_text_stands(text: str, wanted: str) -> None:
    found = list(occurrences(text, wanted))
    assert all(text[start:end].casefold() == wanted.casefold() for start, end in found)
    assert bool(found) == (wanted.casefold() in text.casefold())
