"""The routes of the API reference's page "Chat"."""

import json
from collections.abc import AsyncIterator
from typing import Any

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tui.local.chat.event_json import event_json, is_delta
from tui.local.chat.turn_tasks import SessionBusyError, TurnTask
from tui.local.http.requests import BadRequestError, not_found, page_json, page_token_problem, read_body, read_query
from tui.local.http.schemas import CreateBody, PageQuery, ScopeQuery, StreamBody, TitleBody
from tui.local.http.services import Services

DEFAULT_SHARED_ACCESS = "read_only"


def routes(parts: Services) -> list[Route]:
    """The chat routes over these parts."""
    chat = _ChatRoutes(parts)
    return [
        Route("/api/v1/chat", chat.page, methods=["GET"]),
        Route("/api/v1/chat", chat.create, methods=["POST"]),
        Route("/api/v1/chat/{session_id}", chat.retrieve, methods=["GET"]),
        Route("/api/v1/chat/{session_id}", chat.delete, methods=["DELETE"]),
        Route("/api/v1/chat/{session_id}/summary", chat.summary, methods=["GET"]),
        Route("/api/v1/chat/{session_id}/title", chat.title, methods=["POST"]),
        Route("/api/v1/chat/{session_id}/messages/stream", chat.stream, methods=["POST"]),
    ]


class _ChatRoutes:
    def __init__(self, parts: Services) -> None:
        self._parts = parts
        self._sessions = parts.sessions
        self._folders = parts.library.folders
        self._states = parts.library.states

    def page(self, request: Request) -> Response:
        query = read_query(request, PageQuery)
        try:
            return JSONResponse(page_json(self._sessions.page(query.size, query.page_token)))
        except ValueError:
            raise page_token_problem() from None

    async def create(self, request: Request) -> Response:
        read_query(request, ScopeQuery)
        body = await read_body(request, CreateBody)
        index_ids = None if body.index_ids is None else list(dict.fromkeys(body.index_ids))
        for index_id in index_ids or ():
            if index_id not in self._folders.by_id:
                raise await run_in_threadpool(self._not_served, index_id)
        access = body.shared_access or DEFAULT_SHARED_ACCESS
        return JSONResponse(await run_in_threadpool(self._sessions.create, index_ids, access))

    def retrieve(self, request: Request) -> Response:
        read_query(request, ScopeQuery)
        return _found(request, self._sessions.full(request.path_params["session_id"]))

    def summary(self, request: Request) -> Response:
        read_query(request, ScopeQuery)
        return _found(request, self._sessions.summary(request.path_params["session_id"]))

    async def delete(self, request: Request) -> Response:
        read_query(request, ScopeQuery)
        session_id = request.path_params["session_id"]
        await self._parts.turns.end(session_id)
        if not await run_in_threadpool(self._sessions.delete, session_id):
            raise not_found(f"Session {session_id}")
        return Response(status_code=204)

    async def title(self, request: Request) -> Response:
        read_query(request, ScopeQuery)
        body = await read_body(request, TitleBody)
        session_id = request.path_params["session_id"]
        return _found(request, await run_in_threadpool(self._sessions.set_title, session_id, body.first_message))

    async def stream(self, request: Request) -> Response:
        read_query(request, ScopeQuery)
        body = await read_body(request, StreamBody)
        session_id = request.path_params["session_id"]
        session = await run_in_threadpool(self._sessions.summary, session_id)
        if session is None:
            raise not_found(f"Session {session_id}")
        asked = list(dict.fromkeys(body.index_ids))
        bound = session["index_ids"]
        if bound is not None and set(bound) != set(asked):
            message = f"This session is bound to its indexes for its lifetime: send exactly {json.dumps(bound)}"
            raise BadRequestError.at("body", "index_ids", message)
        served = [index_id for index_id in asked if index_id in self._folders.by_id]
        skipped = [index_id for index_id in asked if index_id not in self._folders.by_id]
        if skipped and (not served or body.require_all_indexes):
            raise await run_in_threadpool(self._not_served, skipped[0])
        try:
            turn = self._parts.turns.start(session_id, body.prompt, served, skipped)
        except SessionBusyError:
            raise HTTPException(409, "This session has a turn that is still running; wait until it ends.") from None
        return EventSourceResponse(_told(turn), ping=self._parts.ping_seconds)

    def _not_served(self, index_id: str) -> HTTPException:
        folder = self._states.folder_of(index_id)
        if folder is None:
            return not_found(f"Index {index_id}")
        return HTTPException(404, f"Index {index_id} is not served now: start the server with its folder, {folder}")


def _found(request: Request, session: dict[str, Any] | None) -> Response:
    if session is None:
        raise not_found(f"Session {request.path_params['session_id']}")
    return JSONResponse(session)


async def _told(turn: TurnTask) -> AsyncIterator[ServerSentEvent]:
    """The turn as server-sent events. The JSON is ASCII, so that no decoder sees a line end inside it."""
    async for event in turn.events():
        yield ServerSentEvent(json.dumps(event_json(event)), event="delta" if is_delta(event) else "message")
