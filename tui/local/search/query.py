"""From a question to the terms that are searched for, and to how much each of them says.

The search index holds the words as they were written. Which of them count as a word of the question (its inflections,
in the languages of the question and of the documents) is decided here, over the index's vocabulary.
"""

import difflib
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from tui.local.library.vocabulary import Vocabulary
from tui.local.library.words import fold, folded, has_unspaced, words
from tui.local.search.languages import ENGLISH, is_stop_word, languages_of, stem

MIN_BEGINNING_CHARS = 3
"""A word that occurs nowhere is tried as the beginning of others when it has at least as many letters."""
MAX_FORMS = 40


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the question, or several that belong together ("ctrl+o", or words in quotation marks).

    `forms` are the indexed words that count as the one word. `weight` says how much the term tells passages apart: rare
    words more, and what the question says `times` times as often.
    """

    text: str
    words: tuple[str, ...]
    forms: frozenset[str] = frozenset()
    weight: float = 1.0
    times: int = 1

    def expression(self) -> str:
        """The term in FTS5's query language; the quotation marks make every character of it plain."""
        if len(self.words) > 1:
            return f'"{" ".join(self.words)}"'
        return "(" + " OR ".join(f'"{form}"' for form in sorted(self.forms | set(self.words))) + ")"

    def positions(self, text_words: Sequence[str]) -> list[int]:
        """Where the term stands in a text, given the text's folded words."""
        first, *others = self.words
        if not others:
            return [i for i, word in enumerate(text_words) if word == first or word in self.forms]
        starts = [i for i, word in enumerate(text_words) if word == first]
        return [i for i in starts if list(text_words[i + 1 : i + len(self.words)]) == others]


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for: the terms that occur, those that do not, and spellings that were put right."""

    terms: tuple[Term, ...]
    missing: tuple[str, ...] = ()
    corrected: tuple[tuple[str, str], ...] = ()

    @property
    def expression(self) -> str:
        """Any of the terms, in FTS5's query language."""
        return " OR ".join(term.expression() for term in self.terms)

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
    question_languages = languages_of(words(question))
    document_languages = languages_of(word for text in vocabulary.samples(index_ids) for word in words(text))
    languages = tuple(dict.fromkeys((ENGLISH, *question_languages, *document_languages)))
    found: dict[tuple[str, ...], Term] = {}
    missing: list[str] = []
    corrected: list[tuple[str, str]] = []
    for term in parse(question):
        whole = _weighed(vocabulary, [_inflected(vocabulary, term, languages)], index_ids)
        hits = whole or _parts(vocabulary, term, index_ids, languages) or _beginnings(vocabulary, term, index_ids)
        if not hits:
            hits = _respelled(vocabulary, term, index_ids)
            corrected += [(term.text, form) for hit in hits for form in sorted(hit.forms)]
        found |= {hit.words: hit for hit in hits}
        if not hits:
            missing.append(term.text)
    return Query(tuple(found.values()), tuple(missing), tuple(corrected))


def _inflected(vocabulary: Vocabulary, term: Term, languages: Sequence[str]) -> Term:
    """The term with the indexed words that have its stem in one of the languages."""
    plain, *others = term.words
    if others or has_unspaced(plain) or not plain.isalpha():
        return term
    lower = term.text.lower()
    stems = {language: {stem(word, language) for word in (lower, plain)} for language in languages}
    all_stems = {kept for wanted in stems.values() for kept in wanted}
    forms = {
        form
        for beginning in {_common(plain, fold(kept)) for kept in all_stems}
        for form in vocabulary.words_beginning(beginning)
        if any(stem(form, language) in wanted for language, wanted in stems.items())
    }
    return replace(term, forms=frozenset(map(fold, forms)) | frozenset(forms))


def _common(word: str, word_stem: str) -> str:
    """What the inflections of a word begin with: what it shares with its stem, less a letter that may change."""
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(word, word_stem, strict=False)))
    return word[: max(min(3, len(word)), shared - 1)]


def _parts(vocabulary: Vocabulary, term: Term, index_ids: Sequence[str], languages: Sequence[str]) -> list[Term]:
    """The words of a term that is made of several, as terms of their own."""
    if len(term.words) == 1:
        return []
    parts = [
        Term(word, (fold(word),), times=term.times) for word in words(term.text) if not is_stop_word(word, languages)
    ]
    return _weighed(vocabulary, [_inflected(vocabulary, part, languages) for part in parts], index_ids)


def _beginnings(vocabulary: Vocabulary, term: Term, index_ids: Sequence[str]) -> list[Term]:
    word, *others = term.words
    if others or len(word) < MIN_BEGINNING_CHARS:
        return []
    forms = vocabulary.words_beginning(word)[:MAX_FORMS]
    return _weighed(vocabulary, [replace(term, forms=frozenset(forms))], index_ids) if forms else []


def _respelled(vocabulary: Vocabulary, term: Term, index_ids: Sequence[str]) -> list[Term]:
    """The term as the indexed words that are spelled nearly like it."""
    word, *others = term.words
    if others or len(word) < 4:
        return []
    near = difflib.get_close_matches(word, vocabulary.similar_words(word), n=3, cutoff=0.8)
    stems = {stem(form) for form in near[:1]}
    return _weighed(vocabulary, [replace(term, forms=frozenset(f for f in near if stem(f) in stems))], index_ids)


def _weighed(vocabulary: Vocabulary, variants: Sequence[Term], index_ids: Sequence[str]) -> list[Term]:
    """The variants that occur, weighed as BM25 does."""
    total = vocabulary.passage_count(index_ids)
    counts = [(variant, vocabulary.frequency(variant.expression(), index_ids)) for variant in variants]
    return [
        replace(variant, weight=variant.times * (math.log(1 + (total - count + 0.5) / (count + 0.5)) + 0.1))
        for variant, count in counts
        if count
    ]
