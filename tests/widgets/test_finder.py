from tui.api.models import Stop, Text, ToolCall, ToolResult, UserInput
from tui.conversation.transcript import Transcript
from tui.conversation.transcript_builder import replay
from tui.lineview.transcript_lines import TranscriptLines
from tui.lineview.viewport import START, window
from tui.rendering.lines import Line, Span
from tui.widgets.finder import Finder


def conversation() -> Transcript:
    """Two turns; "needle" stands in the first question, the folded result of the first turn, and the last answer."""
    first = [UserInput("where is the needle?"), ToolCall("c", "retrieve", {}), ToolResult("c", "retrieve", "a needle")]
    return replay([*first, Text("It is here."), Stop(), UserInput("thanks"), Text("The needle is yours."), Stop()])


def lines() -> TranscriptLines:
    source = TranscriptLines()
    source.show(conversation())
    source.resize(60)
    return source


def finder(wanted: str) -> Finder:
    finder = Finder()
    finder.wanted = wanted
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
