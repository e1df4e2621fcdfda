from hypothesis import given
from hypothesis import strategies as st

from tui.conversation.surroundings import STRETCH_CHARS, asked_before, begin, with_after, with_before

LINES = st.lists(st.integers(0, 3 * STRETCH_CHARS // 2), min_size=1, max_size=12)


@given(LINES, st.integers(0, 10**6), st.integers(1, 4000))
def test_what_is_read_around_a_passage_is_the_document(lines: list[int], at: int, length: int) -> None:
    text = "\n".join(chr(97 + number % 26) * size for number, size in enumerate(lines)) + "."
    start = at % len(text)
    end = min(len(text), start + length)
    known = begin(text[start:end], start, end)
    reads = 0
    while not (known.begins and known.ends):
        if not known.begins:
            offset, size = asked_before(known)
            known = with_before(known, text[offset : offset + size])
        if not known.ends:
            known = with_after(known, text[known.last : known.last + STRETCH_CHARS])
        reads += 1
        assert reads < 200
    assert "".join((*known.before, known.passage, *known.after)) == text
    assert (known.first, known.last) == (0, len(text))


def test_a_document_that_has_shrunk_ends_the_reading() -> None:
    known = with_after(with_before(begin("gone", 9000, 9004), ""), "")
    assert known.begins
    assert known.ends
