"""What Ctrl+C and SIGTERM do to a command that is at work."""

import asyncio
import os
import signal
from collections.abc import Coroutine, Generator
from contextlib import contextmanager
from typing import Any, TypeVar

_Result = TypeVar("_Result")


def run_until_interrupted(work: Coroutine[Any, Any, _Result]) -> _Result:
    """What a coroutine returns, in an event loop of its own. Raises `KeyboardInterrupt` where Ctrl+C cancelled it.

    `asyncio.run` cancels from inside the handler of the signal, which may stand between the two halves of a callback
    that hands over a result: that callback then fails, and prints a traceback. Here the loop does it, between two.
    """
    was_interrupted = False

    async def interruptible() -> _Result:
        nonlocal was_interrupted
        with cancelled_by(signal.SIGINT):
            try:
                return await work
            except asyncio.CancelledError:
                was_interrupted = True
                raise

    try:
        return asyncio.run(interruptible())
    except asyncio.CancelledError:
        if was_interrupted:
            raise KeyboardInterrupt from None
        raise


@contextmanager
def cancelled_by(number: signal.Signals) -> Generator[None]:
    """Have a signal cancel the current task meanwhile; a second one does what it does without us."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None, "a coroutine of a command runs in a task"

    def stop() -> None:
        loop.remove_signal_handler(number)
        task.cancel()

    if os.name == "posix":
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        if os.name == "posix":
            loop.remove_signal_handler(number)
