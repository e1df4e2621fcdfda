from collections import deque

import pytest

from tui.api.models import Stop, Text, ToolCall, ToolResult, UserInput
from tui.conversation.transcript import Transcript, Turn
from tui.conversation.transcript_builder import replay
from tui.lineview.search import counts_in
from tui.lineview.transcript_lines import TranscriptLines
from tui.lineview.viewport import START, window
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
    finder, source = Finder(), source or lines()
    finder.want(wanted, source)
    deque(finder.searching(source), maxlen=0)
    finder.found = None
    return finder


def found(finder: Finder, source: TranscriptLines, step: int) -> str:
    """The line of the next occurrence, with the screen at the last one or at the start."""
    place = finder.next(source, window(source, START, 100), step)
    return source.line(place).text.strip() if place else ""


def test_it_goes_through_all_occurrences_and_around() -> None:
    source, needle = lines(), finder("Needle")
    assert "where is the needle?" in found(needle, source, 1)
    assert "a needle" in found(needle, source, 1)
    assert "The needle is yours." in found(needle, source, 1)
    assert "where is the needle?" in found(needle, source, 1)
    assert "The needle is yours." in found(needle, source, -1)


def test_the_part_that_it_finds_is_unfolded() -> None:
    source, needle = lines(), finder("a needle")
    assert source.is_folded(0, 1)
    found(needle, source, 1)
    assert not source.is_folded(0, 1)


def test_what_is_nowhere_is_not_found() -> None:
    assert found(finder("nowhere at all"), lines(), 1) == ""
    assert found(finder("nowhere at all"), lines(), -1) == ""


def test_occurrences_are_marked_by_cells() -> None:
    line = Line((Span("日本 needle, Needle"),))
    assert finder("needle").marks(line) == ((5, 11, "lines--found"), (13, 19, "lines--found"))
    assert finder("").marks(line) == ()


def test_a_key_looks_through_the_last_turn_only(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = [event for number in range(300) for event in (UserInput(f"question {number}"), Text("hay"), Stop())]
    source = TranscriptLines()
    source.show(replay([UserInput("a needle"), *turns]))
    source.resize(60)
    needle = finder("needle", source)
    looked_through: list[Turn] = []

    def counted(turn: Turn, wanted: str) -> dict[int, int]:
        looked_through.append(turn)
        return counts_in(turn, wanted)

    monkeypatch.setattr("tui.widgets.finder.counts_in", counted)
    for step in (1, 1, -1):
        assert "a needle" in found(needle, source, step)
    assert {turn.question for turn in looked_through} == {"question 299"}


def test_what_came_since_it_was_counted_is_found_and_counted() -> None:
    source = lines()
    needle = finder("needle", source)
    source.show(replay([*EVENTS, UserInput("a new needle")]))
    places = [found(needle, source, -1) for _ in range(2)]
    assert "a new needle" in places[0]
    assert "The needle is yours." in places[1]
    assert needle.told(source) == "3 of 4"
