"""The passages of the documents: stored, searched, and joined to the documents' text again."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from tui.local.library.chunks import Chunk
from tui.local.library.database import LibraryDatabase, placeholders
from tui.local.library.documents import Document, Format
from tui.local.library.words import has_unspaced, words

HEADING_JOIN = " \u203a "

FILE_WEIGHT, HEADING_WEIGHT, BODY_WEIGHT = 1.5, 3.0, 1.0
"""What a word counts in a file's name, in a heading and in the text, for BM25."""

_RANKS = {
    "passages": f"bm25(passages, {FILE_WEIGHT}, {HEADING_WEIGHT}, {BODY_WEIGHT})",
    "grams": "bm25(grams)",
}
_COLUMNS = (
    "chunks.*, documents.file_id, documents.index_id, documents.path, documents.format, passages.heading, passages.body"
)


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk that was found. `score` is better when larger; lines, pages and `anchor` are those of a `Chunk`."""

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
    first_line: int | None
    first_page: int | None
    last_page: int | None
    anchor: str
    score: float


class Passages:
    """The passages of all indexes. Any thread may call its methods at any time. Offsets count characters from 0."""

    def __init__(self, database: LibraryDatabase) -> None:
        self._database = database

    def search(self, expression: str, index_ids: Sequence[str], limit: int) -> list[Passage]:
        """The best passages for an expression in FTS5's query language, best first."""
        best: dict[int, Passage] = {}
        with self._database.reading() as connection:
            for table, rank in _RANKS.items():
                rows = connection.execute(
                    f"SELECT {_COLUMNS}, -{rank} AS score FROM {table} JOIN chunks ON chunks.id = {table}.rowid"
                    " JOIN documents ON documents.id = chunks.document_id"
                    f"{' JOIN passages ON passages.rowid = chunks.id' if table != 'passages' else ''}"
                    f" WHERE {table} MATCH ? AND documents.index_id IN ({placeholders(index_ids)})"
                    " ORDER BY score DESC, chunks.id LIMIT ?",
                    (expression, *index_ids, limit),
                )
                for passage in map(_passage, rows):
                    known = best.get(passage.chunk_id)
                    best[passage.chunk_id] = passage if known is None or known.score < passage.score else known
        return sorted(best.values(), key=lambda passage: (-passage.score, passage.chunk_id))[:limit]

    def at(self, file_id: str, start: int, end: int) -> list[Passage]:
        """The passages that a stretch of a document's text lies in, in their order; their score is 0."""
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT {_COLUMNS}, 0.0 AS score FROM chunks JOIN documents ON documents.id = chunks.document_id"
                " JOIN passages ON passages.rowid = chunks.id"
                " WHERE file_id = ? AND start_char < ? AND end_char > ? ORDER BY number",
                (file_id, end, start),
            ).fetchall()
        return [_passage(row) for row in rows]

    def page_span(self, file_id: str, page: int) -> tuple[int, int] | None:
        """Where the passages lie that stand on a page, as offsets (start, end); None when there is no such page."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT min(start_char), max(end_char) FROM chunks JOIN documents ON documents.id = document_id"
                " WHERE file_id = ? AND first_page <= ? AND last_page >= ?",
                (file_id, page, page),
            ).fetchone()
        return None if row[0] is None else (int(row[0]), int(row[1]))

    def pages_at(self, file_id: str, start: int, end: int) -> tuple[int, int] | None:
        """The first and the last page of a stretch of a document's text; None when it has no pages."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT min(first_page), max(last_page) FROM chunks JOIN documents ON documents.id = document_id"
                " WHERE file_id = ? AND start_char < ? AND end_char > ?",
                (file_id, end, start),
            ).fetchone()
        return None if row[0] is None else (int(row[0]), int(row[1]))

    def line_at(self, file_id: str, offset: int) -> int | None:
        """The line that a character of a document's text stands on; None when it has no lines or no such character."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT first_line, start_char, body FROM chunks JOIN documents ON documents.id = document_id"
                " JOIN passages ON passages.rowid = chunks.id WHERE file_id = ? AND start_char <= ? AND end_char > ?",
                (file_id, offset, offset),
            ).fetchone()
        if row is None or row["first_line"] is None:
            return None
        return row["first_line"] + row["body"].count("\n", 0, offset - row["start_char"])

    def read(self, file_id: str, index_id: str, offset: int, max_length: int) -> str | None:
        """`max_length` characters of a document's text from `offset`; None when there is no such document."""
        with self._database.reading() as connection:
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
        anchor=row["anchor"],
        score=row["score"],
    )


def insert_passages(
    connection: sqlite3.Connection, document_id: int, file_name: str, document: Document, chunks: Sequence[Chunk]
) -> None:
    """Store the chunks of a document that is stored already."""
    for number, chunk in enumerate(chunks):
        chunk_id = connection.execute(
            "INSERT INTO chunks (document_id, number, start_char, end_char, first_line, first_page, last_page, anchor)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (document_id, number, chunk.start, chunk.end, *_place(chunk)),
        ).lastrowid
        fields = (file_name, HEADING_JOIN.join(chunk.headings), document.text[chunk.start : chunk.end])
        connection.execute("INSERT INTO passages (rowid, file, heading, body) VALUES (?, ?, ?, ?)", (chunk_id, *fields))
        if has_unspaced("".join(fields)):
            grams = " ".join(words(" ".join(fields)))
            connection.execute("INSERT INTO grams (rowid, words) VALUES (?, ?)", (chunk_id, grams))


def _place(chunk: Chunk) -> tuple[int | None, int | None, int | None, str]:
    return chunk.first_line, chunk.first_page, chunk.last_page, chunk.anchor


def delete_passages(connection: sqlite3.Connection, document_id: int) -> None:
    """Take the passages of a document out of the search; its chunks go with the document."""
    for table in ("passages", "grams"):
        connection.execute(
            f"DELETE FROM {table} WHERE rowid IN (SELECT id FROM chunks WHERE document_id = ?)", (document_id,)
        )
