"""The library: the folders that are served as indexes, and how to search and read the documents in them."""

import hashlib
import sqlite3
import sys
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tui.api.models import ImageAttachment
from tui.local.library.database import LibraryDatabase
from tui.local.library.documents import Format
from tui.sanitize import clean_line

MANUAL_ID = "idx-manual"
HEADING_JOIN = " \u203a "

FILE_WEIGHT, HEADING_WEIGHT, BODY_WEIGHT = 1.5, 3.0, 1.0
"""What a word counts in a file's name, in a heading and in the text, for BM25."""

_RANKS = {
    "passages": f"bm25(passages, {FILE_WEIGHT}, {HEADING_WEIGHT}, {BODY_WEIGHT})",
    "grams": "bm25(grams)",
}


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that is served as one index."""

    index_id: str
    name: str
    path: Path
    description: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk that was found. `score` is better when larger; lines and pages count from 1."""

    chunk_id: int
    index_id: str
    file_id: str
    file_name: str
    format: Format
    heading: str
    text: str
    number: int
    start_char: int
    end_char: int
    first_line: int
    first_page: int | None
    last_page: int | None
    score: float


@dataclass(frozen=True, slots=True)
class IndexState:
    """What is stored of an index. Times are ISO 8601 in UTC with `Z`; `synced` is None before its first sync."""

    id: str
    name: str
    folder: str
    created: str
    synced: str | None
    error: str | None
    files: int
    skipped_files: int


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A file that is not read, and why, in words that follow its name: "it is encrypted with a password"."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class PagedFile:
    """A document whose pages have pictures. `modified` is ISO 8601 in UTC with `Z`."""

    file_id: str
    path: Path
    pages: int
    modified: str
    version: str

    def __contains__(self, page: int) -> bool:
        return 1 <= page <= self.pages


def utc_now() -> str:
    """The time as the API writes it for everything but sessions."""
    return utc(datetime.now(UTC))


def utc(time: datetime) -> str:
    """A time as the API writes it for everything but sessions."""
    return time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def page_image_name(page: int) -> str:
    """The attachment that is the picture of a page; pages count from 1."""
    return f"screenshots/page_{page}.jpg"


def index_id_of(path: Path) -> str:
    """The same folder has the same id at every start."""
    return f"idx-{hashlib.sha256(str(path).encode()).hexdigest()[:12]}"


def folders_of(paths: Sequence[Path]) -> tuple[Folder, ...]:
    """The folders as indexes: each named after its folder, with as much of the path as tells namesakes apart."""
    unique = list(dict.fromkeys(path.resolve() for path in paths))
    names = [path.name or str(path) for path in unique]
    return tuple(
        Folder(
            index_id_of(path),
            clean_line(name if names.count(name) == 1 else f"{path.parent.name}/{name}"),
            path,
            clean_line(str(path)),
        )
        for path, name in zip(unique, names, strict=True)
    )


def manual_folder(path: Path) -> Folder:
    """The manual, served when no folder is given. Its id does not depend on where the program is installed."""
    return Folder(MANUAL_ID, "manual", path, "The manual of llamachat-tui")


def file_id_of(index_id: str, name: str) -> str:
    """A document's id, in the form of the API's directory files."""
    return f"dfl-{uuid.uuid5(uuid.NAMESPACE_URL, f'{index_id}/{name}')}"


class Library:
    """The served folders and what is stored of them. Its methods may be called from any thread."""

    def __init__(self, database: LibraryDatabase, folders: Sequence[Folder]) -> None:
        """Serves `folders`, and those that were added before and not deleted since."""
        self.database = database
        with database.reading() as connection:
            rows = connection.execute("SELECT * FROM added_folders ORDER BY rowid").fetchall()
        added = [Folder(row["index_id"], row["name"], Path(row["path"]), row["description"]) for row in rows]
        self.folders = {folder.index_id: folder for folder in (*added, *folders)}
        with database.writing() as connection:
            for folder in self.folders.values():
                store_index(connection, folder)

    def add(self, folder: Folder) -> None:
        """Serves one more folder, now and at every start to come."""
        with self.database.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO added_folders (index_id, path, name, description) VALUES (?, ?, ?, ?)",
                (folder.index_id, str(folder.path), folder.name, folder.description),
            )
            store_index(connection, folder)
        self.folders = {**self.folders, folder.index_id: folder}

    def remove(self, index_id: str) -> None:
        """Serves an index no longer; what is stored of it stays until it is forgotten."""
        with self.database.writing() as connection:
            connection.execute("DELETE FROM added_folders WHERE index_id = ?", (index_id,))
        self.folders = {known: folder for known, folder in self.folders.items() if known != index_id}

    def index_states(self) -> dict[str, IndexState]:
        """What is stored of each served index."""
        with self.database.reading() as connection:
            rows = connection.execute(
                "SELECT *, (SELECT count(*) FROM documents WHERE index_id = indexes.id) AS files,"
                " (SELECT count(reason) FROM skipped_files WHERE index_id = indexes.id) AS skipped_files FROM indexes"
            ).fetchall()
        return {state.id: state for state in map(_index_state, rows) if state.id in self.folders}

    def skipped_files(self, index_id: str, limit: int) -> list[SkippedFile]:
        """The first files of an index that could not be read, in the order of their names."""
        with self.database.reading() as connection:
            rows = connection.execute(
                "SELECT path, reason FROM skipped_files WHERE index_id = ? AND reason IS NOT NULL"
                " ORDER BY path LIMIT ?",
                (index_id, limit),
            ).fetchall()
        return [SkippedFile(row["path"], row["reason"]) for row in rows]

    def skip_file(self, folder: Folder, name: str, reason: str) -> None:
        """Notes that a file is not to be read until it changes."""
        with suppress(OSError), self.database.writing() as connection:
            stat = (folder.path / name).lstat()
            connection.execute(
                "INSERT OR REPLACE INTO skipped_files (index_id, path, size, modified_ns, reason)"
                " VALUES (?, ?, ?, ?, ?)",
                (folder.index_id, name, stat.st_size, stat.st_mtime_ns, reason),
            )

    def paged_file(self, file_id: str) -> PagedFile | None:
        """A served document whose pages have pictures (a PDF); None for any other id."""
        with self.database.reading() as connection:
            row = connection.execute("SELECT * FROM documents WHERE file_id = ?", (file_id,)).fetchone()
        folder = self.folders.get(row["index_id"]) if row else None
        if folder is None or not row["pages"] or not row["path"].lower().endswith(".pdf"):
            return None
        modified = utc(datetime.fromtimestamp(row["modified_ns"] / 1e9, UTC))
        return PagedFile(file_id, folder.path / row["path"], row["pages"], modified, row["digest"])

    def picture_of(self, file_id: str, page: int) -> ImageAttachment | None:
        """Where the picture of a document's page can be had; None when it has none. Pages count from 1."""
        file = self.paged_file(file_id)
        return ImageAttachment(page_image_name(page), file_id) if file and page in file else None

    def file_names(self, index_ids: Sequence[str], limit: int) -> list[str]:
        """The names of some documents of the indexes, in order."""
        with self.database.reading() as connection:
            rows = connection.execute(
                f"SELECT path FROM documents WHERE index_id IN ({_marks(index_ids)}) ORDER BY path LIMIT ?",
                (*index_ids, limit),
            ).fetchall()
        return [str(row["path"]) for row in rows]

    def set_error(self, index_id: str, message: str) -> None:
        """Notes why an index could not be synced; the next good sync takes it away."""
        with self.database.writing() as connection:
            connection.execute("UPDATE indexes SET error = ? WHERE id = ?", (message, index_id))

    def folder_of_unserved(self, index_id: str) -> str | None:
        """The folder of an index that an earlier start served; None when it was never known."""
        with self.database.reading() as connection:
            row = connection.execute("SELECT folder FROM indexes WHERE id = ?", (index_id,)).fetchone()
        return str(row["folder"]) if row else None

    def search(self, query: str, index_ids: Sequence[str], limit: int) -> list[Passage]:
        """The best passages for an FTS5 query, best first."""
        best: dict[int, Passage] = {}
        with self.database.reading() as connection:
            for table, rank in _RANKS.items():
                rows = connection.execute(
                    "SELECT chunks.*, documents.file_id, documents.index_id, documents.path, documents.format,"
                    f" passages.heading, passages.body, -{rank} AS score"
                    f" FROM {table} JOIN chunks ON chunks.id = {table}.rowid"
                    " JOIN documents ON documents.id = chunks.document_id"
                    f"{' JOIN passages ON passages.rowid = chunks.id' if table != 'passages' else ''}"
                    f" WHERE {table} MATCH ? AND documents.index_id IN ({_marks(index_ids)})"
                    " ORDER BY score DESC, chunks.id LIMIT ?",
                    (query, *index_ids, limit),
                )
                for passage in map(_passage, rows):
                    known = best.get(passage.chunk_id)
                    best[passage.chunk_id] = passage if known is None or known.score < passage.score else known
        return sorted(best.values(), key=lambda passage: (-passage.score, passage.chunk_id))[:limit]

    def passages_at(self, file_id: str, start: int, end: int) -> list[Passage]:
        """The passages that a stretch of a document's text lies in, in their order; their score is 0."""
        with self.database.reading() as connection:
            rows = connection.execute(
                "SELECT chunks.*, documents.file_id, documents.index_id, documents.path, documents.format,"
                " passages.heading, passages.body, 0.0 AS score"
                " FROM chunks JOIN documents ON documents.id = chunks.document_id"
                " JOIN passages ON passages.rowid = chunks.id"
                " WHERE file_id = ? AND start_char < ? AND end_char > ? ORDER BY number",
                (file_id, end, start),
            ).fetchall()
        return [_passage(row) for row in rows]

    def count(self, query: str, index_ids: Sequence[str]) -> int:
        """How many passages match an FTS5 query."""
        with self.database.reading() as connection:
            row = connection.execute(
                "SELECT count(*) FROM chunks JOIN documents ON documents.id = chunks.document_id WHERE chunks.id IN"
                " (SELECT rowid FROM passages WHERE passages MATCH ? UNION SELECT rowid FROM grams WHERE grams MATCH ?)"
                f" AND documents.index_id IN ({_marks(index_ids)})",
                (query, query, *index_ids),
            ).fetchone()
        return int(row[0])

    def passage_count(self, index_ids: Sequence[str]) -> int:
        """How many passages the indexes hold."""
        with self.database.reading() as connection:
            row = connection.execute(
                "SELECT count(*) FROM chunks JOIN documents ON documents.id = chunks.document_id"
                f" WHERE documents.index_id IN ({_marks(index_ids)})",
                tuple(index_ids),
            ).fetchone()
        return int(row[0])

    def samples(self, index_ids: Sequence[str], limit: int = 20) -> list[str]:
        """The first passages of some documents, always the same ones while the documents do not change."""
        with self.database.reading() as connection:
            rows = connection.execute(
                "SELECT passages.body FROM documents JOIN chunks ON chunks.document_id = documents.id AND number = 0"
                " JOIN passages ON passages.rowid = chunks.id"
                f" WHERE documents.index_id IN ({_marks(index_ids)}) ORDER BY documents.digest LIMIT ?",
                (*index_ids, limit),
            ).fetchall()
        return [str(row["body"]) for row in rows]

    def words_beginning(self, beginning: str, limit: int = 3000) -> list[str]:
        """Indexed words that begin so, most frequent first. They are folded; the word itself is one of them."""
        if not beginning or ord(beginning[-1]) == sys.maxunicode:
            return []
        following = beginning[:-1] + chr(ord(beginning[-1]) + 1)
        with self.database.reading() as connection:
            rows = connection.execute(
                "SELECT term FROM vocabulary WHERE term >= ? AND term < ? ORDER BY doc DESC LIMIT ?",
                (beginning, following, limit),
            ).fetchall()
        return [str(row["term"]) for row in rows]

    def similar_words(self, word: str) -> list[str]:
        """Indexed words with the same first letter and nearly the same length, most frequent first."""
        return [near for near in self.words_beginning(word[0]) if abs(len(near) - len(word)) <= 2]

    def page_span(self, file_id: str, page: int) -> tuple[int, int] | None:
        """Where the passages lie that stand on a page, as offsets (start, end); None when there is no such page."""
        with self.database.reading() as connection:
            row = connection.execute(
                "SELECT min(start_char), max(end_char) FROM chunks JOIN documents ON documents.id = document_id"
                " WHERE file_id = ? AND first_page <= ? AND last_page >= ?",
                (file_id, page, page),
            ).fetchone()
        return None if row[0] is None else (int(row[0]), int(row[1]))

    def pages_at(self, file_id: str, start: int, end: int) -> tuple[int, int] | None:
        """The first and the last page of a stretch of a document's text; None when it has no pages."""
        with self.database.reading() as connection:
            row = connection.execute(
                "SELECT min(first_page), max(last_page) FROM chunks JOIN documents ON documents.id = document_id"
                " WHERE file_id = ? AND start_char < ? AND end_char > ?",
                (file_id, end, start),
            ).fetchone()
        return None if row[0] is None else (int(row[0]), int(row[1]))

    def read(self, file_id: str, index_id: str, offset: int, max_length: int) -> str | None:
        """`max_length` characters of a document's text from `offset`; None when there is no such document."""
        with self.database.reading() as connection:
            document = connection.execute(
                "SELECT id FROM documents WHERE file_id = ? AND index_id = ?", (file_id, index_id)
            ).fetchone()
            if document is None:
                return None
            rows = connection.execute(
                "SELECT chunks.start_char, passages.body FROM chunks JOIN passages ON passages.rowid = chunks.id"
                " WHERE document_id = ? AND end_char > ? AND start_char < ? ORDER BY number",
                (document["id"], offset, offset + max_length),
            ).fetchall()
        if not rows:
            return ""
        skip = max(0, offset - rows[0]["start_char"])
        return "".join(row["body"] for row in rows)[skip : skip + max_length]


def store_index(connection: sqlite3.Connection, folder: Folder) -> None:
    """Makes sure that there is an index to store documents in."""
    connection.execute(
        "INSERT INTO indexes (id, name, folder, created) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET name = excluded.name, folder = excluded.folder",
        (folder.index_id, folder.name, str(folder.path), utc_now()),
    )


def _marks(index_ids: Sequence[str]) -> str:
    return ", ".join("?" * len(index_ids))


def _index_state(row: sqlite3.Row) -> IndexState:
    columns = ("id", "name", "folder", "created", "synced", "error", "files", "skipped_files")
    return IndexState(*(row[column] for column in columns))


def _passage(row: sqlite3.Row) -> Passage:
    return Passage(
        chunk_id=row["id"],
        index_id=row["index_id"],
        file_id=row["file_id"],
        file_name=row["path"],
        format=row["format"],
        heading=row["heading"],
        text=row["body"],
        number=row["number"],
        start_char=row["start_char"],
        end_char=row["end_char"],
        first_line=row["first_line"],
        first_page=row["first_page"],
        last_page=row["last_page"],
        score=row["score"],
    )
