"""The words that the indexed passages have, and how many passages have them."""

import sys
from collections.abc import Collection, Sequence
from typing import Any

from tui.local.library.database import LibraryDatabase


class Vocabulary:
    """The stems that are indexed, as `tui.local.library.languages` makes them. Any thread may call its methods at any
    time.

    An `expression` is one in FTS5's query language (https://sqlite.org/fts5.html, section 3).
    """

    def __init__(self, database: LibraryDatabase) -> None:
        self._database = database

    def languages(self, index_ids: Sequence[str]) -> dict[str, int]:
        """The languages of the documents and how many passages are in each, that of most passages first."""
        counts: dict[str, int] = {}
        for language, passages in self._rows(index_ids, "SELECT language, passages FROM languages WHERE documents > 0"):
            counts[language] = counts.get(language, 0) + passages
        return dict(sorted(counts.items(), key=lambda counted: -counted[1]))

    def passage_count(self, index_ids: Sequence[str]) -> int:
        """How many passages the indexes hold."""
        return sum(count for (count,) in self._rows(index_ids, "SELECT coalesce(sum(passages), 0) FROM languages"))

    def frequency(self, expression: str, index_ids: Sequence[str]) -> int:
        """How many passages of the indexes match an expression."""
        asked = "SELECT count(*) FROM stems WHERE stems MATCH ?"
        return sum(count for (count,) in self._rows(index_ids, asked, expression))

    def stems_beginning(self, index_ids: Sequence[str], beginning: str, limit: int = 3000) -> list[str]:
        """Stems that begin so, most frequent first; `beginning` itself may be one of them."""
        if not beginning or ord(beginning[-1]) == sys.maxunicode:
            return []
        following = beginning[:-1] + chr(ord(beginning[-1]) + 1)
        asked = "SELECT term, doc FROM vocabulary WHERE term >= ? AND term < ? ORDER BY doc DESC LIMIT ?"
        counts: dict[str, int] = {}
        for term, count in self._rows(index_ids, asked, beginning, following, limit):
            counts[term] = counts.get(term, 0) + count
        return sorted(counts, key=lambda term: -counts[term])[:limit]

    def passages_with(self, index_ids: Sequence[str], stems: Collection[str]) -> dict[str, int]:
        """How many passages have each of these stems, of those that occur; at most some thousands are asked for."""
        asked = f"SELECT term, doc FROM vocabulary WHERE term IN ({', '.join('?' * len(stems))})"
        counts: dict[str, int] = {}
        for term, count in self._rows(index_ids, asked, *stems):
            counts[term] = counts.get(term, 0) + count
        return counts

    def similar_stems(self, index_ids: Sequence[str], word: str) -> list[str]:
        """Stems with the same first letter and nearly the same length, most frequent first."""
        return [near for near in self.stems_beginning(index_ids, word[0]) if abs(len(near) - len(word)) <= 2]

    def sample(self, index_ids: Sequence[str], expression: str) -> str:
        """The headings and the text of a passage that matches an expression; empty when none does."""
        asked = "SELECT heading || ' ' || body FROM chunks WHERE id = (SELECT rowid FROM stems WHERE stems MATCH ?)"
        return next((text for (text,) in self._rows(index_ids, asked, expression)), "")

    def _rows(self, index_ids: Sequence[str], query: str, *values: str | int) -> list[tuple[Any, ...]]:
        """The rows of all these indexes."""
        found: list[tuple[Any, ...]] = []
        for index_id in index_ids:
            with self._database.index(index_id).reading() as connection:
                found += [tuple(row) for row in connection.execute(query, values)]
        return found
