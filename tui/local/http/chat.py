"""The routes of the API reference's page "Chat"."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict
from typing import TypeVar

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tui.api.models import Event
from tui.local.chat.event_json import event_json, is_delta
from tui.local.chat.turn_tasks import SessionBusyError, TurnTask
from tui.local.http.operations import Handler
from tui.local.http.requests import BadRequestError, not_found, page_json, read_body, read_query
from tui.local.http.schemas import CreateBody, PageQuery, ScopeQuery, StreamBody, TitleBody
from tui.local.http.services import Services
from tui.local.library.files import has_documents
from tui.local.library.folders import Folder, own_id

DEFAULT_SHARED_ACCESS = "read_only"

_Session = TypeVar("_Session")


class ChatRoutes:
    def __init__(self, services: Services) -> None:
        self._folders = services.library.folders
        self._states = services.library.states
        self._sessions = services.sessions
        self._turns = services.turns
        self._supervisor = services.supervisor
        self._ping_seconds = services.ping_seconds
        self._may_add_folders = services.may_add_folders

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
        index_ids = list(dict.fromkeys(map(own_id, body.index_ids or ()))) or None
        for index_id in index_ids or ():
            if index_id not in self._folders.by_id:
                raise not_found(f"Index {index_id}")
        access = body.shared_access or DEFAULT_SHARED_ACCESS
        return JSONResponse(asdict(await run_in_threadpool(self._sessions.create, index_ids, access)))

    def get_session(self, request: Request) -> Response:
        read_query(request, ScopeQuery)
        session, events = _found(request, self._sessions.with_events(_session_id(request)))
        # ASCII, because imported events may hold halves of surrogate pairs, which UTF-8 cannot.
        return Response(json.dumps({**asdict(session), "events": events}), media_type="application/json")

    def get_summary(self, request: Request) -> Response:
        read_query(request, ScopeQuery)
        return JSONResponse(asdict(_found(request, self._sessions.session(_session_id(request)))))

    async def delete_session(self, request: Request) -> Response:
        read_query(request, ScopeQuery)
        session_id = _session_id(request)
        await self._turns.end(session_id, "The session was deleted while this turn ran.")
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
        asked = list(dict.fromkeys(map(own_id, body.index_ids)))
        if session.index_ids is not None and set(session.index_ids) != set(asked):
            bound = json.dumps(session.index_ids)
            message = f"This session is bound to its indexes for its lifetime: send exactly {bound}"
            raise BadRequestError.at("body", "index_ids", message)
        unserved = [index_id for index_id in asked if index_id not in self._folders.by_id]
        problems: Mapping[str, str] = {}
        if unserved:
            problems = await run_in_threadpool(self._serve_again, unserved)
        served = [index_id for index_id in asked if index_id not in problems]
        if problems and (not served or body.require_all_indexes):
            raise HTTPException(409, next(iter(problems.values())))
        try:
            turn = self._turns.start(session.session_id, body.prompt, served, list(problems))
        except SessionBusyError:
            raise HTTPException(409, "This session has a turn that is still running; wait until it ends.") from None
        return EventSourceResponse(_sent(turn), ping=self._ping_seconds)

    def _serve_again(self, unserved: Sequence[str]) -> Mapping[str, str]:
        """Serve the folders of earlier starts again, until the server ends, because a session of theirs goes on.

        Returns why that cannot be, by the ids of the indexes.
        """
        problems = {index_id: self._problem(self._states.folder_of(index_id)) for index_id in unserved}
        return {index_id: problem for index_id, problem in problems.items() if problem}

    def _problem(self, folder: Folder | None) -> str | None:
        """Serve a folder; else why that cannot be."""
        if folder is None:
            return "An index that this session searches is not known here any more. Start a session on another."
        searched = f"This session searches {folder.description}"
        if not self._may_add_folders:
            return f"{searched}, which is not served now. Start the server with it."
        try:
            if not has_documents(folder.path):
                return f"{searched}, which has no document that can be read now."
        except OSError:
            return f"{searched}, which is not there now. Put it back and ask again."
        self._folders.serve(folder)
        self._supervisor.ask(folder.index_id)
        return None


def _session_id(request: Request) -> str:
    return request.path_params["session_id"]


def _found(request: Request, session: _Session | None) -> _Session:
    if session is None:
        raise not_found(f"Session {_session_id(request)}")
    return session


async def _sent(turn: TurnTask) -> AsyncIterator[bytes]:
    """The turn as server-sent events."""
    async for events in turn.events():
        yield b"".join(_server_sent(event) for event in events)


def _server_sent(event: Event) -> bytes:
    """One event. The JSON is ASCII, so that no decoder sees a line end inside it."""
    return ServerSentEvent(json.dumps(event_json(event)), event="delta" if is_delta(event) else "message").encode()
