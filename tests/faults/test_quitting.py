"""The real program is told to quit, and a server does what it likes."""

import asyncio
import time
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.app.user import driven
from tests.faults.in_terminal import CTRL_Q, CTRL_S, ask_first, program, proxy_beside
from tests.faults.proxy import Fault, FaultProxy, no_fault, refused, silence
from tests.local.server import Connection
from tests.real_terminal import RealTerminal
from tui.settings import Settings

DELETE = "\x1b[3~"
QUIT_SECONDS = 2.0


@pytest.fixture
def proxy(server: Connection) -> Generator[FaultProxy]:
    with proxy_beside(server) as proxy:
        yield proxy


def delete_the_only_session(terminal: RealTerminal) -> None:
    terminal.send(CTRL_S)
    terminal.wait_for("Filter")
    terminal.send(DELETE)
    terminal.wait_for("Delete again deletes")
    terminal.send(DELETE)
    terminal.wait_for("Deleted:")


@pytest.mark.fault(56)
@pytest.mark.parametrize("fault", [silence, refused("429 Too Many Requests", "Retry-After: 60")])
def test_quitting_waits_for_no_server_and_a_deletion_is_done_at_the_next_start(
    fault: Fault, proxy: FaultProxy, server: Connection, tmp_path: Path
) -> None:
    with program(proxy, server, tmp_path) as terminal:
        ask_first(terminal)
        delete_the_only_session(terminal)
        proxy.others = fault
        began = time.monotonic()
        terminal.send(CTRL_Q)
        assert terminal.wait_for_exit() == 0
        assert time.monotonic() - began < QUIT_SECONDS + 0.5
    proxy.others = no_fault
    asked_before = len(proxy.requests)
    with program(proxy, server, tmp_path) as terminal:
        terminal.wait_until(lambda: any(target.startswith("DELETE") for target in proxy.requests[asked_before:]))
        terminal.send(CTRL_Q)
        assert terminal.wait_for_exit() == 0


async def test_quitting_does_not_wait_for_what_does_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = asyncio.Event()

    async def finish() -> None:
        await ended.wait()

    monkeypatch.setattr("tui.app.FINISH_TIMEOUT", 0.1)
    async with driven(Settings(base_url="http://127.0.0.1:1")) as user:
        monkeypatch.setattr(user.app.chat, "finish", finish)
        try:
            async with asyncio.timeout(30):
                await user.app.action_quit()
        finally:
            ended.set()
