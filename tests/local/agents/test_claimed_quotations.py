"""Which quotations of an answer stand in nothing that the model was given."""

import pytest

from tui.local.agents.claimed_quotations import unfounded, warning

GIVEN = ["The *ferry* leaves at\nnine; dogs ride for nothing.", "The harbour master is Ottilie Quist."]


@pytest.mark.parametrize(
    "quoted",
    [
        "The ferry leaves at nine",
        "the ferry leaves at nine; dogs",
        "The ferry … ride for nothing",
        "[The] harbour master is [Ottilie Quist]",
        "two words",
    ],
)
def test_what_a_source_says_is_no_claim(quoted: str) -> None:
    assert list(unfounded(f"It says “{quoted}” [1].", GIVEN)) == []


@pytest.mark.parametrize("quoted", ["The ferry leaves at ten", "nine leaves the ferry", "dogs ride … the ferry sinks"])
def test_what_no_source_says_is_a_claim(quoted: str) -> None:
    assert list(unfounded(f'It says "{quoted}" [1].', GIVEN)) == [quoted]


def test_words_that_stand_in_two_sources_are_no_quotation_of_either() -> None:
    assert list(unfounded("“for nothing. The harbour master”", GIVEN))


def test_code_quotes_nothing() -> None:
    assert list(unfounded('```\nprint("not in any source")\n```\nand `"nor is this one"`', GIVEN)) == []


def test_a_warning_names_a_few_and_is_plain_text() -> None:
    told = warning(["*a* b c", "d" * 500, "e f g", "h i j"])
    assert "\\*a\\*" in told
    assert "h i j" not in told
    assert len(told) < 300
