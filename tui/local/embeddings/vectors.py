"""The vectors of the passages: stored beside them in the file of each index, and searched."""

import json
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tui.local.embeddings.vector_math import Vector, code_of, nearest, packed, unpacked, with_near_codes
from tui.local.library.database import LibraryDatabase
from tui.local.library.passages import FoundPassage

RESCORED = 500
"""Of how many passages whose codes are near the vectors themselves are compared."""
USE_NOTED_SECONDS = 86_400.0
"""How often it is noted that a model is in use."""
UNUSED_SECONDS = 30 * 86_400.0
"""For how long no server had a model before its vectors are forgotten by one that has another."""
FORGOTTEN_TOGETHER = 1000
"""Vectors that are forgotten in one transaction."""

_OWN = "model_id = (SELECT id FROM embedding_models WHERE name = ?)"


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
    """The vectors that one model made; those of others, which other servers may use, stand beside them.

    Any thread may call its methods at any time. A passage that goes takes its vectors with it: the table refers to that
    of the passages.
    """

    def __init__(self, database: LibraryDatabase, model: str, clock: Callable[[], float] = time.time) -> None:
        """`clock` gives the seconds since 1970."""
        self._database = database
        self._model = model
        self._clock = clock
        self._lock = threading.Lock()
        self._codes: dict[str, _Codes] = {}

    def count(self, index_id: str) -> tuple[int, int]:
        """How many passages of an index have a vector of this model, and how many there are."""
        with self._database.index(index_id).reading() as connection:
            (total,) = connection.execute("SELECT coalesce(sum(passages), 0) FROM languages").fetchone()
            done = connection.execute(f"SELECT count(*) FROM vectors WHERE {_OWN}", (self._model,)).fetchone()[0]
        return done, total

    def without(self, index_id: str, after: int, limit: int) -> list[PassageText]:
        """The first passages after the one with this id that have no vector of this model."""
        with self._database.index(index_id).reading() as connection:
            rows = connection.execute(
                "SELECT id, heading, body FROM chunks WHERE id > ?"
                f" AND NOT EXISTS (SELECT 1 FROM vectors WHERE chunk_id = chunks.id AND {_OWN}) ORDER BY id LIMIT ?",
                (after, self._model, limit),
            ).fetchall()
        return [PassageText(*row) for row in rows]

    def store(self, index_id: str, made: Iterable[tuple[PassageText, Vector]], dimensions: int) -> bool:
        """Store vectors of so many numbers, of the passages that are still as they were when they were embedded.

        Those of this model that are of another length are forgotten: False where there were any.
        """
        with self._database.index(index_id).writing() as connection:
            known = self._kept(connection)
            fits = known is None or known["dimensions"] == dimensions
            if not fits:
                connection.execute(f"DELETE FROM vectors WHERE {_OWN}", (self._model,))
            connection.execute(
                "INSERT INTO embedding_models (name, dimensions, stamp, used) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (name) DO UPDATE SET dimensions = excluded.dimensions, stamp = excluded.stamp",
                (self._model, dimensions, secrets.token_hex(8), self._clock()),
            )
            connection.executemany(
                "INSERT OR REPLACE INTO vectors (chunk_id, model_id, code, vector)"
                " SELECT chunks.id, embedding_models.id, ?, ? FROM chunks, embedding_models"
                " WHERE chunks.id = ? AND heading = ? AND body = ? AND embedding_models.name = ?",
                [(code_of(vector), packed(vector), *passage, self._model) for passage, vector in made],
            )
        return fits

    def nearest(self, index_id: str, asked: Vector, limit: int) -> list[FoundPassage]:
        """The passages of an index whose vectors are most alike to `asked`, best first; none where these are of another
        length."""
        with self._database.index(index_id).reading() as connection:
            known = self._kept(connection)
            if known is None or known["dimensions"] != len(asked):
                return []
            all_codes = self._codes_of(connection, index_id, known["stamp"])
            places = with_near_codes(all_codes.codes, int.from_bytes(code_of(asked), "big"), max(RESCORED, limit))
            rows = connection.execute(
                "SELECT chunk_id, vector FROM vectors"
                " WHERE chunk_id IN (SELECT value FROM json_each(?)) AND model_id = ?",
                (json.dumps([all_codes.chunk_ids[at] for at in places]), known["id"]),
            ).fetchall()
        vectors = {row["chunk_id"]: unpacked(row["vector"]) for row in rows}
        return [FoundPassage(index_id, chunk_id, similarity) for similarity, chunk_id in nearest(vectors, asked, limit)]

    def are_there(self, index_id: str) -> bool:
        """Whether an index has vectors of this model."""
        with self._database.index(index_id).reading() as connection:
            return self._kept(connection) is not None

    def let_go(self, index_id: str) -> None:
        """Hold nothing any more of an index that was removed."""
        with self._lock:
            self._codes.pop(index_id, None)

    def note_use(self, index_id: str) -> None:
        """Note that this model is in use, and forget the vectors of those that have not been for `UNUSED_SECONDS`."""
        now = self._clock()
        with self._database.index(index_id).reading() as connection:
            rows = connection.execute("SELECT id, name, used FROM embedding_models").fetchall()
        used = {row["id"]: row["used"] for row in rows if row["name"] == self._model}
        for model_id in (model_id for model_id, before in used.items() if now - before > USE_NOTED_SECONDS):
            with self._database.index(index_id).writing() as connection:
                connection.execute("UPDATE embedding_models SET used = ? WHERE id = ?", (now, model_id))
        for row in rows:
            if row["id"] not in used and now - row["used"] > UNUSED_SECONDS:
                self._forget(index_id, row["id"])

    def _forget(self, index_id: str, model_id: int) -> None:
        """Forget a model's vectors, some at a time, so that others get to write."""
        forgotten = FORGOTTEN_TOGETHER
        while forgotten == FORGOTTEN_TOGETHER:
            with self._database.index(index_id).writing() as connection:
                forgotten = connection.execute(
                    "DELETE FROM vectors WHERE rowid IN (SELECT rowid FROM vectors WHERE model_id = ? LIMIT ?)",
                    (model_id, FORGOTTEN_TOGETHER),
                ).rowcount
        with self._database.index(index_id).writing() as connection:
            connection.execute(
                "DELETE FROM embedding_models WHERE id = ? AND NOT EXISTS (SELECT 1 FROM vectors WHERE model_id = ?)",
                (model_id, model_id),
            )

    def _kept(self, connection: sqlite3.Connection) -> sqlite3.Row | None:
        return connection.execute("SELECT * FROM embedding_models WHERE name = ?", (self._model,)).fetchone()

    def _codes_of(self, connection: sqlite3.Connection, index_id: str, stamp: str) -> _Codes:
        with self._lock:
            known = self._codes.get(index_id)
            if known is None or known.stamp != stamp:
                cursor = connection.cursor()
                cursor.row_factory = None
                rows = cursor.execute(
                    f"SELECT chunk_id, code FROM vectors INDEXED BY codes WHERE {_OWN}", (self._model,)
                ).fetchall()
                codes = [int.from_bytes(code, "big") for _, code in rows]
                known = self._codes[index_id] = _Codes(stamp, [chunk_id for chunk_id, _ in rows], codes)
            return known
