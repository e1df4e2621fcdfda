"""Searching the sessions of an account as one types."""

import asyncio
from dataclasses import dataclass

from tui.conversation.catalogue import ids_named, now
from tui.sanitize import clean_line
from tui.store.search import Findings, SessionSearch
from tui.store.search_query import SessionQuery, parse
from tui.workspace.indexes import IndexList
from tui.workspace.search.gathering import Gathering
from tui.workspace.state import WorkspaceState


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What was found for a query, and sentences on what of it could not be followed, fit to show."""

    query: SessionQuery
    found: Findings
    problems: tuple[str, ...] = ()


class Searching:
    """Only the search that was begun last has a result: the ones before it are ended."""

    def __init__(self, state: WorkspaceState, index_list: IndexList, gathering: Gathering) -> None:
        self.gathering = gathering
        self._account_id = state.account_id
        self._index_list = index_list
        self._search = SessionSearch(state.store.database)
        self._turn = asyncio.Lock()
        self._latest = 0

    async def find(self, typed: str) -> SearchResult | None:
        """What is found for the text in the field; None where a later search has begun."""
        self._latest += 1
        number = self._latest
        self._search.stop()
        query = parse(typed, now().astimezone().date())
        indexes = self._index_list.items
        index_ids = ids_named(query.indexes, indexes) if query.indexes else None
        unknown = [name for name in query.indexes if not ids_named([name], indexes)]
        problems = [f'There is no index with "{clean_line(name, 40)}" in its name.' for name in unknown]
        async with self._turn:
            if number != self._latest:
                return None
            try:
                found = await asyncio.to_thread(self._search.find, self._account_id, query, index_ids)
            except InterruptedError:
                return None
        return SearchResult(query, found, (*query.problems, *problems)) if number == self._latest else None
