"""Turns that broke off: the server is asked what became of them, and the question is never sent again to find out.

Such a turn is an entry in the journal, of this run of the program or of an earlier one. What a poll of the session
means is decided by `tui.conversation.reconcile`; here the session is polled, and the verdict shown and kept.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tui.api.errors import ApiError, NotFoundError
from tui.api.models import Event, Session, UserInput
from tui.conversation.reconcile import (
    ENDED_PAUSES,
    PAUSE_SECONDS,
    Finished,
    Interrupted,
    NotConfirmed,
    Pauses,
    PollAgain,
    Polls,
    QuestionSearch,
    Sent,
    SessionGone,
    StillRunning,
    Verdict,
    reconcile,
)
from tui.conversation.transcript import Transcript, amend_reason, interrupt
from tui.counts import counted
from tui.lazy_dataclass import dataclass
from tui.settings import LOCAL_ACCOUNT
from tui.store.journal import JournalEntry
from tui.workspace.state import WorkspaceState
from tui.workspace.tasks import Work
from tui.workspace.updates import DraftChanged, ListChanged, Notice, TurnEnded

if TYPE_CHECKING:
    from tui.api.bodies import SessionBody

STOPPED = "Stopped by you. What had arrived is kept."
NOT_KNOWN = "What became of this turn is not known yet: the server is asked when there is a connection."
NO_END = "The server has no end for this turn. What had arrived is kept."
NOT_CONFIRMED = "Not confirmed: the question is in the composer. Sent again, it may run twice."
NOT_ASKED = "The app ended before this question was asked: it is in the composer again."
CUT_OFF = "The app ended in the middle of this turn, and its local server with it. What had arrived is kept."
GIVEN_UP = "Not looked for any more. Open the session again to look."
NOT_THERE = "The server has no such question yet."
STILL_RUNNING = "Still running on the server. Esc polls no more."
GONE = "Deleted elsewhere. This copy on this machine can still be read; questions need a new session."


@dataclass(eq=False, slots=True)
class _Watch:
    """The polling of one session."""

    cause: str = ""
    """What broke the turn off, in a sentence."""

    is_silent: bool = False
    """Whether the user stopped the turn: it stays stopped for the reader, whatever the server shows on the way."""

    is_cut_off: bool = False
    """Whether the turn runs no more, because its server ended with the app that began it."""

    status: str = ""
    """What the last poll showed, in a sentence."""

    ended_well: bool = False

    @property
    def words_while_open(self) -> str:
        return STOPPED if self.is_silent else CUT_OFF if self.is_cut_off else STILL_RUNNING

    @property
    def words_without_end(self) -> str:
        end = CUT_OFF if self.is_cut_off else NO_END
        return STOPPED if self.is_silent else f"{self.cause} {end}".strip()


class _Seen(NamedTuple):
    """What a poll saw of a session, whose body is read once more where it is shown or kept: it may be long."""

    session: Session
    body: "SessionBody"
    search: QuestionSearch


class Recovery:
    """Polls the sessions of the journal's entries until it is known what became of them.

    `start` runs a coroutine. `on_resolved` is called when no more is to be found out of a session, with whether its
    last turn has its whole answer.
    """

    def __init__(
        self, state: WorkspaceState, start: Callable[[Work], None], on_resolved: Callable[[str, bool], None]
    ) -> None:
        self._state = state
        self._start = start
        self._on_resolved = on_resolved
        self.sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
        """Replaced in tests: waits between two polls."""
        self.absent_pauses: Sequence[float] = PAUSE_SECONDS
        """Seconds between the polls as long as the server does not show the question."""
        self.unresolved = {entry.session_id for entry in self._entries() if state.hold(entry.session_id)}
        """Sessions in which a question waits until it is known what became of the one before."""
        self._asked_here: set[str] = set()
        """Sessions whose open turns are of this run."""
        self._watches: dict[str, _Watch] = {}
        self._polls: dict[int, Polls] = {}

    def _ended_with_its_app(self, session_id: str) -> bool:
        """Whether a turn can run no more: the app that began it, which was not this run, is gone with its server."""
        is_of_another = self._state.account_id == LOCAL_ACCOUNT and session_id not in self._asked_here
        return is_of_another and self._state.has_alone(session_id)

    @property
    def open_sessions(self) -> set[str]:
        """The sessions with a turn that is not over as far as this machine knows."""
        return {entry.session_id for entry in self._entries()}

    def entries_of(self, session_id: str) -> list[JournalEntry]:
        """A session's turns that are not over as far as this machine knows, oldest first."""
        return [entry for entry in self._entries() if entry.session_id == session_id]

    def leave_to_others(self) -> None:
        """Leave the turns of earlier runs to other processes: none is looked for here unless its session is watched."""
        for session_id in self.unresolved:
            self._state.let_go(session_id)
        self.unresolved.clear()

    def enter(self, session_id: str, question: str) -> None:
        """Have the first question of a session, which may have been sent, looked for as one of the journal's."""
        self._asked_here.add(session_id)
        self._state.store.journal.begin(self._state.account_id, session_id, question, 0)

    def watch_all(self) -> None:
        """Begin to poll for all turns that an earlier run of the program left."""
        for session_id in self.unresolved:
            self.watch(session_id)

    def watch(self, session_id: str, *, cause: str = "", is_stopped: bool = False) -> bool:
        """Begin to poll for a session's turns. False where none is open.

        `cause` says what broke the turn off. Where the user stopped it, nothing more is said of it, and the next
        question need not wait until it is known what became of it.
        """
        entries = self.entries_of(session_id)
        if entries and session_id not in self._watches:
            self._watches[session_id] = watch = _Watch(cause, is_stopped)
            if not is_stopped:
                self.unresolved.add(session_id)
            self._start(self._watch_entries(entries, watch))
        return bool(entries)

    def arrived_of(self, entries: Sequence[JournalEntry]) -> list[Event]:
        """These turns as far as they arrived here, each with its question. Not for the event loop."""
        arrived: list[Event] = []
        for entry in entries:
            events = self._state.store.journal.events(entry.turn_id)
            arrived += [UserInput(entry.prompt), *(event for event in events if not isinstance(event, UserInput))]
        return arrived

    def looks_after(self, session_id: str) -> bool:
        """Whether it is to be found out what became of a session's turns."""
        return session_id in self.unresolved or session_id in self._watches

    def give_up(self, session_id: str) -> bool:
        """Poll no more, because the user said so. False where nothing was waited for."""
        was_blocked = session_id in self.unresolved
        self._watches.pop(session_id, None)
        self._clear(session_id)
        if was_blocked:
            self._say_end(session_id, GIVEN_UP)
        return was_blocked

    def close(self, session_id: str) -> None:
        """The session goes on: what is not known of its turns is not asked any more, what had arrived is kept."""
        self._asked_here.add(session_id)
        self._watches.pop(session_id, None)
        for entry in self.entries_of(session_id):
            self._state.store.journal.end(entry.turn_id)

    def forget(self, session_id: str) -> None:
        """The session is deleted."""
        self.give_up(session_id)
        for entry in self.entries_of(session_id):
            self._state.store.journal.drop(entry.turn_id)

    def _entries(self) -> Sequence[JournalEntry]:
        return self._state.store.journal.entries(self._state.account_id)

    async def _watch_entries(self, entries: Sequence[JournalEntry], watch: _Watch) -> None:
        session_id = entries[0].session_id
        for entry in entries:
            arrived = await asyncio.to_thread(self._state.store.journal.events, entry.turn_id)
            sent = Sent(entry.prompt, entry.questions_before, arrived)
            while self._is_current(session_id, watch):
                pause = await self._poll(entry, sent, watch)
                if pause is None:
                    break
                await self._count_down(session_id, watch, round(pause))
        if self._is_current(session_id, watch):
            del self._watches[session_id]
            self._clear(session_id)
            self._on_resolved(session_id, watch.ended_well)

    async def _count_down(self, session_id: str, watch: _Watch, seconds: int) -> None:
        for left in range(seconds, 0, -1):
            if self._is_current(session_id, watch) and watch.is_cut_off == self._ended_with_its_app(session_id):
                self._say(session_id, watch, f"{watch.status} Looking again in {left} s.")
                await self.sleep(1)

    def _is_current(self, session_id: str, watch: _Watch) -> bool:
        return self._watches.get(session_id) is watch

    def _say(self, session_id: str, watch: _Watch, words: str) -> None:
        if not watch.is_silent:
            self._say_end(session_id, f"{watch.cause} {words}".strip())

    def _clear(self, session_id: str) -> None:
        self.unresolved.discard(session_id)
        self._state.publish(ListChanged())

    async def _poll(self, entry: JournalEntry, sent: Sent, watch: _Watch) -> float | None:
        """Poll once. The seconds until the next poll, or None when no more is to be found out."""
        session_id, search = entry.session_id, QuestionSearch(sent)
        if not watch.is_cut_off and self._ended_with_its_app(session_id):
            watch.is_cut_off = True
            self._polls.pop(entry.turn_id, None)
        try:
            client = self._state.require_client()
            body = await client.session_body(session_id, self._state.store.path)
            seen = _Seen(await client.read_session(body, search.add), body, search)
        except NotFoundError:
            seen = None
        except ApiError as error:
            return self._poll_failed(entry, watch, error)
        if not self._is_current(session_id, watch):
            return None
        try:
            return await self._conclude(entry, sent, watch, seen)
        except ApiError as error:  # what was put on the disk cannot be read again
            return self._poll_failed(entry, watch, error)

    def _poll_failed(self, entry: JournalEntry, watch: _Watch, error: ApiError) -> float | None:
        polls = self._polls.get(entry.turn_id, Polls())
        if polls.in_vain >= len(PAUSE_SECONDS):
            self._polls.pop(entry.turn_id, None)
            self._say(entry.session_id, watch, f"{error.message} Open the session again to look once more.")
            self._publish_unanswered(entry.session_id, watch)
            return None
        pause = PAUSE_SECONDS[polls.in_vain]
        self._polls[entry.turn_id] = Polls(polls.in_vain + 1, polls.seconds + pause, polls.events)
        watch.status = error.what_happened
        return pause

    async def _conclude(self, entry: JournalEntry, sent: Sent, watch: _Watch, seen: _Seen | None) -> float | None:
        session_id = entry.session_id
        polls = self._polls.get(entry.turn_id, Polls())
        pauses = ENDED_PAUSES if watch.is_cut_off else Pauses(self.absent_pauses)
        verdict, told = await asyncio.to_thread(_judged, sent, seen, polls, pauses, self._state.store.path)
        if not self._is_current(session_id, watch):
            return None
        self._polls.pop(entry.turn_id, None)
        if seen is not None:
            self._state.list_session(seen.session)
        match verdict:
            case Finished(amendment, news):
                assert seen is not None, "only a session that was found can show an end"
                self._state.put(session_id, interrupt(told, NO_END))
                await self._state.keep_history(seen.session, amendment.applied_to(seen.body.events()))
                watch.ended_well = True
                self._finish(entry, news)
            case StillRunning(amendment, after, polls):
                self._polls[entry.turn_id], watch.status = polls, watch.words_while_open
                self._state.put(session_id, interrupt(told, watch.status, is_error=False))
                await asyncio.to_thread(self._state.store.journal.replace, entry.turn_id, amendment.events)
                return after
            case PollAgain(after, polls):
                self._polls[entry.turn_id], watch.status = polls, NOT_THERE
                return after
            case Interrupted():
                self._polls[entry.turn_id] = polls
                self._state.put(session_id, interrupt(told, watch.words_without_end, is_error=not watch.is_silent))
                self._publish_unanswered(session_id, watch)
            case NotConfirmed():
                self._give_back(entry, watch, told)
            case SessionGone():
                self._keep_what_is_left(entry)
        return None

    def _publish_unanswered(self, session_id: str, watch: _Watch) -> None:
        if not watch.is_silent:
            self._state.publish(TurnEnded(session_id, well=False))

    def _finish(self, entry: JournalEntry, news: int) -> None:
        session_id = entry.session_id
        self._state.store.journal.drop(entry.turn_id)
        if news:
            self._state.publish(Notice(session_id, f"Finished while you were away: {counted(news, 'new event')}."))
        self._state.publish(TurnEnded(session_id, well=True))

    def _keep_what_is_left(self, entry: JournalEntry) -> None:
        session_id = entry.session_id
        self._state.store.journal.end(entry.turn_id)
        self._state.deleted_elsewhere.add(session_id)
        self._say_end(session_id, GONE)
        self._state.publish(Notice(session_id, GONE))
        self._state.publish(TurnEnded(session_id, well=False))

    def _give_back(self, entry: JournalEntry, watch: _Watch, told: Transcript) -> None:
        """Put a question that did not arrive into the composer; one that the user stopped stays where it is shown."""
        session_id = entry.session_id
        if watch.is_silent:
            self._state.store.journal.end(entry.turn_id)
            return
        give_back(self._state, entry.turn_id, session_id)
        self._state.put(session_id, interrupt(told, NO_END))
        words = NOT_ASKED if watch.is_cut_off else NOT_CONFIRMED
        self._state.publish(Notice(session_id, f"{watch.cause} {words}".strip()))
        self._state.publish(TurnEnded(session_id, well=False))

    def _say_end(self, session_id: str, reason: str) -> None:
        transcript = self._state.transcripts.get(session_id)
        if transcript is not None:
            self._state.put(session_id, amend_reason(transcript, reason))


def _judged(
    sent: Sent, seen: _Seen | None, polls: Polls, pauses: Pauses, beside: Path | None
) -> tuple[Verdict, Transcript]:
    """What a poll says, and the conversation to be shown for it, if one is. Not for the event loop: it may be long."""
    from tui.conversation.past_turns import LongReplay  # here, because no first key needs it

    verdict, told = reconcile(sent, seen and seen.search, polls, pauses), LongReplay(beside)
    if seen is not None:
        match verdict:
            case Finished(amendment) | StillRunning(amendment) | Interrupted(amendment):
                told.add(amendment.applied_to(seen.body.events()))
            case NotConfirmed():
                told.add(seen.body.events())
            case _:
                pass
    return verdict, told.build()


def give_back(state: WorkspaceState, turn_id: int, session_id: str) -> None:
    """Put a turn's question into the session's draft again, before what was typed since."""
    state.drafts.save()
    state.store.journal.give_back(turn_id)
    state.drafts.reload(session_id)
    state.publish(DraftChanged(session_id))
