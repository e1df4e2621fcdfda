import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.terminal.background import is_dark, is_report
from tui.terminal.background_app import BackgroundApp
from tui.terminal.command_string import MAX_SILENT_MOMENTS
from tui.terminal.driver import ResilientDriver
from tui.terminal.input_filter import InputFilter, Piece, TerminalAnswer

BEL, ST = "\x07", "\x1b\\"


@pytest.mark.parametrize("end", [BEL, ST])
@pytest.mark.parametrize(
    ("color", "dark"),
    [
        ("rgb:0000/0000/0000", True),
        ("rgb:ffff/ffff/ffff", False),
        ("rgb:fdfd/f6f6/e3e3", False),  # Solarized light
        ("rgb:00/2b/36", True),  # Solarized dark
        ("rgb:F/F/F", False),
        ("rgb:800/800/800", False),
        ("rgba:1616/1818/1d1d/8000", True),
    ],
)
def test_a_background_is_dark_where_white_text_has_more_contrast_than_black(color: str, dark: bool, end: str) -> None:
    assert is_dark(f"\x1b]11;{color}{end}") is dark


def test_a_report_of_a_change_tells_it_too_and_nothing_else_does() -> None:
    assert is_dark("\x1b[?997;1n") is True
    assert is_dark("\x1b[?997;2n") is False
    assert is_report("\x1b[?997;1n")
    for other in ("\x1b[?62;4c", "\x1b]11;rgb:12345/0/0\x07", "\x1b]11;rgb:ff/ff\x07", ""):
        assert is_dark(other) is None
        assert not is_report(other)


@pytest.mark.parametrize("end", [BEL, ST])
def test_an_answer_is_no_key_wherever_a_line_divides_it(end: str) -> None:
    answer = f"\x1b]11;rgb:ffff/FFFF/e3e3{end}"
    whole: list[Piece] = ["a", TerminalAnswer(answer), TerminalAnswer("\x1b[?997;2n"), "b"]
    sent = f"a{answer}\x1b[?997;2nb".encode()
    assert InputFilter().feed(sent) == whole
    for at in range(1, len(sent)):
        keys = InputFilter()
        assert [*keys.feed(sent[:at]), *keys.feed(sent[at:])] == whole


@pytest.mark.parametrize("end", [BEL, ST])
def test_an_answer_is_none_either_after_each_moment_of_silence_in_it(end: str) -> None:
    """But for the Escape that its first byte is by itself."""
    answer = f"\x1b]11;rgb:ffff/ffff/e3e3{end}".encode()
    for at in range(1, len(answer)):
        keys = InputFilter()
        pieces = [*keys.feed(answer[:at]), *keys.idle(awaits_answer=True), *keys.feed(answer[at:])]
        assert pieces == ["\x1b[27u"] * (at == 1) + [TerminalAnswer(answer.decode())]
    keys = InputFilter()
    pieces = [piece for byte in answer for piece in (*keys.feed(bytes([byte])), *keys.idle(awaits_answer=True))]
    assert pieces == ["\x1b[27u", TerminalAnswer(answer.decode())]


def test_an_answer_that_is_cut_off_types_nothing_and_holds_no_key_back_for_long() -> None:
    keys = InputFilter()
    assert keys.feed(b"\x1b]11;rgb:ff") == []
    assert keys.feed(b"\x1b[A") == ["\x1b[A"]
    keys.feed(b"\x1b]11;rgb:ff")
    assert [piece for _ in range(MAX_SILENT_MOMENTS) for piece in keys.idle()] == []
    assert keys.feed(b"face") == ["face"]


@pytest.mark.parametrize("end", [BEL, ST])
@pytest.mark.parametrize("garbage", ["11;garbage", "11;rgb:nonsense", "10;rgb:ff/ff/ff", "52;c;" + "QUJD" * 500])
def test_an_answer_that_is_garbled_types_nothing(garbage: str, end: str) -> None:
    answer = f"\x1b]{garbage}{end}"
    assert InputFilter().feed(f"a{answer}\x1b[Ab".encode()) == ["a", "\x1b[Ab"]


def test_a_garbled_answer_types_nothing_wherever_a_line_divides_it_and_is_not_waited_for() -> None:
    sent = b"\x1b]11;garbage\x1b\\"
    for at in range(1, len(sent)):
        keys = InputFilter()
        assert [*keys.feed(sent[:at]), *keys.feed(sent[at:]), *keys.feed(b"b")] == ["b"]
    keys = InputFilter()
    assert [*keys.feed(sent[:-2]), *keys.idle(awaits_answer=True), *keys.feed(b"b")] == ["b"]


@given(st.integers(5, 23), st.text("0123456789abcdefABCDEF/", min_size=1, max_size=30), st.data())
def test_behind_an_answer_that_never_ends_every_letter_is_typed(cut_at: int, typed: str, data: st.DataObject) -> None:
    keys = InputFilter()
    pieces = [*keys.feed(b"\x1b]11;rgb:ffff/ffff/ffff\x07"[:cut_at]), *keys.idle(awaits_answer=True)]
    for letter in typed:
        pieces += keys.feed(letter.encode())
        if data.draw(st.booleans()):
            pieces += keys.idle(awaits_answer=True)
    pieces += [*keys.idle(), *keys.idle()]
    assert "".join(map(str, pieces)) == typed


def test_behind_an_answer_that_never_ends_a_short_word_that_comes_at_once_is_typed_too() -> None:
    for typed in ("face", "hello", "\x1b[A", "f\r"):
        keys = InputFilter()
        pieces = [*keys.feed(b"\x1b]11;rgb:ff"), *keys.idle(), *keys.feed(typed.encode())]
        assert "".join(map(str, pieces + keys.idle() + keys.idle())) == typed


def test_escape_behind_an_answer_that_never_ends_is_a_key() -> None:
    keys = InputFilter()
    assert [*keys.feed(b"\x1b]11;rgb:ff"), *keys.idle(), *keys.feed(b"\x1b"), *keys.idle()] == []
    assert keys.idle() == ["\x1b[27u"]


@pytest.mark.fault(51)
@pytest.mark.parametrize(
    "answer",
    [
        "\x1b]11;rgb:" + "f" * 9000,
        "\x1b]4;1;" + "rgb:ff/ff/ff;" * 900,
        "\x1b]52;c;" + "QUJD" * 3000,
        "\x1bP>|XTerm(370)",
        "\x1bP1+r544e=" + "78" * 2000,
        "\x1b_Gi=31;OK",
    ],
)
@pytest.mark.parametrize("end", ["", BEL, ST])
@pytest.mark.parametrize("size", [100_000, 4096])
def test_an_answer_of_any_length_types_nothing_and_eats_nothing_behind_it(answer: str, end: str, size: int) -> None:
    keys = InputFilter()
    sent = f"{answer}{end}".encode()
    pieces = [piece for at in range(0, len(sent), size) for piece in (*keys.feed(sent[at : at + size]), *keys.idle())]
    assert pieces == []
    assert keys.feed(b"a") == ["a"]
    keys = InputFilter()
    assert [*keys.feed(sent), *keys.feed(b"\x1b[A")] == ["\x1b[A"]


def test_escape_and_a_bracket_that_are_typed_are_keys() -> None:
    keys = InputFilter()
    assert [*keys.feed(b"\x1b"), *keys.idle(awaits_answer=True), *keys.feed(b"a")] == ["\x1b[27u", "a"]
    assert [*keys.feed(b"\x1b"), *keys.idle(), *keys.feed(b"]")] == ["\x1b[27u", "]"]
    assert [*keys.feed(b"\x1b]"), *keys.idle()] == ["\x1b]"]


async def test_the_theme_goes_with_the_background_unless_another_was_chosen() -> None:
    app = BackgroundApp()
    async with app.run_test() as pilot:

        async def tell(color: str) -> None:
            app.post_message(ResilientDriver.Answered(f"\x1b]11;rgb:{color}\x07"))
            await pilot.pause()

        app.use_theme("auto")
        assert app.theme == "textual-dark"
        await tell("ff/ff/ff")
        assert app.theme == "textual-light"
        app.use_theme("nord")
        await tell("00/00/00")
        assert app.theme == "nord"
        app.use_theme("auto")
        assert app.theme == "textual-dark"
