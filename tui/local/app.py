"""The application: all its parts put together, and the answers to errors."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tui.local.agents.agent import Agent
from tui.local.agents.extractive import answer
from tui.local.chat.session_store import SessionStore
from tui.local.chat.turn_tasks import TurnTasks
from tui.local.http import attachments as attachment_routes
from tui.local.http import chat as chat_routes
from tui.local.http import indexes as library_routes
from tui.local.http import retrieval as retrieval_routes
from tui.local.http.auth import AuthMiddleware
from tui.local.http.requests import BadRequestError, invalid
from tui.local.http.services import Services
from tui.local.library.database import LibraryDatabase
from tui.local.library.documents import blocks_of
from tui.local.library.folders import Folder
from tui.local.library.library import open_library
from tui.local.library.page_images import PageImages
from tui.local.library.sync_supervisor import SyncSupervisor
from tui.local.search.languages import stem

PING_SECONDS = 15.0
"""How long a stream may be silent before a comment says that it is alive."""


def build(
    database: LibraryDatabase,
    folders: Sequence[Folder],
    key: str,
    agent: Agent = answer,
    ping_seconds: float = PING_SECONDS,
    *,
    loopback_only: bool,
) -> Starlette:
    """The server over these folders, as an ASGI application. It begins to index when it starts.

    `loopback_only`: only this machine reaches the server. It then answers to names of this machine alone, and a client
    may name a folder to be served.
    """
    library, sessions = open_library(database, folders), SessionStore(database)
    syncing = SyncSupervisor(database, library.folders, library.states)
    turns = TurnTasks(sessions, library, syncing, agent)
    parts = Services(library, sessions, syncing, turns, PageImages(), ping_seconds, may_add_folders=loopback_only)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        for index_id in library.folders.by_id:
            syncing.ask(index_id)
        warming = asyncio.create_task(asyncio.to_thread(_warm))
        yield
        await warming
        syncing.stop()
        await parts.turns.end_all()

    app = Starlette(
        routes=[
            Route("/openapi.json", _described, methods=["GET"]),
            *chat_routes.routes(parts),
            *library_routes.routes(parts),
            *attachment_routes.routes(parts),
            *retrieval_routes.routes(parts),
        ],
        middleware=[Middleware(AuthMiddleware, key=key, loopback_only=loopback_only)],
        exception_handlers={HTTPException: _http_error, BadRequestError: invalid},
        lifespan=lifespan,
    )
    app.state.turns = parts.turns
    app.state.syncing = syncing
    app.state.folders = library.folders
    return app


def _warm() -> None:
    """Loads what the first question needs."""
    stem("question")
    blocks_of("", "markdown")


def _described(_: Request) -> Response:
    from tui.local.http.openapi import document  # few ask for it, and it takes a moment to describe all models

    return JSONResponse(document())


async def _http_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return JSONResponse({"detail": error.detail}, error.status_code, error.headers)
