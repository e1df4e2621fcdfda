"""The routes of the API reference's pages "Indexes", "Projects" and "Attachments"."""

import uuid
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tui.local.library import IndexState
from tui.local.paging import page_of
from tui.local.parts import Parts
from tui.local.requests import InvalidRequestError, not_found, page_json, page_token_problem, read_query
from tui.local.wire import IndexQuery, PageQuery, ScopeQuery

PROJECT_ID = str(uuid.uuid5(uuid.NAMESPACE_URL, "llamachat-tui/local-project"))
ORGANIZATION_ID = str(uuid.uuid5(uuid.NAMESPACE_URL, "llamachat-tui/local-organization"))
PROJECT = {"id": PROJECT_ID, "name": "Local library", "organization_id": ORGANIZATION_ID, "is_default": True}
"""The one project there is: everything on this machine belongs to it."""


def routes(parts: Parts) -> list[Route]:
    """The routes over these parts."""
    library = _LibraryRoutes(parts)
    return [
        Route("/api/v1/indexes", library.indexes, methods=["GET"]),
        Route("/api/v1/indexes/{index_id}", library.index, methods=["GET"]),
        Route("/api/v1/projects", _projects, methods=["GET"]),
        Route("/api/v1/projects/{project_id}", _project, methods=["GET"]),
        Route("/api/v2/projects", _project_page, methods=["GET"]),
        Route("/api/v2/projects/{project_id}", _project, methods=["GET"]),
        Route("/api/v1/beta/attachments", _attachments, methods=["GET"]),
        Route("/api/v1/beta/attachments/{name:path}", _attachment, methods=["GET"]),
    ]


class _LibraryRoutes:
    def __init__(self, parts: Parts) -> None:
        self._library = parts.library
        self._syncing = parts.syncing

    def indexes(self, request: Request) -> Response:
        query = read_query(request, PageQuery)
        items = [self._json(state) for state in self._library.index_states().values()]
        return _page(items, query)

    def index(self, request: Request) -> Response:
        query = read_query(request, IndexQuery)
        index_id = request.path_params["index_id"]
        state = self._library.index_states().get(index_id)
        if state is None:
            raise not_found(f"Index {index_id}")
        item = self._json(state)
        if "sync_in_progress" in query.expand:
            item["sync_in_progress"] = self._syncing.in_progress(index_id)
        return JSONResponse(item)

    def _json(self, state: IndexState) -> dict[str, Any]:
        own = state.id.removeprefix("idx-")
        status = "failed" if state.error else "ready" if state.synced else "syncing"
        return {
            "id": state.id,
            "name": state.name,
            "description": self._library.folders[state.id].description,
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
            },
            "sync_in_progress": None,
        }


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


def _source(request: Request) -> str:
    read_query(request, ScopeQuery)
    source_id = request.query_params.get("source_id")
    if not source_id:
        raise InvalidRequestError.at("query", "source_id", "Field required")
    return source_id


def _attachments(request: Request) -> Response:
    _source(request)
    return _page([], read_query(request, PageQuery))


def _attachment(request: Request) -> Response:
    source_id = _source(request)
    raise not_found(f"Attachment {request.path_params['name']} of {source_id}")
