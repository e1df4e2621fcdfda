"""The passages an answer was built from, out of the results of its tool calls.

No schema fixes these shapes. What is read is what the retrieval routes answer (reference: "Retrieve": `results[]` with
`content`, `score`, `metadata`, `static_fields`) and what agents of other makers call the same things.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias, TypeGuard

from tui.api.models import ImageAttachment
from tui.conversation.transcript import ToolUse, Turn
from tui.lazy_dataclass import dataclass
from tui.sanitize import clean, clean_line

Object: TypeAlias = Mapping[str, object]
Array: TypeAlias = Sequence[object]

CONTENT = ("content", "text", "snippet")
_FILE_NAMES = ("file_name", "filename", "file", "document", "source")
_FILE = (*_FILE_NAMES, "name")
_HEADING = ("heading", "section", "title", "breadcrumb")
_PAGE = ("page_label", "page", "page_number")
MAX_NUMBER = 1 << 63
"""No offset and no citation is so large. Python refuses to write out numbers without end."""
MAX_PARSED = 256 * 1024
"""Characters of a text that is looked into for JSON."""


@dataclass(frozen=True, slots=True)
class Location:
    """Where a passage stands: its document by id, its index where that is told, and its characters from 0.

    `end` is the offset behind its last character. Offsets are None where the result has none.
    """

    file_id: str
    index_id: str | None = None
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document. `file`, `heading`, `pages`, `lines` and `anchor` are safe lines; `text` may be missing.

    `pages` and `lines` are the first and the last, or nothing. `anchor` is what its heading is jumped to by: "#moss".
    `citation` is the number that the answer cites it by, where the result says so. `image` is the picture of its first
    page.
    """

    file: str
    text: str | None
    heading: str = ""
    pages: tuple[str, ...] = ()
    score: float | None = None
    citation: int | None = None
    location: Location | None = None
    image: ImageAttachment | None = None
    lines: tuple[str, ...] = ()
    anchor: str = ""

    @property
    def page(self) -> str:
        """Its pages, as they are cited: "p. 7", or nothing."""
        return _numbered("p.", "pp.", self.pages)

    @property
    def place(self) -> tuple[str, ...]:
        """Its pages, else its lines or its anchor, as they are cited: ("p. 7",), or nothing."""
        place = self.page or _numbered("line", "lines", self.lines) or self.anchor
        return (place,) if place else ()

    @property
    def about(self) -> tuple[str, ...]:
        """Its heading, place and score: those that are known."""
        score = () if self.score is None else (f"score {self.score:.2f}",)
        return (*filter(None, (self.heading,)), *self.place, *score)

    @property
    def origin(self) -> str:
        return " · ".join((self.file, *self.about))


def _numbered(one: str, many: str, numbers: tuple[str, ...]) -> str:
    first, last = numbers or ("", "")
    return f"{one} {first}" if first == last and first else f"{many} {first}\N{EN DASH}{last}" if first else ""


def passages_of(turn: Turn) -> list[Passage]:
    """All passages of a turn's tool results, in the order in which they came, each once."""
    found: dict[tuple[str, str | None], Passage] = {}
    for passage in given_passages(turn):
        found.setdefault((passage.file, passage.text), passage)
    return list(found.values())


def given_passages(turn: Turn) -> Iterator[Passage]:
    """The passages of a turn's tool results as they came, also those that came before."""
    for part in turn.parts:
        if isinstance(part, ToolUse):
            yield from passages_of_use(part)


def passages_of_use(use: ToolUse) -> Iterator[Passage]:
    """The passages of a tool's result; none while it has not come."""
    if use.returned is not None:
        yield from passages_in(use.returned.value, use.returned.image)


def passages_in(value: object, image: ImageAttachment | None = None) -> Iterator[Passage]:
    """The passages of one result; none where it is not a list of passages. `image` is the picture that came with it."""
    value = decoded(value)
    if not is_object(value):
        return
    results, items = value.get("results"), value.get("items")
    for result in results if is_array(results) else ():
        yield passage_from(result)
    for item in (value, *(items if is_array(items) else ())):
        if _find(_places(item), ("citation",)) is not None:
            yield passage_from(item, image)


def passage_from(result: object, image: ImageAttachment | None = None) -> Passage:
    """What is known of one passage: its file, its heading, pages and score, where it stands, and its text."""
    known = _places(result)
    text = first_text(result, CONTENT)
    return Passage(
        clean_line(_find(known, _FILE) or "passage", 120),
        None if text is None else clean(text),
        clean_line(_find(known, _HEADING) or "", 120),
        pages_of(result),
        _score(known),
        _whole_number(known, "citation"),
        location_of(result),
        image or _page_image(known),
        lines_of(result),
        clean_line(_find(known, ("anchor",)) or "", 120),
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


def location_of(value: object) -> Location | None:
    """Where in which document a value stands, where it says so."""
    places = _places(value)
    file_id = _find(places, ("parsed_directory_file_id", "file_id"))
    if file_id is None:
        return None
    start, end = (_whole_number(places, f"chunk_{edge}_char", f"{edge}_char") for edge in ("start", "end"))
    return Location(file_id, _find(places, ("index_id",)), start, end)


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


def _whole_number(places: Sequence[Object], *names: str) -> int | None:
    values = (place.get(name) for name in names for place in places)
    numbers = (value for value in values if isinstance(value, int) and not isinstance(value, bool))
    return next((number for number in numbers if 0 <= number < MAX_NUMBER), None)


def _score(places: Sequence[Object]) -> float | None:
    values = (place.get(name) for name in ("rerank_score", "score") for place in places)
    return next((value for value in values if isinstance(value, int | float) and abs(value) < 1e6), None)


def _page_image(places: Sequence[Object]) -> ImageAttachment | None:
    """The first picture among the attachments of a passage."""
    listed = (place.get("attachments") for place in places)
    for each in (each for attachments in listed if is_array(attachments) for each in attachments):
        if is_object(each) and each.get("type") in (None, "screenshot"):
            name, source = _find((each,), ("attachment_name",)), _find((each,), ("source_id",))
            if name and source:
                return ImageAttachment(name, source)
    return None
