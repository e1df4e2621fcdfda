"""Asking: questions that run, that wait for their turn, and what becomes of them."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tui.api.errors import ApiError, NotFoundError, NotSentError, RefusedError
from tui.api.models import Session, Stop
from tui.conversation.reconcile import UNKNOWN_COUNT, known_questions
from tui.conversation.transcript import Transcript, ask, interrupt, withdraw
from tui.workspace.recovery import GONE, STOPPED, Recovery, give_back
from tui.workspace.running_turn import RunningTurn, TurnClock
from tui.workspace.state import ELSEWHERE, WorkspaceState
from tui.workspace.tasks import Work
from tui.workspace.updates import DraftChanged, ListChanged, Notice, QueueChanged, RequestFailed, TurnEnded

if TYPE_CHECKING:
    from tui.api.client import Client


FAILED_HERE = "An error in the app itself ended this turn."


class Turns:
    """The turns of one account: one at a time in a session, any number of sessions at once.

    A question that is asked while a turn runs waits. Waiting questions are sent one after another as long as turns end
    well, and only on the user's word after one that did not.
    """

    def __init__(self, state: WorkspaceState, start: Callable[[Work], None]) -> None:
        self._state = state
        self._start = start
        self._running: dict[str, RunningTurn] = {}
        self._queues = state.store.notes.queues(state.account_id)
        self._paused = set(self._queues)
        self._begun: dict[str, int] = {}
        self.recovery = Recovery(state, start, self._resolved)
        state.goes_on_in = self._goes_on_in
        self.scopes: dict[str, Sequence[str]] = {}
        """For unbound sessions: the indexes that the next question searches."""

    @property
    def busy(self) -> set[str]:
        """The sessions in which a turn runs, or is not known to be over."""
        return self._running.keys() | self.recovery.unresolved

    def _goes_on_in(self, session_id: str) -> bool:
        is_asked = session_id in self._running or bool(self.waiting(session_id))
        return is_asked or self.recovery.looks_after(session_id)

    def clock(self, session_id: str | None) -> TurnClock | None:
        """How long a session's turn runs; None where none is received here."""
        turn = self._running.get(session_id or "")
        return None if turn is None else turn.clock

    def turns_begun(self, session_id: str) -> int:
        """How many turns began here in a session: what was retrieved before the last of them is out of date."""
        return self._begun.get(session_id, 0)

    def is_running(self, session_id: str) -> bool:
        """Whether a turn is received here."""
        return session_id in self._running

    def waiting(self, session_id: str) -> Sequence[str]:
        """The questions that wait, the next one first."""
        return self._queues.get(session_id, ())

    def is_paused(self, session_id: str) -> bool:
        """Whether waiting questions are not sent by themselves."""
        return session_id in self._paused

    def ask(self, session_id: str, question: str, *, keeps_draft: bool = False) -> bool:
        """Enter a question in the journal, take it out of the draft and send it once, or let it wait for its turn.

        `keeps_draft`: it was not written in the draft, which stays as it is.
        False where it cannot be asked, which is published: then the draft is as it was.
        """
        if not self._can_ask(session_id):
            return False
        draft = self._state.drafts.get(session_id) if keeps_draft else ""
        if session_id in self.busy:
            self._wait(session_id, [*self.waiting(session_id), question], draft=draft)
        else:
            self._send(session_id, question, self.waiting(session_id), draft=draft)
        return True

    def ask_first(self, session_id: str, question: str, written_in: str) -> bool:
        """Ask the first question of a session, written in the draft of another one, which becomes empty.

        What was written there since it was sent is the draft of this session. False as with `ask`.
        """
        if not self._can_ask(session_id):
            return False
        written = self._state.drafts.get(written_in).strip()
        self._send(session_id, question, (), draft=written.removeprefix(question).lstrip(), written_in=written_in)
        self._state.drafts.reload(written_in)
        return True

    def _can_ask(self, session_id: str) -> bool:
        if problem := self._problem(session_id):
            self._state.publish(RequestFailed(NotSentError(problem)))
        return not problem

    def resume(self, session_id: str) -> None:
        """Send the waiting questions, one after another, by the user's word."""
        self._paused.discard(session_id)
        self._state.publish(QueueChanged(session_id))
        self._next(session_id)

    def drop_last_waiting(self, session_id: str) -> None:
        """Take the last waiting question out of the queue, if one waits."""
        self._wait(session_id, self.waiting(session_id)[:-1])

    def edit_last_waiting(self, session_id: str) -> None:
        """Put the last waiting question, if one waits, into the draft again, before what is there."""
        *rest, last = self.waiting(session_id) or [""]
        if last:
            self._wait(session_id, rest, draft=last + self._state.drafts.get(session_id))
            self._state.publish(DraftChanged(session_id))

    def stop(self, session_id: str) -> bool:
        """Stop listening, or looking, and let the waiting questions wait. False where nothing is going on."""
        turn = self._running.get(session_id)
        if turn is not None:
            turn.stop()
        elif not self.recovery.give_up(session_id):
            return False
        self._pause(session_id)
        return True

    async def let_go(self, session_id: str) -> None:
        """Stop whatever goes on in a session, and wait until it has stopped."""
        turn = self._running.get(session_id)
        self.stop(session_id)
        if turn is not None:
            await turn.ended.wait()
        self.recovery.give_up(session_id)

    def forget(self, session_id: str) -> None:
        """The session is deleted."""
        self._queues.pop(session_id, None)
        self.recovery.forget(session_id)

    def _problem(self, session_id: str) -> str:
        if session_id in self._state.deleted_elsewhere:
            return GONE
        if not self._state.hold(session_id):
            return ELSEWHERE
        try:
            self._state.require_client()
        except NotSentError as error:
            return error.message
        return ""

    def _send(
        self, session_id: str, question: str, waiting: Sequence[str], *, draft: str = "", written_in: str | None = None
    ) -> None:
        state = self._state
        before = state.transcripts.get(session_id, Transcript())
        known = known_questions(before) if session_id in state.transcripts else UNKNOWN_COUNT
        self._begun[session_id] = self.turns_begun(session_id) + 1
        self.recovery.close(session_id)
        turn_id = state.store.journal.begin(
            state.account_id, session_id, question, known, draft=draft, queue=waiting, written_in=written_in
        )
        state.drafts.reload(session_id)
        turn = self._running[session_id] = RunningTurn(state, turn_id, session_id, question)
        state.put(session_id, ask(before, question))
        state.publish(ListChanged())
        self._start(self._run(turn))

    async def _run(self, turn: RunningTurn) -> None:
        try:
            await self._run_to_its_end(turn)
        except Exception:  # of any kind: a session whose turn nobody receives any more must not stay busy
            if self._running.get(turn.session_id) is turn:
                self._break_off(turn, FAILED_HERE, is_stopped=False)
            raise
        finally:
            turn.ended.set()

    async def _run_to_its_end(self, turn: RunningTurn) -> None:
        session_id = turn.session_id
        try:
            is_well = await self._receive(turn)
        except asyncio.CancelledError:
            if not turn.is_stopped:
                raise
            self._break_off(turn, STOPPED, is_stopped=True)
        except (NotSentError, RefusedError) as error:
            self._take_back(turn, error)
        except ApiError as error:
            self._break_off(turn, error.what_happened, is_stopped=False)
        else:
            self._end(session_id, is_well)
            await _refresh_summary(self._state, session_id)

    def _end(self, session_id: str, is_well: bool) -> None:
        del self._running[session_id]
        if not is_well:
            self._pause(session_id)
        self._state.publish(TurnEnded(session_id, is_well))
        self._go_on(session_id)

    def _resolved(self, session_id: str, is_well: bool) -> None:
        """It is known what became of a turn that broke off."""
        if not is_well:
            self._pause(session_id)
        self._go_on(session_id)

    def _go_on(self, session_id: str) -> None:
        self._next(session_id)
        if session_id not in self.busy:
            self._state.let_go(session_id)

    def _take_back(self, turn: RunningTurn, error: ApiError) -> None:
        self._state.put(turn.session_id, withdraw(self._state.transcripts[turn.session_id]))
        give_back(self._state, turn.id, turn.session_id)
        if isinstance(error, NotFoundError):
            self._state.deleted_elsewhere.add(turn.session_id)
        self._state.publish(ListChanged())  # a session is called by its first question
        self._state.publish(RequestFailed(error))
        self._end(turn.session_id, is_well=False)

    def _break_off(self, turn: RunningTurn, reason: str, *, is_stopped: bool) -> None:
        session_id = turn.session_id
        del self._running[session_id]
        self._pause(session_id)
        stopped_here = interrupt(self._state.transcripts[session_id], reason, is_error=not is_stopped)
        self._state.put(session_id, stopped_here)
        self.recovery.watch(session_id, cause=reason, is_stopped=is_stopped)
        self._state.publish(ListChanged())

    async def _receive(self, turn: RunningTurn) -> bool:
        from tui.api.stream import stream_turn

        session = self._state.catalogue[turn.session_id]
        scope = self.scopes.get(turn.session_id, ())
        last = await turn.receive(stream_turn(self._state.require_client(), session, turn.question, scope))
        await self._state.end_turn(turn.id, turn.session_id)
        return isinstance(last, Stop) and not last.is_error

    def _next(self, session_id: str) -> None:
        waiting = self.waiting(session_id)
        if waiting and not self.is_paused(session_id) and session_id not in self.busy:
            question, *rest = waiting
            self._queues[session_id] = rest
            self._state.drafts.save()
            self._send(session_id, question, rest, draft=self._state.drafts.get(session_id))
            self._state.publish(QueueChanged(session_id))

    def _wait(self, session_id: str, questions: Sequence[str], *, draft: str | None = None) -> None:
        """Have these questions wait; the draft becomes what is given."""
        self._queues[session_id] = list(questions)
        if not questions:
            self._paused.discard(session_id)
        self._state.store.notes.save_queue(self._state.account_id, session_id, questions, draft=draft)
        if draft is not None:
            self._state.drafts.reload(session_id)
        self._state.publish(QueueChanged(session_id))

    def _pause(self, session_id: str) -> None:
        if self.waiting(session_id):
            self._paused.add(session_id)
            self._state.publish(QueueChanged(session_id))


async def _refresh_summary(state: WorkspaceState, session_id: str) -> None:
    """After a turn: its time and title, which the server makes from the first question."""
    session = _about(session_id, await state.attempt(lambda client: _summary(state, client, session_id)))
    first_question = state.first_question(session_id)
    if session is not None and not session.generated_title and first_question:
        titled = await state.attempt(lambda client: client.generate_title(session_id, first_question))
        session = _about(session_id, titled) or session
    if session is not None and state.catalogue.get(session_id):
        state.list_session(session)


async def _summary(state: WorkspaceState, client: "Client", session_id: str) -> Session | None:
    """A session as it is listed; None where it was deleted, which is published unless that was done here."""
    try:
        return await client.summary(session_id)
    except NotFoundError:
        if state.catalogue.get(session_id):
            state.deleted_elsewhere.add(session_id)
            state.publish(Notice(session_id, GONE))
        return None


def _about(session_id: str, answer: Session | None) -> Session | None:
    """What the server said, if it is about this session."""
    return answer if answer is not None and answer.session_id == session_id else None
