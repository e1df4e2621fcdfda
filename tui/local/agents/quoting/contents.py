"""Tables of contents: they say where something is told, and tell nothing of it themselves. Pure."""

import re

_LINE = re.compile(r"^[^\n]*(?:\.[ \t]?){4}[ \t]*(?:\d{1,4}|[ivxlc]{1,7})[ \t]*(?:\n|$)", re.MULTILINE)

_ONLY = re.compile(rf"(?:{_LINE.pattern}|[^\S\n]*\n)+", re.MULTILINE)


def is_contents(text: str) -> bool:
    """Whether a text is lines of a table of contents: dots that lead to the number of a page."""
    return bool(_ONLY.fullmatch(text))


def without_contents(text: str) -> str:
    """The text without such lines."""
    return _LINE.sub("", text)
