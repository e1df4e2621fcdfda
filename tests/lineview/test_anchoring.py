import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.lineview.anchoring import TextAnchor
from tui.lineview.text_lines import TextLines
from tui.lineview.viewport import START, Place

WORDS = st.lists(st.text("abc", min_size=1, max_size=9), min_size=1, max_size=60).map(" ".join)


@given(WORDS, st.integers(8, 40), st.lists(st.integers(8, 40), max_size=4), st.integers(0, 200))
def test_the_row_at_the_top_holds_the_same_text_at_any_width(text: str, first: int, widths: list[int], at: int) -> None:
    source = TextLines(text)
    source.resize(first)
    top = Place(0, 0, at % source.height(0, 0))
    before = source.line(top).text
    anchor, place = TextAnchor(), top
    for width in widths:
        anchor.hold(source, place)
        source.resize(width)
        place = anchor.found(source)
        assert source.line(place).text.split()[0][:1] in before + text
    anchor.hold(source, place)
    source.resize(first)
    assert anchor.found(source) == top or not widths


@pytest.mark.parametrize("has_scrolled", [False, True])
def test_a_text_that_is_not_drawn_yet_is_sought_until_the_reader_scrolls(*, has_scrolled: bool) -> None:
    words = [f"word{number}" for number in range(60)]
    whole, beginning = TextLines(" ".join(words)), TextLines(" ".join(words[:9]))
    whole.resize(8)
    beginning.resize(8)
    anchor, top = TextAnchor(), Place(0, 0, 40)
    anchor.hold(whole, top)
    anchor.found(beginning)
    anchor.follow(START)  # all there is fits on the screen
    anchor.look(Place(0, 0, 1) if has_scrolled else START)
    assert anchor.is_sought is not has_scrolled
    assert anchor.found(whole) == top
    assert not anchor.is_sought
