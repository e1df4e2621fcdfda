"""The passages of the documents: stored, searched, and joined to the documents' text again."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import NamedTuple, TypeAlias

from tui.local.library.database import LibraryDatabase
from tui.local.library.documents import Format
from tui.local.library.folders import ServedFolders
from tui.local.library.languages import stems_of

HEADING_JOIN = " \u203a "

FILE_WEIGHT, HEADING_WEIGHT, BODY_WEIGHT = 1.5, 3.0, 1.0
"""What a word counts in a file's name, in a heading and in the text, for BM25."""

_RANK = f"bm25({FILE_WEIGHT}, {HEADING_WEIGHT}, {BODY_WEIGHT})"
_COLUMNS = "chunks.*, documents.file_id, documents.path, documents.format, documents.language"


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk that was found. `score` is better when larger; lines, pages and `anchor` are those of a `Chunk`."""

    chunk_id: int
    index_id: str
    file_id: str
    file_name: str
    format: Format
    language: str
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

    @property
    def key(self) -> tuple[str, int]:
        """What tells it from all others."""
        return self.index_id, self.chunk_id

    def place(self, *stretches: tuple[int, int]) -> str:
        """Where stretches of `text` (start, end) stand in the file: "page 3", "lines 5-9, 12", "#install".

        "" where the heading tells.
        """
        if self.first_page is not None:
            return _numbered("page", [(self.first_page, self.last_page or self.first_page)])
        if self.first_line is not None:
            return _numbered("line", [self._lines(self.first_line, *stretch) for stretch in stretches])
        return self.anchor

    def _lines(self, before: int, start: int, end: int) -> tuple[int, int]:
        first = before + self.text.count("\n", 0, start)
        return first, first + self.text[start:end].rstrip().count("\n")


def _numbered(unit: str, ranges: Sequence[tuple[int, int]]) -> str:
    told = dict.fromkeys(f"{first}" if first == last else f"{first}-{last}" for first, last in ranges)
    one = len(told) == 1 and ranges[0][0] == ranges[0][1]
    return f"{unit if one else f'{unit}s'} {', '.join(told)}"


class StoredPassage(NamedTuple):
    """A chunk as it is stored. In `heading_stems` bars part the headings."""

    start: int
    end: int
    first_line: int | None
    first_page: int | None
    last_page: int | None
    anchor: str
    heading: str
    body: str
    heading_stems: str
    body_stems: str


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A document that was read. `digest` tells its content; `remarks` are those of a `Document`."""

    digest: str
    format: str
    language: str
    pages: int
    remarks: Sequence[str]
    file_stems: str
    passages: Sequence[StoredPassage]


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A passage that was found, and how well it is liked."""

    index_id: str
    chunk_id: int
    score: float

    @property
    def key(self) -> tuple[str, int]:
        """What tells it from all others."""
        return self.index_id, self.chunk_id


@dataclass(frozen=True, slots=True)
class Candidate(FoundPassage):
    """A passage that the first stage found, with the stems of its file's name, of its headings and of its text; BM25
    likes it so well."""

    file: str
    heading: str
    body: str


class NearPassages(NamedTuple):
    """Passages that are near in meaning to a question, best first, and why there may be more, for the user; None where
    these are all."""

    found: Sequence[FoundPassage] = ()
    problem: str | None = None


Nearest: TypeAlias = Callable[[str, Sequence[str], int], NearPassages]
"""The passages of these indexes that are nearest in meaning to a question, at most so many. It may take
`tui.local.embeddings.embeddings.QUESTION_TIMEOUT`."""


class Passages:
    """The passages of all indexes. Any thread may call its methods at any time. Offsets count characters from 0.

    An `expression` is one in FTS5's query language (https://sqlite.org/fts5.html, section 3), over stems.
    """

    def __init__(self, database: LibraryDatabase, folders: ServedFolders) -> None:
        self._database = database
        self._folders = folders
        self.nearest: Nearest | None = None
        """None: passages are found by their words alone."""

    def candidates(self, expression: str, index_ids: Sequence[str], limit: int) -> list[Candidate]:
        """The best passages by BM25, best first."""
        found: list[Candidate] = []
        for index_id in index_ids:
            with self._database.index(index_id).reading() as connection:
                rows = connection.execute(
                    "SELECT rowid, -rank, file, heading, body FROM stems WHERE stems MATCH ? AND rank MATCH ?"
                    " ORDER BY rank LIMIT ?",
                    (expression, _RANK, limit),
                )
                found += [Candidate(index_id, *row) for row in rows]
        return sorted(found, key=attrgetter("score"), reverse=True)[:limit]

    def load(self, passages: Iterable[FoundPassage]) -> list[Passage]:
        """The passages that were found, in their order and with their scores."""
        wanted = list(passages)
        found: dict[tuple[str, int], Passage] = {}
        for index_id in dict.fromkeys(one.index_id for one in wanted):
            ids = [one.chunk_id for one in wanted if one.index_id == index_id]
            with self._database.index(index_id).reading() as connection:
                for chunk_id in ids:
                    row = connection.execute(
                        f"SELECT {_COLUMNS} FROM chunks JOIN documents ON documents.id = document_id"
                        " WHERE chunks.id = ?",
                        (chunk_id,),
                    ).fetchone()
                    if row is not None:  # it has been forgotten since it was found
                        found[index_id, chunk_id] = _passage(index_id, row)
        keyed = ((one, found.get(one.key)) for one in wanted)
        return [replace(passage, score=one.score) for one, passage in keyed if passage]

    def search(self, expression: str, index_ids: Sequence[str], limit: int) -> list[Passage]:
        """The best passages by BM25, best first."""
        return self.load(self.candidates(expression, index_ids, limit))

    def at(self, file_id: str, start: int, end: int) -> list[Passage]:
        """The passages that a stretch of a document's text lies in, in their order; their score is 0."""
        index_id = self._index_of(file_id)
        if index_id is None:
            return []
        with self._database.index(index_id).reading() as connection:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM chunks JOIN documents ON documents.id = chunks.document_id"
                " WHERE file_id = ? AND start_char < ? AND end_char > ? ORDER BY number",
                (file_id, end, start),
            ).fetchall()
        return [_passage(index_id, row) for row in rows]

    def page_span(self, file_id: str, page: int) -> tuple[int, int] | None:
        """Where the passages lie that stand on a page, as offsets (start, end); None when there is no such page."""
        return self._span(file_id, "min(start_char), max(end_char)", "first_page <= ? AND last_page >= ?", (page, page))

    def pages_at(self, file_id: str, start: int, end: int) -> tuple[int, int] | None:
        """The first and the last page of a stretch of a document's text; None when it has no pages."""
        return self._span(file_id, "min(first_page), max(last_page)", "start_char < ? AND end_char > ?", (end, start))

    def line_at(self, file_id: str, offset: int) -> int | None:
        """The line that a character of a document's text stands on; None when it has no lines, or no such character."""
        for passage in self.at(file_id, offset, offset + 1):
            if passage.first_line is None:
                return None
            return passage.first_line + passage.text.count("\n", 0, offset - passage.start_char)
        return None

    def read(self, file_id: str, index_id: str, offset: int, max_length: int) -> str | None:
        """`max_length` characters of a document's text from `offset`; None when there is no such document."""
        with self._database.index(index_id).reading() as connection:
            document = connection.execute("SELECT id FROM documents WHERE file_id = ?", (file_id,)).fetchone()
            if document is None:
                return None
            rows = connection.execute(
                "SELECT start_char, body FROM chunks WHERE document_id = ? AND end_char > ? AND start_char < ?"
                " ORDER BY number",
                (document["id"], offset, offset + max_length),
            ).fetchall()
        if not rows:
            return ""
        skip = max(0, offset - rows[0]["start_char"])
        return "".join(row["body"] for row in rows)[skip : skip + max_length]

    def _span(self, file_id: str, columns: str, condition: str, values: tuple[int, int]) -> tuple[int, int] | None:
        index_id = self._index_of(file_id)
        if index_id is None:
            return None
        with self._database.index(index_id).reading() as connection:
            row = connection.execute(
                f"SELECT {columns} FROM chunks JOIN documents ON documents.id = document_id"
                f" WHERE file_id = ? AND {condition}",
                (file_id, *values),
            ).fetchone()
        return None if row[0] is None else (int(row[0]), int(row[1]))

    def _index_of(self, file_id: str) -> str | None:
        """The served index that holds a document."""
        for index_id in self._folders.by_id:
            with self._database.index(index_id).reading() as connection:
                if connection.execute("SELECT 1 FROM documents WHERE file_id = ?", (file_id,)).fetchone():
                    return index_id
        return None


def _passage(index_id: str, row: sqlite3.Row) -> Passage:
    return Passage(
        chunk_id=row["id"],
        index_id=index_id,
        file_id=row["file_id"],
        file_name=row["path"],
        format=row["format"],
        language=row["language"],
        heading=row["heading"],
        text=row["body"],
        number=row["number"],
        start_char=row["start_char"],
        end_char=row["end_char"],
        first_line=row["first_line"],
        first_page=row["first_page"],
        last_page=row["last_page"],
        anchor=row["anchor"],
        score=0.0,
    )


def heading_stems(heading: str, language: str) -> str:
    """The stems of the headings that a passage stands under, with bars between headings, which no search sees."""
    return " | ".join(" ".join(stems_of(title, language)) for title in heading.split(HEADING_JOIN))


def insert_passages(connection: sqlite3.Connection, document_id: int, read: ReadFile) -> None:
    """Store the passages of a document that is stored already, and the stems of their words."""
    (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM chunks").fetchone()
    numbered = list(enumerate(read.passages))
    connection.executemany(
        "INSERT INTO chunks (id, document_id, number, start_char, end_char, first_line, first_page, last_page, anchor,"
        " heading, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(last + 1 + number, document_id, number, *passage[:8]) for number, passage in numbered],
    )
    connection.executemany(
        "INSERT INTO stems (rowid, file, heading, body) VALUES (?, ?, ?, ?)",
        [
            (last + 1 + number, read.file_stems, passage.heading_stems, passage.body_stems)
            for number, passage in numbered
        ],
    )
    _count(connection, read.language, 1, len(numbered))


def delete_documents(connection: sqlite3.Connection, document_ids: Iterable[int]) -> None:
    """Forget documents and their passages."""
    passages: list[tuple[int]] = []
    for document_id in document_ids:
        own = connection.execute("SELECT id FROM chunks WHERE document_id = ?", (document_id,)).fetchall()
        row = connection.execute("DELETE FROM documents WHERE id = ? RETURNING language", (document_id,)).fetchone()
        if row is not None:
            _count(connection, row["language"], -1, -len(own))
        passages += [(passage["id"],) for passage in own]
    # At last: SQLite would write out what FTS5 gathers at each of the statements above.
    connection.executemany("DELETE FROM stems WHERE rowid = ?", passages)


def rename_passages(connection: sqlite3.Connection, document_id: int, file_name: str, language: str) -> None:
    """Let the passages of a document be found by its new name."""
    connection.execute(
        "UPDATE stems SET file = ? WHERE rowid IN (SELECT id FROM chunks WHERE document_id = ?)",
        (" ".join(stems_of(file_name, language)), document_id),
    )


def _count(connection: sqlite3.Connection, language: str, documents: int, passages: int) -> None:
    """Keep the counts that every question needs."""
    connection.execute(
        "INSERT INTO languages (language, documents, passages) VALUES (?, ?, ?) ON CONFLICT (language) DO UPDATE SET"
        " documents = documents + excluded.documents, passages = passages + excluded.passages",
        (language, documents, passages),
    )
