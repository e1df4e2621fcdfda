"""What a text quotes."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.quotations import quotations


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("He said “the lease ends soon” to me", ["the lease ends soon"]),
        ("Er sagte „der Vertrag endet bald“ und ging", ["der Vertrag endet bald"]),
        ("Il dit « le bail finit bientôt » hier", ["le bail finit bientôt"]),
        ("Er sagte »der Vertrag endet bald« hier", ["der Vertrag endet bald"]),
        ('It says "ends in May" and "not before June"', ["ends in May", "not before June"]),
        ("It says 'they don't renew it' there", ["they don't renew it"]),
        ("It says \u2018they don\u2019t renew it\u2019 there", ["they don\u2019t renew it"]),
        ("the tenants' keys and the owners' doors are old", []),
        ("a “single term” and 5'6\" tall", []),
        ("\u2018no end of it here", []),
        ("'one line\nand another one here'", []),
        ("'" + "far " * 600 + "apart'", []),
    ],
)
def test_what_stands_in_quotation_marks_is_quoted(text: str, quoted: list[str]) -> None:
    assert [text[start:end] for start, end in quotations(text)] == quoted


@given(st.text("“”„«»\"'\u2018\u2019 \nab.", max_size=60))
def test_quotations_stand_one_after_another_and_have_no_blank_at_their_ends(text: str) -> None:
    at = 0
    for start, end in quotations(text):
        assert at <= start < end
        assert text[start:end] == text[start:end].strip()
        at = end


@pytest.mark.fault(42)
@pytest.mark.parametrize("text", ["« " + " " * 20_000, "«" * 20_000, " 'a" * 20_000, '"a ' * 20_000, " '" * 20_000])
def test_marks_without_an_end_take_no_time(text: str) -> None:
    began = time.process_time()
    assert len(list(quotations(text))) <= 20_000
    assert time.process_time() - began < 5  # some milliseconds; minutes where each mark looks through the rest
