from collections.abc import Mapping, Sequence

import pytest

from tests.reliability import FAULTS, PAGE, REASONS, marked_tests, page

pytestmark = pytest.mark.xdist_group("one collection")

Tests = Mapping[int, Sequence[str]]


@pytest.fixture(scope="module")
def tests() -> Tests:
    return marked_tests()


def test_every_fault_has_a_test_or_a_reason_and_never_both(tests: Tests) -> None:
    assert sorted([*tests, *REASONS]) == list(FAULTS)


def test_the_page_on_reliability_says_what_the_tests_say(tests: Tests) -> None:
    assert PAGE.read_text("utf-8") == page(tests), "run `make reliability`"
