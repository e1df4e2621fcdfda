"""The sentences of a passage, each scored against the question. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from tui.local.agents.quoting.asked import (
    FRAME,
    AnswerKind,
    defines,
    is_code_name,
    kinds_asked,
    lacks_name,
    points_elsewhere,
    says_to_do,
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
    "own": 1.07,
    "label": 0.88,
    "above": 0.7,
    "beside": 0.32,
    "under the question": 0.5,
    "near": 0.35,
    "named": 0.2,
    "tells of another": -0.27,
    "of the document": 0.21,
    "defined": 0.45,
    "opens": 0.03,
    "opens under the question": 0.13,
    "opens under exactly the question": 0.26,
    "number": 0.33,
    "default": 0.13,
    "default value": 0.33,
    "moment": 0.21,
    "person": 0.1,
    "file": 0.16,
    "place": 0.13,
    "name": 0.07,
    "doing": 0.28,
    "reason": 0.22,
    "nothing asked for": -0.2,
    "is a question": -0.38,
    "leads in": -0.25,
    "leads to code": 0.12,
    "says to do": 0.33,
    "code": -0.5,
    "row": -0.12,
    "is a title": -1,
    "points elsewhere": -0.31,
    "few words": -0.2,
    "many words": -0.14,
}
"""What each sign of a sentence counts, for or against its being the answer: fitted on one half of the questions that
`make bench-answers` was given, but for what reads badly in one line: code, titles,
rows, few words, and what leads to something that is not shown."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a leaf, a row or a piece of code: `text[start:end]` of its passage."""

    leaf: Leaf
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class ReadPassage:
    """A passage with its sentences, in their order."""

    passage: Passage
    sentences: Sequence[Sentence]

    def text_of(self, sentence: Sentence) -> str:
        return self.passage.text[sentence.start : sentence.end]


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
        self._asks_how = any(kind.name == "doing" for kind in self._kinds)
        self._thing = thing_asked(question)
        self._numbers_asked = set(re.findall(r"\d+", question))
        self._above = covered(self._terms, [*folded(passage.heading), *folded(passage.file_name)])
        self._heading = passage.heading.rpartition(HEADING_JOIN)[2]
        name = PurePosixPath(passage.file_name).stem
        self._answers = heading_match(self._terms, self._heading or name)
        self._is_of_document = _has_all(self._terms, folded(name))

    def of_all(self) -> Iterator[tuple[Leaf, int, int, Mapping[str, float]]]:
        """Each sentence's leaf, start and end, and its signs."""
        plain = [" ".join(unhyphenated(self._text[start:end], self._text).split()) for _, start, end in self._spans]
        own = [covered(self._terms, folded(text)) for text in plain]
        label: str | None = None
        question, is_first = "", True
        for at, (leaf, start, end) in enumerate(self._spans):
            beside = {term for terms in own[max(0, at - 1) : at + 2] for term in terms}
            if leaf.label != label and not leaf.is_aside:
                label, question, is_first = leaf.label, "", True
            answers = max(self._answers, *(heading_match(self._terms, text) for text in (leaf.label, question)))
            opens = answers if is_first and not leaf.is_aside else None
            is_first = is_first and leaf.is_aside
            to_code = at + 1 < len(self._spans) and self._spans[at + 1][0].kind == "code"
            said = self._said(leaf, f"{leaf.label} {question}", plain[at], own[at], beside, answers)
            yield leaf, start, end, {**said, **self._form(leaf, plain[at], opens, to_code=to_code)}
            if plain[at].endswith("?") and (start, end) == (leaf.start, leaf.end):
                question, is_first = plain[at], True  # what follows answers it, as in a list of frequent questions

    def _said(
        self, leaf: Leaf, said_of: str, text: str, own: set[Term], beside: set[Term], answers: float
    ) -> Mapping[str, float]:
        """Which words of the question are said, by the sentence itself or by what stands around it.

        `answers` is how nearly what stands above is the question.
        """
        label = covered(self._terms, folded(said_of)) - own
        above = self._above - own - label
        return {
            "own": share(self._terms, own),
            "label": share(self._terms, label),
            "above": share(self._terms, above),
            "beside": share(self._terms, beside - own - label - self._above),
            "under the question": answers * share(self._terms, label | above),
            "of the document": float(self._is_of_document),
            "near": nearness(self._terms, folded(text)),
            "named": (named := heading_match(self._terms, self._name(leaf, text))),
            "tells of another": float(bool(self._thing and leaf.term) and not named),
        }

    def _form(self, leaf: Leaf, text: str, opens: float | None, *, to_code: bool) -> Mapping[str, float]:
        """How the sentence looks, beside what is asked for. One that `opens` what stands under a heading is told how
        nearly that is the question."""
        given = {kind.name: 1.0 for kind in self._kinds if self._gives(kind, leaf, text)}
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
            "leads in": float(ends == ":" and not to_code),
            "leads to code": float(ends == ":" and to_code),
            "says to do": float(self._asks_how and says_to_do(text)),
            "code": float(leaf.kind == "code"),
            "row": float(leaf.kind == "row"),
            "is a title": float(bool(_TITLE.fullmatch(text.strip()))),
            "points elsewhere": float(points_elsewhere(text)),
            "few words": float(length < 3),
            "many words": min(1.5, max(0, length - USUAL_WORDS) / USUAL_WORDS),
        }

    def _told(self, leaf: Leaf, text: str) -> str:
        """The sentence after the name that it is told with."""
        name = leaf.term or (self._heading if lacks_name(text, self._heading) else "")
        return f"{name}: {text}" if name else text

    def _gives(self, kind: AnswerKind, leaf: Leaf, text: str) -> bool:
        """Whether a sentence gives what is asked for, or stands under a name in code that does.

        A number of the question is none that answers it.
        """
        if kind.name == "number":
            return any(found not in self._numbers_asked for found in kind.given.findall(text))
        if kind.name in ("name", "doing") and is_code_name(leaf.term or self._heading):
            return True
        if kind.name == "doing" and says_to_do(text):
            return True
        return bool(kind.given.search(self._told(leaf, text) if kind.is_name else text))

    def _name(self, leaf: Leaf, text: str) -> str:
        """What a definition or a row tells of: its term, its first cell."""
        return text.strip().strip("|").partition("|")[0] if leaf.kind == "row" else leaf.term


def _has_all(terms: Sequence[Term], text_words: Sequence[str]) -> bool:
    """Whether a question names each word of a text."""
    named = sum(len(term.words) for term in covered(terms, text_words))
    return bool(text_words) and named >= len(text_words)


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
