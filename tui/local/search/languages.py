"""The languages of questions and documents: which one a text is in, its common words, and its stemmer. Pure."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from importlib import import_module
from importlib.resources import files

ENGLISH = "english"


def _stop_words() -> Iterator[tuple[str, frozenset[str]]]:
    listed = files("tui.local.search").joinpath("stop_words.txt").read_text(encoding="utf-8")
    for entry in re.split(r"\n(?=\w)", listed):
        language, _, common = entry.partition(":")
        yield language, frozenset(common.split())


STOP_WORDS = dict(_stop_words())
"""The common words of each language, in lower case. Only languages with a Snowball stemmer are listed."""

MIN_LANGUAGE_SHARE = 0.7
"""Related languages share common words: those with at least this part of the best one's count are taken as well."""


def languages_of(text_words: Iterable[str]) -> tuple[str, ...]:
    """The languages that a text's words may be in, likeliest first; none when it has no common word of any.

    Words are compared as written, in lower case: accents tell languages apart.
    """
    counts: Counter[str] = Counter()
    for word in text_words:
        lower = word.lower()
        counts.update(language for language, listed in STOP_WORDS.items() if lower in listed)
    ranked = counts.most_common()
    return tuple(language for language, count in ranked if count >= MIN_LANGUAGE_SHARE * ranked[0][1])


def is_stop_word(word: str, languages: Sequence[str] = ()) -> bool:
    """Whether a word is too common to search for: in English, or in one of these languages."""
    lower = word.lower()
    return any(lower in STOP_WORDS[language] for language in (ENGLISH, *languages))


@cache
def _stemmer(language: str) -> Callable[[str], str]:
    """Snowball's stemmer. Imported by name because each loads slowly and none has type information."""
    module = import_module(f"snowballstemmer.{language}_stemmer")
    stem_word: Callable[[str], str] = getattr(module, f"{language.title()}Stemmer")().stemWord
    return stem_word


@lru_cache(maxsize=100_000)
def stem(word: str, language: str = ENGLISH) -> str:
    """The stem of a word in lower case."""
    return _stemmer(language)(word)
