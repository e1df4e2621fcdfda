"""What an answer was built from: the passages of a turn by document, those that it cites first. Pure.

A result of an unknown shape is evidence too: its text stands under the name of its tool.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import field, replace
from functools import cache
from typing import TypeAlias

from tui.conversation.citations import cited_numbers
from tui.conversation.json_writing import first_of_json
from tui.conversation.passages import (
    Location,
    Object,
    Passage,
    decoded,
    file_of,
    first_text,
    is_array,
    is_object,
    location_of,
    passage_from,
    passages_of_use,
)
from tui.conversation.plain_text import answer_text
from tui.conversation.tool_use import subject_of
from tui.conversation.transcript import Answer, ToolUse, Turn
from tui.cooperative import run_at_once
from tui.lazy_dataclass import dataclass
from tui.sanitize import clean, clean_line

MAX_JSON_CHARS = 100_000
"""So much of a result of an unknown shape is written out."""

_CUT = "\n… The rest is left out here."


_Key: TypeAlias = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class Source:
    """A passage that was found, by all numbers that an answer can cite it by, and whether the answer does.

    A passage that nothing numbers (what was read of a document, a result of an unknown shape) has no numbers.
    """

    passage: Passage
    numbers: tuple[int, ...] = ()
    is_cited: bool = False


@dataclass(frozen=True, slots=True)
class DocumentSources:
    """What was found in one document, in the order in which it was found."""

    file: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The sources of a turn by document: those that the answer cites, and those that were only found."""

    question: str = ""
    cited: tuple[DocumentSources, ...] = ()
    found: tuple[DocumentSources, ...] = ()

    def __iter__(self) -> Iterator[Source]:
        for document in (*self.cited, *self.found):
            yield from document.sources

    def __bool__(self) -> bool:
        return bool(self.cited or self.found)

    @property
    def cited_count(self) -> int:
        return sum(len(document.sources) for document in self.cited)

    @property
    def found_count(self) -> int:
        """How many were found and are not cited."""
        return sum(len(document.sources) for document in self.found)

    def source(self, number: int) -> Source | None:
        """The one that the answer cites as [number]."""
        return next((source for source in self if number in source.numbers), None)


@dataclass(slots=True)
class _Found:
    """A passage, and the numbers under which it was given."""

    passage: Passage
    numbers: list[int] = field(default_factory=list[int])


def evidence_of(turn: Turn) -> Evidence:
    """All evidence of a turn, as `gathering` gives it. For where nobody waits for a key meanwhile."""
    return run_at_once(gathering(turn))


def gathering(turn: Turn) -> Generator[None, None, Evidence]:
    """All evidence of a turn, in steps of one passage. The generator's return value is the result.

    A passage that was given several times is one source with several numbers.
    """
    numbered = yield from _numbered(turn)
    cited = cited_numbers(answer_text(turn))
    sources: list[Source] = []
    for found in numbered.values():
        numbers = tuple(dict.fromkeys(found.numbers))
        sources.append(Source(found.passage, numbers, not cited.isdisjoint(numbers)))
        yield
    names = cache(lambda: _names(turn))
    others: dict[_Key, Source] = {}
    for use in _returned(turn):
        for passage in _others(use, names):
            if (passage.file, passage.text) not in numbered:
                others[passage.file, passage.text] = Source(passage)
            yield
        yield
    sources += others.values()
    return Evidence(
        " ".join((turn.question or "").split()),
        _by_document(source for source in sources if source.is_cited),
        _by_document(source for source in sources if not source.is_cited),
    )


def is_same_evidence(one: Turn, other: Turn) -> bool:
    """Whether two states of a turn have the same tool results and complete answers, told by their identity."""
    parts = [
        [part for part in turn.parts if isinstance(part, ToolUse) or (isinstance(part, Answer) and part.settled)]
        for turn in (one, other)
    ]
    return len(parts[0]) == len(parts[1]) and all(a is b for a, b in zip(*parts, strict=True))


def _numbered(turn: Turn) -> Generator[None, None, Mapping[_Key, _Found]]:
    """The passages of searches, each with its own numbers; where no result gives any, with its place among all."""
    passages: list[Passage] = []
    for use in _returned(turn):
        for passage in passages_of_use(use):
            passages.append(passage)
            yield
        yield
    has_own_numbers = any(passage.citation is not None for passage in passages)
    found: dict[_Key, _Found] = {}
    for passage in passages:
        known = found.setdefault((passage.file, passage.text), _Found(passage))
        if passage.citation is not None:
            known.numbers.append(passage.citation)
        elif not has_own_numbers and not known.numbers:
            known.numbers.append(len(found))
        yield
    return found


def _returned(turn: Turn) -> Iterator[ToolUse]:
    return (part for part in turn.parts if isinstance(part, ToolUse) and part.returned is not None)


def _by_document(sources: Iterable[Source]) -> tuple[DocumentSources, ...]:
    documents: dict[str, list[Source]] = {}
    for source in sources:
        documents.setdefault(source.passage.file, []).append(source)
    return tuple(DocumentSources(file, tuple(listed)) for file, listed in documents.items())


def _others(use: ToolUse, names: Callable[[], Mapping[str, str]]) -> Iterator[Passage]:
    """What a result holds besides numbered passages: what was read of a document, or anything that is not known."""
    value = decoded(use.returned.value) if use.returned else None
    if is_object(value) and first_text(value, ("error",)):
        return
    listed = [value.get(name) for name in ("results", "items")] if is_object(value) else []
    if is_object(value) and any(is_array(each) for each in listed):
        for item in (item for each in listed[1:] if is_array(each) for item in each):
            yield from _read(item, use, names)
    elif is_object(value) and first_text(value, ("content",)) is not None:
        yield from _read(value, use, names)
    elif (text := value if isinstance(value, str) else _written(value)).strip():
        yield Passage(clean_line(use.name, 60) or "tool", clean(text), subject_of(use))


def _read(value: object, use: ToolUse, names: Callable[[], Mapping[str, str]]) -> Iterator[Passage]:
    """What was read of a document that the result or the call names, unless that is nothing or has a number."""
    passage = passage_from(value)
    if passage.text is None or passage.citation is not None or not passage.text.strip():
        return
    file_id = first_text(use.arguments, ("file_id",))
    location = passage.location or (None if file_id is None else Location(file_id))
    file = file_of(value) or names().get(location.file_id if location else "") or file_of(use.arguments) or use.name
    yield replace(passage, file=clean_line(file, 120) or "tool", location=location)


def _names(turn: Turn) -> Mapping[str, str]:
    """What the documents of a turn are called, by their ids."""
    names: dict[str, str] = {}
    for use in _returned(turn):
        for item in _items(decoded(use.returned.value if use.returned else None)):
            location, file = location_of(item), file_of(item)
            if location is not None and file is not None:
                names[location.file_id] = file
    return names


def _items(value: object) -> Iterator[Object]:
    if is_object(value):
        listed = (value.get(name) for name in ("results", "items"))
        yield from (each for items in listed if is_array(items) for each in items if is_object(each))


def _written(value: object) -> str:
    """A value as indented JSON; of a huge one the beginning. "" where there is nothing in it."""
    if value is None or (is_object(value) and not value) or (is_array(value) and not value):
        return ""
    text = first_of_json(value, MAX_JSON_CHARS)
    return text + _CUT if len(text) == MAX_JSON_CHARS else text
