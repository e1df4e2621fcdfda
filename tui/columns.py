"""How wide a terminal shows a character."""

from unicodedata import east_asian_width


def columns_of(char: str) -> int:
    """Two for an East Asian wide character (UAX #11), one for every other one, also where it is a combining mark."""
    return 2 if east_asian_width(char) in "WF" else 1
