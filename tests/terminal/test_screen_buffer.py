from unicodedata import category

import pyte
import pyte.modes
import pyte.screens
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from wcwidth import wcwidth

from tui.terminal.cells import cells_of
from tui.terminal.screen_buffer import Overlay, Patch, ScreenBuffer

WIDTH, HEIGHT = 40, 12
SIDEBAR = 9

styles = st.sampled_from(
    [
        *("", "bold red", "white on #202020", "italic", "underline on blue", "not bold", "link https://example.org"),
        *("dim", "bold dim", "bold italic red", "bold strike red", "reverse", "bold white on #202020", "underline2"),
    ]
).map(Style.parse)
words = st.text(st.sampled_from("ab 漢字éü─│"), min_size=1, max_size=12)
segments = st.tuples(words, styles).map(lambda parts: Segment(*parts))
lines = st.lists(segments, max_size=4).map(Strip)


def placed(y: int, x: int, line: Strip, width: int) -> Patch:
    return Patch(y, x, cells_of(line.adjust_cell_length(width)))


@st.composite
def frames(draw: st.DrawFn) -> list[list[Patch]]:
    """Of a pane that scrolls, beside a sidebar; and of any rows of both."""
    pool = draw(st.lists(lines, min_size=HEIGHT, max_size=2 * HEIGHT))
    made: list[list[Patch]] = []
    for is_scroll in draw(st.lists(st.booleans(), max_size=8)):
        if is_scroll:
            top = draw(st.integers(0, len(pool) - HEIGHT))
            pane = pool[top : top + HEIGHT]
            made.append([placed(y, SIDEBAR, line, WIDTH - SIDEBAR) for y, line in enumerate(pane)])
        else:
            places = draw(st.lists(st.tuples(st.integers(0, HEIGHT - 1), st.booleans(), lines), max_size=5))
            made.append(
                [
                    placed(y, SIDEBAR, line, WIDTH - SIDEBAR) if in_pane else placed(y, 0, line, SIDEBAR)
                    for y, in_pane, line in places
                ]
            )
    return made


def blank_buffer() -> ScreenBuffer:
    buffer = ScreenBuffer()
    buffer.clear(WIDTH, HEIGHT)
    return buffer


class Terminal:
    def __init__(self) -> None:
        self.screen = pyte.Screen(WIDTH, HEIGHT)
        self.screen.reset_mode(pyte.modes.DECAWM)
        self.stream = pyte.Stream(self.screen)

    def show(self, text: str) -> list[list[pyte.screens.Char]]:
        self.stream.feed(text)
        return [[self.screen.buffer[y][x] for x in range(WIDTH)] for y in range(HEIGHT)]


@given(frames())
def test_every_frame_leaves_the_terminal_as_if_it_had_been_drawn_whole(drawn: list[list[Patch]]) -> None:
    terminal, buffer = Terminal(), blank_buffer()
    rows = [placed(y, 0, Strip([]), WIDTH).cells for y in range(HEIGHT)]
    terminal.show(buffer.draw([Patch(y, 0, row) for y, row in enumerate(rows)]))
    for frame in drawn:
        for y, x, cells in frame:
            rows[y][x : x + len(cells)] = cells
        shown = terminal.show(buffer.draw(frame))
        assert shown == Terminal().show(blank_buffer().draw([Patch(y, 0, row) for y, row in enumerate(rows)]))


def lines_of(*texts: str) -> list[Patch]:
    return [placed(y, 0, Strip([Segment(text)]), WIDTH) for y, text in enumerate(texts)]


def test_a_frame_that_changes_nothing_writes_nothing() -> None:
    buffer = blank_buffer()
    buffer.draw(lines_of("one", "two"))
    assert buffer.draw(lines_of("one", "two")) == ""


def test_only_the_changed_columns_are_written() -> None:
    buffer = blank_buffer()
    buffer.draw(lines_of("the quick brown fox"))
    assert buffer.draw(lines_of("the quick green fox")) == "\x1b[1;11Hgree"


def test_a_word_that_is_strong_takes_the_colours_that_are_set() -> None:
    quiet = "#d5d3cb on #16181d"
    texts = {style: Strip([Segment("some", Style.parse(f"{style} {quiet}"))]) for style in ("", "bold", "bold dim")}
    buffer = blank_buffer()
    drawn = [
        buffer.draw([placed(y, 0, texts[style], 4)]) for y, style in enumerate(["", "bold", "bold dim", "bold", ""])
    ]
    assert drawn[1:] == [
        "\x1b[2;1H\x1b[1msome",
        "\x1b[3;1H\x1b[2msome",
        "\x1b[4;1H\x1b[22;1msome",
        "\x1b[5;1H\x1b[22msome",
    ]


def test_rows_that_moved_are_moved_by_the_terminal() -> None:
    buffer = blank_buffer()
    texts = [f"{number} " + "abcdefgh"[number % 8] * 37 for number in range(HEIGHT + 1)]
    buffer.draw(lines_of(*texts[:-1]))
    text = buffer.draw(lines_of(*texts[1:]))
    assert text.startswith(f"\x1b[1;{HEIGHT}r\x1b[1H\x1b[1M\x1b[r")
    assert len(text) < 2 * WIDTH


def test_rows_that_moved_back_are_moved_by_the_terminal_too() -> None:
    buffer = blank_buffer()
    texts = [f"{number} " + "abcdefgh"[number % 8] * 37 for number in range(HEIGHT + 1)]
    buffer.draw(lines_of(*texts[1:]))
    assert f"\x1b[1;{HEIGHT}r\x1b[1H\x1b[1L\x1b[r" in buffer.draw(lines_of(*texts[:-1]))


def test_after_an_emoji_the_cursor_is_told_where_it_should_be() -> None:
    buffer = blank_buffer()
    text = buffer.draw(lines_of("a \N{HEAVY BLACK HEART}\ufe0f b"))
    assert "a   \x1b[3G\N{HEAVY BLACK HEART}\ufe0f\x1b[5G b" in text


def test_what_follows_an_emoji_is_drawn_again_with_it() -> None:
    buffer = blank_buffer()
    buffer.draw(lines_of("a \N{GRINNING FACE} and this"))
    assert " and this" in buffer.draw(lines_of("a \N{WEARY CAT FACE} and this"))


def test_two_links_that_differ_only_in_their_address_differ() -> None:
    buffer = blank_buffer()
    style = "link https://example.org/"
    buffer.draw([placed(0, 0, Strip([Segment("here", Style.parse(style + "a"))]), WIDTH)])
    text = buffer.draw([placed(0, 0, Strip([Segment("here", Style.parse(style + "b"))]), WIDTH)])
    assert "example.org/b\x1b\\here\x1b]8;;\x1b\\" in text


PICTURE = Overlay(y=1, x=2, rows=2, columns=6, picture="\x1bPqpicture\x1b\\")
LAID = "\x1b7\x1b[2;3H\x1bPqpicture\x1b\\\x1b8"


def test_a_picture_is_laid_over_a_frame_once() -> None:
    buffer = blank_buffer()
    buffer.draw(lines_of("one", "", "", "four"))
    buffer.lay(PICTURE)
    assert buffer.draw(lines_of("one")) == LAID
    assert buffer.draw(lines_of("one", "", "", "4")) == "\x1b[4;1H4   "
    assert LAID not in buffer.draw(lines_of("one", "x"))


def test_a_picture_is_laid_anew_where_something_was_written_on_it() -> None:
    buffer = blank_buffer()
    buffer.lay(PICTURE)
    buffer.draw(lines_of("", "", ""))
    assert buffer.draw(lines_of("", "  over", "")).endswith(LAID)
    buffer.forget()
    buffer.clear(WIDTH, HEIGHT)
    assert buffer.draw(lines_of("", "  over", "")).endswith(LAID)


def test_what_was_below_a_picture_is_written_when_it_is_taken_off() -> None:
    buffer = blank_buffer()
    texts = lines_of("one", "two", "three", "four")
    buffer.draw(texts)
    buffer.lay(PICTURE)
    buffer.draw(texts)
    buffer.lay(None)
    text = buffer.draw(texts)
    assert LAID not in text
    assert text == "\x1b[2;3Ho     \x1b[3;3Hree   "


def test_rows_below_a_picture_are_not_moved_with_it() -> None:
    buffer = blank_buffer()
    texts = [f"{number} " + "abcdefgh"[number % 8] * 37 for number in range(HEIGHT + 1)]
    buffer.draw(lines_of(*texts[:-1]))
    buffer.lay(PICTURE)
    text = buffer.draw(lines_of(*texts[1:]))
    assert "\x1b[1M" not in text
    assert text.endswith(LAID)


def test_the_same_link_made_anew_is_not_drawn_anew() -> None:
    buffer = blank_buffer()
    texts = [
        buffer.draw([placed(0, 0, Strip([Segment("here", Style(link="https://example.org/"))]), WIDTH)])
        for _ in range(2)
    ]
    assert texts[1] == ""


def test_control_characters_never_reach_the_terminal() -> None:
    assert "\x07" not in blank_buffer().draw([Patch(0, 0, cells_of(Strip([Segment("a\x07\x1b]2;b")])))])


@pytest.mark.parametrize("without_column", ["Mn", "Mn Mc"], ids=["marks-with-a-column", "marks-without-one"])
def test_no_letter_is_lost_where_a_terminal_gives_marks_a_column(
    monkeypatch: pytest.MonkeyPatch, without_column: str
) -> None:
    def shown(text: str) -> str:
        """What is left of a text in a terminal model that drops the marks which take no column."""
        return "".join(char for char in text if category(char) not in without_column)

    def width(char: str) -> int:
        return 1 if category(char) == "Mc" else wcwidth(char)

    monkeypatch.setattr("pyte.screens.wcwidth", width)
    terminal, buffer = Terminal(), blank_buffer()
    first, changed = "दुनिया हिन्दी में (hi)     │ x  यह है  | y", "दुनिया हिन्दी में (ho)     │ x  यह है  | y"
    for text in (first, changed):
        terminal.show(shown(buffer.draw(lines_of(text))))
        row = terminal.screen.display[0]
        assert row.split() == shown(text).split()
        assert row.index("│") == cell_len(text.split("│")[0]), "what stands beside it keeps its column"
