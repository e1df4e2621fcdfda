"""Opening a conversation: at once as it was last seen on this machine, and then as the server has it."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain

from tui.api.errors import ApiError, KeyRefusedError, NotFoundError
from tui.api.models import Event, Session
from tui.conversation.transcript import interrupt, with_earlier
from tui.conversation.transcript_builder import replaying
from tui.cooperative import run_in_slices
from tui.garbage import give_back
from tui.workspace.recovery import GONE, NO_END, NOT_KNOWN
from tui.workspace.state import WorkspaceState
from tui.workspace.tasks import Work
from tui.workspace.turns import Turns
from tui.workspace.updates import Notice, OpeningFailed, RequestFailed

GONE_WITHOUT_A_COPY = "This session was deleted elsewhere, and nothing of it is kept on this machine."
SHOWN_AT_ONCE = 50
"""At most this many of a kept conversation's last turns are shown before the server has answered."""

SHOWN_CHARS = 1_000_000
"""And no more than have so many characters together."""

READ_AT_ONCE = 50
"""Turns that are read at once from what is kept."""

EARLIER_AFTER_SECONDS = 0.3
"""Where the server answers sooner, its turns are the ones shown before these, and those kept are not read at all."""

TURNS_WORTH_FREEING = 50
"""Turns of a conversation that takes so much memory to open that it is worth giving back."""

GIVEN_BACK_AFTER_SECONDS = 1.0
"""When freed memory is given back after a conversation was opened: whoever shows it has dropped what it showed then."""


class ConversationOpener:
    """Opens the conversations of one account. `start` runs a coroutine."""

    def __init__(self, state: WorkspaceState, turns: Turns, start: Callable[[Work], None]) -> None:
        self._state = state
        self._turns = turns
        self._start = start
        self._waiting: str | None = None

    async def open(self, session_id: str) -> None:
        """Show a conversation. One whose turn runs here is left as it is; without a connection it is opened later."""
        if self._turns.is_running(session_id):
            return
        if session_id not in self._state.transcripts:
            await self._show_kept(session_id)
            if self._turns.is_running(session_id):
                return
        is_connected = self._state.client is not None
        self._waiting = None if is_connected else session_id
        if is_connected and not self._turns.recovery.watch(session_id):
            await self._retrieve(session_id)

    async def open_waiting(self) -> None:
        """Open the conversation that was asked for before there was a connection."""
        if self._waiting is not None:
            await self.open(self._waiting)

    async def _show_kept(self, session_id: str) -> None:
        latest = self._state.store.sessions.latest
        kept = await asyncio.to_thread(latest, self._state.account_id, session_id, SHOWN_AT_ONCE, SHOWN_CHARS)
        entries = self._turns.recovery.entries_of(session_id)
        if kept is None and not entries:
            return
        arrived = await asyncio.to_thread(self._turns.recovery.arrived_of, entries) if entries else ()
        told = await run_in_slices(replaying(chain(kept.events if kept else (), arrived)))
        if session_id in self._state.transcripts:
            return
        shown = interrupt(told, NOT_KNOWN if entries else NO_END)
        self._state.put(session_id, replace(shown, turns_before=kept.turns_before if kept else 0))
        if kept is not None and kept.turns_before:
            self._start(self._show_earlier(session_id))

    async def _retrieve(self, session_id: str) -> None:
        from tui.conversation.past_turns import LongReplay  # here and below: no first key needs it

        state, begun = self._state, self._turns.turns_begun(session_id)
        told = LongReplay(state.store.path)
        try:
            client = state.require_client()
            body = await client.session_body(session_id, state.store.path)
            session = await client.read_session(body, told.add)
        except NotFoundError as error:
            state.deleted_elsewhere.add(session_id)
            is_kept = session_id in state.transcripts
            gone = Notice(session_id, GONE) if is_kept else OpeningFailed(session_id, GONE_WITHOUT_A_COPY, error)
            state.publish(gone)
        except ApiError as error:
            is_kept = session_id in state.transcripts
            if not is_kept:
                state.publish(OpeningFailed(session_id, error.message, error))
            if is_kept or isinstance(error, KeyRefusedError):
                state.publish(RequestFailed(error))
        else:
            if self._turns.turns_begun(session_id) != begun:
                await self.open(session_id)  # what was asked meanwhile is not in this answer
            else:
                state.list_session(session)
                state.put(session_id, interrupt(told.build(), NO_END))
                self._start(self._keep(session, body.events()))

    async def _show_earlier(self, session_id: str) -> None:
        """Show the turns before those shown at once, as they are kept, unless the server's are there already."""
        from tui.conversation.past_turns import LongReplay

        await asyncio.sleep(EARLIER_AFTER_SECONDS)
        state, told, first = self._state, LongReplay(self._state.store.path), 0

        def read() -> bool:
            events = state.store.sessions.some_events(state.account_id, session_id, first, READ_AT_ONCE)
            told.add(events)
            return bool(events)

        while self._lacks_turns(session_id) and await asyncio.to_thread(read):
            first += READ_AT_ONCE
        if first and self._lacks_turns(session_id):
            state.put(session_id, with_earlier(state.transcripts[session_id], told.build()))
            await self._give_back(session_id)

    async def _keep(self, session: Session, events: Iterator[Event]) -> None:
        """Keep a whole history, which is read once more for it."""
        try:
            await self._state.keep_history(session, events)
        except ApiError as error:
            self._state.publish(RequestFailed(error))
        await self._give_back(session.session_id)

    async def _give_back(self, session_id: str) -> None:
        """Give back the memory that opening a long conversation took."""
        if len(self._state.transcripts.get(session_id, ())) < TURNS_WORTH_FREEING:
            return
        await asyncio.sleep(GIVEN_BACK_AFTER_SECONDS)
        await asyncio.to_thread(self._state.store.database.give_back)
        await asyncio.to_thread(give_back)

    def _lacks_turns(self, session_id: str) -> bool:
        transcript = self._state.transcripts.get(session_id)
        return transcript is not None and transcript.turns_before > 0
