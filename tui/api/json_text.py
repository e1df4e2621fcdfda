"""JSON text read value by value, so that a long answer can be decoded in slices.

`json` does the reading. Added is what hostile or broken input needs: numbers that Python cannot hold, NaN and nesting
that is too deep are a ValueError like any other fault, and the value behind them is still found.
"""

import json
import math
import re
from collections.abc import Iterator
from typing import NamedTuple

_SPACE = re.compile(r"[ \t\r\n]*+")
_NEXT = {mark: re.compile(rf"[ \t\r\n]*+(?:,[ \t\r\n]*+|(?=\{mark}))") for mark in "]}"}
_STRUCTURE = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{},]', re.DOTALL)


def _finite(number: str) -> float:
    value = float(number)
    if not math.isfinite(value):
        raise ValueError("a number beyond the range of a float")
    return value


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


_decoder = json.JSONDecoder(parse_float=_finite, parse_constant=_no_constant)


class Value(NamedTuple):
    """One value and its place in the text. `broken` says that it could not be decoded; `decoded` is then None."""

    decoded: object
    start: int
    end: int
    broken: bool = False


def loads(text: str) -> object:
    """The value that the text is. ValueError if it is not JSON, or holds what cannot be decoded."""
    start = _skip_space(text, 0)
    value = _decode(text, start)
    if _skip_space(text, value.end) != len(text):
        raise ValueError("text after the end of the value")
    return value.decoded


def members(text: str, listed: str) -> Iterator[tuple[str, Value]]:
    """Each member of the object that the text is. Of the array under the key `listed`, each element is given by itself,
    under that key; anything else under that key counts as empty.

    A member that cannot be decoded is passed on as broken. ValueError if the text is no object, or is cut off.
    """
    position = _after(text, 0, "{")
    while not text.startswith("}", position):
        key = _decode(text, position)
        if not isinstance(key.decoded, str):
            raise ValueError("a key that is not a string")
        position = _after(text, key.end, ":")
        if key.decoded == listed and text.startswith("[", position):
            position = _after(text, position, "[")
            while not text.startswith("]", position):
                element = value_at(text, position)
                yield listed, element
                position = _next(text, element.end, "]")
            position += 1
        else:
            value = value_at(text, position)
            if key.decoded != listed:
                yield key.decoded, value
            position = value.end
        position = _next(text, position, "}")


def value_at(text: str, start: int) -> Value:
    """The value that begins at `start`, broken or not. ValueError if it has no end."""
    try:
        return _decode(text, start)
    except ValueError:
        return Value(None, start, _end_of_value(text, start), broken=True)


def _decode(text: str, start: int) -> Value:
    try:
        decoded, end = _decoder.raw_decode(text, start)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return Value(decoded, start, end)


def _end_of_value(text: str, start: int) -> int:
    depth = 0
    for token in _STRUCTURE.finditer(text, start):
        mark = token[0]
        if mark in "[{":
            depth += 1
        elif mark in "]}":
            depth -= 1
        if depth < 0 or (depth == 0 and mark == ","):
            return token.start()
        if depth == 0 and mark != ",":
            return token.end()
    raise ValueError("the text ends inside a value")


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
