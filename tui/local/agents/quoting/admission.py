"""Whether passages answer a question at all. Pure."""

import math
import re
from collections.abc import Iterator, Sequence

from tui.local.agents.quoting.asked import FRAME
from tui.local.agents.quoting.contents import without_contents
from tui.local.agents.quoting.likeness import likeness, names_in
from tui.local.library.passages import Passage
from tui.local.library.words import fold, folded, words
from tui.local.search.query import Query, Term
from tui.sanitize import clean_line

ENOUGH = 0.52
"""The part of a question, by weight, that the best passage has where it answers."""
MAX_NAMED = 6
CLASS_PART = 0.5
"""What counts of a word that only names the class of what is asked for, such as "file" in "which file"."""
SHORT_QUESTION = 2
"""Of a question of so many words each one that a passage lacks counts whole, in a large collection."""
ALIKE_ELSEWHERE = 0.7
"""What counts at least of a word that occurs nowhere, where another that is like it does."""
ONLY_NAMED = 0.3
"""What counts at least of a passage in a small collection that has only the names of the question: of what is asked
about them nothing stands there."""
LARGE_COLLECTION = 300
"""In so many passages nearly every word occurs that an answer in them would have."""

_CLASS = re.compile(r"\b(?:how|which|what|wie|welche[rsn]?|quel(?:le)?s?|qué|cuál(?:es)?) (\w+)", re.IGNORECASE)


def coverage(question: str, query: Query, passages: Sequence[Passage], collection: int) -> float:
    """The largest part of the question that stands in one of the passages, by weight; `collection` counts them all.

    A word that occurs nowhere says most about what is asked: it weighs as much as one that a single passage has. In a
    small collection that says less, because few words occur there at all. So does what is not sure to be the word.
    """
    classes = set(folded(" ".join(_CLASS.findall(question))))
    weights = {term: term.weight * _part(term.words, classes) for term in query.terms}
    heaviest = _heaviest(collection)
    nowhere = heaviest * sum(_part(folded(word), classes) for word in query.missing)
    names = names_in(question)
    elsewhere = _elsewhere(len(query.terms) + len(query.missing), collection)
    asked = {term for term in query.terms if weights[term] and term.text not in names}
    only_named = 1 - (1 - ONLY_NAMED) * (1 - _telling(collection)) if asked or nowhere else 1.0

    def part(passage: Passage) -> float:
        present, lacking, share = 0.0, nowhere, only_named
        for term, sure in _sure([term for term in query.terms if weights[term]], names, passage):
            weight = weights[term]
            if sure is None:
                is_word = term.found_as == "stem"
                lacking += elsewhere * weight if is_word else max(elsewhere, ALIKE_ELSEWHERE) * max(weight, heaviest)
            else:
                present += sure * weight
                share = 1.0 if sure and term in asked else share
                lacking += (1 - sure) * max(weight, heaviest)
        return share * present / (present + lacking) if present else 0.0

    return max(map(part, passages), default=0.0)


def _sure(terms: Sequence[Term], names: frozenset[str], passage: Passage) -> Iterator[tuple[Term, float | None]]:
    """How surely each word of the question stands in a passage; None where it does not, but in a table of contents."""
    written = words(f"{passage.file_name} {passage.heading} {without_contents(passage.text)}")
    compared = [fold(word) for word in written]
    for term in terms:
        found = [written[at] for at in term.positions(compared)]
        yield term, likeness(term, found, passage.language, is_name=term.text in names) if found else None


def _part(said: Sequence[str], classes: set[str]) -> float:
    if FRAME.issuperset(said):
        return 0.0
    return CLASS_PART if classes.issuperset(said) else 1.0


def _elsewhere(words_asked: int, collection: int) -> float:
    """What counts of a word that the passage lacks and that occurs elsewhere: the answer may say it in another way.

    It does so with one word of many, seldom with one of two.
    """
    return math.sqrt(SHORT_QUESTION / max(SHORT_QUESTION, words_asked)) * _telling(collection)


def _heaviest(collection: int) -> float:
    return (math.log(1 + max(0.0, collection - 0.5) / 1.5) + 0.1) * _telling(collection)


def _telling(collection: int) -> float:
    """How much it tells that a word is not there, from 0 to 1."""
    return min(1.0, math.log(1 + collection) / math.log(1 + LARGE_COLLECTION))


def absent(question: str, query: Query, passage: Passage) -> list[str]:
    """The words of the question that a passage lacks, or has only in a form that may be another word; those that occur
    nowhere first."""
    found = _sure(query.terms, names_in(question), passage)
    lacking = sorted((term for term, sure in found if sure is None or sure < 1), key=lambda term: -term.weight)
    return [clean_line(word, 60) for word in (*query.missing, *(term.text for term in lacking))][:MAX_NAMED]
