"""What other programs of the same user make of the sessions: a second window, `--plain`, a command."""

import asyncio
from collections.abc import Sequence, Set
from typing import NamedTuple

from tui.api.models import Session
from tui.conversation.catalogue import newer_than_listed, with_sessions, without
from tui.workspace.listing import SessionDetails, SessionListing
from tui.workspace.state import FIRST_LISTED, WorkspaceState
from tui.workspace.updates import ListChanged

FOLLOW_SECONDS = 2.0
"""What others write is listed so many seconds later at most."""


class _Kept(NamedTuple):
    """What the store has of the list: of the sessions those that may be new or changed."""

    session_ids: Set[str]
    to_be_deleted: Set[str]
    sessions: Sequence[Session]


class OtherPrograms:
    """Lists what others have written into the store that they share with this program. It writes nothing itself."""

    def __init__(
        self, state: WorkspaceState, listing: SessionListing, details: SessionDetails, version: int | None
    ) -> None:
        """`version`: that of the store before any of it was read (`Database.version`)."""
        self._state = state
        self._listing = listing
        self._details = details
        self._version = version
        self._deleted = set(state.hidden)
        """The sessions that another program is about to delete, or was."""
        self._left_listed: Set[str] = set()
        """Those that are deleted, or about to be, and stay listed for as long as they are needed here."""

    async def follow(self) -> None:
        """List again and again what others have written."""
        while True:
            await asyncio.sleep(FOLLOW_SECONDS)
            await self.list_changes()

    async def list_changes(self) -> None:
        """List what others have written since this was done last. It takes some microseconds where that is nothing."""
        if self._have_written():
            are_notes_new = await self._details.reload()
            if await self._list_kept() or are_notes_new:
                self._state.publish(ListChanged())

    def _have_written(self) -> bool:
        database = self._state.store.database
        if database.path is None:
            return False
        before, now = self._version, database.version()
        self._version = before if now is None else now
        return self._version != before or not all(map(self._state.is_needed, self._left_listed))

    async def _list_kept(self) -> bool:
        """List the sessions as they are kept. Whether that changes the list."""
        state = self._state
        await self._listing.list_kept()
        listed_before, hidden_before = state.catalogue, state.hidden - self._deleted
        kept = await asyncio.to_thread(self._read, listed_before.sessions.keys())
        if state.store.path is None:
            return False  # the file was lost meanwhile, and what went into memory may be less
        before = state.catalogue
        hidden_here = hidden_before | (state.hidden - self._deleted)
        gone, deleted = listed_before.sessions.keys() - kept.session_ids, kept.to_be_deleted - hidden_here
        self._left_listed = set(filter(state.is_needed, gone | deleted))
        self._hide_and_show_again(deleted - self._left_listed, kept)
        news = newer_than_listed(state.catalogue, (each for each in kept.sessions if not self._is_hidden(each)))
        self._list(news, gone - self._left_listed)
        return state.catalogue is not before

    def _list(self, news: Sequence[Session], gone: Set[str]) -> None:
        for session in news:
            self._listing.add(session.session_id)
        for session_id in gone:
            self._state.forget(session_id)
        if news or gone:
            self._state.catalogue = without(with_sessions(self._state.catalogue, news), *gone)

    def _is_hidden(self, session: Session) -> bool:
        return session.session_id in self._state.hidden

    def _hide_and_show_again(self, deleted: Set[str], kept: _Kept) -> None:
        """Hide what is to be deleted, and no longer what was brought back."""
        brought_back = (self._deleted - kept.to_be_deleted) & kept.session_ids
        if deleted - self._state.hidden:
            self._listing.hide(*deleted)
        self._state.hidden -= brought_back
        self._deleted = (self._deleted | deleted) - brought_back

    def _read(self, listed: Set[str]) -> _Kept:
        """What is kept. What has changed is among the latest sessions; all are read where others are missing."""
        store, account = self._state.store, self._state.account_id
        to_be_deleted = set(store.deletions.pending(account))
        session_ids = store.sessions.ids(account)
        sessions = store.sessions.listed(account, FIRST_LISTED)
        if session_ids - listed - to_be_deleted - {session.session_id for session in sessions}:
            sessions = store.sessions.listed(account)
        return _Kept(session_ids, to_be_deleted, sessions)
