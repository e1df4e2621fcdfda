"""Many numbers in order."""

from array import array
from bisect import bisect_left, bisect_right
from math import inf

MAX_RUN = 1000
"""Numbers that are moved at most to make room for another one among them."""


class SortedNumbers:
    """Numbers in eight bytes each, in order: a conversation may have many, and to add one takes no longer then."""

    def __init__(self) -> None:
        self._runs = [array("d")]
        """Each of at most `MAX_RUN` numbers, and greater than those before."""
        self._firsts = [-inf]

    def add(self, number: float) -> None:
        at = bisect_right(self._firsts, number) - 1
        run = self._runs[at]
        place = bisect_left(run, number)
        if run[place : place + 1] == array("d", [number]):
            return
        run.insert(place, number)
        if len(run) > MAX_RUN:
            half = len(run) // 2
            self._runs[at : at + 1] = run[:half], run[half:]
            self._firsts.insert(at + 1, run[half])

    def reach(self, low: float, high: float) -> bool:
        """Whether one lies between two others, or is one of them."""
        at = bisect_right(self._firsts, low) - 1
        place = bisect_left(self._runs[at], low)
        found = self._runs[at][place : place + 1] or self._firsts[at + 1 : at + 2]
        return any(number <= high for number in found)
