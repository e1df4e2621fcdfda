"""Numbers written as English words: "twenty-five", "one thousand two hundred", "two and a half million"."""

import re
from collections.abc import Sequence

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_VALUES = {
    **{word: value for value, word in enumerate(_SMALL.split())},
    **{word: 20 + 10 * at for at, word in enumerate(_TENS.split())},
}
_SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_HUNDRED = {"hundred": 100, "dozen": 12}
_counted = "|".join(_VALUES)
_scale = "|".join([*_SCALES, *_HUNDRED])
WORDS = re.compile(
    rf"(?<![\w-])(?:(?:half\s+)?an?\s+(?:{_scale})|half\s+an?|(?:{_counted}))"
    rf"(?:(?:\s+|-|\s+and\s+)(?:{_counted}|{_scale})(?!\w))*(?:\s+and\s+a\s+half)?"
    rf"(?:\s+(?:{'|'.join(_SCALES)}))?(?!\w)",
    re.IGNORECASE,
)
"""A run of words that make a number."""


def value_of(words: str) -> float | None:
    """The number that a run of words is; None where they make none, such as "two one"."""
    parts = [part for part in re.split(r"[\s-]+", words.casefold()) if part not in ("a", "an")]
    half = 0.5 if "half" in parts[1:] else 0.0
    total, current = 0.0, 0.5 if parts[0] == "half" else 0.0
    before = ""
    for part in (part for part in parts if part not in ("and", "half")):
        if part in _SCALES:
            total += ((current or 1) + half) * _SCALES[part]
            current, half = 0.0, 0.0
        elif part in _HUNDRED:
            current = (current or 1) * _HUNDRED[part]
        elif before and not _may_follow(before, part):
            return None
        else:
            current += _VALUES[part]
        before = part
    return total + current + half


def _may_follow(before: str, part: str) -> bool:
    if before in _SCALES or before == "hundred":
        return True
    return before in _TENS.split() and 0 < _VALUES[part] < 10


def spelled_numbers(text: str) -> Sequence[tuple[int, int, float]]:
    """The numbers written as words: where each begins and ends, and its value."""
    found = [(match.start(), match.end(), value_of(match[0])) for match in WORDS.finditer(text)]
    return [(start, end, value) for start, end, value in found if value is not None]
