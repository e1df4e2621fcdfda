"""Names in a text: capitalised words where an ordinary one would not be."""

import re
from collections.abc import Iterator, Sequence

from tui.lazy_dataclass import dataclass

_WORD = re.compile(r"[^\W\d_]+(?:[\u2019'-][^\W\d_]+)*")
_BEGINS_SENTENCE = re.compile(r"(?:^|[.!?:•|\ufffc\u2014]|\s[-\u2013])[\s\"“”„«»\u2018\u2019'(\[*]*$")
_JOINS = re.compile(r"\s(?:(?:of|the|de|van|von|der|den|la|le|du|di|del)\s){0,2}|-")
_ORDINARY_WORDS = (
    "the this that these those there they their then than though thus and but for nor not yet yes with within when "
    "where while who why how what which whose his her its our your you she are was were will would could should "
    "can all any both each few many most some such only also however because since after before until under over "
    "from into about against between during january february march april may june july august september october "
    "november december monday tuesday wednesday thursday friday saturday sunday section chapter table figure "
    "article part appendix page note step source sources passage answer question example summary conclusion "
    "english i'm i've markdown mr mrs ms dr prof"
)
_ORDINARY = frozenset(_ORDINARY_WORDS.split())
MAX_CAPITALISED = 0.7
"""With a greater share of capitalised words a text is a title."""

_GERMAN = re.compile(r"\b(?:der|die|das|und|ist|nicht|mit|ein|eine|von|für|auf|wird|sind)\b")
"""In German every noun is capitalised, so that this is no sign of a name."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name where it stands in a text, and its words in lower case."""

    start: int
    end: int
    words: tuple[str, ...]


_TITLE_BEFORE = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|St|Prof|Messrs|Capt|Gen|Sen|Rev|Jr|vs|[A-Z])\.\s*$")


def names(text: str) -> list[Name]:
    """The names in a text. The first word of a sentence is none, whatever it is."""
    words = list(_WORD.finditer(text))
    capitalised = [word for word in words if word[0][0].isupper()]
    is_title = len(words) > 5 and len(capitalised) > MAX_CAPITALISED * len(words)
    if is_title or len(set(_GERMAN.findall(text))) > 2:
        return []
    return [name for run in _runs(text, words) if (name := _name(text, run)) is not None]


def words_of(text: str) -> Iterator[str]:
    """The words of a text as names are compared: in lower case, without an ending of the genitive or the plural."""
    for word in _WORD.finditer(text):
        yield stem(word[0])
        if "-" in word[0]:
            yield from map(stem, word[0].split("-"))


def stem(word: str) -> str:
    """A word in lower case without an ending of the genitive or the plural."""
    return re.sub(r"(?:[\u2019']s?|(?<=\w{3})e?s)$", "", word.casefold())


def _runs(text: str, words: Sequence[re.Match[str]]) -> Iterator[list[re.Match[str]]]:
    run: list[re.Match[str]] = []
    for word in words:
        if not _is_capitalised(word[0]):
            continue
        between = text[run[-1].end() : word.start()] if run else ""
        if run and not (_JOINS.fullmatch(between) or (between == ". " and len(run[-1][0]) < 4)):
            yield run
            run = []
        run.append(word)
    if run:
        yield run


def _is_capitalised(word: str) -> bool:
    return len(word) > 2 and word[0].isupper() and not word.isupper()


def _name(text: str, run: list[re.Match[str]]) -> Name | None:
    before = text[max(0, run[0].start() - 8) : run[0].start()]
    begins = (_BEGINS_SENTENCE.search(before) or not text[: run[0].start()].strip()) and not _TITLE_BEFORE.search(
        before
    )
    if begins:
        if text[run[-1].end() : run[-1].end() + 1] == ":":
            return None
        run = run[1:]
    run = [word for word in run if word[0].casefold() not in _ORDINARY]
    if not run:
        return None
    parts = (part for word in run for part in word[0].split("-") if part[0].isupper())
    return Name(run[0].start(), run[-1].end(), tuple(map(stem, parts)))
