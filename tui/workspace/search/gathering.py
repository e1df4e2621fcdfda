"""Fetching the histories of sessions that were never opened on this machine, so that a search finds them too.

It begins when the search is first used, goes on at each start, and never asks for two at a time. What the reader does
comes first: while a turn runs nothing is fetched, and a server that fails is left alone for a while.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

from tui.api.errors import ApiError, NotFoundError
from tui.api.models import Event, Session
from tui.counts import counted
from tui.lazy_dataclass import dataclass
from tui.store.gathering import GatheringNotes, GatheringState
from tui.store.search_indexing import SearchIndexing
from tui.workspace.listing import SessionListing
from tui.workspace.state import WorkspaceState
from tui.workspace.turns import Turns

SECONDS_BETWEEN = 3.0
"""Between two requests: twenty in a minute."""

SECONDS_AFTER_FAILURE = 60.0
"""Doubled with each failure in a row, up to `MOST_SECONDS_AFTER_FAILURE`."""

MOST_SECONDS_AFTER_FAILURE = 960.0


@dataclass(frozen=True, slots=True)
class Gathered:
    """How far it is: of so many sessions listed (`listed`, more to come where `has_more`) so many are `here`.

    `to_read` counts turns that are kept and not read for the search yet.
    """

    here: int
    listed: int
    has_more: bool
    state: GatheringState
    to_read: int = 0

    @property
    def words(self) -> str:
        """That in words, fit to show; "" where all is there."""
        if self.to_read:
            return f"Reading what is kept here: {counted(self.to_read, 'turn')} to go."
        if self.here >= self.listed and not self.has_more:
            return ""
        many = f"{self.listed:,}{' and more' if self.has_more else ''}"
        return f"{self.here:,} of {many} sessions are searched · {_HOW[self.state]}"


_HOW: Mapping[GatheringState, str] = {
    "on": "fetching the others, 20 a minute",
    "paused": "fetching the others is paused",
    "off": "the others when they were opened, because nothing is kept",
}


def pause_after(failures: int) -> float:
    """Seconds to wait before the next request, after so many failures in a row: no server can ask for more."""
    if not failures:
        return SECONDS_BETWEEN
    return min(SECONDS_AFTER_FAILURE * 2 ** min(failures - 1, 8), MOST_SECONDS_AFTER_FAILURE)


class Gathering:
    """Fetches the histories of one account, the session used last first. `sleep` waits between two requests."""

    def __init__(
        self,
        state: WorkspaceState,
        turns: Turns,
        listing: SessionListing,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._state = state
        self._turns = turns
        self._listing = listing
        self.sleep = sleep
        self._notes = GatheringNotes(state.store.database)
        self._indexing = SearchIndexing(state.store.database)
        self._gone = set[str]()
        self._passed_over = set[str]()
        """Sessions that could not be fetched, and are asked for again when there is no other, on no page."""
        self.is_running = False
        self._failures = 0

    def progress(self) -> Gathered:
        """How far it is now. Not for the event loop: it counts all that is kept."""
        catalogue, account = self._state.catalogue, self._state.account_id
        listed, missing = len(catalogue), self._notes.missing(account, self._left_out)
        return Gathered(
            max(0, listed - missing),
            listed,
            catalogue.next_page_token is not None,
            self._notes.state(account),
            self._indexing.left(),
        )

    def begin(self) -> None:
        """Fetch from now on, unless it was paused. Where nothing is kept beyond the end, nothing is fetched."""
        if self._can_keep and self._notes.state(self._state.account_id) == "off":
            self._notes.save(self._state.account_id, is_paused=False)

    def toggle(self) -> None:
        """Pause, or go on: see `run`."""
        if self._can_keep:
            is_paused = self._notes.state(self._state.account_id) == "paused"
            self._notes.save(self._state.account_id, is_paused=not is_paused)

    async def run(self) -> None:
        """Read what is kept and was not read for the search, and then fetch until all is there, or it is paused."""
        if self.is_running:
            return
        self.is_running = True
        try:
            await self.read_for_search()
            while self._is_wanted() and (await self._next() or self._state.catalogue.next_page_token):
                await self.sleep(pause_after(self._failures))
                if self._is_wanted() and not self._turns.busy:
                    is_well = await self._fetch_next()
                    self._failures = 0 if is_well else self._failures + 1
                await self.read_for_search()
        finally:
            self.is_running = False

    async def read_for_search(self) -> None:
        """Read what is kept, and was not read for the search yet."""
        while await asyncio.to_thread(self._indexing.index_more):
            await asyncio.sleep(0)

    @property
    def _can_keep(self) -> bool:
        return self._state.store.path is not None

    @property
    def _left_out(self) -> set[str]:
        """The sessions that are not fetched: deleted here, gone on the server, or with a turn that recovery keeps."""
        return self._gone | self._state.hidden | self._turns.recovery.open_sessions

    def _is_wanted(self) -> bool:
        state = self._state
        return state.client is not None and self._can_keep and self._notes.state(state.account_id) == "on"

    async def _next(self) -> str | None:
        """The session to be fetched next. One that failed waits for all others, so that it holds up none."""
        account, left_out = self._state.account_id, self._left_out
        found = await asyncio.to_thread(self._notes.newest_missing, account, left_out | self._passed_over)
        if found is None and self._passed_over and not self._state.catalogue.next_page_token:
            self._passed_over.clear()
            found = await asyncio.to_thread(self._notes.newest_missing, account, left_out)
        return found

    async def _fetch_next(self) -> bool:
        """Fetch one session, or where none is missing list more. False where that failed."""
        session_id = await self._next()
        if session_id is None:
            token = self._state.catalogue.next_page_token
            await self._listing.load_more()
            return self._state.catalogue.next_page_token != token
        try:
            client = self._state.require_client()
            body = await client.session_body(session_id, self._state.store.path)
            session = await client.read_session(body, _ignore)
            await self._keep(session, body.events())
        except NotFoundError:
            self._gone.add(session_id)
        except ApiError:
            self._passed_over.add(session_id)
            return False
        return True

    async def _keep(self, session: Session, events: Iterable[Event]) -> None:
        """Keep what was fetched, unless it was left out meanwhile, or is kept: that may be newer."""
        session_id = session.session_id
        is_kept = await asyncio.to_thread(self._notes.is_kept, self._state.account_id, session_id)
        if session_id in self._state.catalogue.sessions and not is_kept and session_id not in self._left_out:
            await self._state.keep_history(session, events)


def _ignore(_: Sequence[Event]) -> None:
    """The events are read when they are kept: to keep only what is whole, the body is looked through before."""
