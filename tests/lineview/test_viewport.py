from hypothesis import given
from hypothesis import strategies as st

from tui.lineview.viewport import START, Place, bottom, clamped, last, move, window

Heights = list[list[int]]
any_heights = st.lists(st.lists(st.integers(0, 5), max_size=4), max_size=5)


class Blocks:
    def __init__(self, heights: Heights) -> None:
        self.heights = heights
        self.measured: set[tuple[int, int]] = set()

    def sections(self) -> int:
        return len(self.heights)

    def blocks(self, section: int) -> int:
        return len(self.heights[section])

    def height(self, section: int, block: int) -> int:
        self.measured.add((section, block))
        return self.heights[section][block]


def all_places(heights: Heights) -> list[Place]:
    return [Place(t, b, row) for t, turn in enumerate(heights) for b, rows in enumerate(turn) for row in range(rows)]


@given(any_heights, st.data(), st.integers(-30, 30))
def test_moving_walks_the_rows_as_if_they_were_listed(heights: Heights, data: st.DataObject, by: int) -> None:
    places = all_places(heights)
    if not places:
        assert move(Blocks(heights), START, by) in {START, last(Blocks(heights))}
        return
    at = data.draw(st.integers(0, len(places) - 1))
    assert move(Blocks(heights), places[at], by) == places[max(0, min(at + by, len(places) - 1))]


@given(any_heights, st.data(), st.integers(1, 12))
def test_the_window_is_a_slice_of_the_rows(heights: Heights, data: st.DataObject, rows: int) -> None:
    places = all_places(heights)
    at = data.draw(st.integers(0, max(0, len(places) - 1)))
    top = places[at] if places else START
    assert window(Blocks(heights), top, rows) == places[at : at + rows]


@given(any_heights, st.integers(1, 12))
def test_the_bottom_shows_the_last_row_on_the_last_line(heights: Heights, rows: int) -> None:
    places = all_places(heights)
    source = Blocks(heights)
    assert window(source, bottom(source, rows), rows) == places[-rows:]


@given(any_heights, st.integers(1, 12), st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(0, 9)))
def test_a_place_that_no_longer_exists_is_held_within_the_conversation(
    heights: Heights, rows: int, top: tuple[int, int, int]
) -> None:
    source = Blocks(heights)
    places = all_places(heights)
    shown = window(source, clamped(source, Place(*top), rows), rows)
    assert len(shown) == min(rows, len(places))


def test_opening_at_the_end_measures_only_what_is_on_the_screen() -> None:
    source = Blocks([[1, 5, 5, 1]] * 10_000)
    bottom(source, 30)
    assert len(source.measured) < 20
