"""The routes of the API reference's pages "Indexes" and "Projects"."""

import uuid
from dataclasses import asdict
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tui.local.chat.paging import page_of
from tui.local.http.requests import BadRequestError, not_found, page_json, page_token_problem, read_body, read_query
from tui.local.http.schemas import IndexBody, IndexPageQuery, IndexQuery, PageQuery, ScopeQuery
from tui.local.http.services import Services
from tui.local.library.files import has_documents
from tui.local.library.folders import Folder, folders_of
from tui.local.library.index_state import IndexState
from tui.sanitize import clean_line

PROJECT_ID = str(uuid.uuid5(uuid.NAMESPACE_URL, "llamachat-tui/local-project"))
ORGANIZATION_ID = str(uuid.uuid5(uuid.NAMESPACE_URL, "llamachat-tui/local-organization"))
PROJECT = {"id": PROJECT_ID, "name": "Local library", "organization_id": ORGANIZATION_ID, "is_default": True}
"""The one project there is: everything on this machine belongs to it."""

LISTED_SKIPPED = 100
"""How many skipped files an index names at most; their number is always told."""


def routes(parts: Services) -> list[Route]:
    """The routes over these parts."""
    library = _IndexRoutes(parts)
    return [
        Route("/api/v1/indexes", library.indexes, methods=["GET"]),
        Route("/api/v1/indexes", library.create, methods=["POST"]),
        Route("/api/v1/indexes/{index_id}", library.index, methods=["GET"]),
        Route("/api/v1/indexes/{index_id}", library.delete, methods=["DELETE"]),
        Route("/api/v1/indexes/{index_id}/sync", library.sync, methods=["POST"]),
        Route("/api/v1/indexes/{index_id}/sync/cancel", library.cancel_sync, methods=["POST"]),
        Route("/api/v1/projects", _projects, methods=["GET"]),
        Route("/api/v1/projects/{project_id}", _project, methods=["GET"]),
        Route("/api/v2/projects", _project_page, methods=["GET"]),
        Route("/api/v2/projects/{project_id}", _project, methods=["GET"]),
    ]


class _IndexRoutes:
    def __init__(self, parts: Services) -> None:
        self._folders = parts.library.folders
        self._states = parts.library.states
        self._syncing = parts.syncing
        self._may_add_folders = parts.may_add_folders

    def indexes(self, request: Request) -> Response:
        query = read_query(request, IndexPageQuery)
        items = [self._json(state) for state in self._states.served().values()]
        asked = query.source_directory_id
        return _page([item for item in items if asked in (None, item["source_directory_id"])], query)

    def index(self, request: Request) -> Response:
        query = read_query(request, IndexQuery)
        state = self._state(request)
        item = self._json(state)
        skipped = self._states.skipped_files(state.id, LISTED_SKIPPED)
        item["metadata"]["skipped"] = [asdict(file) for file in skipped]
        if "sync_in_progress" in query.expand:
            item["sync_in_progress"] = self._syncing.in_progress(state.id)
        return JSONResponse(item)

    async def create(self, request: Request) -> Response:
        read_query(request, ScopeQuery)
        body = await read_body(request, IndexBody)
        if not self._may_add_folders:
            raise HTTPException(403, "A folder can be added only to a server that listens on this machine alone.")
        folder = await run_in_threadpool(self._folder, body)
        await run_in_threadpool(self._folders.add, folder)
        self._syncing.ask(folder.index_id)
        states = await run_in_threadpool(self._states.served)
        return JSONResponse(self._json(states[folder.index_id]))

    def _folder(self, body: IndexBody) -> Folder:
        """The folder that is to be added. Raises `InvalidRequestError` or 409."""
        try:
            path = _documents_in(body.source_directory_id)
        except (OSError, RuntimeError, ValueError) as error:
            raise BadRequestError.at("body", "source_directory_id", str(error)) from None
        (folder,) = folders_of([path])
        if folder.index_id in self._folders.by_id:
            raise HTTPException(409, f"The folder {folder.path} is served already, as {folder.index_id}.")
        name = clean_line(body.name or "").strip() or folder.name
        description = clean_line(body.description or "").strip() or folder.description
        return Folder(folder.index_id, name, folder.path, description)

    async def delete(self, request: Request) -> Response:
        read_query(request, ScopeQuery)
        state = await run_in_threadpool(self._state, request)
        await run_in_threadpool(self._folders.remove, state.id)
        self._syncing.cancel(state.id)
        self._syncing.ask(state.id)
        return Response(status_code=204)

    def sync(self, request: Request) -> Response:
        read_query(request, ScopeQuery)
        state = self._state(request)
        if self._syncing.in_progress(state.id):
            raise HTTPException(409, f"Index {state.id} is being synced; wait until that ends, or cancel it.")
        self._syncing.ask(state.id)
        return JSONResponse(self._json(state) | {"sync_in_progress": True}, 202)

    def cancel_sync(self, request: Request) -> Response:
        read_query(request, ScopeQuery)
        state = self._state(request)
        self._syncing.cancel(state.id)
        return JSONResponse(self._json(state), 202)

    def _state(self, request: Request) -> IndexState:
        index_id = request.path_params["index_id"]
        state = self._states.served().get(index_id)
        if state is None:
            raise not_found(f"Index {index_id}")
        return state

    def _json(self, state: IndexState) -> dict[str, Any]:
        own = state.id.removeprefix("idx-")
        progress = self._syncing.progress(state.id)
        status = "failed" if state.error else "ready" if state.synced else "syncing"
        return {
            "id": state.id,
            "name": state.name,
            "description": self._folders.by_id[state.id].description,
            "project_id": PROJECT_ID,
            "export_config_id": f"cfg-{own}",
            "sync_config_id": f"cfg-sync-{own}",
            "source_directory_id": f"dir-{uuid.uuid5(uuid.NAMESPACE_URL, state.id)}",
            "output_directory_id": f"dir-{uuid.uuid5(uuid.NAMESPACE_URL, state.id + '/output')}",
            "created_at": state.created,
            "updated_at": state.synced or state.created,
            "last_synced_at": state.synced,
            "last_exported_at": state.synced,
            "metadata": {
                "status": status,
                "error_message": state.error,
                "files": state.files,
                "skipped_files": state.skipped_files,
                "files_done": progress.done if progress else None,
                "files_total": progress.total if progress else None,
            },
            "sync_in_progress": None,
        }


def _documents_in(name: str) -> Path:
    """The folder of this path. Raises `ValueError` when it cannot be served, and what `pathlib` raises."""
    path = Path(name).expanduser()
    if not path.is_absolute():
        raise ValueError("Give the whole path of a folder of this machine")
    if not path.is_dir():
        raise ValueError(f"There is no folder {path}")
    if not has_documents(path):
        raise ValueError(f"{path} has no document that can be read")
    return path


def _page(items: list[dict[str, Any]], query: PageQuery) -> Response:
    try:
        return JSONResponse(page_json(page_of(items, query.size, query.page_token)))
    except ValueError:
        raise page_token_problem() from None


def _projects(request: Request) -> Response:
    read_query(request, ScopeQuery)
    return JSONResponse([PROJECT] if _named(request, "project_name") else [])


def _project_page(request: Request) -> Response:
    return _page([PROJECT] if _named(request, "name") else [], read_query(request, PageQuery))


def _named(request: Request, parameter: str) -> bool:
    return request.query_params.get(parameter) in (None, "", PROJECT["name"])


def _project(request: Request) -> Response:
    if request.path_params["project_id"] != PROJECT_ID:
        raise not_found(f"Project {request.path_params['project_id']}")
    return JSONResponse(PROJECT)
