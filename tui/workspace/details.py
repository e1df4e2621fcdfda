"""What is known of a session beside its conversation: whether it is pinned, what it came to, how it began."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.api.models import Session
from tui.conversation.transcript import Transcript
from tui.workspace.state import WorkspaceState
from tui.workspace.updates import ListChanged

if TYPE_CHECKING:
    from tui.conversation.session_facts import SessionFacts


class SessionDetails:
    """The details of one account's sessions. Pins are kept on this machine."""

    def __init__(self, state: WorkspaceState) -> None:
        self._state = state
        self._pinned = state.store.notes.pinned(state.account_id)

    def is_pinned(self, session_id: str) -> bool:
        """Whether a session stands before all that are not pinned."""
        return session_id in self._pinned

    def pin(self, session_id: str, *, is_pinned: bool) -> None:
        """Have a session stand first from now on, or no longer."""
        self._state.store.notes.save_pinned(self._state.account_id, session_id, is_pinned=is_pinned)
        self._pinned = self._state.store.notes.pinned(self._state.account_id)
        self._state.publish(ListChanged())

    def pinned_first(self) -> tuple[Sequence[Session], int]:
        """All sessions that are listed, the pinned ones first, and how many of them are."""
        sessions = list(self._state.catalogue)
        pinned = [session for session in sessions if session.session_id in self._pinned] if self._pinned else []
        if pinned:
            sessions = [*pinned, *(session for session in sessions if session.session_id not in self._pinned)]
        return sessions, len(pinned)

    async def facts(self, session_id: str) -> "SessionFacts | None":
        """What a session came to, as far as it is known on this machine; None where it was never opened here."""
        from tui.conversation.session_facts import facts_of  # here and below: no first key needs them

        transcript = await self._known(session_id)
        return None if transcript is None else facts_of(transcript)

    async def first_question(self, session_id: str) -> str | None:
        """The question that a session began with; None where it was asked none. Raises `ApiError`."""
        from tui.conversation.transcript_builder import replay

        transcript = await self._known(session_id)
        if transcript is None:
            full = await self._state.require_client().session(session_id)
            transcript = await asyncio.to_thread(replay, full.events)
        return transcript.first_question

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
