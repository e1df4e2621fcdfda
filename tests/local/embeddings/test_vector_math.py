"""Which vectors are nearest to one."""

import random

import pytest

from tui.local.embeddings.vector_math import Vector, code_of, nearest, packed, unit, unpacked, with_near_codes


def around(middle: Vector, chance: random.Random, spread: float) -> Vector:
    return unit([number + chance.gauss(0, spread) for number in middle])


def test_the_codes_lead_to_the_nearest_vectors() -> None:
    chance = random.Random(7)
    middles = [unit([chance.gauss(0, 1) for _ in range(128)]) for _ in range(40)]
    vectors = [around(middles[at % 40], chance, 0.05) for at in range(2000)]
    codes = [int.from_bytes(code_of(vector), "big") for vector in vectors]
    for middle in middles[:5]:
        asked = around(middle, chance, 0.05)
        best = [key for _, key in nearest(dict(enumerate(vectors)), asked, 10)]
        near = with_near_codes(codes, int.from_bytes(code_of(asked), "big"), 200)
        assert len(near) == 200
        assert [key for _, key in nearest({at: vectors[at] for at in near}, asked, 10)] == best


def test_a_vector_is_made_one_long_and_kept() -> None:
    assert unit([3, 0, 4]) == pytest.approx((0.6, 0, 0.8))
    assert unit([0, 0]) == (0, 0)
    assert unpacked(packed((0.5, -0.25))) == (0.5, -0.25)
    with pytest.raises(OverflowError):
        unit([1.7e308, 1.7e308])


def test_of_equal_ones_the_first_comes_first() -> None:
    same = (1.0, 0.0)
    assert nearest({9: same, 2: same, 5: (0.0, 1.0)}, same, 2) == [(1.0, 2), (1.0, 9)]
