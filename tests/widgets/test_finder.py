from collections import deque
from collections.abc import Iterable, Iterator

import pytest

from tests.events import advance
from tui.api.models import Stop, Text, ToolCall, ToolResult, UserInput
from tui.conversation.transcript import Transcript, Turn
from tui.conversation.transcript_builder import replay
from tui.lineview.search import count_in
from tui.lineview.transcript_lines import TranscriptLines
from tui.lineview.viewport import START, Place, window
from tui.rendering.lines import Line, Span
from tui.widgets.finder import Finder

EVENTS = [
    UserInput("where is the needle?"),
    ToolCall("c", "retrieve", {}),
    ToolResult("c", "retrieve", "a needle"),
    Text("It is here."),
    Stop(),
    UserInput("thanks"),
    Text("The needle is yours."),
    Stop(),
]


def conversation() -> Transcript:
    """Two turns; "needle" stands in the first question, the folded result of the first turn, and the last answer."""
    return replay(EVENTS)


def lines() -> TranscriptLines:
    source = TranscriptLines()
    source.show(conversation())
    source.resize(60)
    return source


def finder(wanted: str, source: TranscriptLines | None = None) -> Finder:
    """It has counted all occurrences, and is at none yet."""
    finder = Finder(source or lines())
    finder.want(wanted)
    deque(finder.searching(), maxlen=0)
    finder.found = None
    return finder


def found(finder: Finder, source: TranscriptLines, step: int) -> str:
    """The line of the next occurrence, with the screen at the last one or at the start."""
    place = finder.next(window(source, START, 100), step)
    return source.line(place).text.strip() if place else ""


def test_it_goes_through_all_occurrences_and_around() -> None:
    source = lines()
    needle = finder("Needle", source)
    assert "where is the needle?" in found(needle, source, 1)
    assert "a needle" in found(needle, source, 1)
    assert "The needle is yours." in found(needle, source, 1)
    assert "where is the needle?" in found(needle, source, 1)
    assert "The needle is yours." in found(needle, source, -1)


def test_the_part_that_it_finds_is_unfolded() -> None:
    source = lines()
    assert source.is_folded(0, 1)
    needle = finder("a needle", source)
    assert not source.is_folded(0, 1)
    source.toggle(0, 1)
    found(needle, source, 1)
    assert not source.is_folded(0, 1)


def test_what_is_nowhere_is_not_found() -> None:
    source = lines()
    for step in (1, -1):
        assert found(finder("nowhere at all", source), source, step) == ""


def test_occurrences_are_marked_by_cells() -> None:
    line = Line((Span("日本 needle, Needle"),))
    assert finder("needle").marks(line) == ((5, 11, "lines--found"), (13, 19, "lines--found"))
    assert finder("").marks(line) == ()


@pytest.fixture
def counted_in(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str | None, int]]:
    """The blocks that were looked through, each as its turn's question and its number."""
    blocks: list[tuple[str | None, int]] = []

    def counted(turn: Turn, block: int, wanted: str) -> int:
        blocks.append((turn.question, block))
        return count_in(turn, block, wanted)

    monkeypatch.setattr("tui.widgets.finder.count_in", counted)
    return blocks


def test_a_key_looks_through_nothing_but_what_came(counted_in: list[tuple[str | None, int]]) -> None:
    turns = [event for number in range(30) for event in (UserInput(f"question {number}"), Text("hay"), Stop())]
    transcript = replay([UserInput("a needle"), *turns, UserInput("last"), ToolCall("c", "retrieve", {})])
    source = TranscriptLines()
    source.show(transcript)
    source.resize(60)
    needle = finder("needle", source)
    counted_in.clear()
    for step in (1, 1, -1):
        assert "a needle" in found(needle, source, step)
    assert not counted_in
    source.show(advance(transcript, Text("hay")))
    assert "a needle" in found(needle, source, 1)
    assert counted_in == [("last", 2)]


def test_nothing_is_missed_in_a_conversation_that_lost_its_last_turn() -> None:
    source = lines()
    needle = finder("needle", source)
    source.show(replay(EVENTS[:5]))
    assert "where is the needle?" in found(needle, source, 1)
    assert "a needle" in found(needle, source, 1)
    assert needle.told() == "2 of 2"


def test_what_was_found_in_a_turn_that_was_taken_back_is_left() -> None:
    source = lines()
    source.show(replay(EVENTS[5:8]))
    needle = finder("yours", source)
    assert "is yours" in found(needle, source, 1)
    source.show(replay([UserInput("thanks")]))
    assert found(needle, source, 1) == ""
    assert needle.told() == "not in this conversation"


def test_what_is_long_is_read_once_for_all_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    source = TranscriptLines()
    source.show(replay([UserInput("?"), Text("hay " * 3000 + "needle " * 2 + "hay " * 3000 + "needle"), Stop()]))
    source.resize(60)
    source.height(0, 1)
    deque(iter(source.catch_up, False), maxlen=0)
    rows = source.height(0, 1)
    read: list[Place] = []

    def lines(self: TranscriptLines, places: Iterable[Place]) -> Iterator[Line]:
        taken = [*places]
        read.extend(taken)
        return read_lines(self, taken)

    read_lines = TranscriptLines.lines
    monkeypatch.setattr(TranscriptLines, "lines", lines)
    needle = Finder(source)
    for wanted in ("n", "ne", "needle"):
        needle.want(wanted)
        deque(needle.searching(), maxlen=0)
        assert needle.told() == "1 of 3"
    for step, told in ((1, "3 of 3"), (1, "1 of 3 · around the end"), (-1, "3 of 3 · around the end"), (-1, "1 of 3")):
        needle.next([needle.found or START], step)
        assert needle.told() == told
    assert len(read) == rows > 400


def test_what_came_since_it_was_counted_is_found_and_counted() -> None:
    source = lines()
    needle = finder("needle", source)
    source.show(replay([*EVENTS, UserInput("a new needle")]))
    places = [found(needle, source, -1) for _ in range(2)]
    assert "a new needle" in places[0]
    assert "The needle is yours." in places[1]
    assert needle.told() == "3 of 4"
