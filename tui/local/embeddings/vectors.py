"""The vectors of the passages: stored beside them in the file of each index, and searched."""

import json
import secrets
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tui.local.embeddings.vector_math import Vector, code_of, nearest, packed, unpacked, with_near_codes
from tui.local.library.database import LibraryDatabase
from tui.local.library.passages import FoundPassage

RESCORED = 500
"""Of how many passages whose codes are near the vectors themselves are compared."""


class PassageText(NamedTuple):
    """What is embedded of a passage."""

    chunk_id: int
    heading: str
    body: str


@dataclass(frozen=True, slots=True)
class _Codes:
    """All codes of an index, as they were when its vectors had this stamp."""

    stamp: str
    chunk_ids: Sequence[int]
    codes: Sequence[int]


class Vectors:
    """The vectors that one model made. Any thread may call its methods at any time.

    A passage that goes takes its vector with it: the table refers to that of the passages.
    """

    def __init__(self, database: LibraryDatabase, model: str) -> None:
        self._database = database
        self._model = model
        self._lock = threading.Lock()
        self._codes: dict[str, _Codes] = {}

    def count(self, index_id: str) -> tuple[int, int]:
        """How many passages of an index have a vector of this model, and how many there are."""
        with self._database.index(index_id).reading() as connection:
            (total,) = connection.execute("SELECT coalesce(sum(passages), 0) FROM languages").fetchone()
            done = connection.execute("SELECT count(*) FROM vectors").fetchone()[0] if self._kept(connection) else 0
        return done, total

    def without(self, index_id: str, after: int, limit: int) -> list[PassageText]:
        """The first passages after the one with this id that have no vector of this model."""
        with self._database.index(index_id).reading() as connection:
            lacks = "NOT EXISTS (SELECT 1 FROM vectors WHERE chunk_id = id)" if self._kept(connection) else "TRUE"
            rows = connection.execute(
                f"SELECT id, heading, body FROM chunks WHERE id > ? AND {lacks} ORDER BY id LIMIT ?", (after, limit)
            ).fetchall()
        return [PassageText(*row) for row in rows]

    def store(self, index_id: str, made: Iterable[tuple[PassageText, Vector]], dimensions: int) -> bool:
        """Store vectors of so many numbers, of the passages that are still as they were when they were embedded.

        Those of another model, or of another length, are forgotten: False where there were any of another length.
        """
        with self._database.index(index_id).writing() as connection:
            known = connection.execute("SELECT model, dimensions FROM embedding").fetchone()
            same = known is not None and tuple(known) == (self._model, dimensions)
            if not same:
                connection.execute("DELETE FROM vectors")
            connection.execute("DELETE FROM embedding")
            connection.execute(
                "INSERT INTO embedding (model, dimensions, stamp) VALUES (?, ?, ?)",
                (self._model, dimensions, secrets.token_hex(8)),
            )
            connection.executemany(
                "INSERT OR REPLACE INTO vectors (chunk_id, code, vector)"
                " SELECT id, ?, ? FROM chunks WHERE id = ? AND heading = ? AND body = ?",
                [(code_of(vector), packed(vector), *passage) for passage, vector in made],
            )
        return same or known is None or known["model"] != self._model

    def nearest(self, index_id: str, asked: Vector, limit: int) -> list[FoundPassage]:
        """The passages of an index whose vectors are most alike to `asked`, best first; none where these are of another
        length."""
        with self._database.index(index_id).reading() as connection:
            known = connection.execute("SELECT model, dimensions, stamp FROM embedding").fetchone()
            if known is None or (known["model"], known["dimensions"]) != (self._model, len(asked)):
                return []
            all_codes = self._codes_of(connection, index_id, known["stamp"])
            places = with_near_codes(all_codes.codes, int.from_bytes(code_of(asked), "big"), max(RESCORED, limit))
            rows = connection.execute(
                "SELECT chunk_id, vector FROM vectors WHERE chunk_id IN (SELECT value FROM json_each(?))",
                (json.dumps([all_codes.chunk_ids[at] for at in places]),),
            ).fetchall()
        vectors = {row["chunk_id"]: unpacked(row["vector"]) for row in rows}
        return [FoundPassage(index_id, chunk_id, similarity) for similarity, chunk_id in nearest(vectors, asked, limit)]

    def are_there(self, index_id: str) -> bool:
        """Whether an index has vectors of this model."""
        with self._database.index(index_id).reading() as connection:
            return self._kept(connection)

    def _kept(self, connection: sqlite3.Connection) -> bool:
        return connection.execute("SELECT 1 FROM embedding WHERE model = ?", (self._model,)).fetchone() is not None

    def _codes_of(self, connection: sqlite3.Connection, index_id: str, stamp: str) -> _Codes:
        with self._lock:
            known = self._codes.get(index_id)
            if known is None or known.stamp != stamp:
                cursor = connection.cursor()
                cursor.row_factory = None
                rows = cursor.execute("SELECT chunk_id, code FROM vectors INDEXED BY codes").fetchall()
                codes = [int.from_bytes(code, "big") for _, code in rows]
                known = self._codes[index_id] = _Codes(stamp, [chunk_id for chunk_id, _ in rows], codes)
            return known
