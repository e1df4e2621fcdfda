from tests.reliability import FAULTS, PAGE, REASONS, marked_tests, page


def test_every_fault_has_a_test_or_a_reason_and_the_page_on_reliability_says_so() -> None:
    tests = marked_tests()
    assert sorted([*tests, *REASONS]) == list(FAULTS)
    assert PAGE.read_text("utf-8") == page(tests), "run `make reliability`"
