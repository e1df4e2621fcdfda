"""Which passages answer the question best. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tui.local.library.languages import is_stop_word, stems_of
from tui.local.library.passages import HEADING_WEIGHT, Candidate, Passage, heading_stems
from tui.local.library.words import fold, words
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
    return _nearness_of(positions, len(terms), len(text_words))


def _nearness_of(positions: Sequence[tuple[int, int]], terms: int, length: int) -> float:
    """`positions` are the places of the terms, each with the number of its term, in order."""
    distinct = len({number for _, number in positions})
    if distinct < 2:
        return 0.0
    best, last_of = length, dict[int, int]()
    for position, number in positions:
        last_of[number] = position
        if len(last_of) == distinct:
            best = min(best, position - min(last_of.values()) + 1)
    return (distinct / terms) * min(1.0, 2 * distinct / (best + distinct))


def heading_match(terms: Sequence[Term], heading: str) -> float:
    """How nearly a heading is the question: the F1 measure of its words against the terms."""
    heading_words = [fold(word) for word in words(heading) if not is_stop_word(word)]
    return _f1(terms, covered(terms, heading_words), len(heading_words))


def _f1(terms: Sequence[Term], present: set[Term], length: int) -> float:
    if not present:
        return 0.0
    precision = min(1.0, sum(len(term.words) for term in present) / max(1, length))
    recall = share(terms, present)
    return 2 * precision * recall / (precision + recall)


@dataclass(frozen=True, slots=True)
class _Read:
    """The stems of a passage: of its file's name, of its headings and of its text."""

    file: list[str]
    heading: list[str]
    body: list[str]

    @classmethod
    def of(cls, passage: Passage) -> "_Read":
        language = passage.language
        return cls(
            stems_of(passage.file_name, language),
            heading_stems(passage.heading, language).split(),
            stems_of(passage.text, language),
        )

    @property
    def last_heading(self) -> list[str]:
        bars = self.heading.count("|")
        return self.heading if not bars else self.heading[len(self.heading) - self.heading[::-1].index("|") :]

    @property
    def length(self) -> float:
        return len(self.file) + HEADING_WEIGHT * len(self.heading) + len(self.body)


def rerank(passages: Sequence[Passage], terms: Sequence[Term]) -> list[Passage]:
    """The passages by how well they answer, best first, with scores of about 0 to 2.7."""
    read = [_Read.of(passage) for passage in passages]
    scored = zip(passages, _scores(read, terms), strict=True)
    return sorted((replace(passage, score=score) for passage, score in scored), key=lambda passage: -passage.score)


def ranked(candidates: Sequence[Candidate], terms: Sequence[Term]) -> list[Candidate]:
    """The same for what the first stage found."""
    read = [_Read(found.file.split(), found.heading.split(), found.body.split()) for found in candidates]
    scored = zip(candidates, _scores(read, terms), strict=True)
    return sorted((replace(found, score=score) for found, score in scored), key=lambda found: -found.score)


def _scores(read: Sequence[_Read], terms: Sequence[Term]) -> list[float]:
    """How well each answers.

    FTS5's BM25 knows neither how often the question says a word nor that two stems are one word. And a passage that has
    all words of the question close together, or under a heading that is nearly the question, answers better.
    """
    usual_length = sum(one.length for one in read) / max(1, len(read))
    places = [[_Found.of(term, one) for term in terms] for one in read]
    weighed = [_bm25(terms, found, one.length / (usual_length or 1.0)) for one, found in zip(read, places, strict=True)]
    top = max(weighed, default=0.0) or 1.0
    return [
        round(_relevance(terms, one, found) + BM25_SHARE * score / top, 4)
        for one, found, score in zip(read, places, weighed, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Found:
    """Where a passage has a term: how often its file's name has it, and its places in the headings and the text."""

    file: int
    heading: list[int]
    body: list[int]

    @classmethod
    def of(cls, term: Term, read: _Read) -> "_Found":
        return cls(len(term.places(read.file)), term.places(read.heading), term.places(read.body))

    @property
    def weight(self) -> float:
        return self.file + HEADING_WEIGHT * len(self.heading) + len(self.body)


def _bm25(terms: Sequence[Term], found: Sequence[_Found], length: float) -> float:
    """`length` is that of the passage over the usual one."""
    norm = SATURATION * (1 - LENGTH_NORM + LENGTH_NORM * length)
    weighed = ((term.weight, one.weight) for term, one in zip(terms, found, strict=True))
    return sum(weight * count * (SATURATION + 1) / (count + norm) for weight, count in weighed if count)


def _relevance(terms: Sequence[Term], read: _Read, found: Sequence[_Found]) -> float:
    present = {term for term, one in zip(terms, found, strict=True) if one.weight}
    heading = [word for word in read.last_heading if not is_stop_word(word)]
    in_heading = {term for term, one in zip(terms, found, strict=True) if one.heading and term.places(heading)}
    positions = sorted((at, number) for number, one in enumerate(found) for at in one.body)
    return (
        COVERAGE_SHARE * share(terms, present)
        + HEADING_SHARE * _f1(terms, in_heading, len(heading))
        + NEARNESS_SHARE * _nearness_of(positions, len(terms), len(read.body))
    )
