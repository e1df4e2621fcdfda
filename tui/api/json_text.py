"""JSON text read value by value, so that a long answer can be decoded in slices.

`json` does the reading. Added is what hostile or broken input needs: numbers that Python cannot hold, NaN and nesting
that is too deep are a ValueError like any other fault, and the value behind them is still found.
"""

import json
import math
import re
from collections.abc import Callable, Generator, Iterator
from typing import NamedTuple, TypeAlias, cast

_SPACE = re.compile(r"[ \t\r\n]*+")
_NEXT = {mark: re.compile(rf"[ \t\r\n]*+(?:,[ \t\r\n]*+|(?=\{mark}))") for mark in "]}"}
_MARK = re.compile(r'["\[\]{},]')
_FIRST_KEY = re.compile(r'\{[ \t\r\n]*+"[^"\\]{1,100}+"')
_CHARACTERS = re.compile(r'(?:[^"\\]++|\\[^u]|\\u[0-9a-fA-F]{4})*+', re.DOTALL)

WINDOWS = (1_000, 64_000, 4_000_000)
"""Characters that are looked at to decode a value, the fewest that are enough: a longer value is not decoded."""

RUN_CHARS = 16_000
"""Characters of an array that are decoded at once at least, at most twice as many: it takes about a millisecond."""

MAX_VALUE_WEIGHT = 16_000_000
"""A value that would take more bytes than this is not decoded: it takes some hundredths of a second."""

VALUE_BYTES = 100
"""What a decoded value takes beside its characters, roughly: an object, a list, a number or a string in one."""

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
    """One value and its place in the text. `broken` says that it could not be decoded; `decoded` is then None.

    Of one that is too long to be decoded, `longest` is the place of its longest string. Of `several` values, which come
    one after another in an array, `decoded` is the list.
    """

    decoded: object
    start: int
    end: int
    broken: bool = False
    longest: tuple[int, int] | None = None
    several: bool = False


Steps: TypeAlias = Generator[None, None, Value]


def weight(text: str) -> int:
    """Bytes that a JSON text takes when it is decoded, roughly."""
    return len(text) + VALUE_BYTES * (text.count("{") + text.count("[") + text.count(","))


def loads(text: str) -> object:
    """The value that the text is. ValueError if it is not JSON, or holds what cannot be decoded."""
    start = _skip_space(text, 0)
    value = _decode(text, start)
    if _skip_space(text, value.end) != len(text):
        raise ValueError("text after the end of the value")
    return value.decoded


def members(text: str, listed: str, as_run: Callable[[str], str] | None = None) -> Iterator[tuple[str, Value] | None]:
    """Each member of the object that the text is. Of the array under the key `listed`, each element is given by itself,
    under that key; anything else under that key counts as empty.

    With `as_run`, several elements are given together where they are objects that begin alike; it makes what is decoded
    of their text. A member that cannot be decoded is passed on as broken. None stands for a pause, in which others get
    their turn. ValueError if the text is no object, or is cut off.
    """
    position = _after(text, 0, "{")
    while not text.startswith("}", position):
        key = _decode(text[position : position + WINDOWS[1]], 0)
        if not isinstance(key.decoded, str):
            raise ValueError("a key that is not a string")
        position = _after(text, position + key.end, ":")
        if key.decoded == listed and text.startswith("[", position):
            end = yield from _elements(text, position, key.decoded, as_run)
        else:
            value = yield from _reading(text, position)
            if key.decoded != listed:
                yield key.decoded, value
            end = value.end
        position = _next(text, end, "}")


def elements(text: str, run: Value) -> Iterator[Value]:
    """Each of several values by itself."""
    position = run.start
    while position < run.end:
        steps = _reading(text, position)
        try:
            while True:
                next(steps)
        except StopIteration as end:
            value = cast(Value, end.value)
        yield value
        position = _next(text, value.end, "]")


def _elements(
    text: str, start: int, key: str, as_run: Callable[[str], str] | None
) -> Generator[tuple[str, Value] | None, None, int]:
    """The elements of the array that begins at `start`, under a key; the end of the array."""
    position = _after(text, start, "[")
    first = _FIRST_KEY.match(text, position) if as_run is not None else None
    between = first and re.compile(rf"\}}[ \t\r\n]*+,[ \t\r\n]*+(?={re.escape(first[0])})")
    tried = 0
    while not text.startswith("]", position):
        element = None
        if between and as_run and position >= tried:
            found = between.search(text, position + RUN_CHARS, position + 2 * RUN_CHARS)
            tried = found.end() if found else position + RUN_CHARS
            element = found and _run(text, position, found.start() + 1, as_run)
        if element is None:
            element = yield from _reading(text, position)
        yield key, element
        position = _next(text, element.end, "]")
    return position + 1


def _run(text: str, start: int, end: int, as_run: Callable[[str], str]) -> Value | None:
    """The elements of an array between two places; None where they are not whole elements, or one is broken.

    What looks like the end of an element is one if all before it is JSON: otherwise something would still be open.
    """
    try:
        return Value(loads(f"[{as_run(text[start:end])}]"), start, end, several=True)
    except ValueError:
        return None


def _reading(text: str, start: int) -> Steps:
    """The value that begins at `start`, broken or not. ValueError if it has no end."""
    for chars in WINDOWS:
        window = text[start : start + chars]
        if weight(window) <= MAX_VALUE_WEIGHT:
            try:
                value = _decode(window, 0)
            except ValueError:
                continue
            if value.end < len(window) or start + value.end == len(text):
                return Value(value.decoded, start, start + value.end)
    return (yield from _skipping(text, start))


def _skipping(text: str, start: int) -> Steps:
    """The value that begins at `start`, and is too long or broken, without decoding it."""
    depth, marks, at, longest = 0, 0, start, (start, start)
    while at < len(text):
        found = _MARK.search(text, at, at + _PIECE_CHARS)
        marks += 1
        if found is None or marks % _MARKS_AT_ONCE == 0:
            yield
        if found is None:
            at += _PIECE_CHARS
            continue
        mark, at = found[0], found.end()
        if mark == '"':
            begun, at = at, (yield from _skipping_string(text, at))
            longest = max(longest, (begun, at), key=lambda place: place[1] - place[0])
            at += 1
        elif mark in "[{":
            depth += 1
        elif mark in "]}":
            depth -= 1
        if depth < 0 or (depth == 0 and mark == ","):
            return Value(None, start, at - 1, broken=True, longest=longest)
        if depth == 0 and mark != ",":
            return Value(None, start, at, broken=True, longest=longest)
    raise ValueError("the text ends inside a value")


def _skipping_string(text: str, at: int) -> Generator[None, None, int]:
    """The place of the quotation mark that ends a string; its characters begin at `at`."""
    while at < len(text):
        found = _CHARACTERS.match(text, at, at + _PIECE_CHARS)
        end = found.end() if found else at
        if text.startswith('"', end):
            return end
        at = end if end > at else at + 1  # an escape that is none
        yield
    return len(text)


def shortened(text: str, value: Value, chars: int) -> str:
    """The text of a value that is too long, without what its longest string has beyond so many characters."""
    begin, end = value.longest or (value.start, value.start)
    found = _CHARACTERS.match(text, begin, begin + chars)
    kept = found.end() if found and end - begin > chars else end
    return text[value.start : kept] + text[end : value.end]


def _decode(text: str, start: int) -> Value:
    try:
        decoded, end = _decoder.raw_decode(text, start)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return Value(decoded, start, end)


def _skip_space(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return found.end() if found else position


def _after(text: str, position: int, mark: str) -> int:
    """The position behind a mark that must come, and the space around it."""
    position = _skip_space(text, position)
    if not text.startswith(mark, position):
        raise ValueError(f"expected {mark} at character {position}")
    return _skip_space(text, position + 1)


def _next(text: str, position: int, closing: str) -> int:
    """The position of the next value, or of the closing mark."""
    found = _NEXT[closing].match(text, position)
    if found is None:
        raise ValueError(f"expected , or {closing} at character {position}")
    return found.end()
