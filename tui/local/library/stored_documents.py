"""The documents that the indexes hold: their ids and names, and the pages that have images."""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tui.api.models import ImageAttachment
from tui.local.library.database import LibraryDatabase, placeholders
from tui.local.library.folders import ServedFolders
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
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT index_id, file_id, path FROM documents WHERE index_id IN ({placeholders(index_ids)})"
                " ORDER BY path, index_id LIMIT ?",
                (*index_ids, -1 if limit is None else limit),
            ).fetchall()
        return [FileRef(row["index_id"], row["file_id"], row["path"]) for row in rows]

    def file(self, file_id: str, index_ids: Sequence[str]) -> FileRef | None:
        """The document with this id, when one of these indexes holds it."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT index_id, path FROM documents WHERE file_id = ?", (file_id,)).fetchone()
        if row is None or row["index_id"] not in index_ids:
            return None
        return FileRef(row["index_id"], file_id, row["path"])

    def paged_file(self, file_id: str) -> PagedFile | None:
        """A served document whose pages have images (a PDF); None for any other id."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT * FROM documents WHERE file_id = ?", (file_id,)).fetchone()
        folder = self._folders.by_id.get(row["index_id"]) if row else None
        if folder is None or not row["pages"] or not row["path"].lower().endswith(".pdf"):
            return None
        modified = utc(datetime.fromtimestamp(row["modified_ns"] / 1e9, UTC))
        return PagedFile(row["index_id"], file_id, folder.path / row["path"], row["pages"], modified, row["digest"])

    def page_image_of(self, file_id: str, page: int) -> ImageAttachment | None:
        """Where the image of a document's page can be had; None when it has none. Pages count from 1."""
        file = self.paged_file(file_id)
        return ImageAttachment(page_image_name(page), file_id) if file and page in file else None
