import re
from unicodedata import category

from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.rendering.drawing import cells, copied, seen
from tui.rendering.lines import Line, Span, Style
from tui.rendering.wrapping import cut, fold, indented, shortened, wrap
from tui.sanitize import clean

TEXTS = st.text(
    st.one_of(st.sampled_from("ab  ,.\n日本。「e\u0301\u200d\ufe0f👩🚀🏽🇩🇪ñ\u2013"), st.characters(codec="utf-8")),
    max_size=80,
).map(clean)
SPANS = st.lists(st.builds(Span, TEXTS, st.builds(Style, bold=st.booleans())), min_size=1, max_size=5)
WIDTHS = st.integers(2, 30)


def test_words_move_to_the_next_row_whole() -> None:
    assert seen(wrap([Span("the quick brown fox jumps")], 10)) == ["the quick", "brown fox", "jumps"]


def test_a_word_longer_than_a_row_is_folded() -> None:
    assert seen(wrap([Span("see abcdefghijklm now")], 6)) == ["see", "abcdef", "ghijkl", "m now"]


def test_ideographs_break_anywhere_but_before_closing_punctuation() -> None:
    assert seen(wrap([Span("日本語の文章は、どこでも改行できる。")], 8)) == [
        "日本語の",
        "文章は、",
        "どこでも",
        "改行でき",
        "る。",
    ]
    assert seen(wrap([Span("日本語は、「引用」も")], 8)) == ["日本語", "は、「引", "用」も"]


def test_what_is_drawn_as_one_character_is_never_split() -> None:
    family, astronaut, flag = "👩‍👩‍👧‍👦", "👩🏽‍🚀", "🇩🇪"
    rows = seen(wrap([Span((family + flag + astronaut) * 4)], 4))
    assert all(re.fullmatch(f"({family}|{flag}|{astronaut})+", row) for row in rows)
    assert "".join(rows) == (family + flag + astronaut) * 4
    assert seen(wrap([Span("e\u0301" * 6)], 4)) == ["e\u0301" * 4, "e\u0301" * 2]


def test_an_indent_stays_on_its_row() -> None:
    assert seen(wrap([Span("    indented text")], 10)) == ["    indent", "ed text"]


def test_a_span_keeps_its_look_on_both_rows() -> None:
    first, second = wrap([Span("plain "), Span("bold words", Style(bold=True))], 10)
    assert first.spans == (Span("plain "), Span("bold", Style(bold=True)))
    assert second == Line((Span("words", Style(bold=True)),), continues=" ")


def test_a_line_feed_begins_a_line_and_a_wrap_does_not() -> None:
    assert [line.continues for line in wrap([Span("aa bb\ncc")], 2)] == [None, " ", None]


def test_what_is_cut_short_says_so() -> None:
    assert shortened("a long title", 7) == "a long…"
    assert shortened("short", 7) == "short"
    assert shortened("日本語日本語", 7) == "日本語…"


def test_a_margin_is_not_copied() -> None:
    lines = indented(wrap([Span("one two")], 3), (Span("- "),), (Span("  "),))
    assert seen(lines) == ["- one", "  two"]
    assert copied(lines) == "one two"


@given(SPANS, WIDTHS)
@example([Span("a" * 7), Span("\u0301\u200d日", Style(bold=True))], 2)
@example([Span(clean("00 \x1f"))], 2)
def test_no_row_is_wider_than_the_width(spans: list[Span], width: int) -> None:
    for line in (*wrap(spans, width), *fold(spans, width)):
        assert cells(line) <= width


@given(SPANS, WIDTHS)
def test_the_copied_text_is_the_text(spans: list[Span], width: int) -> None:
    text = "".join(span.text for span in spans)
    assert copied(fold(spans, width)) == text
    assert [line.rstrip(" ") for line in copied(wrap(spans, width)).split("\n")] == [
        line.rstrip(" ") for line in text.split("\n")
    ]


@given(TEXTS, st.integers(1, 100))
def test_a_cut_never_stands_still_and_never_exceeds_the_text(text: str, size: int) -> None:
    assert (1 if text else 0) <= cut(text, size) <= min(len(text), size)


def test_a_row_has_room_for_marks_that_some_terminals_give_a_column() -> None:
    text = "हिन्दी में लिखा हुआ एक लंबा वाक्य " * 4
    rows = wrap((Span(text),), 20)
    assert all(cell_len(row.text) + sum(category(char) == "Mc" for char in row.text) <= 20 for row in rows)
    assert " ".join(row.text.strip() for row in rows).split() == text.split()
