"""Threads of `--plain`, and the event loop."""

import asyncio
from threading import Thread

from tui.commands.plain.event_loop import call_on


async def test_what_comes_from_a_thread_is_done_on_the_loop() -> None:
    done = asyncio.Event()
    Thread(target=call_on, args=(asyncio.get_running_loop(), done.set)).start()
    await done.wait()


def test_what_comes_when_the_loop_is_closed_is_left_out() -> None:
    loop = asyncio.new_event_loop()
    loop.close()
    called: list[None] = []
    call_on(loop, lambda: called.append(None))
    assert called == []
