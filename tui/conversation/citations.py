"""Citations in an answer: `[3]`, or several in one pair of brackets, `[1, 4]`."""

import re
from collections.abc import Sequence
from itertools import pairwise

CITATION = re.compile(r"(?<!\w)\[[1-9]\d{0,2}(?:\s*,\s*[1-9]\d{0,2})*\](?!\()")
"""A citation in a text that has no code in it. It is none behind a letter (`a[1]`), and none where it is a link."""

_CODE_OR_CITATION = re.compile(rf"```.*?(?:```|\Z)|`[^`\n]*`|{CITATION.pattern}", re.DOTALL)
_NUMBER = re.compile(r"\d+")


def numbers_in(citation: str) -> tuple[int, ...]:
    """The numbers of one citation: 1 and 4 of `[1, 4]`."""
    return tuple(map(int, _NUMBER.findall(citation)))


def pieces_of(citation: str) -> Sequence[str]:
    """A citation in pieces of one number each: "[1" and ", 4]" of "[1, 4]"."""
    numbers = list(_NUMBER.finditer(citation))
    ends = [*(number.end() for number in numbers[:-1]), len(citation)]
    return [citation[start:end] for start, end in pairwise((0, *ends))]


def cited_numbers(answer: str) -> frozenset[int]:
    """All numbers that an answer, in Markdown, cites. What stands in code is no citation."""
    found = (match.group() for match in _CODE_OR_CITATION.finditer(answer))
    return frozenset(number for each in found if each.startswith("[") for number in numbers_in(each))
