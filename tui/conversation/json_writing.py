"""JSON as it is read by people: indented, and no more of it than is wanted. Pure."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias, cast

_Level: TypeAlias = tuple[Iterator[tuple[str, object]], str]
"""What is left of an object or an array, each member with how it begins, and how it ends."""

_scalar = json.JSONEncoder(ensure_ascii=False, default=str).encode

MAX_INDENTED = 20
"""Deeper levels are indented like this one: their blanks would be most of the text."""


def first_of_json(value: object, limit: int) -> str:
    """The first `limit` characters of a JSON value with two blanks for each level; a string stands for itself.

    The time it takes depends on what is written, not on how deep or how large the value is: `json` writes with a
    generator for each level, and passes each piece through all of them.
    """
    if isinstance(value, str):
        return value[:limit]
    pieces: list[str] = []
    size = 0
    for piece in _pieces(value, limit):
        pieces.append(piece)
        size += len(piece)
        if size > limit:
            break
    return "".join(pieces)[:limit]


def _pieces(value: object, limit: int) -> Iterator[str]:
    open_levels: list[_Level] = []
    yield _begun(value, open_levels, limit)
    is_first = True
    while open_levels:
        members, end = open_levels[-1]
        member = next(members, None)
        if member is None:
            open_levels.pop()
            yield _line_break(len(open_levels)) + end
            is_first = False
            continue
        name, inner = member
        before = len(open_levels)
        yield ("" if is_first else ",") + _line_break(before) + name
        yield _begun(inner, open_levels, limit)
        is_first = len(open_levels) > before


def _begun(value: object, open_levels: list[_Level], limit: int) -> str:
    """What has no members, or the beginning of what has, which is one more open level then."""
    if isinstance(value, Mapping):
        members = cast(Mapping[object, object], value).items()
        if members:
            open_levels.append((((f"{_scalar(str(name)[:limit])}: ", inner) for name, inner in members), "}"))
        return "{" if members else "{}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        items = cast(Sequence[object], value)
        if items:
            open_levels.append(((("", inner) for inner in items), "]"))
        return "[" if items else "[]"
    return _scalar(value[:limit] if isinstance(value, str) else value)


def _line_break(level: int) -> str:
    return "\n" + "  " * min(level, MAX_INDENTED)
