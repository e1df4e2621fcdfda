"""A tool call in one row of columns: the tool, what it was asked, and what came of it, in a reader's words."""

import re
from collections.abc import Iterator, Mapping

from tui.conversation.passages import Object, decoded, file_of, is_object, lines_of, pages_of
from tui.conversation.transcript import Returned, ToolUse
from tui.rendering.lines import MUTED, PLAIN, Line, Span, Style
from tui.rendering.results import amount
from tui.rendering.wrapping import shortened, width_of
from tui.sanitize import clean_line

NAME_CELLS = 10
"""The column of the tools' names. A longer name moves the columns after it."""

OUTCOME_CELLS = 28
"""Room for "200 passages in 12 documents"."""

SUBJECT_CELLS = 40
"""The column of what was asked is no wider, so that the next one stays near."""

_LEAST_CELLS = 8
_MAX_PATTERN = 200
_TOOL = Style("tool", bold=True)
_ASKED_IN_WORDS = ("query", "question", "prompt", "search", "pattern", "regex", "text")
_NAMES = ("file_name", "path", "name", "url")
_ID = re.compile(r"(?:[a-z]{2,8}[-_])?[0-9a-f]{8}[0-9a-f-]{4,}", re.IGNORECASE)
_REGEX = re.compile(
    r"\(\?<?[=!](?:\[[^\]]*\]|\\.|[^()\\\[])*\)"  # what must stand before or behind, and is not looked for
    r"|\(\?[a-zA-Z]*[:)]|\[[^\]]*\]|\{\d*,?\d*\}|\\(.)|[()^$*+?|.]"
)


def tool_line(part: ToolUse, width: int, mark: Span) -> Line:
    """One row behind the mark that says whether the part is folded."""
    name = shortened(clean_line(part.name, 60) or "tool", max(4, width // 2))
    subject, outcome = _subject(part), _outcome(part)
    spans = [mark, Span(name, _TOOL)]
    column = max(NAME_CELLS, width_of(spans[1:]) + 2) if subject or len(name) < NAME_CELLS else width_of(spans[1:]) + 2
    room = width - width_of((mark,)) - column
    subject_cells = min(SUBJECT_CELLS, room - 2 - min(OUTCOME_CELLS, width_of((outcome,))))
    if subject and subject_cells >= _LEAST_CELLS:
        asked = shortened(subject, subject_cells)
        if asked != subject and subject.startswith('"'):
            asked = f'{shortened(subject, subject_cells - 1)}"'
        _pad(spans, column, mark)
        spans.append(Span(asked))
        column += min(max(width_of((Span(asked),)), SUBJECT_CELLS), subject_cells) + 2
    left = width - width_of((mark,)) - column
    if left >= 2:
        _pad(spans, column, mark)
        spans.append(Span(shortened(outcome.text, left), outcome.style))
    return Line(tuple(spans), decoration=width_of((mark,)))


def _pad(spans: list[Span], column: int, mark: Span) -> None:
    gap = column - width_of(spans) + width_of((mark,))
    spans.append(Span(" " * gap, PLAIN))


def _outcome(part: ToolUse) -> Span:
    if part.returned is None:
        return Span("no result" if part.is_over else "running…", MUTED)
    value = decoded(part.returned.value)
    error = value.get("error") if is_object(value) else None
    if isinstance(error, str) and error.strip():
        return Span(f"error: {clean_line(error, 200)}", Style("error"))
    if part.returned.image is not None:
        page = _page(part, value)
        return Span(f"page {page}, picture" if page and file_of(value) is None else "picture", MUTED)
    return Span(amount(value), MUTED)


def _page(part: ToolUse, value: object) -> str:
    page = (part.arguments or {}).get("page")
    return clean_line(str(page), 20) if isinstance(page, int | str) else next(iter(pages_of(value)), "")


def _subject(part: ToolUse) -> str:
    """What the tool was asked, or which document it read; "" where that is for machines only."""
    arguments = part.arguments or {}
    asked = next(_words(arguments, _ASKED_IN_WORDS), "")
    if asked:
        return f'"{asked}"'
    file = _read_file(part.returned) or next(_words(arguments, _NAMES), "")
    if file:
        value = decoded(part.returned.value) if part.returned is not None else None
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
