"""The words that the indexed passages have, and how many passages have them."""

import sys
from collections.abc import Sequence

from tui.local.library.database import LibraryDatabase, placeholders


class Vocabulary:
    """The indexed words, folded as `tui.local.library.words` folds them. Any thread may call its methods at any time.

    An `expression` is one in FTS5's query language (https://sqlite.org/fts5.html, section 3).
    """

    def __init__(self, database: LibraryDatabase) -> None:
        self._database = database

    def words_beginning(self, beginning: str, limit: int = 3000) -> list[str]:
        """Words that begin so, most frequent first; `beginning` itself may be one of them."""
        if not beginning or ord(beginning[-1]) == sys.maxunicode:
            return []
        following = beginning[:-1] + chr(ord(beginning[-1]) + 1)
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT term FROM vocabulary WHERE term >= ? AND term < ? ORDER BY doc DESC LIMIT ?",
                (beginning, following, limit),
            ).fetchall()
        return [str(row["term"]) for row in rows]

    def similar_words(self, word: str) -> list[str]:
        """Words with the same first letter and nearly the same length, most frequent first."""
        return [near for near in self.words_beginning(word[0]) if abs(len(near) - len(word)) <= 2]

    def frequency(self, expression: str, index_ids: Sequence[str]) -> int:
        """How many passages of the indexes match an expression."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT count(*) FROM chunks JOIN documents ON documents.id = chunks.document_id WHERE chunks.id IN"
                " (SELECT rowid FROM passages WHERE passages MATCH ? UNION SELECT rowid FROM grams WHERE grams MATCH ?)"
                f" AND documents.index_id IN ({placeholders(index_ids)})",
                (expression, expression, *index_ids),
            ).fetchone()
        return int(row[0])

    def passage_count(self, index_ids: Sequence[str]) -> int:
        """How many passages the indexes hold."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT count(*) FROM chunks JOIN documents ON documents.id = chunks.document_id"
                f" WHERE documents.index_id IN ({placeholders(index_ids)})",
                tuple(index_ids),
            ).fetchone()
        return int(row[0])

    def samples(self, index_ids: Sequence[str], limit: int = 20) -> list[str]:
        """The first passages of some documents, always the same ones while the documents do not change."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT passages.body FROM documents JOIN chunks ON chunks.document_id = documents.id AND number = 0"
                " JOIN passages ON passages.rowid = chunks.id"
                f" WHERE documents.index_id IN ({placeholders(index_ids)}) ORDER BY documents.digest LIMIT ?",
                (*index_ids, limit),
            ).fetchall()
        return [str(row["body"]) for row in rows]
