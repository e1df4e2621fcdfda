"""What a text quotes, and how quotations are compared: by their letters and digits alone."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

MIN_WORDS = 3
"""A quotation of fewer words is a term that is set off."""

_QUOTED = re.compile(
    r"“(?P<a>[^“”]{1,2000})”|„(?P<b>[^„“”]{1,2000})[“”]|«\s*(?P<c>[^«»]{1,2000}?)\s*»|»(?P<d>[^«»]{1,2000})«"
    r"|(?<![\w\"])\"(?P<e>[^\"\s](?:[^\"]{0,2000}?[^\"\s])?)\"(?![\w\"])"
    r"|(?<![\w\u2018\u2019'])[\u2018'](?P<f>[^\s\u2018\u2019'](?:[^\u2018\n]{0,2000}?[^\s])?)[\u2019'](?![\w])"
)
_LEFT_OUT = re.compile(r"\[[^\]]{0,80}\]|\(?\.\.\.\)?|\(?…\)?|\ufffc")
_TARGET = re.compile(r"(?<=\])\([^\s()]{0,400}\)")
_NO_LETTER = re.compile(r"[\W_]+")


def quotations(text: str) -> Iterator[tuple[int, int]]:
    """The quotations in a text, as ranges without their marks."""
    for match in _QUOTED.finditer(text):
        start, end = next(match.span(name) for name in "abcdef" if match[name] is not None)
        if len(text[start:end].split()) >= MIN_WORDS:
            yield start, end


def pieces(quotation: str) -> Sequence[str]:
    """The pieces of a quotation that must stand as they are somewhere, folded: what was left out or put in divides it.

    None where it says too little to be looked for.
    """
    return [piece for piece in map(folded, _LEFT_OUT.split(quotation)) if len(piece) >= 4]


def folded(text: str) -> str:
    """A text's letters and digits, in lower case and without marks of any kind; of a link its words only."""
    return _NO_LETTER.sub("", unicodedata.normalize("NFKC", _TARGET.sub("", text)).casefold())
