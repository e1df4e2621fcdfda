import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tui.sanitize import clean, clean_line, is_well_formed, well_formed

any_text = st.text(alphabet=st.characters(codec=None, exclude_categories=()), max_size=60)


@pytest.mark.fault(2)
@given(any_text, any_text)
def test_a_sequence_split_anywhere_is_disarmed_like_a_whole_one(one: str, other: str) -> None:
    assert clean(one) + clean(other) == clean(one + other)


@pytest.mark.fault(4)
@given(any_text)
@example("".join(map(chr, (*range(0xA1), *range(0xD7FF, 0xE001)))))
def test_no_control_and_no_lone_surrogate_is_left(text: str) -> None:
    cleaned = clean(text)
    assert all(unicodedata.category(char) not in {"Cc", "Cs"} or char in "\t\n" for char in cleaned)
    assert clean(cleaned) == cleaned
    cleaned.encode()


@pytest.mark.fault(5)
@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S", "Mn", "Mc"]), max_size=60))
def test_letters_marks_and_signs_of_every_script_are_kept(text: str) -> None:
    hidden = {"\u034f", "\u115f", "\u1160", "\u17b4", "\u17b5", "\u3164", "\uffa0"}
    expected = "".join(c for c in text if c not in hidden and not 0xE0100 <= ord(c) <= 0xE01EF)
    assert clean(text) == expected


@pytest.mark.fault(1)
def test_a_clipboard_sequence_is_shown_instead_of_obeyed() -> None:
    assert clean("a\x1b]52;c;eA==\x07b") == "a␛]52;c;eA==␇b"


@pytest.mark.fault(4)
def test_a_carriage_return_never_hides_text() -> None:
    assert clean("A\rB\r\nC") == "AB\nC"


@pytest.mark.fault(5)
def test_joined_emoji_and_persian_stay_whole() -> None:
    text = "👩\u200d🔬 \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 ❤\ufe0f"
    assert clean(text) == text


@pytest.mark.fault(5)
def test_text_direction_overrides_become_visible() -> None:
    assert clean("safe\u202egnp.exe") == "safe\N{REPLACEMENT CHARACTER}gnp.exe"


@pytest.mark.fault(8)
def test_a_long_title_of_many_lines_is_one_short_line() -> None:
    line = clean_line("word\n" * 5000)
    assert len(line) <= 200
    assert "\n" not in line


@pytest.mark.fault(9)
def test_halves_of_surrogate_pairs_are_joined_and_lone_ones_replaced() -> None:
    assert well_formed("a\ud83d b") == "a� b"
    assert well_formed("\ud83d\ude00") == "😀"


@given(any_text)
def test_a_well_formed_text_fits_into_utf8_and_stays_as_it_is(text: str) -> None:
    made = well_formed(text)
    made.encode()
    assert well_formed(made) == made
    assert (made == text) == is_well_formed(text)
