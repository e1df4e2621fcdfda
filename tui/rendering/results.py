"""What a tool returned, drawn by its shape: passages, a list, text, or a tree of any JSON.

The names and shapes of the agent's tools are not documented, so the shapes of the public retrieval routes are
recognized whatever the tool is called (API reference: "Retrieval"). Results of any size cost the same: rows are made
one by one and only the first `MAX_ROWS` of them, each from a limited piece of text.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeGuard

from tui.conversation.passages import (
    CONTENT,
    Array,
    Object,
    decoded,
    file_of,
    first_text,
    is_array,
    is_object,
    passage_from,
)
from tui.counts import counted
from tui.rendering.lines import BLANK, MUTED, PLAIN, Line, Role, Span, Style
from tui.rendering.wrapping import indented, wrap, wrap_text
from tui.sanitize import clean, clean_line

MAX_ROWS = 200
"""Rows of a result that are drawn."""

MAX_CHARS = 16 * 1024
"""Characters of one text that are drawn."""

MAX_DEPTH = 24
"""How deep a tree is drawn."""

_MAX_COUNTED = 500
"""Passages whose documents are counted: of more, only their own number is said."""

_MIN_NESTED_WIDTH = 16
"""Where so few cells are left for text, what is nested deeper is no longer indented."""

_MAX_ITEM_FIELDS = 12
"""An item of a list with more fields is drawn as a tree, one row each."""

_BULLET = Style("bullet")
_QUOTE = Style("quote")
_NAMES = ("file_name", "name", "title", *CONTENT)


def result_lines(value: object, width: int) -> list[Line]:
    """The rows of a result: its beginning, and where that is not all, a last row that says how much there is."""
    value = decoded(value)
    rows = list(islice(_rows(value, width), MAX_ROWS + 1))
    _, main = _main(value)
    return _beginning(rows, value, width, is_cut=isinstance(main, str) and len(main) > MAX_CHARS)


def tree_lines(value: object, width: int) -> list[Line]:
    """Any JSON value as an indented tree: its beginning, as in `result_lines`."""
    return _beginning(list(islice(_tree(value, width, 0), MAX_ROWS + 1)), value, width, is_cut=False)


def amount(value: object) -> str:
    """How much a result is, in words: "8 passages in 4 documents"."""
    value = decoded(value)
    name, main = _main(value)
    if isinstance(main, str):
        return counted(main.count("\n") + (not main.endswith("\n")), "line") if main.strip() else "nothing"
    if not _is_nested(main):
        return "nothing" if main is None else clean_line(_scalar(main)[0], 40)
    if name not in ("items", "results"):
        return counted(len(main), "entry", "entries")
    files = [file_of(each) for each in islice(main, _MAX_COUNTED)]
    documents = len(set(files))
    if name == "items" and files and all(files) and first_text(next(iter(main)), CONTENT) is None:
        total = value.get("total") if is_object(value) else None
        shown = counted(len(main), "document")
        return (
            f"{len(main):,} of {counted(total, 'document')}" if isinstance(total, int) and total > len(main) else shown
        )
    count = counted(len(main), "passage" if name == "results" else "place" if files and all(files) else "item")
    return f"{count} in {counted(documents, 'document')}" if files and all(files) and len(files) == len(main) else count


def _beginning(rows: list[Line], value: object, width: int, is_cut: bool) -> list[Line]:
    if len(rows) <= MAX_ROWS and not is_cut:
        return rows
    return [*rows[:MAX_ROWS], *wrap((Span(f"… this is the beginning of {amount(value)}", MUTED),), width)]


def _main(value: object) -> tuple[str, object]:
    """What a result is about: the member of a known shape and its name, or the whole value."""
    if is_object(value):
        for name in ("results", "items"):
            if is_array(found := value.get(name)):
                return name, found
        if isinstance(content := value.get("content"), str):
            return "content", content
    return "", value


def _rows(value: object, width: int) -> Iterator[Line]:
    name, main = _main(value)
    if isinstance(main, str):
        yield from _text(main, width, PLAIN)
    elif name == "results" and is_array(main):
        yield from _passages(main, width)
    elif name == "items" and is_array(main):
        for item in main:
            yield from _item(item, width)
    else:
        yield from _tree(main, width, 0)
    if name and is_object(value):
        others = {key: each for key, each in value.items() if each and key != name}
        yield from (BLANK, *_tree(others, width, 0)) if others else ()


def _text(text: str, width: int, style: Style) -> Iterator[Line]:
    for line in clean(text[:MAX_CHARS]).rstrip().split("\n"):
        yield from wrap_text(line, width, style)


def _passages(results: Array, width: int) -> Iterator[Line]:
    if not results:
        yield Line((Span("No passages.", MUTED),))
    bar = (Span("▌ ", Style("quote-bar")),)
    for number, result in enumerate(results, 1):
        passage = passage_from(result)
        if number > 1:
            yield BLANK
        about = "".join(f" · {each}" for each in passage.about)
        head = (Span(f"{number}. ", _BULLET), Span(passage.file, Style(bold=True)), Span(about, MUTED))
        yield from wrap(head, width)
        if passage.text is not None:
            yield from _behind(bar, _text(passage.text, width - 2, _QUOTE))
        else:
            yield from _behind(bar, _tree(result, width - 2, 0))


def _item(item: object, width: int) -> Iterator[Line]:
    bullet, rest = (Span("• ", _BULLET),), (Span("  "),)
    name = first_text(item, _NAMES)
    if not is_object(item) or name is None or len(item) > _MAX_ITEM_FIELDS:
        yield from _behind(bullet, _tree(item, width - 2, 1), rest)
        return
    others = {key: value for key, value in item.items() if value is not name}
    plain = (f" · {clean_line(k, 40)} {clean_line(_scalar(v)[0], 60)}" for k, v in others.items() if not _is_nested(v))
    spans = (Span(clean(name[:MAX_CHARS]).replace("\t", " ")), Span("".join(plain), MUTED))
    yield from _behind(bullet, wrap(spans, width - 2), rest)
    nested = {key: value for key, value in others.items() if _is_nested(value)}
    yield from _behind(rest, _tree(nested, width - 2, 1)) if nested else ()


def _tree(value: object, width: int, depth: int) -> Iterator[Line]:
    """Mappings as `key: value`, lists behind bullets; what is nested is set further in."""
    if depth > MAX_DEPTH:
        yield Line((Span("…", MUTED),))
    elif is_object(value) and value:
        for key, each in value.items():
            yield from _entry(Span(f"{clean_line(str(key), 80)}: ", Style("json-key")), each, width, depth)
    elif is_array(value) and value:
        for each in value:
            yield from _entry(Span("• ", _BULLET), each, width, depth)
    else:
        text, role = _scalar(value)
        yield from _text(text, width, Style(role))
        if len(text) > MAX_CHARS:
            yield Line((Span(f"… {counted(len(text), 'character')} in all", MUTED),))


def _entry(label: Span, value: object, width: int, depth: int) -> Iterator[Line]:
    margin = (Span("  "),) if width - 2 >= _MIN_NESTED_WIDTH else ()
    inner = width - 2 * len(margin)
    if _is_nested(value) and value and label.style.role == "bullet":
        yield from _behind((label,) if margin else (), _tree(value, inner, depth + 1), margin)
    elif _is_nested(value) and value:
        yield from wrap((Span(label.text.rstrip(), label.style),), width)
        yield from _behind(margin, _tree(value, inner, depth + 1))
    else:
        text, role = _scalar(value)
        shown = clean(text[:MAX_CHARS]).rstrip().replace("\t", "    ")
        size = f" … {counted(len(text), 'character')} in all" if len(text) > MAX_CHARS else ""
        first, *others = wrap((label, Span(shown, Style(role)), Span(size, MUTED)), inner)
        yield first
        yield from _behind(margin, others)


def _behind(first: Sequence[Span], lines: Iterable[Line], rest: Sequence[Span] | None = None) -> Iterator[Line]:
    """As `indented`, row by row."""
    for number, line in enumerate(lines):
        yield from indented((line,), first if number == 0 or rest is None else rest)


def _scalar(value: object) -> tuple[str, Role]:
    match value:
        case str():
            return value, "code-string"
        case None | bool():
            return json.dumps(value), "code-keyword"
        case int() if value.bit_length() > 4096:
            return f"a number of {value.bit_length():,} bits", "code-number"
        case int() | float():
            return str(value), "code-number"
        case _ if is_object(value):
            return "{}", "muted"
        case _ if is_array(value):
            return "[]", "muted"
        case _:
            return repr(value)[:MAX_CHARS], "text"


def _is_nested(value: object) -> TypeGuard[Object | Array]:
    return is_object(value) or is_array(value)
