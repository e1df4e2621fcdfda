"""The turns that are running: each is a task of its own, so that it goes on when the one who asked has left."""

import asyncio
import json
import logging
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias, TypeVar

from tui.api.models import Event, Stop, Text, Thinking, ToolCall, ToolResult, Usage
from tui.local.agents.agent import Agent, Ask, Exchange, TurnError
from tui.local.chat.event_json import is_delta
from tui.local.chat.session_store import SessionStore
from tui.local.library.database import DamagedIndexError
from tui.local.library.library import Library
from tui.local.library.syncing.supervisor import SyncSupervisor

SERVER_ENDED = "The server ended before this turn did."
CHARS_PER_TOKEN = 4
"""A rule of thumb for English text. Without a model there is no tokenizer, so token counts are estimates."""

T = TypeVar("T")
_Stored: TypeAlias = list[Mapping[str, object]]

_log = logging.getLogger(__name__)


class SessionBusyError(Exception):
    """The session has a turn that is still running."""


@dataclass(slots=True)
class _Cost:
    """What a turn has cost so far. A round is one go of the agent between two waits for its tools."""

    began: float = field(default_factory=time.monotonic)
    read_chars: int = 0
    written_chars: int = 0
    rounds: int = 1
    calling: bool = False
    real: Usage = field(default_factory=Usage)

    def add(self, event: Event | Usage) -> None:
        match event:
            case Usage():
                self.real = event
            case ToolCall(arguments=arguments):
                self.written_chars += len(json.dumps(arguments))
                self.rounds += not self.calling
                self.calling = True
            case ToolResult(result=result):
                self.read_chars += len(json.dumps(result))
            case Thinking(content=content) | Text(content=content):
                self.written_chars += len(content)
                self.calling = False
            case _:
                pass

    def usage(self) -> Usage:
        return Usage(
            duration_ms=round((time.monotonic() - self.began) * 1000, 1),
            total_input_tokens=_first(self.real.total_input_tokens, -(-self.read_chars // CHARS_PER_TOKEN)),
            total_output_tokens=_first(self.real.total_output_tokens, -(-self.written_chars // CHARS_PER_TOKEN)),
            turns=_first(self.real.turns, self.rounds),
        )


def _first(known: int | None, estimate: int) -> int:
    return estimate if known is None else known


@dataclass(frozen=True, slots=True)
class TurnTask:
    """A running turn, as seen by the one who asked. `answering` may be cancelled; then `task` ends the turn."""

    answering: asyncio.Task[None]
    task: asyncio.Task[None]
    queue: asyncio.Queue[Event | None]

    async def events(self) -> AsyncIterator[Sequence[Event]]:
        """The events of the turn from its start on, up to its `Stop`; together those that are there already."""
        ended = False
        while not ended:
            told = [await self.queue.get()]
            while not self.queue.empty():
                told.append(self.queue.get_nowait())
            ended = told[-1] is None
            yield [event for event in told if event is not None]


class TurnTasks:
    """Runs turns, at most one in a session at a time, and stores each whole."""

    def __init__(self, sessions: SessionStore, library: Library, supervisor: SyncSupervisor, agent: Agent) -> None:
        self._sessions = sessions
        self._library = library
        self._supervisor = supervisor
        self._agent = agent
        self._running: dict[str, TurnTask] = {}

    def start(self, session_id: str, prompt: str, index_ids: Sequence[str], skipped: Sequence[str]) -> TurnTask:
        """Start a turn that searches `index_ids`; `skipped` were asked for and are not served.

        Raises `SessionBusyError` while the session's turn before it runs.
        """
        if session_id in self._running:
            raise SessionBusyError(session_id)
        queue: asyncio.Queue[Event | None] = asyncio.Queue()
        cost = _Cost(read_chars=len(prompt))
        beginning = asyncio.create_task(asyncio.to_thread(self._sessions.begin_turn, session_id, prompt))
        answer = self._answer(session_id, beginning, Ask(prompt, (), index_ids), cost, queue)
        answering = asyncio.create_task(answer)
        ending = self._end(session_id, beginning, answering, cost, index_ids, tuple(skipped), queue)
        turn = TurnTask(answering, asyncio.create_task(ending), queue)
        self._running[session_id] = turn
        turn.task.add_done_callback(lambda _: self._running.pop(session_id, None))
        return turn

    async def end(self, session_id: str, why: str = SERVER_ENDED) -> None:
        """End the session's running turn, if there is one, and wait until it has ended. `why` is told in its stop."""
        if turn := self._running.get(session_id):
            turn.answering.cancel(why)
            await asyncio.wait([turn.task])

    async def end_all(self) -> None:
        """End all running turns, because the server ends; each is stored with the reason."""
        await asyncio.gather(*(self.end(session_id) for session_id in list(self._running)))

    async def _answer(
        self,
        session_id: str,
        beginning: asyncio.Task[_Stored],
        ask: Ask,
        cost: _Cost,
        queue: asyncio.Queue[Event | None],
    ) -> None:
        earlier = await asyncio.shield(beginning)
        async for event in self._agent(replace(ask, history=_history(earlier)), self._library, self._supervisor):
            cost.add(event)
            if isinstance(event, Usage):
                continue
            queue.put_nowait(event)
            if not is_delta(event):
                await _to_its_end(self._sessions.append, session_id, event)

    async def _end(
        self,
        session_id: str,
        beginning: asyncio.Task[_Stored],
        answering: asyncio.Task[None],
        cost: _Cost,
        index_ids: Sequence[str],
        skipped: tuple[str, ...],
        queue: asyncio.Queue[Event | None],
    ) -> None:
        """Wait for the answer, and tell its end whatever becomes of it: who asked waits for nothing else."""
        error = await _failure(answering)
        if answering.cancelled():
            error = await _failure(beginning) or error
        stop = Stop(is_error=error is not None, error=error, usage=cost.usage(), skipped_index_ids=skipped)
        try:
            self._sessions.end_turn(session_id, stop, index_ids)  # in no thread, of which searches may hold all
        except sqlite3.Error as reason:
            _log.exception("The end of a turn could not be stored")
            stop = replace(stop, is_error=True, error=f"The end of this turn could not be stored: {reason}.")
        finally:
            queue.put_nowait(stop)
            queue.put_nowait(None)


async def _to_its_end(work: Callable[..., T], *arguments: object) -> T:
    """What is done in a thread. Whoever is cancelled meanwhile waits for it: nothing is stored after a turn's end."""
    working, cancelled = asyncio.ensure_future(asyncio.to_thread(work, *arguments)), None
    while not working.done():
        try:
            await asyncio.wait([working])
        except asyncio.CancelledError as error:
            cancelled = cancelled or error
    done = working.result()
    if cancelled is not None:
        raise cancelled
    return done


async def _failure(part: asyncio.Task[Any]) -> str | None:
    """Why a part of a turn came to no good end, fit to show; None where it did."""
    try:
        await part
    except asyncio.CancelledError as reason:
        return str(reason) or SERVER_ENDED
    except (TurnError, DamagedIndexError) as reason:
        return str(reason)
    except Exception:  # whatever went wrong ends this turn with a reason, and no other
        _log.exception("A turn failed")
        return "The turn failed in a way that was not foreseen; the server's log says more."
    return None


def _history(events: Sequence[Mapping[str, object]]) -> list[Exchange]:
    history: list[Exchange] = []
    for event in events:
        kind, content = event.get("type"), str(event.get("content") or "")  # imported events may lack either
        if kind == "user_input":
            history.append(Exchange(content, ""))
        elif kind == "text" and history:
            last = history[-1]
            history[-1] = Exchange(last.question, f"{last.answer}\n\n{content}".strip())
    return history
