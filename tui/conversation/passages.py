"""The passages an answer was built from, out of the results of its tool calls.

No schema fixes these shapes. What is read is what the retrieval routes answer (reference: "Retrieve": `results[]` with
`content`, `score`, `metadata`, `static_fields`) and what agents of other makers call the same things.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeGuard

from tui.conversation.transcript import ToolUse, Turn
from tui.sanitize import clean, clean_line

Object: TypeAlias = Mapping[str, object]
Array: TypeAlias = Sequence[object]

CONTENT = ("content", "text", "snippet")
_FILE_NAMES = ("file_name", "filename", "file", "document", "source")
_FILE = (*_FILE_NAMES, "name")
_HEADING = ("heading", "section", "title", "breadcrumb")
_PAGE = ("page_label", "page", "page_number")
MAX_PARSED = 256 * 1024
"""Characters of a text that is looked into for JSON."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document. `file` and `about` (heading, pages, score) are safe lines; `text` may be missing.

    `citation` is the number that the answer cites it by, where the result says so; `pages` are the first and the last
    page that it stands on, or nothing.
    """

    file: str
    about: tuple[str, ...]
    text: str | None
    citation: int | None = None
    pages: tuple[str, ...] = ()

    @property
    def origin(self) -> str:
        return " · ".join((self.file, *self.about))


def passages_of(turn: Turn) -> list[Passage]:
    """All passages of a turn's tool results, in the order in which they came, each once."""
    found: dict[tuple[str, str | None], Passage] = {}
    for passage in given_passages(turn):
        found.setdefault((passage.file, passage.text), passage)
    return list(found.values())


def cited_passage(turn: Turn, number: int) -> Passage | None:
    """The passage that a turn's answer cites as [number]: by its own number, else by its place among all."""
    given = list(given_passages(turn))
    if any(passage.citation is not None for passage in given):
        return next((passage for passage in given if passage.citation == number), None)
    passages = passages_of(turn)
    return passages[number - 1] if 0 < number <= len(passages) else None


def given_passages(turn: Turn) -> Iterator[Passage]:
    """The passages of a turn's tool results as they came, also those that came before."""
    for part in turn.parts:
        if isinstance(part, ToolUse) and part.returned is not None:
            yield from passages_in(part.returned.value)


def passages_in(value: object) -> Iterator[Passage]:
    """The passages of one result; none where it is not a list of passages."""
    value = decoded(value)
    if not is_object(value):
        return
    results, items = value.get("results"), value.get("items")
    for result in results if is_array(results) else ():
        yield passage_from(result)
    for item in (value, *(items if is_array(items) else ())):
        if _find(_places(item), ("citation",)) is not None:
            yield passage_from(item)


def passage_from(result: object) -> Passage:
    """What is known of one passage: its file, its heading, pages and score, and its text."""
    known = _places(result)
    heading = _find(known, _HEADING)
    about = [clean_line(heading, 120)] if heading else []
    text = first_text(result, CONTENT)
    return Passage(
        clean_line(_find(known, _FILE) or "passage", 120),
        (*about, *_pages(result), *_score(known)),
        None if text is None else clean(text),
        next((number for place in known if isinstance(number := place.get("citation"), int)), None),
        pages_of(result),
    )


def file_of(value: object) -> str | None:
    """The name of the document that a value is about, where it says so."""
    return _find(_places(value), _FILE_NAMES)


def pages_of(value: object) -> tuple[str, ...]:
    """The first and the last page that a value is about, or nothing."""
    return _range(value, ("page_range_start", *_PAGE), ("page_range_end",))


def lines_of(value: object) -> tuple[str, ...]:
    """The first and the last line that a value is about, or nothing."""
    return _range(value, ("first_line", "start_line"), ("last_line", "end_line"))


def _range(value: object, first_names: Sequence[str], last_names: Sequence[str]) -> tuple[str, ...]:
    places = _places(value)
    first = _find(places, first_names)
    if first is None:
        return ()
    return clean_line(first, 20), clean_line(_find(places, last_names) or first, 20)


def _places(value: object) -> list[Object]:
    """Where a value may say what it is about."""
    places = [value, *(value.get(name) for name in ("metadata", "static_fields"))] if is_object(value) else []
    return [place for place in places if is_object(place)]


def decoded(value: object) -> object:
    """The JSON value that a short text holds, or the value itself."""
    if not isinstance(value, str) or len(value) > MAX_PARSED or value.lstrip()[:1] not in ("{", "["):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def first_text(value: object, names: Sequence[str]) -> str | None:
    """The first of the members that is a text."""
    if not is_object(value):
        return None
    return next((text for name in names if isinstance(text := value.get(name), str)), None)


def is_object(value: object) -> TypeGuard[Object]:
    return isinstance(value, Mapping)


def is_array(value: object) -> TypeGuard[Array]:
    return isinstance(value, list | tuple)


def _find(places: Sequence[Object], names: Sequence[str]) -> str | None:
    for name in names:
        for place in places:
            if (found := _short(place.get(name))) is not None:
                return found
    return None


def _short(value: object) -> str | None:
    """A value as a short text, where it is one."""
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, int | float) and abs(value) < 1e15:
        return str(value)
    return None


def _pages(value: object) -> Iterator[str]:
    if pages := pages_of(value):
        first, end = pages
        yield f"p. {first}" if end == first else f"pp. {first}\N{EN DASH}{end}"


def _score(places: Sequence[Object]) -> Iterator[str]:
    for name in ("rerank_score", "score"):
        for place in places:
            score = place.get(name)
            if isinstance(score, int | float) and abs(score) < 1e6:
                yield f"score {score:.2f}"
                return
