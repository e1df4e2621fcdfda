from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tui.pictures.viewport import MAX_ZOOM, Crop, Viewport

PAGE = Viewport(picture=(600, 800), area=(100, 40), cell=(10, 20))


def test_at_first_the_whole_picture_is_seen_in_its_own_proportions() -> None:
    assert PAGE.crop() == Crop(0, 0, 600, 800, columns=60, rows=40)
    assert replace(PAGE, area=(30, 40)).crop() == Crop(0, 0, 600, 800, columns=30, rows=20)


def test_nearer_fills_the_area_with_a_part_of_the_picture() -> None:
    near = PAGE.zoomed(2)
    crop = near.crop()
    assert (crop.columns, crop.rows) == (100, 40)
    assert (crop.right - crop.left) / (crop.bottom - crop.top) == 444 / 356
    assert near.zoomed(-2).crop() == PAGE.crop()


def test_moving_ends_at_the_edges() -> None:
    assert PAGE.panned(1, 1).crop() == PAGE.crop()
    near = PAGE.zoomed(3)
    assert near.panned(0, -99).crop().top == 0
    assert near.panned(0, 99).crop().bottom == 800
    assert near.panned(99, 0).crop().right == 600
    assert near.panned(0, 1).panned(0, -1).crop() == near.crop()


def test_farther_away_shows_nothing_beyond_the_edge() -> None:
    assert PAGE.zoomed(3).panned(99, 99).zoomed(-3).crop() == PAGE.crop()


sizes = st.tuples(st.integers(1, 5000), st.integers(1, 5000))
areas = st.tuples(st.integers(1, 300), st.integers(1, 100))
moves = st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3), st.integers(-3, 3)), max_size=5)


@given(picture=sizes, area=areas, then=areas, moves=moves)
def test_what_is_seen_lies_in_the_picture_and_fits_the_area(
    picture: tuple[int, int], area: tuple[int, int], then: tuple[int, int], moves: list[tuple[int, int, int]]
) -> None:
    view = Viewport(picture, area, (9, 18))
    for steps, right, down in moves:
        view = view.zoomed(steps).panned(right, down)
        assert 1 <= view.zoom <= MAX_ZOOM
    for seen, (columns, rows) in ((view, area), (view.with_area(then), then)):
        crop = seen.crop()
        assert 0 <= crop.left < crop.right <= picture[0]
        assert 0 <= crop.top < crop.bottom <= picture[1]
        assert 1 <= crop.columns <= columns
        assert 1 <= crop.rows <= rows
