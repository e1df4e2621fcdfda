"""JSON text read value by value, so that a long answer can be decoded in slices, of which only one is in memory.

`json` does the reading. Added is what hostile or broken input needs: numbers that Python cannot hold, NaN and nesting
that is too deep are a ValueError like any other fault, and the value behind them is still found.
"""

import codecs
import json
import math
import re
import sys
from collections.abc import Generator, Iterable, Iterator
from typing import NamedTuple, TypeAlias

_SPACE = re.compile(r"[ \t\r\n]*+")
_COMMA = re.compile(r"[ \t\r\n]*+,[ \t\r\n]*+")
_PAIR = re.compile(r"\\u[dD][89abAB]")
_WIDE = re.compile(r"\\u(?!00)")
_BOM = codecs.BOM_UTF8.decode("latin-1")
_MARK = re.compile(r'"(?:[^"\\]|\\.){0,1000}+"|["\[\]{},]', re.DOTALL)
_FIRST_KEY = re.compile(r'\{[ \t\r\n]*+"[^"\\]{1,100}+"')
CHARACTERS = re.compile(r'(?:[^"\\]++|\\[^u]|\\u[0-9a-fA-F]{4})*+', re.DOTALL)
"""Characters of a string, no escape of which is cut."""

WINDOWS = (1_000, 64_000, 4_000_000)
"""Characters that are looked at to decode a value, the fewest that are enough: a longer value is not decoded."""

RUN_CHARS = 16_000
"""Characters of an array that are decoded at once at least, at most twice as many: it takes about a millisecond."""

MAX_VALUE_WEIGHT = 16_000_000
"""A value that would take more bytes than this is not decoded: it takes some hundredths of a second."""

MAX_STRING_CHARS = 1_000_000
"""Characters that are kept of each string of a value that is not decoded."""

VALUE_BYTES = 100
"""What a decoded value takes beside its characters, roughly: an object, a list, a number or a string in one."""

COUNTED_CHARS = 64_000
"""Characters whose values are counted at once."""

_PIECE_CHARS = 500_000
_MARKS_AT_ONCE = 10_000


def _finite(number: str) -> float:
    value = float(number)
    if not math.isfinite(value):
        raise ValueError("a number beyond the range of a float")
    return value


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


_decoder = json.JSONDecoder(parse_float=_finite, parse_constant=_no_constant)


class Value(NamedTuple):
    """One value. `broken` says that it was not decoded: it is none, or too long; `decoded` is then None.

    `source` is its text; of one that is too long, what is kept of it. `chars` is how long it was, and `start` where it
    began in its `LongText`. Of `several` values, which come one after another in an array, `decoded` is the list.
    """

    decoded: object
    source: str
    chars: int
    broken: bool = False
    several: bool = False
    start: int = 0


class LongText:
    """A JSON text in UTF-8 that comes in pieces of its bytes. What was read is let go.

    Until it is decoded, a character stands for each byte, whatever characters they are. Of a value that is too long to
    be decoded, as much is kept as is worth showing.
    """

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._text = ""
        self._text_start = 0
        self._at = 0
        self._is_all = False

    def ahead(self, chars: int) -> tuple[str, int]:
        """A text, and where in it reading has come to: at least so many characters follow, or all that are left."""
        if not self._is_all and len(self._text) - self._at < chars:
            pieces = [self._text[self._at :]]
            count = len(pieces[0])
            while count < chars and not self._is_all:
                piece = next(self._pieces, None)
                self._is_all = piece is None
                pieces.append((piece or b"").decode("latin-1"))
                count += len(pieces[-1])
            self._text_start += self._at
            self._text, self._at = "".join(pieces), 0
        return self._text, self._at

    @property
    def chars_read(self) -> int:
        """How many characters were read."""
        return self._text_start + self._at

    def go_to(self, place: int) -> None:
        """Go on reading at a place of the text that `ahead` gave."""
        self._at = place

    def begins(self, mark: str) -> bool:
        """Whether the next character is this mark; with "" as the mark, whether there is none."""
        text, at = self.ahead(1)
        return text.startswith(mark, at) if mark else at == len(text)

    def skip(self, mark: str) -> None:
        """Go behind a mark that must come, and the space around it. ValueError if it does not come."""
        self._skip_space()
        if not self.begins(mark):
            raise ValueError(f"expected {mark}")
        self._at += 1
        self._skip_space()

    def skip_comma(self, closing: str) -> None:
        """Go behind the comma that must come, unless it is the closing mark. ValueError if neither comes."""
        self._skip_space()
        if self.begins(","):
            self.skip(",")
        elif not self.begins(closing):
            raise ValueError(f"expected , or {closing}")

    def _skip_space(self) -> None:
        while True:
            text, at = self.ahead(1)
            self._at = _skip_space(text, at)
            if self._at < len(text) or self._at == at:
                return


def as_sent(text: str) -> str:
    """What a piece of a `LongText` is in the characters that were sent."""
    return text if text.isascii() else text.encode("latin-1").decode("utf-8", "replace")


Steps: TypeAlias = Generator[None, None, Value]


def weight(text: str, most: int = sys.maxsize) -> int:
    """Bytes that a JSON text takes when it is decoded, roughly. What stands in strings is no value.

    Of a text that takes more than `most`, not all is counted: so the look at one takes no longer than its decoding.
    """
    size = text_weight(text)
    most_values = max(0, most - size) // VALUE_BYTES
    values = _marks(text)
    if VALUE_BYTES * values > size:
        values = count_values(text, most_values)
    return size + VALUE_BYTES * values


def is_too_heavy(text: str) -> bool:
    """Whether a value would take more than `MAX_VALUE_WEIGHT`. A short text is not weighed for it."""
    return len(text) * (VALUE_BYTES + 4) > MAX_VALUE_WEIGHT and weight(text, MAX_VALUE_WEIGHT) > MAX_VALUE_WEIGHT


def count_values(text: str, most: int) -> int:
    """How many values a JSON text holds, roughly, or at least that there are more than `most`."""
    text = text.replace("\\\\", "").replace('\\"', "") if "\\" in text else text
    marks, at, in_string = 0, 0, False
    while at < len(text) and marks <= most:
        pieces = text[at : at + COUNTED_CHARS].split('"')
        marks += _marks("".join(pieces[in_string::2]))
        in_string ^= len(pieces) % 2 == 0
        at += COUNTED_CHARS
    return marks


def _marks(text: str) -> int:
    return text.count("{") + text.count("[") + text.count(",")


def text_weight(text: str) -> int:
    """Bytes that the characters of a JSON text take when it is decoded. One character of four bytes (PEP 393) has all
    others of its string take as many.
    """
    size = sys.getsizeof(text)
    if "\\u" in text:
        most = 4 if _PAIR.search(text) else 2 if _WIDE.search(text) else 1
        return max(size, most * len(text))
    return size


def loads(text: str) -> object:
    """The value that the text is. ValueError if it is not JSON, or holds what cannot be decoded."""
    decoded, end = _decode(text, _skip_space(text, 0))
    if _skip_space(text, end) != len(text):
        raise ValueError("text after the end of the value")
    return decoded


def members(text: LongText, listed: str) -> Iterator[tuple[str, Value] | None]:
    """Each member of the object that the text is. Of the array under the key `listed`, each element is given by itself,
    under that key, or several are given together where they are objects that begin alike; anything else under that key
    counts as empty.

    A member that cannot be decoded is passed on as broken. None stands for a pause, in which others get their turn.
    ValueError if the text is no object, or is cut off.
    """
    if text.ahead(len(_BOM))[0].startswith(_BOM):
        text.go_to(len(_BOM))
    text.skip("{")
    while not text.begins("}"):
        window, at = text.ahead(WINDOWS[1])
        key, end = _decode(window, at)
        if not isinstance(key, str):
            raise ValueError("a key that is not a string")
        text.go_to(end)
        text.skip(":")
        if key == listed and text.begins("["):
            for element in _elements(text):
                yield element and (key, element)
        else:
            value = yield from _reading(text)
            if key != listed:
                yield key, value
        text.skip_comma("}")


def elements(source: str) -> Iterator[Value]:
    """Each of several values by itself."""
    at = 0
    while at < len(source):
        decoded, end = _decode(source, at)
        yield Value(decoded, source[at:end], end - at)
        found = _COMMA.match(source, end)
        at = found.end() if found else len(source)


def _elements(text: LongText) -> Iterator[Value | None]:
    """The elements of the array that comes."""
    text.skip("[")
    window, at = text.ahead(WINDOWS[0])
    first = _FIRST_KEY.match(window, at)
    between = first and re.compile(rf"\}}[ \t\r\n]*+,[ \t\r\n]*+(?={re.escape(first[0])})")
    one_by_one = 0
    while not text.begins("]"):
        run = _run(text, between) if between and one_by_one <= 0 else None
        if run is not None:
            yield run
        else:
            one_by_one = RUN_CHARS if one_by_one <= 0 else one_by_one
            element = yield from _reading(text)
            one_by_one -= element.chars
            yield element
        text.skip_comma("]")
    text.skip("]")


def _run(text: LongText, between: re.Pattern[str]) -> Value | None:
    """The next elements of an array; None where they are not whole elements, or one is broken.

    What looks like the end of an element is one if all before it is JSON: otherwise something would still be open.
    """
    window, at = text.ahead(3 * RUN_CHARS)
    found = between.search(window, at + RUN_CHARS, at + 2 * RUN_CHARS)
    if found is None:
        return None
    end = found.start() + 1
    source = as_sent(window[at:end])
    try:
        value = Value(loads(f"[{source}]"), source, end - at, several=True)
    except ValueError:
        return None
    text.go_to(end)
    return value


def _reading(text: LongText) -> Steps:
    """The value that comes, broken or not. ValueError if it has no end."""
    start = text.chars_read
    for chars in WINDOWS:
        window, at = text.ahead(chars)
        piece = window[at : at + chars]
        if not is_too_heavy(piece):
            try:
                decoded, end = _decode(piece, 0)
            except ValueError:
                continue
            if end < chars:
                text.go_to(at + end)
                return _value(decoded, piece[:end], start)
    return (yield from _skipping(text))


def _value(decoded: object, piece: str, start: int) -> Value:
    source = as_sent(piece)
    try:
        return Value(decoded if source is piece else loads(source), source, len(piece), start=start)
    except ValueError:
        return Value(None, source, len(piece), broken=True, start=start)


def _skipping(text: LongText) -> Steps:
    """The value that comes, and is too long or broken, without decoding it."""
    kept, depth, start = _Kept(), 0, text.chars_read
    while not text.begins(""):
        window, at = text.ahead(_PIECE_CHARS)
        end, depth, is_over, is_string = _after_marks(window, at, depth)
        kept.add(window[at:end])
        text.go_to(end)
        if is_string:
            yield from _skipping_string(text, kept)
        if is_over:
            return Value(None, as_sent(kept.text), kept.chars, broken=True, start=start)
        yield
    raise ValueError("the text ends inside a value")


class _Marks(NamedTuple):
    """Where a text was looked through to, how deep it is nested there, whether the value ends and a string begins."""

    end: int
    depth: int
    is_over: bool = False
    is_string: bool = False


def _after_marks(text: str, start: int, depth: int) -> _Marks:
    """Look through a text up to a long string, the end of the value, or a number of marks."""
    end = min(start + _PIECE_CHARS, len(text))
    for count, found in enumerate(_MARK.finditer(text, start, end), 1):
        mark = found[0]
        if mark == '"':
            return _Marks(found.end(), depth, is_over=depth == 0, is_string=True)
        if mark.startswith('"') and depth > 0:
            continue
        depth += 1 if mark in "[{" else -1 if mark in "]}" else 0
        if depth < 0 or (depth == 0 and mark == ","):
            return _Marks(found.start(), depth, is_over=True)
        if depth == 0:
            return _Marks(found.end(), depth, is_over=True)
        if count == _MARKS_AT_ONCE:
            return _Marks(found.end(), depth)
    return _Marks(end, depth)


def _skipping_string(text: LongText, kept: "_Kept") -> Generator[None, None, None]:
    """Go behind the string whose characters come."""
    room = MAX_STRING_CHARS
    while not text.begins(""):
        window, at = text.ahead(_PIECE_CHARS)
        found = CHARACTERS.match(window, at, at + _PIECE_CHARS)
        end = found.end() if found else at
        is_over = window.startswith('"', end)
        if not is_over and end == at:
            end += 1  # an escape that is none
        room -= kept.add(window[at:end], room)
        text.go_to(end + is_over)
        if is_over:
            kept.add('"')
            return
        yield


class _Kept:
    """What is kept of a value that is not decoded, and how many characters it has."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._room = WINDOWS[-1]
        self.chars = 0

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    def add(self, text: str, limit: int = WINDOWS[-1]) -> int:
        """Keep what there is room for, at most so many characters of a string; how many they are."""
        self.chars += len(text)
        if len(text) > (room := min(limit, self._room)):
            found = CHARACTERS.match(text, 0, max(0, room))
            text = text[: found.end() if found else 0]
        self._pieces.append(text)
        self._room -= len(text)
        return len(text)


def _decode(text: str, start: int) -> tuple[object, int]:
    """The value that begins there, and its end."""
    try:
        return _decoder.raw_decode(text, start)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _skip_space(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return found.end() if found else position
