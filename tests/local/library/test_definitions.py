"""Terms in plain text and what is said of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.local.library.readers.definitions import paragraphs, term_of


def defined(text: str) -> tuple[str, str | None] | None:
    """The first paragraph's term, and where what is said of it begins."""
    lines, *others = paragraphs(text)
    term = term_of(lines, others[0][0].indent if others else 0)
    return term and (text[term.start : term.end], None if term.said is None else text[term.said :].split("\n")[0])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  -x, --long\n      Says so.\n", ("-x, --long", "Says so.")),
        ("       -z\n\t      Says so.\n", ("-z", "Says so.")),
        ("       FILE   Read or\n              write it.\n", ("FILE", "Read or")),
        ("       TELNET Telling it\n\t      to fetch.\n", ("TELNET", "Telling it")),
        ("       -a, --all or\n              -b, --both\n", ("-a, --all or", "-b, --both")),
        ("  --help display this help and exit\n", ("--help", "display this help and exit")),
        ("  -n     (ignored)\n", ("-n", "(ignored)")),
        ("  x      Exchange the spaces.\n", ("x", "Exchange the spaces.")),
        ("  -i, --in-place\n\n      edit files in place\n", ("-i, --in-place", None)),
        ("With no FILE, or when FILE is -, read standard\ninput.\n", None),
        ("  First of a paragraph that is indented\nas in a book.\n", None),
        ("  - an item of a list that\n    goes on\n", None),
        ("  1)     one\n", None),
        ("A sentence.\n    Its code\n", None),
        ("  a      b      c\n", None),
    ],
)
def test_what_is_further_to_the_right_is_said_of_a_term(text: str, expected: tuple[str, str | None] | None) -> None:
    assert defined(text) == expected


def test_definitions_that_follow_each_other_are_paragraphs_of_their_own() -> None:
    text = "  a      One\n         thing.\n  b      Another\n         thing.\n"
    assert [text[lines[0].content : lines[-1].end].split()[0] for lines in paragraphs(text)] == ["a", "b"]


PIECES = st.sampled_from(
    ["  ", "\t", "-x", "--long", "word ", "CAPITALS", ", ", ".", "\n", "\n\n", "       ", "1) ", "○ "]
)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_no_word_is_lost_and_terms_lie_in_their_paragraph(text: str) -> None:
    found = list(paragraphs(text))
    assert " ".join(line.text for lines in found for line in lines).split() == text.split()
    for lines in found:
        assert all(text[line.start :].startswith(line.text) for line in lines)
        if term := term_of(lines):
            assert lines[0].content <= term.start < term.end <= (term.said or lines[0].end) <= lines[-1].end
