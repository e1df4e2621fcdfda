"""Which figures of an answer stand in nothing that the model was given."""

import pytest

from tui.local.agents.claimed_figures import figures_nowhere, figures_warning

GIVEN = ["The ferry costs 287 kroner and carries 1,200 people at 14.5 knots since 1962.", "Pier 40-45, e. g. at 6.30."]


@pytest.mark.parametrize(
    "answer",
    [
        "It costs 287 kroner [1].",
        "It carries 1200, or 1 200, or 1.200 people [12].",
        "It makes 14,50 knots, since the 1962 season.",
        "There are 3 ferries, and 12 piers.",
        "1. See [page 99](file.md#99) or `x = 77`, or https://example.com/404.",
        "Pier 45 at 6:30, type A310, version 3.11.2, §5-77b.",
        "```\n4711\n```",
    ],
)
def test_what_a_source_has_or_what_is_no_figure_is_no_claim(answer: str) -> None:
    assert list(figures_nowhere(answer, GIVEN)) == []


@pytest.mark.parametrize(
    ("answer", "figures"),
    [
        ("The ferry costs 310 kroner [1]. Yes, 310.", ["310"]),
        ("It carries 1,300 people at 14.7 knots.", ["1,300", "14.7"]),
        ("It costs €28.7.", ["28.7"]),
        ("It was built in 1926.", ["1926"]),
    ],
)
def test_what_no_source_has_is_a_claim(answer: str, figures: list[str]) -> None:
    assert list(figures_nowhere(answer, GIVEN)) == figures


def test_a_warning_names_a_few() -> None:
    assert figures_warning([]) == ""
    assert "No source has 310: check this figure" in figures_warning(["310"])
    assert "4" not in figures_warning(["1", "2", "3", "4"])
