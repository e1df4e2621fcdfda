"""The real program in a real terminal, behind the fault proxy."""

import asyncio
import os
import sys
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.faults.proxy import FaultProxy, fault_proxy
from tests.local.server import Connection
from tests.real_terminal import RealTerminal

ENTER, UP, CTRL_S, CTRL_Q = "\r", "\x1b[A", "\x13", "\x11"


@contextmanager
def proxy_beside(server: Connection) -> Generator[FaultProxy]:
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
    assert started.wait(60)
    yield proxies[0]
    stop.set()
    thread.join()


@contextmanager
def started(
    base_url: str, api_key: str, home: Path, *, program: Sequence[str] = ("-m", "tui")
) -> Generator[RealTerminal]:
    """The program, which may not have drawn anything yet. `program`: the arguments of `python` that run it."""
    environment = {"HOME": str(home), "LLAMACHAT_STATE_DIR": str(home / "state"), "LLAMA_CLOUD_API_KEY": api_key}
    command = [sys.executable, *program, "--base-url", base_url]
    with RealTerminal(command, columns=120, rows=50, environment={**os.environ, **environment}) as terminal:
        yield terminal


@contextmanager
def program(proxy: FaultProxy, server: Connection, home: Path) -> Generator[RealTerminal]:
    """The program, connected to the server by the proxy."""
    with started(proxy.base_url, server.api_key, home) as terminal:
        terminal.wait_for("LlamaCloud · 127.0.0.1")
        yield terminal


def ask_first(terminal: RealTerminal) -> None:
    terminal.send("Who leads navigation?" + ENTER)
    terminal.wait_for(" rounds")


def open_newest(terminal: RealTerminal) -> None:
    terminal.send(CTRL_S)
    terminal.wait_for("Filter")
    terminal.send(ENTER)
    terminal.wait_for("Ada Sol")
