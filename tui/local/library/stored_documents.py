"""The documents that the indexes hold: their ids and names, and the pages that have images."""

import re
import sqlite3
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tui.api.models import ImageAttachment
from tui.local.library.database import LibraryDatabase
from tui.local.library.folders import Folder, ServedFolders
from tui.local.library.timestamps import utc


@dataclass(frozen=True, slots=True)
class FileRef:
    """A document of an index, by its id and its path in the folder."""

    index_id: str
    file_id: str
    name: str


@dataclass(frozen=True, slots=True)
class PagedFile:
    """A document whose pages have images. `modified` is ISO 8601 in UTC with `Z`; `version` tells its contents."""

    index_id: str
    file_id: str
    path: Path
    pages: int
    modified: str
    version: str

    def __contains__(self, page: int) -> bool:
        return 1 <= page <= self.pages


def file_id_of(index_id: str, name: str) -> str:
    """A document's id, in the form of the API's directory files."""
    return f"dfl-{uuid.uuid5(uuid.NAMESPACE_URL, f'{index_id}/{name}')}"


def page_image_name(page: int) -> str:
    """The attachment that is the image of a page; pages count from 1."""
    return f"screenshots/page_{page}.jpg"


def page_of_image(name: str) -> int | None:
    """The page that an attachment of this name is the image of; None when it is no image's name."""
    match = re.fullmatch(r"screenshots/page_([1-9]\d{0,5})\.jpg", name)
    return int(match.group(1)) if match else None


class StoredDocuments:
    """The documents of the indexes. Any thread may call its methods at any time."""

    def __init__(self, database: LibraryDatabase, folders: ServedFolders) -> None:
        self._database = database
        self._folders = folders

    def files(self, index_ids: Sequence[str], limit: int | None = None) -> list[FileRef]:
        """The documents of the indexes in the order of their names: the first `limit`, or all."""
        asked = "SELECT file_id, path FROM documents ORDER BY path LIMIT ?"
        return self._sorted(index_ids, asked, -1 if limit is None else limit)[:limit]

    def named(self, index_ids: Sequence[str], name: str) -> list[FileRef]:
        """The documents with this path, or with this name in any folder."""
        asked = "SELECT file_id, path FROM documents WHERE path = ? OR substr(path, -length(?)) = ?"
        return self._sorted(index_ids, asked, name, f"/{name}", f"/{name}")

    def matching(self, index_ids: Sequence[str], expression: str, limit: int) -> list[FileRef]:
        """The documents with a passage that matches an expression in FTS5's query language, at most `limit`."""
        asked = (
            "SELECT file_id, path FROM documents WHERE id IN (SELECT document_id FROM chunks WHERE id IN"
            " (SELECT rowid FROM stems WHERE stems MATCH ?)) ORDER BY path LIMIT ?"
        )
        return self._sorted(index_ids, asked, expression, limit)[:limit]

    def _sorted(self, index_ids: Sequence[str], query: str, *values: str | int) -> list[FileRef]:
        found: list[FileRef] = []
        for index_id in index_ids:
            with self._database.index(index_id).reading() as connection:
                found += [FileRef(index_id, *row) for row in connection.execute(query, values)]
        return sorted(found, key=lambda file: (file.name, file.index_id))

    def file(self, file_id: str, index_ids: Sequence[str]) -> FileRef | None:
        """The document with this id, when one of these indexes holds it."""
        return next(
            iter(self._sorted(index_ids, "SELECT file_id, path FROM documents WHERE file_id = ?", file_id)), None
        )

    def paged_file(self, file_id: str) -> PagedFile | None:
        """A served document whose pages have images (a PDF); None for any other id."""
        for index_id, folder in self._folders.by_id.items():
            with self._database.index(index_id).reading() as connection:
                row = connection.execute("SELECT * FROM documents WHERE file_id = ?", (file_id,)).fetchone()
            if row is not None:
                is_paged = bool(row["pages"]) and row["path"].lower().endswith(".pdf")
                return _paged_file(folder, row) if is_paged else None
        return None

    def page_image_of(self, file_id: str, page: int) -> ImageAttachment | None:
        """Where the image of a document's page can be had; None when it has none. Pages count from 1."""
        file = self.paged_file(file_id)
        return ImageAttachment(page_image_name(page), file_id) if file and page in file else None

    def pages_and_remarks(self, file: FileRef) -> tuple[int, str]:
        """How many pages a document has (0: it has none), and what was not read of it, or guessed ("" for nothing)."""
        with self._database.index(file.index_id).reading() as connection:
            asked = "SELECT pages, remarks FROM documents WHERE file_id = ?"
            row = connection.execute(asked, (file.file_id,)).fetchone()
        return (row["pages"], row["remarks"]) if row else (0, "")


def _paged_file(folder: Folder, row: sqlite3.Row) -> PagedFile:
    modified = utc(datetime.fromtimestamp(row["modified_ns"] / 1e9, UTC))
    path = folder.path / row["path"]
    return PagedFile(folder.index_id, row["file_id"], path, row["pages"], modified, row["digest"])
