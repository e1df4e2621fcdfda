import pytest

from tui.terminal.graphics import USUAL_CELL, Graphics, graphics_of, is_end_of_answers

SIXEL, PLAIN = "\x1b[?62;4;22c", "\x1b[?62;22c"


@pytest.mark.parametrize(
    ("environ", "answers", "method"),
    [
        ({"TERM": "xterm-256color"}, PLAIN, "half blocks"),
        ({"TERM": "xterm-256color"}, "", "half blocks"),
        ({"TERM": "vt132"}, "\x1b[?4;6c", "half blocks"),
        ({"TERM": "foot"}, SIXEL, "sixel"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, "\x1b[?62;4c", "sixel"),
        ({"TERM": "xterm-kitty"}, "\x1b[?62;52;c", "kitty"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "ghostty"}, PLAIN, "kitty"),
        ({"TERM": "tmux-256color", "TMUX": "/tmp/x", "KITTY_WINDOW_ID": "1"}, "\x1b[?1;2c", "half blocks"),
        ({"TERM": "tmux-256color", "TMUX": "/tmp/x"}, "\x1b[?1;2;4c", "sixel"),
    ],
)
def test_a_terminal_shows_pictures_as_it_says_or_is_known_to(
    environ: dict[str, str], answers: str, method: str
) -> None:
    assert graphics_of(environ, answers).method == method


def test_what_is_in_between_is_named() -> None:
    assert "tmux" in graphics_of({"TMUX": "/tmp/x"}, PLAIN).shortcoming
    assert "GNU screen" in graphics_of({"STY": "1.x"}, PLAIN).shortcoming
    assert "does not say" in graphics_of({}, "").shortcoming
    assert graphics_of({}, SIXEL).shortcoming == ""


def test_the_size_of_a_cell_is_the_system_s_or_the_terminal_s_or_a_usual_one() -> None:
    told = "\x1b[6;18;9t" + SIXEL
    assert graphics_of({}, told) == Graphics("sixel", (9, 18))
    assert graphics_of({}, told, (8, 16)).cell == (8, 16)
    assert graphics_of({}, SIXEL).cell == USUAL_CELL
    assert graphics_of({}, "\x1b[6;9999;1t" + SIXEL).cell == USUAL_CELL
    assert graphics_of({}, "\x1b[6;0;0t" + SIXEL).cell == USUAL_CELL


def test_the_attributes_end_the_answers() -> None:
    assert not is_end_of_answers("\x1b[6;18;9t")
    assert is_end_of_answers("\x1b[6;18;9t" + PLAIN)
