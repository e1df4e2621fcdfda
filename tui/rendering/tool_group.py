"""Parts in a row as one line: many tool calls with what they found together, unknown events with their number."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from tui.conversation.passages import decoded, file_of, is_array, is_object
from tui.conversation.transcript import Part, ToolUse, Unrecognized
from tui.counts import counted
from tui.rendering.lines import MUTED, Line, Span, Style
from tui.rendering.wrapping import shortened

LEAST: Mapping[type[Part], int] = {ToolUse: 5, Unrecognized: 2}
"""Fewer in a row stand for themselves."""


def groups_of(parts: Sequence[Part]) -> Mapping[int, range]:
    """The group of each part that is in one, as the numbers of its first and its others."""
    found: dict[int, range] = {}
    for kind, run in groupby(range(len(parts)), lambda number: type(parts[number])):
        numbers = list(run)
        if kind in LEAST and len(numbers) >= LEAST[kind]:
            found |= dict.fromkeys(numbers, range(numbers[0], numbers[-1] + 1))
    return found


def group_line(parts: Sequence[Part], width: int, *, is_open: bool) -> Line:
    """One row: how many there are, and what they found."""
    uses = [part for part in parts if isinstance(part, ToolUse)]
    words = _calls(uses) if uses else [counted(len(parts), "unknown event")]
    mark = "▾ " if is_open else "▸ "
    rest = f" · {' · '.join(words[1:])}" if words[1:] else ""
    first = Span(shortened(words[0], max(4, width - 2)), Style("tool", bold=True))
    return Line((Span(mark, MUTED), first, Span(shortened(rest, max(2, width - 2 - len(first.text))), MUTED)), 2)


def _calls(uses: Sequence[ToolUse]) -> list[str]:
    passages, documents, is_search = 0, set[str](), True
    for use in uses:
        found = _found(use)
        is_search = is_search and found is not None
        passages += len(found or ())
        documents |= {file for each in found or () if (file := file_of(each)) is not None}
    words = [counted(len(uses), "search", "searches") if is_search else counted(len(uses), "tool call")]
    words += [counted(passages, "passage")] if passages else []
    return words + ([counted(len(documents), "document")] if documents else [])


def _found(use: ToolUse) -> Sequence[object] | None:
    """What a search found; None where the call was none."""
    value = decoded(use.returned.value) if use.returned is not None else None
    lists = [value.get("results"), value.get("items")] if is_object(value) else []
    return next((each for each in lists if is_array(each)), None)
