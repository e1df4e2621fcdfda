"""The languages of questions and documents: which one a text is in, its common words, and its stemmer. Pure."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from importlib.resources import files
from threading import Lock

from tui.local.library.words import fold, words
from tui.unspaced import has_unspaced

ENGLISH = "english"

_WITHOUT_STEMMER = frozenset(("bulgarian", "hebrew", "ukrainian", "urdu"))
_TONAL = frozenset(("vietnamese",))
"""Languages in which a mark on a letter makes another word, so that it is kept."""

MAX_STEMMED_CHARS = 40
"""Longer words are no words of a language, and are compared as they are."""
MAX_KEPT_STEMS = 200_000
"""Stems that are kept in memory, of each language."""
MAX_LOOKED_AT_CHARS = 5_000
"""How much of a document is looked at to tell its language."""

MIN_LANGUAGE_SHARE = 0.7
"""Related languages share common words: those with at least this part of the best one's count are taken as well."""

MIN_COMMON = 2
"""With fewer, it has more of them than of English."""
MIN_COMMON_SHARE = 0.05
"""What is in a language has at least this part of its common words."""

_NO_CACHE = 0
"""How many stems PyStemmer itself is to keep."""
_one_at_a_time = Lock()
"""PyStemmer's objects may not be used by two threads at once."""

_OF_SCRIPT = {
    "ARABIC": "arabic",
    "ARMENIAN": "armenian",
    "CYRILLIC": "russian",
    "DEVANAGARI": "hindi",
    "GREEK": "greek",
    "HEBREW": "hebrew",
    "TAMIL": "tamil",
}
"""The language of a text that has no common word of any, by the script of its letters."""


def _stop_words() -> Iterator[tuple[str, frozenset[str]]]:
    listed = files("tui.local.library").joinpath("stop_words.txt").read_text(encoding="utf-8")
    for entry in re.split(r"\n(?=\w)", listed):
        language, _, common = entry.partition(":")
        yield language, frozenset(common.split())


STOP_WORDS = dict(_stop_words())
"""The common words of each language, in lower case."""


def _languages_by_word() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for language, common in STOP_WORDS.items():
        for word in common:
            found[word] = (*found.get(word, ()), language)
    return found


_LANGUAGES_BY_WORD = _languages_by_word()


def languages_of(text_words: Iterable[str]) -> tuple[str, ...]:
    """The languages that a text's words may be in, likeliest first; none when it has no common word of any.

    Words are compared as written, in lower case: accents tell languages apart.
    """
    counts: Counter[str] = Counter()
    said = Counter(map(str.lower, text_words))
    for word in said.keys() & _LANGUAGES_BY_WORD.keys():
        for language in _LANGUAGES_BY_WORD[word]:
            counts[language] += said[word]
    ranked = counts.most_common()
    return tuple(language for language, count in ranked if count >= MIN_LANGUAGE_SHARE * ranked[0][1])


def language_of_text(text: str) -> str:
    """The language of a document, by its common words, else by the script of its letters; else English."""
    start = text[:MAX_LOOKED_AT_CHARS]
    text_words = words(start)
    likely = languages_of(text_words)
    if likely and _is_surely(likely[0], text_words):
        return likely[0]
    foreign = [char for char in start if char.isalpha() and not char.isascii()]
    if not foreign or len(foreign) < sum(char.isalpha() for char in start) / 2:
        return ENGLISH
    return _OF_SCRIPT.get(unicodedata.name(foreign[0], "").partition(" ")[0], ENGLISH)


def _is_surely(language: str, text_words: Sequence[str]) -> bool:
    """Whether so many of a text's words are common ones of a language that it is written in it.

    A few names or letters of other languages stand in any text, and most of all in one whose own have no stemmer.
    """
    common, english = (sum(word.lower() in STOP_WORDS[one] for word in text_words) for one in (language, ENGLISH))
    return common >= max(MIN_COMMON_SHARE * len(text_words), english + (common < MIN_COMMON))


def is_stop_word(word: str, languages: Sequence[str] = ()) -> bool:
    """Whether a word is too common to search for: in English, or in one of these languages."""
    lower = word.lower()
    return any(lower in STOP_WORDS.get(language, ()) for language in (ENGLISH, *languages))


@cache
def _stemmer(language: str) -> Callable[[str], str]:
    """Snowball's stemmer, for words in lower case. Imported by name because it has no type information."""
    if language in _WITHOUT_STEMMER or language in _TONAL:
        return str
    stem_word: Callable[[str], str] = import_module("Stemmer").Stemmer(language, _NO_CACHE).stemWord
    return stem_word


class _Stems(dict[str, str]):
    """The stems of words in one language, kept once they are known: most words of a text have occurred before."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self._language = language

    def __missing__(self, word: str) -> str:
        if len(self) >= MAX_KEPT_STEMS:
            self.clear()
        self[word] = found = self._stem(word)
        return found

    def _stem(self, word: str) -> str:
        if len(word) > MAX_STEMMED_CHARS or has_unspaced(word):
            return fold(word)
        with _one_at_a_time:
            stemmed = _stemmer(self._language)(word.lower())
        return unicodedata.normalize("NFC", stemmed) if self._language in _TONAL else fold(stemmed)


@cache
def _stems(language: str) -> _Stems:
    return _Stems(language)


def stem(word: str, language: str = ENGLISH) -> str:
    """What a word is compared by: what its forms in the language have in common, without accents."""
    return _stems(language)[word]


def stems_of(text: str, language: str) -> list[str]:
    """The stems of a text's words, in their order."""
    return list(map(_stems(language).__getitem__, words(text)))
