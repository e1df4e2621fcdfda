"""Whether passages answer a question at all. Pure."""

import math
import re
from collections.abc import Sequence

from tui.local.agents.quoting.asked import FRAME
from tui.local.library.passages import Passage
from tui.local.library.words import folded
from tui.local.search.query import Query
from tui.local.search.ranking import covered
from tui.sanitize import clean_line

ENOUGH = 0.6
"""The part of a question, by weight, that the best passage has where it answers."""
MAX_NAMED = 6
CLASS_PART = 0.5
"""What counts of a word that only names the class of what is asked for, such as "file" in "which file"."""
ELSEWHERE = 0.7
"""What counts of a word that the passage lacks and that occurs elsewhere: the answer may say it in another way."""
LARGE_COLLECTION = 300
"""In so many passages nearly every word occurs that an answer in them would have."""

_CLASS = re.compile(r"\b(?:how|which|what|wie|welche[rsn]?|quel(?:le)?s?|qué|cuál(?:es)?) (\w+)", re.IGNORECASE)


def coverage(question: str, query: Query, passages: Sequence[Passage], collection: int) -> float:
    """The largest part of the question that stands in one of the passages, by weight; `collection` counts them all.

    A word that occurs nowhere says most about what is asked: it weighs as much as one that a single passage has. In a
    small collection that says less, because few words occur there at all.
    """
    classes = set(folded(" ".join(_CLASS.findall(question))))
    weights = {term: term.weight * _part(term.words, classes) for term in query.terms}
    nowhere = _heaviest(collection) * sum(_part(folded(word), classes) for word in query.missing)

    def part(passage: Passage) -> float:
        present = sum(weights[term] for term in covered(query.terms, _words(passage)))
        lacking = sum(weights.values()) - present
        return present / (present + ELSEWHERE * lacking + nowhere) if present else 0.0

    return max(map(part, passages), default=0.0)


def _part(said: Sequence[str], classes: set[str]) -> float:
    if FRAME.issuperset(said):
        return 0.0
    return CLASS_PART if classes.issuperset(said) else 1.0


def _heaviest(collection: int) -> float:
    alone = math.log(1 + max(0.0, collection - 0.5) / 1.5) + 0.1
    return alone * min(1.0, math.log(1 + collection) / math.log(1 + LARGE_COLLECTION))


def absent(query: Query, passage: Passage) -> list[str]:
    """The words of the question that a passage lacks, those that occur nowhere first."""
    found = covered(query.terms, _words(passage))
    lacking = sorted((term for term in query.terms if term not in found), key=lambda term: -term.weight)
    return [clean_line(word, 60) for word in (*query.missing, *(term.text for term in lacking))][:MAX_NAMED]


def _words(passage: Passage) -> list[str]:
    return folded(f"{passage.file_name} {passage.heading} {passage.text}")
