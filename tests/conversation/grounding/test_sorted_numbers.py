from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.conversation.grounding import sorted_numbers
from tui.conversation.grounding.sorted_numbers import SortedNumbers

numbers = st.integers(-30, 30).map(float)


@given(st.lists(numbers, max_size=60), st.lists(numbers, min_size=2, max_size=9))
def test_a_number_is_found_between_two_others_and_as_one_of_them(added: list[float], asked: list[float]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sorted_numbers, "MAX_RUN", 3)
        kept = SortedNumbers()
        for number in added:
            kept.add(number)
    for low, high in [*pairwise(sorted(asked)), *((each, each) for each in asked)]:
        assert kept.reach(low, high) == any(low <= number <= high for number in added)
