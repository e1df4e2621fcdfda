"""What an agent is: a function from a question to the events of a turn.

It does not know of sessions, nor of the stream's ends: the question and the `stop` are the turn's
(`tui.local.chat.turn_tasks`).
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from tui.api.models import Event, Usage
from tui.local.library.index_state import IndexStates
from tui.local.library.library import Library
from tui.local.library.sync_supervisor import SyncSupervisor

SYNC_TIMEOUT = 3.0
"""Seconds that a turn waits for changes in a folder that was read before. A new folder is waited for to the end."""


class TurnError(Exception):
    """The turn cannot be finished; the message says why, for the user."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """An earlier question of the session, and what was answered."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Ask:
    """What an agent is asked: the question, the session's earlier exchanges (oldest first), where to look."""

    question: str
    history: Sequence[Exchange]
    index_ids: Sequence[str]


Agent: TypeAlias = Callable[[Ask, Library, SyncSupervisor], AsyncIterator[Event | Usage]]
"""Deltas come before the whole that they join to. A `Usage` tells what the turn has really cost so far, where that is
known. Raises `TurnError`."""


async def bring_up_to_date(ask: Ask, stored: IndexStates, supervisor: SyncSupervisor) -> AsyncIterator[str]:
    """Sync the indexes that are asked. The notices say what is waited for, or gone without."""
    states = await asyncio.to_thread(stored.served)
    new = [index_id for index_id in ask.index_ids if states[index_id].synced is None]
    if not await supervisor.bring_up_to_date(ask.index_ids, SYNC_TIMEOUT):
        if new:
            names = ", ".join(states[index_id].name for index_id in new)
            yield f"{names} is being indexed for the first time; I wait until that is done.\n"
            await supervisor.bring_up_to_date(new, None)
        else:
            yield "Changes in the folder are still being read; I use what is indexed so far.\n"
