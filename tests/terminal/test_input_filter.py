import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual._xterm_parser import XTermParser
from textual.events import CursorPosition, Key

from tui.sanitize import clean
from tui.terminal.input_filter import PASTE_TIMEOUT, InputFilter, Pasted, Piece, TerminalAnswer


def joined(pieces: list[Piece]) -> list[Piece]:
    """The pieces with neighbouring texts in one."""
    result: list[Piece] = []
    for piece in pieces:
        if result and isinstance(piece, str) and isinstance(last := result[-1], str):
            result[-1] = last + piece
        else:
            result.append(piece)
    return result


@pytest.mark.parametrize(
    "keys",
    [
        "hello",
        "é漢👩‍👩‍👧",
        "\x1b[A\x1b[1;5C\x1bOP\x1b[[A\x1b[15~",
        "\x1b[97;5u\x1b[128512;;128512u",
        "\x1b[<0;10;20M\x1b[M !!",
        "\x1b[?2026;2$y\x1b[12;40R",
        "\x1b[48;40;120;800;1200t",
        "\x1bb\x1bf\x1bOS",
    ],
)
def test_what_terminals_send_passes_unchanged(keys: str) -> None:
    assert InputFilter().feed(keys.encode()) == [keys]


def test_what_a_terminal_says_of_itself_is_no_key_also_where_a_slow_line_divides_it() -> None:
    sent = b"a\x1b[6;18;9t\x1b[?62;4;22cb\x1b[A"
    pieces: list[Piece] = ["a", TerminalAnswer("\x1b[6;18;9t"), TerminalAnswer("\x1b[?62;4;22c"), "b\x1b[A"]
    assert InputFilter().feed(sent) == pieces
    keys = InputFilter()
    assert joined([piece for byte in sent for piece in keys.feed(bytes([byte]))]) == pieces


@pytest.mark.parametrize("sent", ["\x1b\r", "\x1b\n"])
def test_escape_with_enter_is_one_key_also_where_a_slow_line_divides_it(sent: str) -> None:
    assert InputFilter().feed(sent.encode()) == ["\x1b[13;3u"]
    keys = InputFilter()
    assert keys.feed(sent[:1].encode()) == []
    assert keys.feed(sent[1:].encode()) == ["\x1b[13;3u"]


@pytest.mark.parametrize("size", [1, 2, 100])
def test_alt_with_a_letter_is_one_key_also_right_before_an_answer_of_the_terminal(size: int) -> None:
    sent, keys, parser = b"\x1bu\x1b[12;40R\x1bU\x1b[Az", InputFilter(), XTermParser()
    pieces = [piece for n in range(0, len(sent), size) for piece in keys.feed(sent[n : n + size])]
    messages = [message for piece in pieces if isinstance(piece, str) for message in parser.feed(piece)]
    assert [message.key for message in messages if isinstance(message, Key)] == ["alt+u", "alt+shift+u", "up", "z"]
    assert [type(message) for message in messages].count(CursorPosition) == 1


def test_escape_is_a_key_of_its_own_after_a_moment_and_enter_behind_it_another() -> None:
    keys = InputFilter()
    assert keys.feed(b"\x1b") == []
    (escape,) = keys.idle()
    assert isinstance(escape, str)
    (key,) = XTermParser().feed(escape)
    assert isinstance(key, Key)
    assert key.key == "escape"
    assert keys.feed(b"\r") == ["\r"]


@pytest.mark.fault(51)
@pytest.mark.parametrize(
    "forged",
    [
        "\x1b[48;99999;99999;0;0t",
        "\x1b[48;0;0;0;0t",
        "\x1b[48;40;120;0;0t",
        "\x1b[8;99999;99999t",
        "\x1b[99999999999999u",
        "\x1b[55296u",
        "\x1b[97:65;2u",
        "\x1b[" + "1;" * 3000 + "m",
        "\x1b[" + "9" * 6000 + "R",
    ],
)
@pytest.mark.parametrize("size", [1_000_000, 4096, 17, 7])
def test_sequences_that_no_terminal_sends_are_dropped_whole(forged: str, size: int) -> None:
    keys = InputFilter()
    sent = f"a{forged}b".encode()
    pieces = [piece for n in range(0, len(sent), size) for piece in keys.feed(sent[n : n + size])]
    assert joined(pieces) == ["ab"]


@pytest.mark.fault(51)
@pytest.mark.parametrize("size", [1_000_000, 4096])
def test_a_sequence_without_an_end_is_not_kept_and_types_nothing(size: int) -> None:
    keys = InputFilter()
    sent = b"\x1b[" + b"1;" * 3000
    pieces = [piece for n in range(0, len(sent), size) for piece in keys.feed(sent[n : n + size])]
    assert [*pieces, *keys.idle()] == []


@pytest.mark.fault(51)
def test_bytes_that_are_no_text_become_replacement_characters() -> None:
    assert InputFilter().feed(b"a\xff\xe9b") == ["a\ufffd\ufffdb"]


def test_what_looks_like_the_beginning_of_a_sequence_is_a_key_after_a_moment() -> None:
    keys = InputFilter()
    assert keys.feed(b"\x1b[") == []
    assert keys.idle() == ["\x1b["]
    assert keys.idle() == []


@pytest.mark.fault(52)
def test_a_paste_is_one_piece_with_line_feeds_and_without_control_sequences() -> None:
    pasted = "\x1b[200~one\r\ntwo\rthree\x1b]52;c;QQ==\x07\x1b[31m\x1b[201~"
    assert InputFilter().feed(pasted.encode()) == [Pasted("one\ntwo\nthree␛]52;c;QQ==␇␛[31m")]


@pytest.mark.fault(51)
def test_a_paste_whose_end_is_lost_ends_before_a_single_key_after_silence() -> None:
    keys = InputFilter()
    assert keys.feed(b"\x1b[200~lost") == []
    assert keys.feed(b" end", silence=PASTE_TIMEOUT / 2) == []
    assert keys.feed(b"more of a slow paste", silence=PASTE_TIMEOUT * 2) == []
    assert keys.feed(b"\x11", silence=PASTE_TIMEOUT) == [Pasted("lost endmore of a slow paste"), "\x11"]


@pytest.mark.fault(52)
@given(st.text(alphabet=st.characters(exclude_characters="\x1b", exclude_categories=["Cs"])), st.integers(1, 9))
def test_a_paste_is_the_same_however_it_is_split(text: str, size: int) -> None:
    keys = InputFilter()
    sent = f"\x1b[200~{text}\x1b[201~".encode()
    first, rest = sent[:6], sent[6:]
    pieces = keys.feed(first)
    for n in range(0, len(rest), size):
        pieces += keys.feed(rest[n : n + size])
    assert pieces == [Pasted(clean(text.replace("\r\n", "\n").replace("\r", "\n")))]


@pytest.mark.fault(51)
@given(
    st.lists(st.one_of(st.binary(max_size=12), st.sampled_from([b"\x1b[", b"\x1b[48;", b"9" * 20, b"t", b"u", b";"])))
)
def test_no_bytes_upset_the_intake(chunks: list[bytes]) -> None:
    keys = InputFilter()
    for chunk in chunks:
        for piece in [*keys.feed(chunk), *keys.idle()]:
            assert piece


def test_textual_s_parser_still_needs_it() -> None:
    with pytest.raises((OverflowError, ValueError)):
        list(XTermParser().feed("\x1b[99999999999999u"))
