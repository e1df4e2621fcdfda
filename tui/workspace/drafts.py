"""What is being written in each session, kept on this machine as it is typed."""

import asyncio

from tui.store.notes import Notes

SAVE_AFTER_SECONDS = 0.4
"""A typed letter is on disk this many seconds later, or when what is being written just then is."""

BUSY_SECONDS = 0.02
"""Where the store is in use then, it is looked at again after this pause."""


class Drafts:
    """The drafts of one account by session id; `NO_SESSION` is the draft of the session that is yet to come."""

    def __init__(self, notes: Notes, account_id: str) -> None:
        self._notes = notes
        self._account_id = account_id
        self._texts = notes.drafts(account_id)
        self._unsaved: set[str] = set()
        self._read_only: set[str] = set()
        self._timer: asyncio.TimerHandle | None = None

    def get(self, session_id: str) -> str:
        return self._texts.get(session_id, "")

    def write(self, session_id: str, text: str) -> None:
        """Take the draft as it is now, and save it after `SAVE_AFTER_SECONDS`. It waits for no other thread."""
        if text == self.get(session_id):
            return
        self._texts[session_id] = text
        self._unsaved.add(session_id)
        if self._timer is None:
            self._save_in(SAVE_AFTER_SECONDS)

    def _save_in(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self._save_when_free)

    def _save_when_free(self) -> None:
        if self._notes.are_busy:
            self._save_in(BUSY_SECONDS)
        else:
            self.save()

    def save(self) -> None:
        """Save all drafts now. May be called from a signal handler on the main thread."""
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
        while self._unsaved:
            session_id = self._unsaved.pop()
            if session_id not in self._read_only:
                self._notes.save_draft(self._account_id, session_id, self.get(session_id))

    def is_read_only(self, session_id: str) -> bool:
        """Whether nothing may be written in a session, because another process has it."""
        return session_id in self._read_only

    def set_read_only(self, session_id: str, is_read_only: bool) -> None:
        """Say whether another process writes in a session: its draft is then kept in memory alone."""
        if is_read_only:
            self._read_only.add(session_id)
        else:
            self._read_only.discard(session_id)

    def reload(self, session_id: str) -> None:
        """Read a draft again after the journal wrote it."""
        self._unsaved.discard(session_id)
        self._texts[session_id] = self._notes.draft(self._account_id, session_id)
