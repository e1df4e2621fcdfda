"""Words as the search compares them, and the sentences they stand in. Pure."""

import re
import unicodedata
from collections.abc import Iterator

from tui.unspaced import UNSPACED_LETTERS, has_unspaced

_MARKS = "".join(
    char
    for char in map(chr, range(0x300, 0x1AFF))
    if unicodedata.category(char) in ("Mn", "Mc") and not re.match(f"[{UNSPACED_LETTERS}]", char)
)
"""What is written on letters: accents, and the vowels of Indian scripts, which are no letters of their own."""

_ASCII_WORD = re.compile(r"[a-zA-Z0-9]+")
_WORD = re.compile(rf"[{UNSPACED_LETTERS}]+|(?:[^\W_{UNSPACED_LETTERS}]+[{_MARKS}]*)+")


def fold(text: str) -> str:
    """Lower case, without accents."""
    if text.isascii():
        return text.lower()
    if has_unspaced(text):
        return unicodedata.normalize("NFKC", text).casefold()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def words(text: str) -> list[str]:
    """The words of a text: runs of letters and digits; in scripts without spaces, overlapping pairs of letters."""
    if text.isascii():
        return _ASCII_WORD.findall(text)
    text = unicodedata.normalize("NFC", text)
    if not has_unspaced(text):
        return _WORD.findall(text)
    return [word for run in _WORD.findall(text) for word in (_pairs(run) if has_unspaced(run) else [run])]


def _pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(max(1, len(run) - 1))]


def folded(text: str) -> list[str]:
    """The words of a text as they are compared, in their order."""
    return _ASCII_WORD.findall(text.lower()) if text.isascii() else [fold(word) for word in words(text)]


_ABBREVIATION = re.compile(
    r"\b(?:e\.g|i\.e|cf|vs|etc|al|fig|no|dr|mr|mrs|ms|prof|st|approx|nr|abs|vgl|ca|usw|sr|sra|[a-z])\.$", re.IGNORECASE
)
_ORDINAL = re.compile(
    r"(?:^|\b(?:ab|am|beim|bis|das|dem|den|der|des|die|im|ins|oder|seit|und|vom|zum)\s+)\d{1,2}\.$", re.IGNORECASE
)
"""A number that begins a sentence or a list, and "31." in "am 31. März": only German has a capital behind it."""
_SENTENCE_END = re.compile(r"[.!?…\u0964\u06d4\u061f]['\")\]*_`]*(?=\s)|[\u3002\uff01\uff1f]")
"""The last three of the first set end sentences in Hindi (danda), in Urdu, and questions in Arabic."""

_CODE_CHARS = 200
"""In so many characters the code ends that a single backtick begins; where it does not, that began none."""


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where the sentences of a paragraph lie: (start, end) offsets, without the space around them."""
    start = 0
    for match in _SENTENCE_END.finditer(text):
        following, so_far = text[match.end() :].lstrip(), text[start : match.start() + 1].lstrip()
        if _ABBREVIATION.search(so_far) or _ORDINAL.search(so_far) or (following and following[0].islower()):
            continue
        if text.count("`", start, match.end()) % 2 and "`" in text[match.end() : match.end() + _CODE_CHARS]:
            continue
        yield from _trimmed(text, start, match.end())
        start = match.end()
    yield from _trimmed(text, start, len(text))


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    if piece.strip():
        yield start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())


_PARTED = re.compile(r"\b(\w++)([-\u00ad\u2010])\n\s*([a-z]\w*)(?P<more>-)?")


def unhyphenated(text: str, within: str = "") -> str:
    """The text with the words whole that were parted at the ends of lines.

    Of two words the hyphen stays; what the text stands `within` tells whether they are words.

    Where a text parts words by a sign of its own (U+2010, or the soft hyphen), as manual pages do, "-" is always one of
    the words' own.
    """
    if not _PARTED.search(text):
        return text
    whole = within or text
    has_own_sign = "\u2010\n" in whole or "\u00ad\n" in whole
    known = set(folded(_PARTED.sub(" ", whole)))

    def joined(match: re.Match[str]) -> str:
        first, sign, second, more = match.groups(default="")
        are_words = {first.lower(), second.lower()} <= known and (first + second).lower() not in known
        stays = sign == "-" and (has_own_sign or more or are_words)
        return f"{first}{'-' if stays else ''}{second}{more}"

    return _PARTED.sub(joined, text)
