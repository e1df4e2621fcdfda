"""The coroutines that run for an account, and end with it."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import TypeAlias

Work: TypeAlias = Coroutine[object, object, None]


class RunningTasks:
    """Starts coroutines by `run`, which makes a task or a worker of each, and cancels all that still run."""

    def __init__(self, run: Callable[[Work], object]) -> None:
        self._run = run
        self._tasks: set[asyncio.Task[object]] = set()

    def start(self, work: Work) -> None:
        """Run a coroutine until its end, or until `cancel`."""
        self._run(self._tracked(work))

    async def cancel(self) -> None:
        """Cancel all that run, but for the caller's own task, and wait until they have ended."""
        tasks = [task for task in self._tasks if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _tracked(self, work: Work) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await work
        finally:
            self._tasks.discard(task)
