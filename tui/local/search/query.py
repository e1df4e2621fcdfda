"""From a question to the terms that are searched for, and to how much each of them says.

The search index holds the stems of the documents' words, each document's in its own language. So a word of the question
is looked up by its stem in each of the languages that the documents are in.
"""

import difflib
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from string import ascii_lowercase
from typing import Literal

from tui.local.library.languages import ENGLISH, MAX_STEMMED_CHARS, is_stop_word, languages_of, stem
from tui.local.library.vocabulary import Vocabulary
from tui.local.library.words import fold, folded, words

MIN_BEGINNING_CHARS = 3
"""A word that occurs nowhere is tried as the beginning of others when it has at least as many letters."""
MIN_RESPELLED_CHARS = 4
"""A word that occurs nowhere is taken for another of nearly the same letters when it has at least as many."""
MIN_RESPELLED_NAME_CHARS = 5
"""The same of one that is written as names are: so short a name is mostly one letter off some word."""
LONG_CHARS = 8
"""In a shorter word only one slip is put right: with two it is another word, as "mount" and "month"."""
MAX_TRIED = 5
"""How many right spellings are tried, the most frequent ones."""
MAX_FORMS = 40
MIN_LANGUAGE_SHARE = 0.01
"""A word is looked up in the languages of at least this part of the passages, and in the question's own: in a language
of few, what it is cut to is another word of the others', or so rare that it outweighs the question."""
MAX_TIMES = 3
"""A word that the question repeats counts so often in the first stage at most."""


FoundAs = Literal["stem", "beginning", "spelling"]
"""How a word was found: by its stem, as the beginning of others, or as one that is spelled nearly so."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the question, or several that belong together ("ctrl+o", or words in quotation marks).

    `words` are folded. `stems` are what counts as the term: its words' stems in the `languages` of the documents, or
    where none occurs, others that it was `found_as`.
    `passages` is how many have it. `weight` says how much it tells them apart: a rare word more, and what the question
    says several `times` as often.
    """

    text: str
    words: tuple[str, ...]
    stems: frozenset[tuple[str, ...]] = frozenset()
    languages: tuple[str, ...] = (ENGLISH,)
    weight: float = 1.0
    times: int = 1
    passages: int = 0
    found_as: FoundAs = "stem"

    def expression(self) -> str:
        """The term in FTS5's query language; the quotation marks make every character of it plain."""
        once = " OR ".join(f'"{" ".join(stems)}"' for stems in sorted(self.stems))
        return " OR ".join([once] * min(self.times, MAX_TIMES))

    def positions(self, text_words: Sequence[str]) -> list[int]:
        """Where the term stands in a text, given the text's folded words."""
        stems = [_stems_of_word(word, self.languages) for word in text_words]
        return sorted(
            {
                at
                for wanted in (*self.stems, self.words)
                for at in range(len(stems) - len(wanted) + 1)
                if all(one in stems[at + step] for step, one in enumerate(wanted))
            }
        )

    def places(self, text_stems: Sequence[str]) -> list[int]:
        """Where the term stands in a text, given the stems of the text's words."""
        return sorted({at for wanted in self.stems for at in _places(wanted, text_stems)})


@lru_cache(maxsize=20_000)
def _stems_of_word(word: str, languages: tuple[str, ...]) -> frozenset[str]:
    return frozenset((word, *(stem(word, language) for language in languages)))


def _places(wanted: tuple[str, ...], text_stems: Sequence[str]) -> Iterator[int]:
    at = -1
    for _ in range(text_stems.count(wanted[0])):
        at = text_stems.index(wanted[0], at + 1)
        if len(wanted) == 1 or tuple(text_stems[at : at + len(wanted)]) == wanted:
            yield at


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for: the terms that occur, those that do not, and spellings that were put right.

    `question` is what was asked, with what was asked before where it leans on that.
    """

    terms: tuple[Term, ...]
    missing: tuple[str, ...] = ()
    corrected: tuple[tuple[str, str], ...] = ()
    question: str = ""

    def expression(self, most: int) -> str:
        """Any of the terms, in FTS5's query language.

        Of those that many passages have only as many as together are in `most`: they say little, and each passage that
        has them takes time. The rarest is always there.
        """
        rarest, *others = sorted(self.terms, key=lambda term: term.passages)
        taken, total = [rarest], rarest.passages
        for term in others:
            total += term.passages
            if total <= most:
                taken.append(term)
        return " OR ".join(term.expression() for term in taken)

    @property
    def is_unknown(self) -> bool:
        """Whether it has words, and none of them occurs."""
        return bool(self.missing) and not self.terms

    @property
    def text(self) -> str:
        """The terms as the user wrote them."""
        return " ".join(term.text for term in self.terms)


_QUOTATION = re.compile(r'["“”„«»「『]([^"“”„«»「」『』]{2,80})["“”«»」』]')
_EDGES = (
    "\"'“”„\u2018\u2019«»()[]{}<>,;:!?.…*`¿¡\u3001\u3002\u300c\u300d\u300e\u300f\uff01\uff0c\uff1a\uff1b\uff1f"
    "\u0964\u06d4\u060c\u061b\u061f"
)
_HOW = re.compile(r"\bhow (?:many|much|long|often)\b", re.I)
"""What asks for a number, and stands nowhere in the answer."""
_REFERS_BACK = re.compile(
    r"^(?:and|but|or|so|then|what about|how about|also|ok|okay|und|aber|et|mais|y|pero)\b"
    r"|\b(?:it|its|they|them|those|these|that one)\b"
    r"|(?<!is )(?<!are )(?<!was )(?<!were )\bthere\b(?! (?:is|are|was|were)\b)",
    re.I,
)


def quotations(question: str) -> list[str]:
    """What stands in quotation marks."""
    return [match.group(1) for match in _QUOTATION.finditer(question)]


def parse(question: str) -> tuple[Term, ...]:
    """The question's terms without those that say nothing; one term for words with the same English stem."""
    languages = languages_of(words(question))
    rest = re.sub(r"['\u2019](?:s|re|ve|ll|d|m|t)\b", "", _QUOTATION.sub(" ", question))
    rest = _HOW.sub(" ", rest)
    tokens = [token.strip(_EDGES) for token in rest.split()]
    content_words = [token for token in tokens if any(not is_stop_word(word, languages) for word in words(token))]
    found = [Term(text, tuple(folded(text))) for text in (*quotations(question), *content_words)]
    times = Counter(tuple(map(stem, term.words)) for term in found)
    unique = {tuple(map(stem, term.words)): term for term in found if term.words}
    return tuple(replace(term, times=times[stems]) for stems, term in unique.items())


def refers_back(question: str) -> bool:
    """Whether a question leans on the one before it: "and in Markdown?", "where is it kept?"."""
    return len(parse(question)) <= 3 and bool(_REFERS_BACK.search(question.strip()))


def resolve(vocabulary: Vocabulary, question: str, index_ids: Sequence[str]) -> Query:
    """The terms of a question, weighed by how rare they are.

    One that does not occur is tried as its parts, as the beginning of a word, and with its spelling put right; what
    then still does not occur is `missing`.
    """
    words_of_documents = _Documents(vocabulary, index_ids, languages_of(words(question)))
    found: dict[tuple[str, ...], Term] = {}
    missing: list[str] = []
    corrected: list[tuple[str, str]] = []
    for term in parse(question):
        hits = (
            words_of_documents.whole(term) or words_of_documents.parts(term) or words_of_documents.beginning_with(term)
        )
        if not hits:
            hits = words_of_documents.respelled(term)
            corrected += [(term.text, words_of_documents.spelling(hit)) for hit in hits]
        found |= {hit.words: hit for hit in hits}
        if not hits:
            missing.append(term.text)
    return Query(tuple(found.values()), tuple(missing), tuple(corrected), question)


def phrase(vocabulary: Vocabulary, text: str, index_ids: Sequence[str]) -> str:
    """A text's words one after the other, in FTS5's query language; empty where no document has them so."""
    hits = _Documents(vocabulary, index_ids).whole(Term(text, tuple(folded(text))))
    return hits[0].expression() if hits else ""


def is_one_slip(one: str, other: str) -> bool:
    """Whether two words differ by one letter more, less or other, or by two letters that changed places."""
    begin = _alike(one, other)
    end = _alike(one[begin:][::-1], other[begin:][::-1])
    first, second = one[begin : len(one) - end], other[begin : len(other) - end]
    return max(len(first), len(second)) <= 1 or (len(first) == 2 and first == second[::-1])


def one_slip_off(word: str) -> Iterator[str]:
    """Every word that this one becomes with one letter more, less or other, or with two that changed places."""
    for at in range(len(word) + 1):
        before, letter, after = word[:at], word[at : at + 1], word[at + 1 :]
        yield from (f"{before}{other}{letter}{after}" for other in ascii_lowercase)
        if letter:
            yield from (f"{before}{other}{after}" for other in ascii_lowercase)
            yield f"{before}{after}"
        if after:
            yield f"{before}{after[0]}{letter}{after[1:]}"


def _alike(one: str, other: str) -> int:
    """How many letters two words begin with that are the same."""
    shorter = min(len(one), len(other))
    return next((at for at in range(shorter) if one[at] != other[at]), shorter)


class _Documents:
    """What the documents of some indexes have of a question."""

    def __init__(self, vocabulary: Vocabulary, index_ids: Sequence[str], asked_in: Sequence[str] = ()) -> None:
        self._vocabulary = vocabulary
        self._index_ids = index_ids
        self._passages = vocabulary.passage_count(index_ids)
        counts = vocabulary.languages(index_ids) or {ENGLISH: 1}
        self._languages = tuple(counts)
        enough = MIN_LANGUAGE_SHARE * sum(counts.values())
        self._usual = tuple(one for one, count in counts.items() if count >= enough or one in asked_in)

    def whole(self, term: Term) -> list[Term]:
        """The term as it is, in each of the usual languages, else in the others."""
        return self._whole(term, self._usual) or self._whole(term, self._languages)

    def _whole(self, term: Term, languages: Sequence[str]) -> list[Term]:
        text = words(term.text)
        written = {tuple(stem(word, language) for word in text) for language in languages}
        plain = {tuple(stem(word, language) for word in term.words) for language in languages}
        return self._weighed(term, written | plain)

    def parts(self, term: Term) -> list[Term]:
        """The words of a term that is made of several, as terms of their own."""
        if len(term.words) == 1:
            return []
        parts = [word for word in words(term.text) if not is_stop_word(word, self._languages)]
        return [hit for word in parts for hit in self.whole(Term(word, (fold(word),), times=term.times))]

    def beginning_with(self, term: Term) -> list[Term]:
        """The term as the beginning of words."""
        word, *others = term.words
        if others or len(word) < MIN_BEGINNING_CHARS:
            return []
        longer = self._vocabulary.stems_beginning(self._index_ids, word, MAX_FORMS)
        return self._weighed(replace(term, found_as="beginning"), ((form,) for form in longer))

    def respelled(self, term: Term) -> list[Term]:
        """The term as the word that is spelled nearly like it."""
        word, *others = term.words
        least = MIN_RESPELLED_CHARS if term.text.islower() else MIN_RESPELLED_NAME_CHARS
        if others or not least <= len(word) <= MAX_STEMMED_CHARS:
            return []
        found = self._one_slip_off(word) or self._nearly(word)
        return self._weighed(replace(term, found_as="spelling"), [(found,)] if found else [])

    def _one_slip_off(self, word: str) -> str | None:
        """The most frequent stem of a word that this one becomes when one slip is put right.

        A slip may change how a word ends, and so be cut to another stem: so it is put right in the word.
        """
        right: dict[str, set[str]] = {}
        for other in one_slip_off(word):
            if other[0] == word[0] and not is_stop_word(other):
                for language in self._usual:
                    right.setdefault(stem(other, language), set()).add(other)
        known = self._vocabulary.passages_with(self._index_ids, {one for one in right if not is_stop_word(one)})
        frequent = sorted(known, key=lambda one: (-known[one], one))[:MAX_TRIED]
        return next((one for one in frequent if right[one] != {one} or self._is_written(one)), None)

    def _is_written(self, found: str) -> bool:
        """Whether a stem is a word as well, as "tabl" is not."""
        return found in folded(self._vocabulary.sample(self._index_ids, f'"{found}"'))

    def _nearly(self, word: str) -> str | None:
        """The stem that is most like that of the word."""
        for wrong in dict.fromkeys(stem(word, language) for language in self._languages):
            known = self._vocabulary.similar_stems(self._index_ids, wrong)
            known = [one for one in known if len(word) >= LONG_CHARS or is_one_slip(wrong, one)]
            if near := difflib.get_close_matches(wrong, known, n=1, cutoff=0.8):
                return near[0]
        return None

    def spelling(self, term: Term) -> str:
        """How a term of one word is written somewhere in the documents."""
        sample = self._vocabulary.sample(self._index_ids, term.expression())
        ((found,),) = term.stems
        written = (word for word in words(sample) if any(stem(word, one) == found for one in self._languages))
        return next(written, found).lower()

    def _weighed(self, term: Term, stems: Iterable[tuple[str, ...]]) -> list[Term]:
        """The term with these stems, weighed as BM25 does; none where they do not occur."""
        known = replace(term, stems=frozenset(filter(all, stems)), languages=self._languages)
        count = self._vocabulary.frequency(known.expression(), self._index_ids) if known.stems else 0
        if not count:
            return []
        rarity = math.log(1 + (self._passages - count + 0.5) / (count + 0.5)) + 0.1
        return [replace(known, weight=known.times * rarity, passages=count)]
