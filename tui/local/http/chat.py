"""The routes of the API reference's page "Chat"."""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict
from typing import TypeVar

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tui.local.chat.event_json import event_json, is_delta
from tui.local.chat.turn_tasks import SessionBusyError, TurnTask
from tui.local.http.operations import Handler
from tui.local.http.requests import BadRequestError, not_found, page_json, read_body, read_query
from tui.local.http.schemas import CreateBody, PageQuery, ScopeQuery, StreamBody, TitleBody
from tui.local.http.services import Services

DEFAULT_SHARED_ACCESS = "read_only"

_Session = TypeVar("_Session")


class ChatRoutes:
    def __init__(self, services: Services) -> None:
        self._folders = services.library.folders
        self._states = services.library.states
        self._sessions = services.sessions
        self._turns = services.turns
        self._ping_seconds = services.ping_seconds

    def handlers(self) -> Mapping[str, Handler]:
        return {
            "listSessions": self.list_sessions,
            "createSession": self.create_session,
            "getSession": self.get_session,
            "deleteSession": self.delete_session,
            "getSummary": self.get_summary,
            "setTitle": self.set_title,
            "ask": self.ask,
        }

    def list_sessions(self, request: Request) -> Response:
        query = read_query(request, PageQuery)
        return JSONResponse(page_json(self._sessions.page(query.size, query.page_token), asdict))

    async def create_session(self, request: Request) -> Response:
        read_query(request, ScopeQuery)
        body = await read_body(request, CreateBody)
        index_ids = None if body.index_ids is None else list(dict.fromkeys(body.index_ids))
        for index_id in index_ids or ():
            if index_id not in self._folders.by_id:
                raise await run_in_threadpool(self._not_served, index_id)
        access = body.shared_access or DEFAULT_SHARED_ACCESS
        return JSONResponse(asdict(await run_in_threadpool(self._sessions.create, index_ids, access)))

    def get_session(self, request: Request) -> Response:
        read_query(request, ScopeQuery)
        session, events = _found(request, self._sessions.with_events(_session_id(request)))
        return JSONResponse({**asdict(session), "events": events})

    def get_summary(self, request: Request) -> Response:
        read_query(request, ScopeQuery)
        return JSONResponse(asdict(_found(request, self._sessions.session(_session_id(request)))))

    async def delete_session(self, request: Request) -> Response:
        read_query(request, ScopeQuery)
        session_id = _session_id(request)
        await self._turns.end(session_id)
        if not await run_in_threadpool(self._sessions.delete, session_id):
            raise not_found(f"Session {session_id}")
        return Response(status_code=204)

    async def set_title(self, request: Request) -> Response:
        read_query(request, ScopeQuery)
        body = await read_body(request, TitleBody)
        session = await run_in_threadpool(self._sessions.set_title, _session_id(request), body.first_message)
        return JSONResponse(asdict(_found(request, session)))

    async def ask(self, request: Request) -> Response:
        read_query(request, ScopeQuery)
        body = await read_body(request, StreamBody)
        session = _found(request, await run_in_threadpool(self._sessions.session, _session_id(request)))
        asked = list(dict.fromkeys(body.index_ids))
        if session.index_ids is not None and set(session.index_ids) != set(asked):
            bound = json.dumps(session.index_ids)
            message = f"This session is bound to its indexes for its lifetime: send exactly {bound}"
            raise BadRequestError.at("body", "index_ids", message)
        served = [index_id for index_id in asked if index_id in self._folders.by_id]
        skipped = [index_id for index_id in asked if index_id not in self._folders.by_id]
        if skipped and (not served or body.require_all_indexes):
            raise await run_in_threadpool(self._not_served, skipped[0])
        try:
            turn = self._turns.start(session.session_id, body.prompt, served, skipped)
        except SessionBusyError:
            raise HTTPException(409, "This session has a turn that is still running; wait until it ends.") from None
        return EventSourceResponse(_sent(turn), ping=self._ping_seconds)

    def _not_served(self, index_id: str) -> HTTPException:
        folder = self._states.folder_of(index_id)
        if folder is None:
            return not_found(f"Index {index_id}")
        return HTTPException(404, f"Index {index_id} is not served now: start the server with its folder, {folder}")


def _session_id(request: Request) -> str:
    return request.path_params["session_id"]


def _found(request: Request, session: _Session | None) -> _Session:
    if session is None:
        raise not_found(f"Session {_session_id(request)}")
    return session


async def _sent(turn: TurnTask) -> AsyncIterator[ServerSentEvent]:
    """The turn as server-sent events. The JSON is ASCII, so that no decoder sees a line end inside it."""
    async for event in turn.events():
        yield ServerSentEvent(json.dumps(event_json(event)), event="delta" if is_delta(event) else "message")
