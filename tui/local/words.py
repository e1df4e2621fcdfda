"""Words as the search compares them: folded, stemmed, without those that say nothing. Pure."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from importlib import import_module

_WORD = re.compile(r"[^\W_]+")

STOP_WORDS = frozenset(
    _WORD.findall("""
    a about above after again all also am an and any are as at be because been before being below between both but
    by can could did do does doing don during each explain few for from further get gets give go had happen happens
    has have having he help her here hers him his how i if in into is isn it its itself just know let ll look may me
    might more most much must my need no nor not now of off on once only or other our ours out over own please s
    same say says shall she should so some such t tell than that the their theirs them then there these they thing
    things this those through to too under until ve very want was way we were what when where which while who whom
    why will with without would you your yours
    """)
)


@cache
def _stemmer() -> Callable[[str], str]:
    """Porter's stemmer. Imported by name because it loads slowly and has no type information."""
    porter = import_module("snowballstemmer.porter_stemmer")
    stem_word: Callable[[str], str] = porter.PorterStemmer().stemWord
    return stem_word


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The word's stem by Porter's rules, which are those of the search index as well."""
    return _stemmer()(fold(word))


def fold(text: str) -> str:
    """Lower case, without accents."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def words(text: str) -> list[str]:
    """The words of a text, as the search index parts them: runs of letters and digits."""
    return _WORD.findall(text)


def stems(text: str) -> list[str]:
    """The stems of a text's words, in their order."""
    return [stem(word) for word in words(text)]


def is_stop_word(word: str) -> bool:
    """Whether a question's word is too common to search for."""
    return fold(word) in STOP_WORDS


_ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|cf|vs|etc|al|fig|no|dr|mr|mrs|ms|prof|st|approx|[a-z])\.$", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?…]['\")\]*_`]*(?=\s)|[\u3002\uff01\uff1f]")


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where the sentences of a paragraph lie: (start, end) offsets, without the space around them."""
    start = 0
    for match in _SENTENCE_END.finditer(text):
        following = text[match.end() :].lstrip()
        if _ABBREVIATION.search(text[start : match.start() + 1]) or (following and following[0].islower()):
            continue
        yield from _trimmed(text, start, match.end())
        start = match.end()
    yield from _trimmed(text, start, len(text))


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    if piece.strip():
        yield start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
