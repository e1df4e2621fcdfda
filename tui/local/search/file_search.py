"""Finding files by name, and finding patterns in their text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import regex

from tui.local.library.passages import Passages
from tui.local.library.stored_documents import FileRef, StoredDocuments
from tui.local.library.words import fold

ALL_CHARS = 2**40
"""More characters than any document has."""
GREP_TIMEOUT = 2.0
"""Seconds that a pattern may search one document: some patterns take for ever."""


class PatternError(Exception):
    """The pattern cannot be searched for; the message says why."""


@dataclass(frozen=True, slots=True)
class Match:
    """`text[start:end]` of a document is what was looked for; `content` is that with some characters around it."""

    content: str
    start: int
    end: int


def find(documents: StoredDocuments, index_ids: Sequence[str], name: str | None, contains: str | None) -> list[FileRef]:
    """The documents with this name (whole path, or its last part) whose path contains this text in any case."""
    return [
        file
        for file in documents.files(index_ids)
        if (not name or name in (file.name, PurePosixPath(file.name).name))
        and (not contains or fold(contains) in fold(file.name))
    ]


def grep(
    passages: Passages, file: FileRef, pattern: str, context: int, start: int = 0, *, any_case: bool = False
) -> Iterator[Match]:
    """Where a pattern matches in a document, from an offset on, in order; empty matches are left out.

    Raises `PatternError` for a pattern that is not one, or that takes too long.
    """
    text = passages.read(file.file_id, file.index_id, 0, ALL_CHARS) or ""
    try:
        compiled = regex.compile(pattern, regex.MULTILINE | (regex.IGNORECASE if any_case else 0))
        for match in compiled.finditer(text, start, timeout=GREP_TIMEOUT, concurrent=True):
            first, last = match.span()
            if first < last:
                yield Match(text[max(0, first - context) : last + context], first, last)
    except regex.error as error:
        raise PatternError(f"The pattern is not a regular expression: {error}") from None
    except TimeoutError:
        raise PatternError(f"The pattern takes longer than {GREP_TIMEOUT:g} s; give a simpler one.") from None
    except (RecursionError, MemoryError, OverflowError):
        raise PatternError("The pattern is too large; give a simpler one.") from None
