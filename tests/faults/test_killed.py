"""The real program in a real terminal, killed with SIGKILL while it writes and asks, and started again."""

import asyncio
import os
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.proxy import FaultProxy, fault_proxy, no_fault, refused, stalled_at
from tests.local.server import Connection
from tests.real_terminal import RealTerminal
from tui.screens.dialog import IGNORE_KEYS_SECONDS

ENTER, CTRL_S, CTRL_Q = "\r", "\x13", "\x11"
QUESTION = "When was the Heron probe launched?"
KEPT_WITHIN = 0.5
"""Seconds: what is older than this survives."""


@pytest.fixture
def proxy(server: Connection) -> Generator[FaultProxy]:
    """A fault proxy that runs beside the test, in a thread of its own."""
    started, stop = threading.Event(), threading.Event()
    proxies: list[FaultProxy] = []

    async def serve() -> None:
        async with fault_proxy(server.base_url) as proxy:
            proxies.append(proxy)
            started.set()
            await asyncio.to_thread(stop.wait)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    started.wait(10)
    yield proxies[0]
    stop.set()
    thread.join()


@contextmanager
def program(proxy: FaultProxy, server: Connection, home: Path) -> Generator[RealTerminal]:
    environment = {"HOME": str(home), "LLAMACHAT_STATE_DIR": str(home / "state"), "LLAMA_CLOUD_API_KEY": server.api_key}
    command = [sys.executable, "-m", "tui", "--base-url", proxy.base_url]
    with RealTerminal(command, columns=120, rows=50, environment={**os.environ, **environment}) as terminal:
        terminal.wait_for("LlamaCloud · 127.0.0.1")
        yield terminal


def ask_first(terminal: RealTerminal) -> None:
    terminal.send("Who leads navigation?" + ENTER)
    terminal.wait_for("ready")
    time.sleep(IGNORE_KEYS_SECONDS)
    terminal.send(ENTER)
    terminal.wait_for(" rounds")


def open_newest(terminal: RealTerminal) -> None:
    terminal.send(CTRL_S)
    terminal.wait_for("Filter")
    terminal.send(ENTER)
    terminal.wait_for("Ada Sol")


def read_on(terminal: RealTerminal, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        terminal.read(0.05)


@pytest.mark.fault(44)
def test_a_turn_in_which_the_program_is_killed_is_shown_and_completed_and_was_asked_once(
    proxy: FaultProxy, server: Connection, tmp_path: Path
) -> None:
    with program(proxy, server, tmp_path) as terminal:
        ask_first(terminal)
        proxy.next_turns.append(stalled_at(0.5))
        terminal.send(QUESTION + ENTER)
        terminal.wait_for('▸ retrieve  "Heron')
        terminal.send("half a thought")
        terminal.wait_for("half a thought")
        read_on(terminal, KEPT_WITHIN)
        terminal.process.kill()
        terminal.process.wait()
    proxy.others = refused("403 Forbidden")
    with program(proxy, server, tmp_path) as terminal:
        open_newest(terminal)
        terminal.wait_for('▸ retrieve  "Heron')
        terminal.wait_for("half a thought")
        terminal.wait_for("Looking again")
    proxy.others = no_fault
    with program(proxy, server, tmp_path) as terminal:
        open_newest(terminal)
        terminal.wait_for("launched in March 2031")
        terminal.wait_for("half a thought")
        terminal.wait_until(lambda: sum(" rounds" in line for line in terminal.lines()) == 2)
        terminal.send(CTRL_Q)
        assert terminal.wait_for_exit() == 0
    assert proxy.prompts.count(QUESTION) == 1


@pytest.mark.fault(44)
@pytest.mark.parametrize("after", [0.0, 0.02, 0.05, 0.1, 0.2, 0.4])
def test_killed_right_after_enter_the_question_is_asked_at_most_once_and_never_lost(
    proxy: FaultProxy, server: Connection, tmp_path: Path, after: float
) -> None:
    with program(proxy, server, tmp_path) as terminal:
        ask_first(terminal)
        terminal.send(QUESTION)
        terminal.wait_for(QUESTION)
        read_on(terminal, KEPT_WITHIN)
        terminal.send(ENTER)
        time.sleep(after)
        terminal.process.kill()
        terminal.process.wait()
    with program(proxy, server, tmp_path) as terminal:
        open_newest(terminal)
        terminal.wait_for(QUESTION)
    assert proxy.prompts.count(QUESTION) <= 1
