"""The list of an account's sessions, loaded from the server page by page, what is created for it, and more of each."""

import asyncio
from collections.abc import Mapping, Sequence, Set
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from tui.api.models import Session, UserInput
from tui.conversation.catalogue import Catalogue, first_page, with_others, with_page, without
from tui.conversation.transcript import Transcript
from tui.workspace.state import FIRST_LISTED, WorkspaceState
from tui.workspace.turns import Turns
from tui.workspace.updates import ListChanged

if TYPE_CHECKING:
    from tui.api.client import Client
    from tui.conversation.session_facts import SessionFacts

_Kind = TypeVar("_Kind")

MAX_EMPTY_PAGES = 20
"""After so many empty pages in a row no more is asked for: a server may go on with them for ever."""

LOOKED_AT = 5
"""At most so many sessions without a title are looked at to find one that is empty."""


class SessionListing:
    """Loads the pages of the list. Sessions last seen stay listed until the last page shows that they are gone."""

    def __init__(self, state: WorkspaceState, turns: Turns) -> None:
        self._state = state
        self._turns = turns
        self._listed: set[str] = set()
        self._added: set[str] = set()
        """What was listed since the first page was last asked for, and need not be on it."""
        self._tokens: set[str] = set()
        self._empty_pages = 0
        self._is_loading = False
        self._listing_kept = asyncio.Lock()
        self._lists_kept = len(state.catalogue) < FIRST_LISTED
        self.is_live = False
        """Whether the list is the server's, and not only the one last seen."""

    async def list_kept(self) -> None:
        """List all sessions last seen: from the start only the newest are listed."""
        async with self._listing_kept:
            if self._lists_kept:
                return
            kept = await asyncio.to_thread(self._state.store.sessions.listed, self._state.account_id)
            self._lists_kept = True
        self._state.catalogue = without(with_others(self._state.catalogue, kept), *self._state.hidden)
        self._state.publish(ListChanged())

    async def reload(self) -> bool:
        """Load the list afresh, from its first page. False where that failed."""
        await self.list_kept()
        self._added.clear()
        page = await self._state.attempt(lambda client: client.sessions())
        self.is_live = page is not None
        if page is not None:
            self._listed, self._tokens = {session.session_id for session in page.items} | self._added, set()
            self._empty_pages = 0
            self._take(first_page(self._state.catalogue, page), page.items)
        return page is not None

    async def load_more(self) -> None:
        """Load the next page, if there is one and it is not being loaded already."""
        token = self._state.catalogue.next_page_token
        if token is None or self._is_loading:
            return
        self._is_loading = True
        page = await self._state.attempt(lambda client: client.sessions(token))
        self._is_loading = False
        if page is not None and token == self._state.catalogue.next_page_token:
            self._tokens.add(token)
            self._listed |= {session.session_id for session in page.items}
            catalogue = with_page(self._state.catalogue, page)
            self._empty_pages = 0 if page.items else self._empty_pages + 1
            leads_nowhere = catalogue.next_page_token in self._tokens or self._empty_pages >= MAX_EMPTY_PAGES
            self._take(Catalogue(catalogue.sessions) if leads_nowhere else catalogue, page.items)

    def hide(self, *session_ids: str) -> None:
        """List sessions no more, whatever pages come."""
        self._state.hidden.update(session_ids)
        self._state.catalogue = without(self._state.catalogue, *session_ids)

    def add(self, session_id: str) -> None:
        """Keep a session that was created or looked for here listed, although no page had it."""
        self._listed.add(session_id)
        self._added.add(session_id)

    def _take(self, catalogue: Catalogue, page: Sequence[Session]) -> None:
        """List this, and keep what the page says; after the last page also what is gone."""
        is_complete = catalogue.next_page_token is None
        gone = self._state.hidden & catalogue.sessions.keys()
        if is_complete:
            gone |= catalogue.sessions.keys() - self._listed - self._turns.busy
        if gone:
            catalogue = without(catalogue, *gone)
        self._state.catalogue = catalogue
        kept = (
            list(catalogue)
            if is_complete
            else [catalogue[each.session_id] for each in page if each.session_id not in gone]
        )
        self._state.store.sessions.save(self._state.account_id, kept, complete=is_complete)
        self._state.publish(ListChanged())


class SessionCreation:
    """Creates the sessions of one account.

    Where the program ends, or the answer gets lost, between a creation and the first question, the server has a session
    that nobody asks in. The next creation on the same indexes finds it, so that such sessions do not pile up.
    """

    def __init__(self, state: WorkspaceState, turns: Turns, listing: SessionListing) -> None:
        self._state = state
        self._turns = turns
        self._listing = listing

    async def create(self, index_ids: Sequence[str], *, is_bound: bool) -> str | None:
        """The id of a session that is empty; None where that failed, which is published.

        It is bound to these indexes for good, or unbound with these as what its questions search: that also where the
        server did not bind it.
        """
        state, bound_to = self._state, index_ids if is_bound else None
        session = None
        if state.store.creations.is_unfinished(state.account_id, bound_to):
            session = await self._left_empty(bound_to)
        if session is None:
            state.store.creations.begin(state.account_id, bound_to)
            session = await state.attempt(lambda client: client.create_session(bound_to))
        if session is None:
            return None
        state.store.creations.created(state.account_id, bound_to, session.session_id)
        state.transcripts[session.session_id] = Transcript()
        self._turns.scopes[session.session_id] = () if session.index_ids else index_ids
        self._listing.add(session.session_id)
        state.list_session(session)
        return session.session_id

    async def _left_empty(self, index_ids: Sequence[str] | None) -> Session | None:
        """A session on these indexes that nothing was ever asked in, here or elsewhere; None where none is found."""
        page = await self._state.attempt(lambda client: client.sessions())
        wanted = None if index_ids is None else set(index_ids)
        untitled = [
            session
            for session in (page.items if page is not None else ())
            if not session.generated_title and (session.index_ids and set(session.index_ids)) == wanted
        ]
        for session in untitled[:LOOKED_AT]:
            if await self._is_empty(session.session_id):
                return session
        return None

    async def _is_empty(self, session_id: str) -> bool:
        state = self._state
        if session_id in state.hidden or self._turns.recovery.entries_of(session_id):
            return False
        first = await state.attempt(lambda client: first_event(client, session_id, state.store.path, object))
        return first == [] and not self._is_written_in(session_id) and state.hold(session_id)

    def _is_written_in(self, session_id: str) -> bool:
        return bool(self._state.drafts.get(session_id) or self._turns.waiting(session_id))


async def first_event(client: "Client", session_id: str, beside: Path | None, kind: type[_Kind]) -> list[_Kind]:
    """The first event of a kind in a session, [] where there is none: the others are not held. Raises `ApiError`."""
    first: list[_Kind] = []

    def take(events: Sequence[object]) -> None:
        first.extend(islice((event for event in events if isinstance(event, kind)), 1 - len(first)))

    await client.read_session(await client.session_body(session_id, beside), take)
    return first


class _Noted(NamedTuple):
    """What the user calls the sessions, by their ids, and which are pinned."""

    names: Mapping[str, str]
    pinned: Set[str]


class SessionDetails:
    """The details of one account's sessions. Names and pins are kept on this machine."""

    def __init__(self, state: WorkspaceState) -> None:
        self._state = state
        self._noted = self._read_noted()

    def _read_noted(self) -> _Noted:
        notes, account = self._state.store.notes, self._state.account_id
        return _Noted(notes.names(account), notes.pinned(account))

    async def reload(self) -> bool:
        """Read names and pins again, which another program may have written. Whether they have changed."""
        before = self._noted
        noted = await asyncio.to_thread(self._read_noted)
        if self._noted is not before:
            return False  # they were read again meanwhile, when this program wrote some
        self._noted = noted
        return noted != before

    def name(self, session_id: str) -> str:
        """What the user calls a session; "" where that is its title."""
        return self._noted.names.get(session_id, "")

    def rename(self, session_id: str, name: str) -> None:
        """Call a session by a name of the user's, kept on this machine; "" takes it back."""
        self._state.store.notes.save_name(self._state.account_id, session_id, name)
        self._take_noted()

    def is_pinned(self, session_id: str) -> bool:
        """Whether a session stands before all that are not pinned."""
        return session_id in self._noted.pinned

    def pin(self, session_id: str, *, is_pinned: bool) -> None:
        """Have a session stand first from now on, or no longer."""
        self._state.store.notes.save_pinned(self._state.account_id, session_id, is_pinned=is_pinned)
        self._take_noted()

    def _take_noted(self) -> None:
        self._noted = self._read_noted()
        self._state.publish(ListChanged())

    def pinned_first(self) -> tuple[Sequence[Session], int]:
        """All sessions that are listed, the pinned ones first, and how many of them are."""
        sessions, first = list(self._state.catalogue), self._noted.pinned
        pinned = [session for session in sessions if session.session_id in first] if first else []
        if pinned:
            sessions = [*pinned, *(session for session in sessions if session.session_id not in first)]
        return sessions, len(pinned)

    async def facts(self, session_id: str) -> "SessionFacts | None":
        """What a session came to, as far as it is known on this machine; None where it was never opened here."""
        from tui.conversation.session_facts import facts_of  # here and below: no first key needs them

        transcript = await self._known(session_id)
        return None if transcript is None else facts_of(transcript)

    async def first_question(self, session_id: str) -> str | None:
        """The question that a session began with; None where it was asked none. Raises `ApiError`."""
        transcript = await self._known(session_id)
        if transcript is not None:
            return transcript.first_question
        client, beside = self._state.require_client(), self._state.store.path
        return next((asked.content for asked in await first_event(client, session_id, beside, UserInput)), None)

    async def _known(self, session_id: str) -> Transcript | None:
        """A whole conversation as it is in memory, else as it was last kept; None where it is not."""
        shown = self._state.transcripts.get(session_id)
        if shown is not None and not shown.turns_before:
            return shown
        return await asyncio.to_thread(self._kept, session_id)

    def _kept(self, session_id: str) -> Transcript | None:
        from tui.conversation.transcript_builder import replay

        kept = self._state.store.sessions.history(self._state.account_id, session_id)
        return None if kept is None else replay(kept.events)
