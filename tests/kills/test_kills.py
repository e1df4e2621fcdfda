import pytest

from tests.kills.life import lived

SEED = 11


@pytest.mark.fault(44, 45, 56, 60)
def test_nothing_shown_is_lost_or_done_twice_by_a_few_kills() -> None:
    assert lived(SEED, number=0, rounds=3) == []
