"""The sentences of a passage, each scored against the question. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tui.local.agents.quoting.asked import (
    FRAME,
    AnswerKind,
    defines,
    kinds_asked,
    lacks_name,
    leans_on_heading,
    points_elsewhere,
    thing_asked,
)
from tui.local.agents.quoting.contents import is_contents
from tui.local.agents.quoting.leaf import Leaf
from tui.local.agents.quoting.leaves import leaves_of
from tui.local.library.passages import HEADING_JOIN, Passage
from tui.local.library.words import folded, sentences, unhyphenated
from tui.local.search.query import Term
from tui.local.search.ranking import covered, heading_match, nearness, share

MAX_CLAUSE_CHARS = 600
"""What has no end of a sentence for longer than this is taken apart at its lines."""
USUAL_WORDS = 40
"""A sentence of more words says less about each."""

_TITLE = re.compile(r"\*\*[^*]+\*\*[.:]?")

EXACTLY = 0.9
"""How nearly a heading is the question where it says the same in other forms."""

WEIGHTS: Mapping[str, float] = {
    "own": 0.99,
    "label": 0.78,
    "above": 0.38,
    "beside": 0.36,
    "under the question": 0.45,
    "leans on the question": 0.2,
    "near": 0.25,
    "named": 0.37,
    "tells of another": -0.2,
    "defined": 0.22,
    "opens": 0.04,
    "opens under the question": 0.18,
    "opens under exactly the question": 0.37,
    "number": 0.31,
    "default": 0.2,
    "default value": 0.1,
    "moment": 0.23,
    "person": 0.26,
    "file": 0.19,
    "place": 0.12,
    "name": 0.23,
    "doing": 0.2,
    "reason": 0.25,
    "nothing asked for": -0.2,
    "is a question": -0.3,
    "leads in": -0.14,
    "code": -0.5,
    "row": -0.02,
    "is a title": -1.0,
    "points elsewhere": -0.5,
    "few words": -0.29,
    "many words": -0.15,
}
"""What each sign of a sentence counts, for or against its being the answer: fitted on one half of the questions that
`make bench-answers` was given, but for code, which nobody reads in one line, and for titles."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a leaf, a row or a piece of code: `text[start:end]` of its passage."""

    leaf: Leaf
    start: int
    end: int
    score: float


def sentences_of(passage: Passage, question: str, terms: Sequence[Term]) -> list[Sentence]:
    """The sentences of a passage in their order, scored; at least one where the passage has any letter."""
    return [
        Sentence(leaf, start, end, sum(WEIGHTS[sign] * value for sign, value in signs.items()))
        for leaf, start, end, signs in Signs(passage, question, terms).of_all()
    ]


class Signs:
    """What speaks for and against each sentence of a passage."""

    def __init__(self, passage: Passage, question: str, terms: Sequence[Term]) -> None:
        self._text = passage.text
        leaves = leaves_of(passage.text, passage.format) or _bare_lines(passage.text)
        self._spans = [(leaf, start, end) for leaf in leaves for start, end in _spans(passage.text, leaf)]
        self._terms = [term for term in terms if not FRAME.issuperset(term.words)] or terms
        self._kinds = kinds_asked(question)
        self._thing = thing_asked(question)
        self._numbers_asked = set(re.findall(r"\d+", question))
        self._above = covered(self._terms, [*folded(passage.heading), *folded(passage.file_name)])
        self._heading = passage.heading.rpartition(HEADING_JOIN)[2]
        self._answers = heading_match(self._terms, self._heading)

    def of_all(self) -> Iterator[tuple[Leaf, int, int, Mapping[str, float]]]:
        """Each sentence's leaf, start and end, and its signs."""
        plain = [" ".join(unhyphenated(self._text[start:end], self._text).split()) for _, start, end in self._spans]
        own = [covered(self._terms, folded(text)) for text in plain]
        label: str | None = None
        for at, (leaf, start, end) in enumerate(self._spans):
            beside = {term for terms in own[max(0, at - 1) : at + 2] for term in terms}
            answers = max(self._answers, heading_match(self._terms, leaf.label))
            opens = answers if leaf.label != label else None
            label = leaf.label
            signs = {**self._said(leaf, plain[at], own[at], beside, answers), **self._form(leaf, plain[at], opens)}
            yield leaf, start, end, signs

    def _said(self, leaf: Leaf, text: str, own: set[Term], beside: set[Term], answers: float) -> Mapping[str, float]:
        """Which words of the question are said, by the sentence itself or by what stands around it.

        `answers` is how nearly what stands above is the question.
        """
        label = covered(self._terms, folded(leaf.label)) - own
        above = self._above - own - label
        return {
            "own": share(self._terms, own),
            "label": share(self._terms, label),
            "above": share(self._terms, above),
            "beside": share(self._terms, beside - own - label - self._above),
            "under the question": answers * share(self._terms, label | above),
            "leans on the question": self._leans(leaf, text) * share(self._terms, label | above),
            "near": nearness(self._terms, folded(text)),
            "named": (named := heading_match(self._terms, self._name(leaf, text))),
            "tells of another": float(bool(self._thing and leaf.term) and not named),
        }

    def _form(self, leaf: Leaf, text: str, opens: float | None) -> Mapping[str, float]:
        """How the sentence looks, beside what is asked for. One that `opens` what stands under a heading is told how
        nearly that is the question."""
        told = self._told(leaf, text)
        given = {kind.name: 1.0 for kind in self._kinds if self._gives(kind, told if kind.is_name else text)}
        length = len(folded(text))
        ends = text.rstrip("*`_)]\"'\u201d\u00bb \n")[-1:]
        return {
            **given,
            "nothing asked for": float(bool(self._kinds) and not given),
            "defined": float(defines(text, self._thing)),
            "opens": float(opens is not None),
            "opens under the question": opens or 0.0,
            "opens under exactly the question": float((opens or 0.0) > EXACTLY),
            "is a question": float(ends == "?"),
            "leads in": float(ends == ":"),
            "code": float(leaf.kind == "code"),
            "row": float(leaf.kind == "row"),
            "is a title": float(bool(_TITLE.fullmatch(text.strip()))),
            "points elsewhere": float(points_elsewhere(text)),
            "few words": float(length < 3),
            "many words": min(1.5, max(0, length - USUAL_WORDS) / USUAL_WORDS),
        }

    def _leans(self, leaf: Leaf, text: str) -> bool:
        return leans_on_heading(text, leaf.term or self._heading)

    def _told(self, leaf: Leaf, text: str) -> str:
        """The sentence after the name that it is told with."""
        name = leaf.term or (self._heading if lacks_name(text, self._heading) else "")
        return f"{name}: {text}" if name else text

    def _gives(self, kind: AnswerKind, text: str) -> bool:
        """Whether a sentence gives what is asked for. A number of the question is none that answers it."""
        if kind.name != "number":
            return bool(kind.given.search(text))
        return any(found not in self._numbers_asked for found in kind.given.findall(text))

    def _name(self, leaf: Leaf, text: str) -> str:
        """What a definition or a row tells of: its term, its first cell."""
        return text.strip().strip("|").partition("|")[0] if leaf.kind == "row" else leaf.term


def _bare_lines(text: str) -> list[Leaf]:
    """The lines of a passage that is made of a heading alone, of front matter and the like; those of a table of
    contents only where there is nothing else."""
    lines = [match for match in re.finditer(r"[^\n]+", text) if re.search(r"\w", match.group())]
    telling = [line for line in lines if not is_contents(line.group())]
    return [Leaf("other", line.start(), line.start() + len(line.group().rstrip())) for line in telling or lines]


def _spans(text: str, leaf: Leaf) -> list[tuple[int, int]]:
    if leaf.kind in ("row", "code"):
        return [(leaf.start, leaf.end)]
    found: list[tuple[int, int]] = []
    for first, last in sentences(text[leaf.start : leaf.end]):
        start, end = leaf.start + first, leaf.start + last
        if end - start <= MAX_CLAUSE_CHARS:
            found.append((start, end))
        else:
            found += _lines(text, start, end)
    return found


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for match in re.finditer(r"\S[^\n]*", text[start:end]):
        yield start + match.start(), start + match.start() + len(match.group().rstrip())
