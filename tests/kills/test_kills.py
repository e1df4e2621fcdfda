import pytest

from tests.kills.life import lived

SEED = 11


@pytest.mark.fault(44, 45, 56, 60)
@pytest.mark.parametrize("is_embedded", [False, True], ids=["by its address", "embedded"])
def test_nothing_shown_is_lost_or_done_twice_by_a_few_kills(is_embedded: bool) -> None:
    assert lived(SEED, number=0, rounds=3, is_embedded=is_embedded) == []
