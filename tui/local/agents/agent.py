"""What an agent is: a function from a question to the events of a turn.

It does not know of sessions, nor of the stream's ends: the question and the `stop` are the turn's
(`tui.local.chat.turn_tasks`).
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from tui.api.models import Event, Usage
from tui.local.agents.search_notice import nothing_was_read
from tui.local.library.folders import ServedFolders
from tui.local.library.index_state import IndexState
from tui.local.library.library import Library
from tui.local.library.syncing.supervisor import SyncSupervisor

SYNC_TIMEOUT = 3.0
"""Seconds that a turn waits for changes in a folder that was read before. A new folder is waited for to the end."""

STILL_READING = "Changes in the folder are still being read; I use what is indexed so far.\n"
"""The notice of a turn that goes without these changes."""

MAX_LENDERS = 4
"""Questions before one that it may lean on, each by way of the next."""

PROGRESS_SECONDS = 1.0
"""Seconds between two notices of how far the indexing is, at least."""
PROGRESS_SHARE = 0.1
"""How much longer the wait becomes before the next of these notices."""


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

    @property
    def lenders(self) -> list[str]:
        """The questions before this one that it may lean on, oldest first."""
        return [exchange.question for exchange in self.history[-MAX_LENDERS:]]


Agent: TypeAlias = Callable[[Ask, Library, SyncSupervisor], AsyncIterator[Event | Usage]]
"""Deltas come before the whole that they join to. A `Usage` tells what the turn has really cost so far, where that is
known. Raises `TurnError`."""


async def bring_up_to_date(ask: Ask, library: Library, supervisor: SyncSupervisor) -> AsyncIterator[str]:
    """Sync the indexes that are asked. The notices say what is waited for and how far it is, or gone without."""
    states = await asyncio.to_thread(library.states.served)
    new = [index_id for index_id in ask.index_ids if states[index_id].synced is None]
    if await supervisor.bring_up_to_date(ask.index_ids, SYNC_TIMEOUT):
        return
    if not new:
        yield STILL_READING
        return
    names = library.folders.names(new)
    yield f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} being indexed for the first time.\n"
    reading = asyncio.create_task(supervisor.bring_up_to_date(new, None))
    try:
        async for notice in _progress(reading, new, library.folders, supervisor):
            yield notice
    finally:
        reading.cancel()


async def states_asked(ask: Ask, library: Library) -> Sequence[IndexState]:
    """The states of the indexes that are asked, to tell of those that could not be read.

    Raises `TurnError` where nothing can be searched because that failed.
    """
    served = await asyncio.to_thread(library.states.served)
    states = [served[index_id] for index_id in ask.index_ids if index_id in served]
    if why := nothing_was_read(states):
        raise TurnError(why)
    return states


async def _progress(
    reading: "asyncio.Task[bool]", new: Sequence[str], folders: ServedFolders, supervisor: SyncSupervisor
) -> AsyncIterator[str]:
    """How many files are read, until all are: at first each second, in a long wait less often."""
    began, told = time.monotonic(), ""
    while not reading.done():
        running = supervisor.running
        folder = folders.by_id.get(running or "")
        progress = supervisor.progress(folder.index_id) if folder else None
        if folder and progress:
            then = "then I answer" if folder.index_id in new else "which were asked for before"
            notice = f"{folder.name}: {progress.done:,} of {progress.total:,} files, {then}.\n"
            if notice != told:
                yield (told := notice)
        await asyncio.wait([reading], timeout=max(PROGRESS_SECONDS, (time.monotonic() - began) * PROGRESS_SHARE))
