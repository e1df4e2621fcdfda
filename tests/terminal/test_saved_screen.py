import pytest
from hypothesis import given

from tests.terminal.test_screen_buffer import HEIGHT, WIDTH, Terminal, blank_buffer, frames
from tui.terminal.cells import NO_PEN, CellRow
from tui.terminal.saved_screen import emptied, read_cells, saved_cells, theme_of
from tui.terminal.screen_buffer import Patch, drawn_anew


@given(frames())
def test_a_screen_is_read_back_as_it_was_and_shows_the_same_when_drawn_anew(drawn: list[list[Patch]]) -> None:
    terminal, buffer = Terminal(), blank_buffer()
    shown = terminal.show(buffer.draw([]))
    for frame in drawn:
        shown = terminal.show(buffer.draw(frame))
    rows = read_cells(saved_cells(buffer.rows()))
    assert rows == buffer.rows()
    assert Terminal().show(drawn_anew(rows)) == shown


def test_a_screen_that_was_read_is_gone_on_from_without_a_word() -> None:
    rows: list[CellRow] = [[("x", NO_PEN)] * WIDTH] * HEIGHT
    buffer = blank_buffer()
    buffer.recall(rows)
    assert buffer.draw([Patch(y, 0, row) for y, row in enumerate(rows)]) == ""


@pytest.mark.parametrize(
    "saved",
    [
        b"",
        b"\xff",
        b"[]",
        b"1",
        b"{}",
        b'{"pens": 1, "rows": 1}',
        b'{"pens": [[1]], "rows": [[[7, "abc"]]]}',
        b"[" * 9999,
    ],
)
def test_what_is_no_screen_is_refused(saved: bytes) -> None:
    with pytest.raises(ValueError, match="cells"):
        read_cells(saved)


def test_a_screen_of_another_size_is_not_taken() -> None:
    rows: list[CellRow] = [[("x", NO_PEN)] * (WIDTH + 1)] * HEIGHT
    buffer = blank_buffer()
    buffer.recall(rows)
    assert len(buffer.rows()[0]) == WIDTH


def test_cells_are_saved_with_the_name_of_their_theme() -> None:
    rows = [[("a", NO_PEN), ("b", NO_PEN)], [("c", NO_PEN)]]
    assert theme_of(saved_cells(rows, "llama-light")) == "llama-light"
    assert read_cells(saved_cells(rows, "llama-light")) == rows
    assert read_cells(saved_cells(emptied(rows))) == [[(" ", NO_PEN)] * 2, [(" ", NO_PEN)]]
    assert theme_of(b'{"pens": [], "rows": []}') == theme_of(b"not JSON") == ""
