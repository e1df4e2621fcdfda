"""Which passages answer the question best. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from tui.local.library.passages import HEADING_JOIN, HEADING_WEIGHT, Passage
from tui.local.library.words import fold, folded, words
from tui.local.search.languages import is_stop_word
from tui.local.search.query import Term

BM25_SHARE, COVERAGE_SHARE, HEADING_SHARE, NEARNESS_SHARE = 1.5, 0.6, 0.4, 0.2
"""What each sign of a good answer counts. Found by trying, with `make bench-retrieval`."""

SATURATION, LENGTH_NORM = 1.2, 0.75
"""BM25's k1 and b, at their usual values."""


def covered(terms: Sequence[Term], text_words: Sequence[str]) -> set[Term]:
    """The terms that stand in a text."""
    return {term for term in terms if term.positions(text_words)}


def share(terms: Sequence[Term], present: set[Term]) -> float:
    """How much of the question the present terms are, by weight, from 0 to 1."""
    total = sum(term.weight for term in terms)
    return sum(term.weight for term in present) / total if total else 0.0


def nearness(terms: Sequence[Term], text_words: Sequence[str]) -> float:
    """1 when the terms that occur stand side by side, less the further apart their nearest occurrences are."""
    positions = sorted((at, number) for number, term in enumerate(terms) for at in term.positions(text_words))
    distinct = len({number for _, number in positions})
    if distinct < 2:
        return 0.0
    best, last_of = len(text_words), dict[int, int]()
    for position, number in positions:
        last_of[number] = position
        if len(last_of) == distinct:
            best = min(best, position - min(last_of.values()) + 1)
    return (distinct / len(terms)) * min(1.0, 2 * distinct / (best + distinct))


def heading_match(terms: Sequence[Term], heading: str) -> float:
    """How nearly a heading is the question: the F1 measure of its words against the terms."""
    heading_words = [fold(word) for word in words(heading) if not is_stop_word(word)]
    present = covered(terms, heading_words)
    if not present:
        return 0.0
    precision = min(1.0, sum(len(term.words) for term in present) / len(heading_words))
    recall = share(terms, present)
    return 2 * precision * recall / (precision + recall)


def rerank(passages: Sequence[Passage], terms: Sequence[Term]) -> list[Passage]:
    """The passages by how well they answer, best first, with scores of about 0 to 2.7.

    FTS5's BM25 counts each inflection of a word as a word of its own, and rewards a passage for repeating one rare
    word. Here a term is one word with all its forms, and a passage that has all words of the question close together,
    or under a heading that is nearly the question, answers better.
    """
    read = [_words_of(passage) for passage in passages]
    usual_length = sum(map(len, read)) / max(1, len(read))
    weighed = [_bm25(terms, text_words, usual_length) for text_words in read]
    top = max(weighed, default=0.0) or 1.0
    scored = [
        replace(passage, score=round(_relevance(passage, text_words, terms) + BM25_SHARE * score / top, 4))
        for passage, text_words, score in zip(passages, read, weighed, strict=True)
    ]
    return sorted(scored, key=lambda passage: -passage.score)


def _words_of(passage: Passage) -> list[str]:
    """A passage's words, those of its headings and file name counted as often as they weigh."""
    file, heading = folded(passage.file_name), folded(passage.heading)
    return [*file, *heading * round(HEADING_WEIGHT), *folded(passage.text)]


def _bm25(terms: Sequence[Term], text_words: Sequence[str], usual_length: float) -> float:
    norm = SATURATION * (1 - LENGTH_NORM + LENGTH_NORM * len(text_words) / (usual_length or 1.0))
    counts = ((term.weight, len(term.positions(text_words))) for term in terms)
    return sum(weight * count * (SATURATION + 1) / (count + norm) for weight, count in counts)


def _relevance(passage: Passage, text_words: Sequence[str], terms: Sequence[Term]) -> float:
    last_heading = passage.heading.rpartition(HEADING_JOIN)[2]
    return (
        COVERAGE_SHARE * share(terms, covered(terms, text_words))
        + HEADING_SHARE * heading_match(terms, last_heading)
        + NEARNESS_SHARE * nearness(terms, folded(passage.text))
    )
