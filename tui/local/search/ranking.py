"""Which passages, and which sentences in them, answer the question best. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tui.local.library.documents import DocumentBlock, blocks_of
from tui.local.library.languages import is_stop_word, stems_of
from tui.local.library.passages import HEADING_JOIN, HEADING_WEIGHT, Candidate, Passage, heading_stems
from tui.local.library.words import fold, folded, sentences, words
from tui.local.search.query import Term

_DATE = (
    r"\d|\b(?:after|before|while|until|(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|may|june"
    r"|july|august|september|october|november|december)\b"
)
_CUES = (
    (r"\bhow\b", r"`[^`]+`|\b(?:press|type|run|set|use|choose|open|start)s?\b", 0.12),
    (r"\bwhere\b", r"[~/\\][\w.]+|`[^`]+`|\b(?:in|under|at|beside|folder|file)\b", 0.12),
    (r"\bwhen\b|\bwhat (?:year|date|time|day)\b", _DATE, 0.15),
    (r"\bhow (?:many|much|long|big|large|often|far|old)\b|\b(?:limit|maximum|cost|price|size|number)\b", r"\d", 0.2),
    (r"\bwhy\b", r"\b(?:because|since|so that|therefore|reason|due to|in order)\b", 0.2),
    (r"\bwhat (?:is|are|does)\b|\bdefine\b|\bmean", r"\b(?:is|are|means|called|stands for|shows|does)\b", 0.1),
    (r"\bwho\b|\bwhom\b|\bwhose\b", r"\b[A-Z][a-z]+\b.*\b[A-Z][a-z]+\b|\bby [A-Z]|@\w", 0.12),
)
"""What a question asks for, how a sentence that answers it looks, and what such a sentence gains."""

_ITEM = re.compile(r"^( {0,3})(?:[-*+•]|\d+[.)])\s", re.MULTILINE)

BM25_SHARE, COVERAGE_SHARE, HEADING_SHARE, NEARNESS_SHARE = 1.5, 0.6, 0.4, 0.2
"""What each sign of a good answer counts. Found by trying, with `make bench-retrieval`."""

ROW_BONUS = 0.8
"""What a table's row gains when its first cell is a term of the question: it is what the row tells of."""

SATURATION, LENGTH_NORM = 1.2, 0.75
"""BM25's k1 and b, at their usual values."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence, list item, table row or block of code in a passage: `text[start:end]`, and its block.

    It `matches` when it has a word of the question.
    """

    block: DocumentBlock
    start: int
    end: int
    score: float
    matches: bool


def covered(terms: Sequence[Term], text_words: Sequence[str]) -> set[Term]:
    """The terms that stand in a text."""
    return {term for term in terms if term.positions(text_words)}


def share(terms: Sequence[Term], present: set[Term]) -> float:
    """How much of the question the present terms are, by weight, from 0 to 1."""
    total = sum(term.weight for term in terms)
    return sum(term.weight for term in present) / total if total else 0.0


def _nearness(terms: Sequence[Term], text_words: Sequence[str]) -> float:
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


def _heading_match(terms: Sequence[Term], heading: str) -> float:
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


def units(passage: Passage, question: str, terms: Sequence[Term]) -> list[Unit]:
    """The passage's sentences, list items, rows and blocks of code in their order, each scored against the question."""
    cues = [(re.compile(answer), worth) for asked, answer, worth in _CUES if re.search(asked, question, re.IGNORECASE)]
    context = covered(terms, [*folded(passage.heading), *folded(passage.file_name)])
    answers = _heading_match(terms, passage.heading.rpartition(HEADING_JOIN)[2])
    said_by_heading, opening = 0.35 + 0.45 * answers, 0.15 + 0.25 * answers
    spans = [
        (block, start, end)
        for block in blocks_of(passage.text, passage.format)
        if block.kind not in ("heading", "other")
        for start, end in _spans(passage.text, block)
    ]
    scored: list[Unit] = []
    for number, (block, start, end) in enumerate(spans):
        text = passage.text[start:end]
        score = _unit_score(text, terms, context, said_by_heading) + sum(
            worth for answer, worth in cues if answer.search(text)
        )
        score += ROW_BONUS if block.kind == "table" and _names_row(text, terms) else 0.0
        matches = bool(covered(terms, folded(text)))
        scored.append(Unit(block, start, end, score + (opening if number == 0 else 0.0), matches))
    return scored


def _names_row(row: str, terms: Sequence[Term]) -> bool:
    """Whether the first cell of a table's row is a term of the question: then the row tells of it."""
    first = folded(row.strip().strip("|").partition("|")[0])
    return any(len(term.positions(first)) == 1 and len(term.words) == len(first) for term in terms)


def _unit_score(text: str, terms: Sequence[Term], context: set[Term], said_by_heading: float) -> float:
    """`said_by_heading` is what a word counts that only the heading has: much where the heading is the question."""
    text_words = folded(text)
    own = covered(terms, text_words)
    length = len(text_words)
    unfit = 0.4 if length < 3 else min(0.3, max(0, length - 60) / 200)
    coverage = share(terms, own) + said_by_heading * share(terms, context - own)
    return coverage + 0.25 * _nearness(terms, text_words) - unfit


def _spans(text: str, block: DocumentBlock) -> list[tuple[int, int]]:
    piece = text[block.start : block.end]
    if block.kind == "paragraph":
        spans = list(sentences(piece))
    elif block.kind == "list":
        indent = min((len(match.group(1)) for match in _ITEM.finditer(piece)), default=0)
        starts = [match.start() for match in _ITEM.finditer(piece) if len(match.group(1)) == indent] or [0]
        items = zip(starts, [*starts[1:], len(piece)], strict=True)
        spans = [*sentences(piece[: starts[0]]), *items]
    elif block.kind == "table":
        lines = [match.span() for match in re.finditer(r"[^\n]+", piece)]
        spans = lines[2:] or lines[:1]
    else:
        spans = [(0, len(piece))]
    return [(block.start + start, block.start + start + len(piece[start:end].rstrip())) for start, end in spans]
