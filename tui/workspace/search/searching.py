"""Searching the sessions of an account as one types."""

import asyncio
from functools import cached_property
from typing import TYPE_CHECKING

from tui.conversation.catalogue import ids_named, names_of_none, now
from tui.counts import counted
from tui.lazy_dataclass import dataclass
from tui.workspace.indexes import IndexList
from tui.workspace.listing import SessionListing
from tui.workspace.state import WorkspaceState
from tui.workspace.turns import Turns

if TYPE_CHECKING:
    from tui.store.search import Findings, SessionSearch
    from tui.store.search_indexing import SearchIndexing
    from tui.store.search_query import SessionQuery
    from tui.workspace.search.gathering import Gathering


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What was found for a query, and sentences on what of it could not be followed, fit to show."""

    query: "SessionQuery"
    found: "Findings"
    problems: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """How much was found, in words; "" where nothing was asked for."""
        if self.query.is_empty:
            return ""
        if not self.found.sessions:
            return "Nothing that is kept on this machine has all of this."
        cut = " · there are more: another word, or a filter, finds them" if self.found.is_cut else ""
        turns = f"{counted(self.found.turns, 'turn')} in " if self.found.turns else ""
        return f"{turns}{counted(len(self.found.sessions), 'session')}{cut}"


class Searching:
    """Only the search that was begun last has a result: the ones before it are ended.

    What does the work is loaded when it is first used, which the first frame does not wait for.
    """

    def __init__(self, state: WorkspaceState, turns: Turns, listing: SessionListing, index_list: IndexList) -> None:
        self._state = state
        self._turns = turns
        self._listing = listing
        self._index_list = index_list
        self._one_at_a_time = asyncio.Lock()
        self._latest = 0

    @cached_property
    def gathering(self) -> "Gathering":
        """How the sessions are fetched that were never opened here."""
        from tui.workspace.search.gathering import Gathering

        return Gathering(self._state, self._turns, self._listing)

    @cached_property
    def _search(self) -> "SessionSearch":
        from tui.store.search import SessionSearch

        return SessionSearch(self._state.store.database)

    @cached_property
    def _indexing(self) -> "SearchIndexing":
        from tui.store.search_indexing import SearchIndexing

        return SearchIndexing(self._state.store.database)

    async def find(self, typed: str) -> SearchResult | None:
        """What is found for the text in the field; None where a later search has begun."""
        from tui.store.search_query import parse

        self._latest += 1
        number = self._latest
        self._search.stop()
        query = parse(typed, now().astimezone().date())
        indexes = self._index_list.items
        index_ids = ids_named(query.indexes, indexes) if query.indexes else None
        problems = names_of_none(query.indexes, indexes)
        async with self._one_at_a_time:
            if number != self._latest:
                return None
            try:
                if query.has_unspaced:  # what was asked since the dialog opened is there as well
                    await asyncio.to_thread(self._indexing.index_unspaced)
                found = await asyncio.to_thread(self._search.find, self._state.account_id, query, index_ids)
            except InterruptedError:
                return None
        return SearchResult(query, found, (*query.problems, *problems)) if number == self._latest else None
