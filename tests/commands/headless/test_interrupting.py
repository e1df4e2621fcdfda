"""Ctrl+C while a command is at work."""

import asyncio
import os
import signal

import pytest

from tui.commands.headless.interrupting import run_until_interrupted


def test_ctrl_c_cancels_between_two_callbacks_of_the_loop() -> None:
    """A callback that is cancelled in its middle hands its result to a future that is over: a traceback is printed."""
    cancelled_in_callback: list[int] = []

    async def work() -> None:
        task = asyncio.current_task()
        assert task is not None
        os.kill(os.getpid(), signal.SIGINT)
        cancelled_in_callback.append(task.cancelling())
        await asyncio.sleep(60)

    with pytest.raises(KeyboardInterrupt):
        run_until_interrupted(work())
    assert cancelled_in_callback == [0]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_what_was_not_interrupted_returns_and_fails_as_it_does() -> None:
    async def fail() -> None:
        raise ValueError("as it was")

    assert run_until_interrupted(asyncio.sleep(0, "done")) == "done"
    with pytest.raises(ValueError, match="as it was"):
        run_until_interrupted(fail())
