"""Servers in a thread of the test: any application, and the local server with agents of the test's choosing."""

import socket
import threading
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import uvicorn
from starlette.applications import Starlette

from tests.local.server import until, until_synced
from tui.api.models import Event, Usage
from tui.local.agents.agent import Agent, Ask
from tui.local.agents.extractive import ExtractiveAgent
from tui.local.app import build
from tui.local.embeddings.settings import EmbeddingSettings
from tui.local.library.database import LibraryDatabase
from tui.local.library.folders import folders_of
from tui.local.library.library import Library
from tui.local.library.syncing.supervisor import SyncSupervisor

KEY = "llx-test"


@contextmanager
def in_thread(app: Starlette) -> Generator[str]:
    """Serves the application on loopback; gives its base URL."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", ws="none", timeout_graceful_shutdown=1))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            until(lambda: server.started)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def served(
    folder: Path,
    data: Path,
    agent: Agent | None = None,
    ping_seconds: float = 15,
    embedding: EmbeddingSettings | None = None,
) -> Generator[httpx.Client]:
    """A client of a server over the folder, which has been read, whose turns this agent runs."""
    app = build(LibraryDatabase(data), folders_of([folder]), KEY, agent, ping_seconds, embedding, loopback_only=False)
    headers = {"Authorization": f"Bearer {KEY}"}
    with (
        in_thread(app) as base_url,
        httpx.Client(base_url=base_url, headers=headers, trust_env=False, timeout=20) as http,
    ):
        until_synced(http)
        yield http


@dataclass
class Stage:
    """An agent that plays what the test puts on."""

    agent: Agent = field(default_factory=ExtractiveAgent)

    def __call__(self, ask: Ask, library: Library, supervisor: SyncSupervisor) -> AsyncIterator[Event | Usage]:
        return self.agent(ask, library, supervisor)
