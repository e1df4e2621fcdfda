"""An answer made of quotations: what answers first, then what supports it. Pure.

A citation `[n]` means the n-th source that the turn's tools gave (`tui.local.agents.tools`).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby

from tui.api.denial import DENIAL
from tui.local.agents.markdown_text import escaped_line
from tui.local.agents.quoting.admission import ENOUGH, MAX_NAMED, about_names, absent, coverages
from tui.local.agents.quoting.asked import FRAME
from tui.local.agents.quoting.quotation import NO_MODEL, Quotation, source_line
from tui.local.agents.quoting.sentences import ReadPassage, Sentence, sentences_of
from tui.local.agents.tool_output import CitedPassage
from tui.local.library.words import folded
from tui.local.search.query import Query
from tui.local.search.ranking import covered
from tui.sanitize import clean_line

MAX_QUOTATIONS = 3
MAX_QUOTED_CHARS = 550
"""Length of all quotations together; the first one may be longer."""
QUOTATION_CHARS = 140
UNSURE_CHARS = 150
"""Length of a quotation where the first line may not be what was asked for."""
CODE_CHARS = 350
"""Length of the code that is quoted with the sentence that leads to it, however long both are then."""
SURE = 2.0
"""The score from which the first line is taken to be what was asked for."""
SUPPORTS = 0.7
"""A quotation beside a sure first line has at least this part of its score."""
MAX_FIRST_CHARS = 290
SECOND_SHARE = 0.8
"""A second sentence is told in the first line where its score is at least this part of the first one's."""
PASSAGE_SHARE = 0.77
"""What the passage's place counts beside the sentence."""
FEW_PASSAGES = 50
"""In so many passages what is best of the rest may have nothing to do with the question, and what is said of another
name stands for what nothing says of the one that is asked about."""
TELLING = 0.5
"""A word of the question that weighs at least this part of the heaviest one tells what it is about."""
SAME_WORDS = 0.7
"""Two quotations that share this part of their words say the same; the second is left out."""

_MARKS = "*`_ \n"
_OF_TERM = re.compile(r"`[^`]+`: ")
"""Marks of Markdown after a sentence's end."""


@dataclass(frozen=True, slots=True)
class RankedSentence:
    """A sentence of the passage with citation number `number`, at a place among the passage's sentences."""

    cited: CitedPassage
    sentences: Sequence[Sentence]
    at: int
    score: float

    @property
    def sentence(self) -> Sentence:
        return self.sentences[self.at]

    def excerpt(self, budget: int) -> Quotation:
        """The sentence with as many around it as fit: of its own leaf first, then what leads in, then what follows."""
        low, high = _window(self.sentences, self.at, budget)
        code = self._led_to()
        if code and budget and code.end - code.start <= CODE_CHARS:
            high = max(high, self.at + 1)
        quoted = self.sentences[low : high + 1]
        return Quotation(self.cited.citation, self.cited.passage, quoted, self.sentence, code)

    def _led_to(self) -> Sentence | None:
        """The code that the sentence leads into: "Limit the size of requests:"."""
        text = self.cited.passage.text[self.sentence.start : self.sentence.end]
        after = self.sentences[self.at + 1 : self.at + 2]
        leads = after and after[0].leaf.kind == "code" and text.rstrip(_MARKS).endswith(":")
        return after[0] if leads else None


def compose(question: str, query: Query, passages: Sequence[CitedPassage], collection: int) -> Iterator[str]:
    """The answer in Markdown, piece by piece, from passages, best first.

    `collection` is how many passages there are in all.
    """
    about = about_names(question, query, passages) if collection <= FEW_PASSAGES else []
    passages = about or passages
    read = _read(question, query, passages)
    candidates = _ranked(passages, read)
    if not candidates:
        return
    parts = coverages(question, query, read, collection, are_about_names=bool(about))
    if max(parts) < ENOUGH:
        fullest = passages[parts.index(max(parts))]
        yield from _denied(question, query, next((one for one in candidates if one.cited is fullest), candidates[0]))
        return
    lead, first_line = _first_line(candidates)
    yield f"{first_line}\n\n"
    yield from _occurs_nowhere(query)
    if collection <= FEW_PASSAGES:
        candidates = [candidates[0], *_on_the_subject(candidates[1:], query)]
    quotations = list(_short_enough(_quotations(candidates, lead)))
    for excerpt in quotations:
        yield f"{excerpt.quotation()}\n\n"
    yield from _sources([*quotations, *lead])


def _occurs_nowhere(query: Query) -> Iterator[str]:
    """The words of the question that the documents do not have: what is asked may be just that."""
    words = [clean_line(word, 60) for word in query.missing if not FRAME.issuperset(folded(word))]
    if words:
        told = ", ".join(f"“{escaped_line(word)}”" for word in words[:MAX_NAMED])
        yield f"*{told} {'occurs' if len(words) == 1 else 'occur'} nowhere in these documents.*\n\n"


def nearest(question: str, query: Query, passages: Sequence[CitedPassage]) -> Iterator[str]:
    """What comes nearest in one line, where only other documents than the one that is asked for say anything."""
    candidates = _ranked(passages, _read(question, query, passages))
    if candidates:
        excerpt = candidates[0].excerpt(0)
        yield f"{DENIAL}; this comes nearest in other documents:\n\n"
        yield f"{excerpt.line()} [{excerpt.number}]\n\n"
        yield from _sources([excerpt])


def _denied(question: str, query: Query, best: RankedSentence) -> Iterator[str]:
    """That the documents do not tell, and in one line what comes nearest."""
    excerpt = best.excerpt(0)
    words = ", ".join(f"“{word}”" for word in absent(question, query, best.cited.passage))
    lacking = f"the nearest one lacks {words}" if words else "in the nearest one its words stand far apart"
    yield f"{DENIAL}; {lacking}.\n\n"
    yield f"{excerpt.line()} [{excerpt.number}]\n\n"
    yield from _sources([excerpt])


def _sources(excerpts: Sequence[Quotation]) -> Iterator[str]:
    yield f"{NO_MODEL}\n\n**Sources**\n\n"
    in_order = sorted(excerpts, key=lambda excerpt: excerpt.number)
    yield from (source_line(list(of)) for _, of in groupby(in_order, key=lambda excerpt: excerpt.number))


def _read(question: str, query: Query, passages: Sequence[CitedPassage]) -> list[ReadPassage]:
    return [ReadPassage(each.passage, sentences_of(each.passage, question, query.terms)) for each in passages]


def _ranked(passages: Sequence[CitedPassage], read: Sequence[ReadPassage]) -> list[RankedSentence]:
    """All sentences of the passages, best first."""
    top = max((cited.passage.score for cited in passages), default=0.0) or 1.0
    found: list[RankedSentence] = []
    for cited, own in zip(passages, (each.sentences for each in read), strict=True):
        place = PASSAGE_SHARE * cited.passage.score / top
        found += [RankedSentence(cited, own, at, sentence.score + place) for at, sentence in enumerate(own)]
    return sorted(found, key=lambda candidate: -candidate.score)


def _first_line(candidates: Sequence[RankedSentence]) -> tuple[list[Quotation], str]:
    """What answers, in one or two sentences, and where these stand."""
    best = candidates[0]
    first = best.excerpt(0)
    told = first.line()
    line = f"{told} [{first.number}]"
    of_term = _OF_TERM.match(told)
    for second in candidates[1:4]:
        other = second.excerpt(0)
        more = other.line().removeprefix(of_term.group() if of_term else "")
        longer = f"{line} {more} [{other.number}]"
        if second.score < SECOND_SHARE * best.score:
            break
        if len(longer) <= MAX_FIRST_CHARS and not _repeats(other, [first]):
            return [first, other], longer
    return [first], line


def _on_the_subject(candidates: Sequence[RankedSentence], query: Query) -> Iterator[RankedSentence]:
    """Those that have a telling word of the question, or stand under one."""
    least = TELLING * max((term.weight for term in query.terms), default=0.0)
    telling = [term for term in query.terms if term.weight >= least]
    for candidate in candidates:
        passage, sentence = candidate.cited.passage, candidate.sentence
        said = f"{passage.heading} {sentence.leaf.label} {passage.text[sentence.start : sentence.end]}"
        if covered(telling, folded(said)):
            yield candidate


def _quotations(candidates: Sequence[RankedSentence], lead: Sequence[Quotation]) -> list[Quotation]:
    """The quotations worth showing: none that lies in another one, repeats it, or says no more than the first line."""
    best = candidates[0]
    sure = best.score >= SURE
    shown: list[Quotation] = []
    for candidate in candidates:
        if len(shown) == MAX_QUOTATIONS or (sure and candidate.score < SUPPORTS * best.score):
            break
        excerpt = candidate.excerpt(QUOTATION_CHARS if sure else UNSURE_CHARS)
        told = any(excerpt.span == one.span and one.is_whole for one in lead)
        if not told and not any(excerpt.overlaps(other) for other in shown) and not _repeats(excerpt, shown):
            shown.append(excerpt)
    return shown


def _short_enough(quotations: Sequence[Quotation]) -> Iterator[Quotation]:
    """The first of them, and those after it that are short enough to be read with it."""
    lengths = accumulate(len(excerpt.quotation()) for excerpt in quotations)
    for at, (excerpt, length) in enumerate(zip(quotations, lengths, strict=True)):
        if at and length > MAX_QUOTED_CHARS:
            break
        yield excerpt


def _repeats(excerpt: Quotation, others: Sequence[Quotation]) -> bool:
    own = set(folded(excerpt.text))
    said = (set(folded(other.text)) for other in others)
    return any(len(own & words) >= SAME_WORDS * max(1, min(len(own), len(words))) for words in said)


def _window(sentences: Sequence[Sentence], at: int, budget: int) -> tuple[int, int]:
    """The run of sentences around one that fits the budget."""
    low = high = at

    def fits(first: int, last: int) -> bool:
        return first >= 0 and last < len(sentences) and sentences[last].end - sentences[first].start <= budget

    def belongs(other: int) -> bool:
        one, beside = sentences[at].leaf, sentences[other].leaf
        return beside is one or beside.table == one.table >= 0

    while fits(low, high + 1) and belongs(high + 1):
        high += 1
    while fits(low - 1, high) and belongs(low - 1):
        low -= 1
    if fits(low - 1, high) and not belongs(low - 1) and _leads_in(sentences, low - 1):
        low -= 1
    while fits(low, high + 1):
        high += 1
    return low, high


def _leads_in(sentences: Sequence[Sentence], at: int) -> bool:
    """Whether a sentence ends a paragraph that leads into an item, a table or code."""
    return sentences[at].leaf.kind == "paragraph" and sentences[at + 1].leaf.kind in (
        "item",
        "row",
        "code",
        "definition",
    )
