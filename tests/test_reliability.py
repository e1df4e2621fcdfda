from tests.reliability import FAULTS, PAGE, numbered_tests, page


def test_the_page_on_reliability_says_what_the_tests_say() -> None:
    assert PAGE.read_text("utf-8") == page(), "run `make reliability`"


def test_no_test_carries_the_number_of_a_fault_that_is_not_listed() -> None:
    assert {number for number, _ in numbered_tests()} <= FAULTS.keys()
