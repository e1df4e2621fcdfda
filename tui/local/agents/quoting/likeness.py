"""How surely the words of a passage are the word of the question that they were found for. Pure."""

import difflib
import re
from collections.abc import Sequence

from tui.local.library.languages import ENGLISH
from tui.local.library.words import fold
from tui.local.search.query import Term, is_one_slip

LONGER = 0.6
"""Of a word that only begins like that of the question: "configuration" for "config", but also "warning" for "war"."""
MADE_OF_IT = 0.5
"""Of a word that is made of that of the question and means something else: "capitalize" for "capital"."""
ALIKE = 0.8
"""From which similarity on another spelling is a slip."""

_NAME = re.compile(r"(?<=[\w,] )\w+")
_MAKES_ANOTHER = re.compile(r"(?:i?al|ic|ical|ic?ally|ly|i[sz](?:e|es|ed|er|ing|ations?))$")
"""What is added to an English word to make another one; other endings, such as those of nouns for what is done, leave
its meaning."""


def names_in(question: str) -> frozenset[str]:
    """The words within a question that are written as names are."""
    return frozenset(word for word in _NAME.findall(question) if word.istitle())


def likeness(term: Term, found: Sequence[str], language: str, *, is_name: bool) -> float:
    """From 0 to 1; `found` are the words of a passage in this language that the term was found as, as written there."""
    if term.found_as != "stem" and is_name and not any(word[:1].isupper() for word in found):
        return 0.0
    match term.found_as:
        case "spelling":
            return float(any(_is_slip(term.words[0], fold(word), is_name=is_name) for word in found))
        case "beginning":
            return LONGER
        case "stem":
            others = language == ENGLISH and all(_makes_another(term.words[0], fold(word)) for word in found)
            return MADE_OF_IT if others else 1.0


def _is_slip(word: str, other: str, *, is_name: bool) -> bool:
    """Whether a word is another one misspelled; names that are more than one slip apart are two: Austria, Australia."""
    if is_one_slip(word, other):
        return True
    return not is_name and difflib.SequenceMatcher(None, word, other).ratio() >= ALIKE


def _makes_another(word: str, other: str) -> bool:
    base = word[:-1] if word[-1:] in ("e", "y") else word
    return other != word and other.startswith(base) and bool(_MAKES_ANOTHER.match(other[len(base) :]))
