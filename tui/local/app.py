"""The application: all its parts put together, and the answers to errors."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from tui.local.agents.agent import Agent
from tui.local.agents.extractive import ExtractiveAgent
from tui.local.chat.paging import PageTokenError
from tui.local.chat.session_store import SessionStore
from tui.local.chat.turn_tasks import TurnTasks
from tui.local.directories.database import DamagedDirectoriesError
from tui.local.directories.directories import Directories
from tui.local.http.auth import AuthMiddleware
from tui.local.http.requests import (
    BadRequestError,
    on_bad_request,
    on_damaged_directories,
    on_damaged_index,
    on_database_error,
    on_http_error,
    on_page_token,
)
from tui.local.http.routes import routes
from tui.local.http.services import Services
from tui.local.library.database import DamagedIndexError, LibraryDatabase
from tui.local.library.documents import blocks_of
from tui.local.library.folders import Folder
from tui.local.library.languages import stem
from tui.local.library.library import Library, open_library
from tui.local.library.page_images import PageImages
from tui.local.library.syncing.supervisor import SyncSupervisor
from tui.local.library.syncing.watching import FolderWatcher
from tui.local.search.patterns import end_searches

if TYPE_CHECKING:
    from tui.local.embeddings.embeddings import Embeddings
    from tui.local.embeddings.settings import EmbeddingSettings

PING_SECONDS = 15.0
"""Seconds of silence in a stream before a comment says that it is alive."""

_ERROR_ANSWERS = {
    HTTPException: on_http_error,
    BadRequestError: on_bad_request,
    PageTokenError: on_page_token,
    DamagedIndexError: on_damaged_index,
    DamagedDirectoriesError: on_damaged_directories,
    sqlite3.Error: on_database_error,
}


def build(
    database: LibraryDatabase,
    folders: Sequence[Folder],
    key: str,
    agent: Agent | None = None,
    ping_seconds: float = PING_SECONDS,
    embedding: "EmbeddingSettings | None" = None,
    *,
    loopback_only: bool,
) -> Starlette:
    """The server over these folders, as an ASGI application. It begins to index when it starts.

    `agent` answers the questions; None: the one without a model. `embedding` names the model by which passages are
    found by their meaning; None: by their words alone. `loopback_only`: only this machine reaches the server. It then
    answers to names of this machine alone, and a client may name a folder to be served.
    """
    library, sessions = open_library(database, folders), SessionStore(database)
    supervisor = SyncSupervisor(database, library.folders, library.states)
    database.on_index_lost = supervisor.ask
    watcher = FolderWatcher(library.folders, supervisor.ask, database.path.parent)
    supervisor.has_told = watcher.has_told
    turns = TurnTasks(sessions, library, supervisor, agent or ExtractiveAgent())
    embeddings = _embeddings(embedding, database, library, supervisor)
    directories = Directories(database.path.parent / "directories")
    services = Services(
        library,
        directories,
        supervisor,
        watcher,
        sessions,
        turns,
        PageImages(),
        ping_seconds,
        may_add_folders=loopback_only,
        embeddings=embeddings,
    )

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        for index_id in library.folders.by_id:
            supervisor.ask(index_id)
        watcher.start()
        if embeddings:
            embeddings.start()
        warming = asyncio.create_task(asyncio.to_thread(_warm))
        yield
        await warming
        watcher.stop()
        if embeddings:
            embeddings.stop()
        supervisor.stop()
        await turns.end_all()

    app = Starlette(
        routes=routes(services),
        middleware=[Middleware(AuthMiddleware, key=key, loopback_only=loopback_only)],
        exception_handlers=_ERROR_ANSWERS,
        lifespan=lifespan,
    )
    app.state.turns = turns
    app.state.end_searches = end_searches
    app.state.supervisor = supervisor
    app.state.folders = library.folders
    return app


def _embeddings(
    settings: "EmbeddingSettings | None", database: LibraryDatabase, library: Library, supervisor: SyncSupervisor
) -> "Embeddings | None":
    """The search by meaning, made part of every search."""
    if settings is None:
        return None
    from tui.local.embeddings.embeddings import Embeddings

    embeddings = Embeddings(settings, database, library.folders)
    library.passages.nearest = embeddings.nearest
    supervisor.on_end = embeddings.ask
    return embeddings


def _warm() -> None:
    """Load what the first question needs."""
    stem("question")
    blocks_of("", "markdown")
