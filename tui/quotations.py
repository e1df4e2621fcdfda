"""What a text quotes, and how quotations are compared: by their letters and digits alone."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

MIN_WORDS = 3
"""A quotation of fewer words is a term that is set off."""

MAX_CHARS = 2000
"""What stands in marks further apart is no quotation."""

_QUOTED = re.compile(
    r"“(?P<curled>[^“”]{1,2000})”|„(?P<low>[^„“”]{1,2000})[“”]|«(?P<french>[^«»]{1,2000})»|»(?P<german>[^«»]{1,2000})«"
    r"|(?<![\w\"])\"(?P<straight>[^\"\s](?:[^\"]{0,2000}?[^\"\s])?)\"(?![\w\"])"
    r"|(?P<single>(?<![\w\u2018\u2019'])[\u2018'](?=[^\s\u2018\u2019']))"
)
_SINGLE_END = re.compile(r"(?<=\S)(?P<mark>[\u2019'])(?!\w)|[\u2018\n]")
"""The end of what a single mark begins, in which apostrophes may stand, or what it cannot go beyond."""

_LEFT_OUT = re.compile(r"\[[^\]]{0,80}\]|\(?\.\.\.\)?|\(?…\)?|\ufffc")
_TARGET = re.compile(r"(?<=\])\([^\s()]{0,400}\)")
_NO_LETTER = re.compile(r"[\W_]+")


def quotations(text: str) -> Iterator[tuple[int, int]]:
    """The quotations in a text, as ranges without their marks. The time grows as the text does, whatever it is."""
    at, ends = 0, _SingleEnds(text)
    while match := _QUOTED.search(text, at):
        start, end, at = *match.span(match.lastgroup or 0), match.end()
        if match.lastgroup == "single":
            start, end = at, ends.behind(at)
            at = max(at, end)
        quoted = text[start:end]
        if len(quoted.split()) >= MIN_WORDS:
            yield start + len(quoted) - len(quoted.lstrip()), start + len(quoted.rstrip())


class _SingleEnds:
    """Where the quotations in single marks end. Each place is looked for once, however many marks stand before it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._next = _SINGLE_END.search(text)

    def behind(self, start: int) -> int:
        """The end of the quotation that starts there, or `start` where it has none. Starts are asked in order."""
        while self._next is not None and self._next.start() <= start:
            self._next = _SINGLE_END.search(self._text, self._next.end())
        found = self._next
        return found.start() if found and found["mark"] and found.start() - start <= MAX_CHARS else start


def pieces(quotation: str) -> Sequence[str]:
    """The pieces of a quotation that must stand as they are somewhere, folded: what was left out or put in divides it.

    There are none where it says too little to be looked for.
    """
    return [piece for piece in map(folded, _LEFT_OUT.split(quotation)) if len(piece) >= 4]


def folded(text: str) -> str:
    """A text's letters and digits, in lower case and without marks of any kind; of a link its words only."""
    return _NO_LETTER.sub("", unicodedata.normalize("NFKC", _TARGET.sub("", text)).casefold())
