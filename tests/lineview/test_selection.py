from hypothesis import given
from hypothesis import strategies as st

from tui.api.models import Stop, Text, UserInput
from tui.conversation.transcript_builder import replay
from tui.lineview.selection import END_OF_ROW, Point, Selection, cut, line_at, text_of, word_at
from tui.lineview.targets import target_at
from tui.lineview.text_lines import TextLines
from tui.lineview.transcript_lines import TranscriptLines
from tui.lineview.viewport import START, Place, last
from tui.rendering.lines import Line, Span, Style

PROSE = "The quick brown fox jumps over the lazy dog and then walks home through the wide green fields of the valley."


def plain(text: str, width: int = 20) -> TextLines:
    source = TextLines(text)
    source.resize(width)
    return source


def everything(source: TextLines | TranscriptLines) -> Selection:
    return Selection(Point(START, 0), Point(last(source), END_OF_ROW))


@given(st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=200), st.integers(20, 80))
def test_a_whole_text_is_copied_as_it_was_written_at_any_width(text: str, width: int) -> None:
    source = plain(text, width)
    assert text_of(source, everything(source)) == text


def test_wrapped_rows_are_joined_and_lines_kept() -> None:
    source = plain(f"{PROSE}\n\nsecond   line")
    assert text_of(source, everything(source)) == f"{PROSE}\n\nsecond   line"


def test_an_answer_is_copied_without_bullets_margins_and_quote_bars() -> None:
    source = TranscriptLines()
    source.width = 40
    source.show(replay([UserInput("q"), Text(f"> {PROSE}\n\n- {PROSE}"), Stop()]))
    copied = text_of(source, Selection(Point(Place(0, 1, 0), 0), Point(Place(0, 1, 99), END_OF_ROW)))
    assert [line for line in copied.split("\n") if line] == [PROSE, PROSE]


def test_a_selection_is_the_same_in_both_directions() -> None:
    source = plain(PROSE)
    one, other = Point(Place(0, 0, 0), 4), Point(Place(0, 0, 2), 3)
    assert text_of(source, Selection(one, other)) == text_of(source, Selection(other, one))
    assert text_of(source, Selection(one, other)).startswith("quick brown")


def test_a_double_click_takes_the_word_and_a_triple_click_the_line() -> None:
    source = plain(f"{PROSE}\nnext")
    assert text_of(source, word_at(source, Point(START, 5))) == "quick"
    assert text_of(source, line_at(source, Place(0, 0, 2))) == PROSE


def test_a_wide_character_belongs_to_its_first_cell() -> None:
    line = Line((Span("漢字 kana"),))
    assert cut(line, 0, 2) == "漢"
    assert cut(line, 2, 4) == "字"
    assert cut(line, 5, 9) == "kana"


def test_a_combining_mark_goes_with_its_letter() -> None:
    assert cut(Line((Span("cafe\u0301 au lait"),)), 0, 4) == "cafe\u0301"


def test_a_click_finds_the_link_under_it() -> None:
    line = Line((Span("see "), Span("here", Style("link", link="https://example.org")), Span(".")))
    assert target_at(line, 5) == "https://example.org"
    assert target_at(line, 1) is None
    assert target_at(line, 40) is None
