"""What is being written in each session, kept on this machine as it is typed."""

import asyncio

from tui.store.notes import Notes

SAVE_AFTER_SECONDS = 0.4
"""So long at most is a typed letter kept in memory alone."""


class Drafts:
    """The drafts of one account by session id; `NO_SESSION` is the draft of the session that is yet to come."""

    def __init__(self, notes: Notes, account: str) -> None:
        self._notes = notes
        self._account_id = account
        self._texts = notes.drafts(account)
        self._unsaved: set[str] = set()
        self.read_only: set[str] = set()
        """Sessions that another process writes in: what is written there here is kept in memory alone."""
        self._timer: asyncio.TimerHandle | None = None

    def get(self, session_id: str) -> str:
        return self._texts.get(session_id, "")

    def write(self, session_id: str, text: str) -> None:
        """Take the draft as it is now, and keep it within `SAVE_AFTER_SECONDS`."""
        if text == self.get(session_id):
            return
        self._texts[session_id] = text
        self._unsaved.add(session_id)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(SAVE_AFTER_SECONDS, self.save)

    def save(self) -> None:
        """Keep all drafts now. May be called from a signal handler on the main thread."""
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
        while self._unsaved:
            session_id = self._unsaved.pop()
            if session_id not in self.read_only:
                self._notes.save_draft(self._account_id, session_id, self.get(session_id))

    def reload(self, session_id: str) -> None:
        """Read a draft again after the journal wrote it."""
        self._unsaved.discard(session_id)
        self._texts[session_id] = self._notes.draft(self._account_id, session_id)
