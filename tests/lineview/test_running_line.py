from tui.conversation.transcript import Turn
from tui.lineview.running_line import running_lines

TURN = Turn("Why?", ())


def shown(seconds: int, *, is_still: bool) -> str:
    (line,) = running_lines(TURN, seconds, "", 60, is_still=is_still)
    return line.text


def test_it_turns_each_second_and_tells_the_state_in_words() -> None:
    assert {shown(seconds, is_still=False)[0] for seconds in range(10)} == set("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏")
    assert "asking · 3 s · Esc stops" in shown(3, is_still=False)


def test_nothing_but_the_seconds_changes_where_nothing_is_to_move() -> None:
    assert {shown(seconds, is_still=True).replace(f"{seconds} s", "") for seconds in range(10)} == {
        "⠿ asking ·  · Esc stops"
    }
