"""Finding files by name, and finding patterns in their text."""

from collections.abc import Sequence
from dataclasses import dataclass

from tui.local.library.passages import Passages
from tui.local.library.stored_documents import FileRef, StoredDocuments
from tui.local.library.words import fold
from tui.local.search.patterns import PatternSearch

ALL_CHARS = 2**40
"""More characters than any document has."""


@dataclass(frozen=True, slots=True)
class Match:
    """`text[start:end]` of a document is what was looked for; `content` is that with some characters around it."""

    content: str
    start: int
    end: int


def find(documents: StoredDocuments, index_ids: Sequence[str], name: str | None, contains: str | None) -> list[FileRef]:
    """The documents with this name (whole path, or its last part) whose path contains this text in any case."""
    found = documents.named(index_ids, name) if name else documents.files(index_ids)
    return [file for file in found if not contains or fold(contains) in fold(file.name)]


def grep(
    passages: Passages, search: PatternSearch, file: FileRef, context: int, start: int = 0, *, limit: int
) -> list[Match]:
    """Where a pattern matches in a document, from an offset on, in order. Raises `PatternError`."""
    text = passages.read(file.file_id, file.index_id, 0, ALL_CHARS) or ""
    return [
        Match(text[max(0, first - context) : last + context], first, last)
        for first, last in search.spans(text, start, limit)
    ]
