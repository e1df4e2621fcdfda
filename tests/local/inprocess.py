"""The server in a thread of the test, with an agent of the test's choosing."""

import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx
import uvicorn

from tests.local.server import until
from tui.local.agents.agent import Agent
from tui.local.app import build
from tui.local.library.database import LibraryDatabase
from tui.local.library.folders import folders_of

KEY = "llx-test"


@contextmanager
def served(folder: Path, data: Path, agent: Agent, ping_seconds: float = 15) -> Generator[httpx.Client]:
    """A client of a server whose turns this agent runs."""
    app = build(LibraryDatabase(data), folders_of([folder]), KEY, agent, ping_seconds, loopback_only=False)
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", ws="none", timeout_graceful_shutdown=1))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            until(lambda: server.started)
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            headers = {"Authorization": f"Bearer {KEY}"}
            with httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=20) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join()
