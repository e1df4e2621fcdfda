"""What the benchmarks make of what they measure; the measuring itself takes a quiet machine."""

import pytest

from benchmarks.figure import TARGETS, Figure, failures, met
from benchmarks.growth import exponent

MOST = TARGETS["filter_10000_ms"].most or 0


@pytest.mark.parametrize("power", [0, 0.5, 1, 2])
def test_the_exponent_is_the_power_with_which_a_cost_grows(power: float) -> None:
    costs = {size: 3 * float(size) ** power for size in (10, 300, 30_000)}
    assert exponent(costs) == pytest.approx(power)


def test_only_a_target_that_was_met_fails_and_only_by_more_than_a_quarter() -> None:
    far = Figure("filter_10000_ms", MOST * 1.3)
    near = Figure("filter_10000_ms", MOST * 1.2)
    assert failures([far], ["filter_10000_ms"])
    assert not failures([near], ["filter_10000_ms"])
    assert not failures([far], [])


def test_what_was_met_is_a_target() -> None:
    assert set(met()) <= TARGETS.keys()
