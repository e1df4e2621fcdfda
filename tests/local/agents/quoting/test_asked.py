"""How a sentence looks that gives the answer which a question asks for."""

import pytest

from tests.local.agents.quoting.passages import answered, passage
from tui.local.agents.quoting.asked import defines, leans_on_heading, points_elsewhere


@pytest.mark.parametrize(
    ("sentence", "thing", "says"),
    [
        ("A kestrel is a bird of prey.", "kestrel", True),
        ("Read about Non-Maintainer Uploads (NMUs) first.", "NMU", True),
        ("An NMU (Non-Maintainer Upload) is announced.", "NMU", True),
        ("When doing an NMU, say so.", "NMU", False),
        ("The NMU (see below) is announced.", "NMU", False),
    ],
)
def test_what_a_thing_is_or_stands_for(sentence: str, thing: str, says: bool) -> None:
    assert defines(sentence, thing) is says


@pytest.mark.parametrize(
    ("sentence", "elsewhere"),
    [
        ("`setImmediate` is described in the timers section.", True),
        ("For more information see the manual.", True),
        ("See kiln(1).", True),
        ("The kiln is lit by hand.", False),
        ("Seen from the pier the kiln is small.", False),
    ],
)
def test_a_sentence_that_only_says_where_more_is_told(sentence: str, elsewhere: bool) -> None:
    assert points_elsewhere(sentence) is elsewhere


@pytest.mark.parametrize(
    ("sentence", "heading", "leans"),
    [
        ("This function compares two buffers.", "crypto.timingSafeEqual(a, b)", True),
        ("Compares two buffers.", "timingSafeEqual", True),
        ("The kiln compares two buffers.", "crypto.timingSafeEqual(a, b)", False),
        ("This function compares two buffers.", "Comparing", False),
    ],
)
def test_a_sentence_that_leans_on_the_name_above_it(sentence: str, heading: str, leans: bool) -> None:
    assert leans_on_heading(sentence, heading) is leans


def test_the_first_line_names_what_it_tells_of() -> None:
    text = "### crypto.equal(a, b)\n\nThis function compares two buffers in constant time.\n"
    answer = answered("How do I compare two buffers in constant time?", passage(text, heading="crypto.equal(a, b)"))
    assert answer.startswith("crypto.equal(a, b): This function compares two buffers in constant time. [1]")
