"""Deleting sessions: off the list at once, on the server later, whatever ends the program meanwhile."""

from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from tui.api.errors import ApiError
from tui.api.models import Session
from tui.workspace.listing import SessionListing
from tui.workspace.state import WorkspaceState
from tui.workspace.turns import Turns
from tui.workspace.updates import ListChanged, RequestFailed

if TYPE_CHECKING:
    from tui.api.client import Client


class Deletion:
    """Deletes the sessions of one account. What an earlier run of the program left to be deleted is not listed."""

    def __init__(self, state: WorkspaceState, turns: Turns, listing: SessionListing) -> None:
        self._state = state
        self._turns = turns
        self._listing = listing
        self._left = state.store.deletions.pending(state.account_id)
        listing.hide(*self._left)

    def is_hidden(self, session_id: str) -> bool:
        """Whether a session is off the list, to be deleted or shown again."""
        return session_id in self._state.hidden

    def hide(self, *session_ids: str) -> Sequence[Session]:
        """Take sessions off the list, to be deleted or shown again: held, so that no other program deletes them."""
        sessions = [self._state.catalogue[session_id] for session_id in session_ids]
        for session_id in session_ids:
            self._state.hold(session_id)
            self._state.store.deletions.begin(self._state.account_id, session_id)
        self._listing.hide(*session_ids)
        self._state.publish(ListChanged())
        return sessions

    def show_again(self, sessions: Sequence[Session]) -> None:
        """Put sessions back on the list."""
        for session in sessions:
            self._state.hidden.discard(session.session_id)
            self._state.store.deletions.end(self._state.account_id, session.session_id)
            self._state.list_session(session)
            self._state.let_go(session.session_id)

    async def delete(self, sessions: Sequence[Session], *, or_next_time: bool = False) -> None:
        """Delete sessions on the server, and what is kept of them. One where that fails is listed again.

        `or_next_time`: where it fails it is deleted at the next start, because the program ends.
        """
        for session in sessions:
            await self._delete(session, or_next_time=or_next_time)

    async def _delete(self, session: Session, *, or_next_time: bool) -> None:
        await self._turns.let_go(session.session_id)
        try:
            await self._state.require_client().delete_session(session.session_id)
        except ApiError as error:
            if not or_next_time:
                self._state.publish(RequestFailed(error))
                self.show_again([session])
        else:
            self._forget(session.session_id)

    async def delete_what_is_left(self) -> None:
        """Delete what an earlier run of the program could not, unless another program is about to."""
        left, self._left = self._left, []
        for session_id in filter(self._state.hold, left):
            if await self._state.attempt(partial(_deleted, session_id=session_id)):
                self._forget(session_id)

    def _forget(self, session_id: str) -> None:
        self._state.forget(session_id)
        self._turns.forget(session_id)
        self._state.store.sessions.remove(self._state.account_id, session_id)
        with suppress(OSError):  # what cannot be removed is written over at the next start
            self._state.store.frames.clear()
        self._state.store.deletions.end(self._state.account_id, session_id)
        self._state.let_go(session_id)


async def _deleted(client: "Client", session_id: str) -> bool:
    await client.delete_session(session_id)
    return True
