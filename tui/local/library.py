"""The library: the folders that are served as indexes, and how to search and read the documents in them."""

import hashlib
import sqlite3
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tui.local.database import Database
from tui.local.documents import Format
from tui.sanitize import clean_line

MANUAL_ID = "idx-manual"
HEADING_JOIN = " \u203a "

FILE_WEIGHT, HEADING_WEIGHT, BODY_WEIGHT = 1.5, 3.0, 1.0
"""What a word counts in a file's name, in a heading and in the text, for BM25."""


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


def utc_now() -> str:
    """The time as the API writes it for everything but sessions."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


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

    def __init__(self, database: Database, folders: Sequence[Folder]) -> None:
        self.database = database
        self.folders = {folder.index_id: folder for folder in folders}
        with database.writing() as connection:
            for folder in folders:
                connection.execute(
                    "INSERT INTO indexes (id, name, folder, created) VALUES (?, ?, ?, ?)"
                    " ON CONFLICT (id) DO UPDATE SET name = excluded.name, folder = excluded.folder",
                    (folder.index_id, folder.name, str(folder.path), utc_now()),
                )

    def index_states(self) -> dict[str, IndexState]:
        """What is stored of each served index."""
        with self.database.reading() as connection:
            rows = connection.execute(
                "SELECT *, (SELECT count(*) FROM documents WHERE index_id = indexes.id) AS files FROM indexes"
            ).fetchall()
        return {state.id: state for state in map(_index_state, rows) if state.id in self.folders}

    def file_names(self, index_ids: Sequence[str], limit: int) -> list[str]:
        """The names of some documents of the indexes, in order."""
        marks = ", ".join("?" * len(index_ids))
        with self.database.reading() as connection:
            rows = connection.execute(
                f"SELECT path FROM documents WHERE index_id IN ({marks}) ORDER BY path LIMIT ?", (*index_ids, limit)
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
        marks = ", ".join("?" * len(index_ids))
        with self.database.reading() as connection:
            rows = connection.execute(
                "SELECT chunks.*, documents.file_id, documents.index_id, documents.path, documents.format,"
                " passages.heading, passages.body,"
                f" -bm25(passages, {FILE_WEIGHT}, {HEADING_WEIGHT}, {BODY_WEIGHT}) AS score"
                " FROM passages JOIN chunks ON chunks.id = passages.rowid"
                " JOIN documents ON documents.id = chunks.document_id"
                f" WHERE passages MATCH ? AND documents.index_id IN ({marks})"
                " ORDER BY score DESC, chunks.id LIMIT ?",
                (query, *index_ids, limit),
            ).fetchall()
        return [_passage(row) for row in rows]

    def count(self, query: str, index_ids: Sequence[str]) -> int:
        """How many passages match an FTS5 query."""
        marks = ", ".join("?" * len(index_ids))
        with self.database.reading() as connection:
            row = connection.execute(
                "SELECT count(*) FROM passages JOIN chunks ON chunks.id = passages.rowid"
                " JOIN documents ON documents.id = chunks.document_id"
                f" WHERE passages MATCH ? AND documents.index_id IN ({marks})",
                (query, *index_ids),
            ).fetchone()
        return int(row[0])

    def passage_count(self, index_ids: Sequence[str]) -> int:
        """How many passages the indexes hold."""
        marks = ", ".join("?" * len(index_ids))
        with self.database.reading() as connection:
            row = connection.execute(
                "SELECT count(*) FROM chunks JOIN documents ON documents.id = chunks.document_id"
                f" WHERE documents.index_id IN ({marks})",
                tuple(index_ids),
            ).fetchone()
        return int(row[0])

    def similar_stems(self, stem: str, limit: int = 3000) -> list[str]:
        """Indexed stems with the same first letter and nearly the same length, most frequent first."""
        with self.database.reading() as connection:
            rows = connection.execute(
                "SELECT term FROM vocabulary WHERE term >= ? AND term < ? AND length(term) BETWEEN ? AND ?"
                " ORDER BY doc DESC LIMIT ?",
                (stem[0], chr(ord(stem[0]) + 1), len(stem) - 2, len(stem) + 2, limit),
            ).fetchall()
        return [str(row["term"]) for row in rows]

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
