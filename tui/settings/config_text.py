"""The text of a config file: TOML (https://toml.io/en/v1.0.0) within bounds that a person never meets.

The standard library's parser has none: a number of many digits, many dotted names or many brackets in each other make
it fail with errors of Python's own, or take minutes.
"""

import tomllib
from bisect import bisect_left
from pathlib import Path

MAX_CHARS = 256 * 1024
MAX_LINE_CHARS = 4000
"""Fewer than the digits at which Python refuses to make a number of them (4,300)."""


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
