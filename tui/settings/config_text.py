"""The text of a config file: TOML (https://toml.io/en/v1.0.0) within bounds that a person never meets.

The standard library's parser has none: a number of many digits, many dotted names or many brackets in each other make
it fail with errors of Python's own, or take minutes.
"""

import re
import tomllib
from bisect import bisect_left
from collections.abc import Mapping
from pathlib import Path

MAX_CHARS = 256 * 1024
MAX_LINE_CHARS = 4000
"""Fewer than the digits at which Python refuses to make a number of them (4,300)."""


_HEAD = re.compile(r"\s*\[+([^\]]*)\]")
"""The beginning of a line that heads a table."""

_MAX_NAMES = 6
"""A line may give a name in a table in a table; of those in each other, so many are looked at."""


class ConfigTextError(Exception):
    """A text is no such TOML. The message says what is wrong, and in which line."""


def read_text(path: Path) -> str:
    """The text of a file. Raises `ConfigTextError`, `OSError` and `UnicodeDecodeError`."""
    with path.open(encoding="utf-8") as file:
        text = file.read(MAX_CHARS + 1)
    if len(text) > MAX_CHARS:
        raise ConfigTextError(f"it has more than {MAX_CHARS:,} characters")
    return text


def parse(text: str) -> dict[str, object]:
    """The values of a text. Raises `ConfigTextError`."""
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > MAX_LINE_CHARS:
            raise ConfigTextError(f"line {number} has more than {MAX_LINE_CHARS:,} characters")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigTextError(str(error)) from error
    except RecursionError as error:
        raise ConfigTextError(f"too many brackets stand in each other in line {_line_too_deep(text)}") from error


def lines_of_names(text: str) -> Mapping[str, int]:
    """The number of the first line that gives or heads a name, by that with the tables it is in: "profiles.work"."""
    lines, table = dict[str, int](), list[str]()
    for number, line in enumerate(text.splitlines(), 1):
        head = _HEAD.match(line)
        names = _names_in(head[1]) if head else [*table, *_names_in(line.partition("=")[0])]
        table = names if head else table
        for end in range(1, len(names) + 1):
            lines.setdefault(".".join(names[:end]), number)
    return lines


def _names_in(written: str) -> list[str]:
    return [name.strip(" \t\"'") for name in written.split(".", _MAX_NAMES)[:_MAX_NAMES]]


def _line_too_deep(text: str) -> int:
    """The number of the line with which brackets become too many."""
    lines = text.split("\n")
    return 1 + bisect_left(range(1, len(lines)), True, key=lambda count: _is_too_deep("\n".join(lines[:count])))


def _is_too_deep(text: str) -> bool:
    try:
        tomllib.loads(text)
    except RecursionError:
        return True
    except tomllib.TOMLDecodeError:  # a text that is cut off
        return False
    return False
