"""Keys that ask before they act: pressing them a second time is the answer."""

from math import inf
from time import monotonic

SECOND_PRESS_SECONDS = 2.0
"""A second press within this time is the answer to the first."""

QUIT_QUESTION = "Press Ctrl+C again to quit."


class SecondPress:
    """Tells the second press of a key from the first."""

    def __init__(self) -> None:
        self._pressed = -inf

    def is_second(self) -> bool:
        """Count a press now. Whether it is the second: there was a first a moment ago."""
        before, self._pressed = self._pressed, monotonic()
        return self._pressed - before < SECOND_PRESS_SECONDS
