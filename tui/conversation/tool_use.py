"""A tool call in a reader's words: what it was asked, and which documents it is about. Pure.

Neither the tools nor their arguments are documented, so all is told by usual names (see `tui.conversation.passages`).
"""

import re
from collections.abc import Iterator, Mapping

from tui.conversation.passages import Object, decoded, file_of, lines_of, pages_of
from tui.conversation.transcript import Returned, ToolUse
from tui.sanitize import clean_line

_MAX_PATTERN = 200
_ASKED_IN_WORDS = ("query", "question", "prompt", "search", "pattern", "regex", "text")
_NAMES = ("file_name", "path", "name", "url")
_ID = re.compile(r"(?:[a-z]{2,8}[-_])?[0-9a-f]{8}[0-9a-f-]{4,}", re.IGNORECASE)
_REGEX = re.compile(
    r"\(\?<?[=!](?:\[[^\]]*\]|\\.|[^()\\\[])*\)"  # what must stand before or behind, and is not looked for
    r"|\(\?[a-zA-Z]*[:)]|\[[^\]]*\]|\{\d*,?\d*\}|\\(.)|[()^$*+?|.]"
)


def words_asked(use: ToolUse) -> str:
    """The words that a tool was asked for, as a safe line; "" where it was asked for none."""
    return next(_words(use.arguments or {}, _ASKED_IN_WORDS), "")


def subject_of(use: ToolUse) -> str:
    """What the tool was asked, in quotes, or which document it read; "" where that is for machines only."""
    arguments = use.arguments or {}
    if asked := words_asked(use):
        return f'"{asked}"'
    file = _read_file(use.returned) or next(_words(arguments, _NAMES), "")
    if file:
        value = decoded(use.returned.value) if use.returned is not None else None
        return ", ".join((file, *_place(value, arguments)))
    other = next(_words(arguments, tuple(arguments)), "")
    return f'"{other}"' if other else ""


def _read_file(returned: Returned | None) -> str:
    value = decoded(returned.value) if returned is not None else None
    return clean_line(file_of(value) or "", 120)


def _place(value: object, arguments: Mapping[str, object]) -> Iterator[str]:
    for source in (value, arguments):
        for one, many, found in (("page", "pages", pages_of(source)), ("line", "lines", lines_of(source))):
            if found:
                first, last = found[0], found[-1]
                yield f"{one} {first}" if first == last else f"{many} {first} to {last}"
                return


def _words(arguments: Object, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        value = arguments.get(name)
        if isinstance(value, str) and value.strip() and not _ID.fullmatch(value.strip()):
            line = clean_line(value, _MAX_PATTERN)
            yield plain_words(line) if name in ("pattern", "regex") else line


def plain_words(pattern: str) -> str:
    """The words that a regular expression looks for."""
    return " ".join(_REGEX.sub(_literal, pattern[:_MAX_PATTERN]).split())


def _literal(match: re.Match[str]) -> str:
    escaped: str | None = match[1]
    return escaped if escaped is not None and not escaped.isalnum() else " "
