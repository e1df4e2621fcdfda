"""Whether passages answer a question at all. Pure."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, chain
from typing import TypeAlias

from tui.local.agents.quoting.asked import FRAME
from tui.local.agents.quoting.contents import without_contents
from tui.local.agents.quoting.likeness import likeness, names_in
from tui.local.agents.quoting.sentences import ReadPassage
from tui.local.agents.tool_output import CitedPassage
from tui.local.library.passages import Passage
from tui.local.library.words import fold, folded, words
from tui.local.search.query import Query, Term
from tui.sanitize import clean_line

ENOUGH = 0.52
"""The part of a question, by weight, that the best passage has where it answers."""
TOGETHER = 4
"""So many sentences that follow one another tell of one thing; the words of a whole passage may be of several."""
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
NAMED_PART = 0.5
"""What counts of a name among passages that all have it: it says of what something is asked, and not what."""
LARGE_COLLECTION = 300
"""In so many passages nearly every word occurs that an answer in them would have."""

_Found: TypeAlias = Mapping[Term, Sequence[str]]
"""The words that each word of the question was found as, as they are written."""

_CLASS = re.compile(r"\b(?:how|which|what|wie|welche[rsn]?|quel(?:le)?s?|qué|cuál(?:es)?) (\w+)", re.IGNORECASE)


def about_names(question: str, query: Query, passages: Sequence[CitedPassage]) -> list[CitedPassage]:
    """The passages that have most of the question's names; [] where none has one."""
    names = names_in(question)
    named = [term for term in query.terms if term.text in names and term.found_as == "stem"]
    counts = [sum(map(bool, _found(named, cited.passage).values())) for cited in passages]
    most = max(counts, default=0)
    return [cited for cited, count in zip(passages, counts, strict=True) if most and count == most]


def coverages(
    question: str, query: Query, passages: Sequence[ReadPassage], collection: int, *, are_about_names: bool = False
) -> list[float]:
    """The part of the question that stands together in each of the passages, by weight; `collection` counts all there
    are.

    A word that occurs nowhere says most about what is asked: it weighs as much as one that a single passage has. In a
    small collection that says less, because few words occur there at all. So does what is not sure to be the word.

    Where the passages are those `about_names`, what they lack and others have counts whole, because it is said of
    something else; and the names count as `NAMED_PART`.
    """
    classes = set(folded(" ".join(_CLASS.findall(question))))
    weights = {term: term.weight * _part(term.words, classes) for term in query.terms}
    weighty = [term for term in query.terms if weights[term]]
    heaviest = _heaviest(collection)
    nowhere = heaviest * sum(_part(folded(word), classes) for word in query.missing)
    names = names_in(question)
    elsewhere = _elsewhere(len(query.terms) + len(query.missing), collection)
    asked = {term for term in weighty if term.text not in names}
    only_named = 1 - (1 - ONLY_NAMED) * (1 - _telling(collection)) if asked or nowhere else 1.0
    name_part, said_elsewhere = (NAMED_PART, 1.0) if are_about_names else (1.0, elsewhere)

    def part(found: _Found, language: str) -> float:
        present, lacking, share = 0.0, nowhere, only_named
        for term, sure in _sure(found, names, language):
            weight = weights[term]
            if sure is not None:
                present += sure * weight * (1.0 if term in asked else name_part)
                share = 1.0 if sure and term in asked else share
                lacking += (1 - sure) * max(weight, heaviest)
            elif term.found_as == "stem":
                lacking += said_elsewhere * weight
            else:
                lacking += max(elsewhere, ALIKE_ELSEWHERE) * max(weight, heaviest)
        return share * present / (present + lacking) if present else 0.0

    return [max(part(found, read.passage.language) for found in _stretches(weighty, read)) for read in passages]


def _stretches(terms: Sequence[Term], read: ReadPassage) -> Iterator[_Found]:
    """What is found in each `TOGETHER` sentences of a passage, and in what stands above them."""
    passage = read.passage
    above = words(f"{passage.file_name} {passage.heading}")
    said = [
        words(" ".join((sentence.leaf.label, *sentence.leaf.header, without_contents(read.text_of(sentence)))))
        for sentence in read.sentences
    ]
    written = [*above, *chain.from_iterable(said)]
    compared = list(map(fold, written))
    positions = {term: term.positions(compared) for term in terms}
    begins = list(accumulate(map(len, said), initial=len(above)))
    for first in range(max(1, len(said) - TOGETHER + 1)):
        start, end = begins[first], begins[min(len(said), first + TOGETHER)]
        yield {
            term: [written[at] for at in places if at < len(above) or start <= at < end]
            for term, places in positions.items()
        }


def _found(terms: Sequence[Term], passage: Passage) -> _Found:
    written = words(f"{passage.file_name} {passage.heading} {without_contents(passage.text)}")
    compared = list(map(fold, written))
    return {term: [written[at] for at in term.positions(compared)] for term in terms}


def _sure(found: _Found, names: frozenset[str], language: str) -> Iterator[tuple[Term, float | None]]:
    """How surely each word of the question is among those found; None where none is."""
    for term, written in found.items():
        yield term, likeness(term, written, language, is_name=term.text in names) if written else None


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
    found = _sure(_found(query.terms, passage), names_in(question), passage.language)
    lacking = sorted((term for term, sure in found if sure is None or sure < 1), key=lambda term: -term.weight)
    return [clean_line(word, 60) for word in (*query.missing, *(term.text for term in lacking))][:MAX_NAMED]
