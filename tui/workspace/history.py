"""The questions asked before, for the reader to bring back."""

from collections.abc import Sequence

from tui.store.journal import Journal


def each_once(questions: Sequence[str]) -> list[str]:
    """The questions, each at its latest place."""
    return list(dict.fromkeys(reversed(questions)))[::-1]


class QuestionHistory:
    """What was asked in the sessions of one account, and what was written there and cleared."""

    def __init__(self, journal: Journal, account_id: str) -> None:
        self._journal = journal
        self._account_id = account_id
        self._cleared: dict[str, tuple[int, list[str]]] = {}

    def of(self, session_id: str, asked: Sequence[str]) -> Sequence[str]:
        """What to bring back in a session in which so much was asked: that last, and before it what is known of others.

        What was cleared since the last question comes behind it, as the latest.
        """
        count, cleared = self._cleared.get(session_id, (0, []))
        own = [*asked, *(cleared if count == len(asked) else ())]
        known = set(own)
        return [text for text in self._journal.questions(self._account_id) if text not in known] + own

    def keep_cleared(self, session_id: str, asked: Sequence[str], text: str) -> None:
        """Keep what was written in a session and is not asked, also for the next start."""
        count, cleared = self._cleared.get(session_id, (len(asked), []))
        self._cleared[session_id] = len(asked), [*(cleared if count == len(asked) else ()), text]
        self._journal.remember(self._account_id, text)

    def forget(self, text: str) -> None:
        """Bring a text back no more, unless it stands in a session."""
        self._cleared = {
            session_id: (count, [cleared for cleared in texts if cleared != text])
            for session_id, (count, texts) in self._cleared.items()
        }
        self._journal.forget_question(self._account_id, text)
