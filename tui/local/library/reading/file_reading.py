"""From a file to what is stored of it: pure but for reading the file. This is where hostile files are opened."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from tui.local.library.chunks import chunks_of
from tui.local.library.documents import Document, UnreadableError
from tui.local.library.files import read_bytes
from tui.local.library.languages import language_of_text, stems_of
from tui.local.library.passages import HEADING_JOIN, ReadFile, StoredPassage, heading_stems
from tui.local.library.readers import HEAD_BYTES, read_document, reader_for
from tui.local.library.readers.office import NeedsExtraError
from tui.local.library.words import unhyphenated


@dataclass(frozen=True, slots=True)
class KnownContent:
    """A file whose content is that of a document that is stored already."""

    digest: str


@dataclass(frozen=True, slots=True)
class UnreadFile:
    """A file that is not read; without a reason it is no document, and nobody needs to know.

    `again`: try it again at the next sync, though it has not changed.
    """

    reason: str | None
    again: bool = False


FileContent: TypeAlias = ReadFile | KnownContent | UnreadFile


def read_file(name: str, path: Path, known_digests: Collection[str]) -> FileContent:
    """What is in a file of this name; only that it is known, when its content has one of these digests."""
    try:
        head = read_bytes(path, HEAD_BYTES)
        reader = reader_for(name, head)
        if reader is None or not head.strip():
            return UnreadFile(None)
        data = read_bytes(path, reader.max_bytes + 1)
        digest = hashlib.blake2b(data, digest_size=16).hexdigest()
        if digest in known_digests:
            return KnownContent(digest)
        return _stored(name, digest, read_document(name, data))
    except NeedsExtraError as error:
        return UnreadFile(str(error), again=True)
    except UnreadableError as error:
        return UnreadFile(str(error))
    except OSError as error:
        return UnreadFile(f"it cannot be opened: {error.strerror}", again=True)


def _stored(name: str, digest: str, document: Document) -> ReadFile:
    language = language_of_text(document.text)
    passages: list[StoredPassage] = []
    for chunk in chunks_of(document):
        heading, body = HEADING_JOIN.join(chunk.headings), document.text[chunk.start : chunk.end]
        said = body if document.format == "code" else unhyphenated(body)
        stems = (heading_stems(heading, language), " ".join(stems_of(said, language)))
        place = (chunk.start, chunk.end, chunk.first_line, chunk.first_page, chunk.last_page, chunk.anchor)
        passages.append(StoredPassage(*place, heading, body, *stems))
    pages = len(document.page_starts)
    return ReadFile(
        digest, document.format, language, pages, document.remarks, " ".join(stems_of(name, language)), passages
    )
