"""The routes of the API reference's page "Indexes"."""

import uuid
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tui.local.chat.paging import page_of
from tui.local.directories.database import Directory
from tui.local.directories.directories import MissingError
from tui.local.http.operations import Handler
from tui.local.http.projects import PROJECT_ID
from tui.local.http.requests import BadRequestError, not_found, page_json, read_body, read_query
from tui.local.http.schemas import IndexBody, IndexPageQuery, IndexQuery, ScopeQuery
from tui.local.http.services import Services
from tui.local.library.files import has_documents
from tui.local.library.folders import Folder, export_config_id, folders_of
from tui.local.library.index_state import IndexState
from tui.sanitize import clean_line

MAX_LISTED_SKIPPED = 100
"""How many skipped files, and documents with remarks, an index names; the number of the first is always told."""


class IndexRoutes:
    def __init__(self, services: Services) -> None:
        self._directories = services.directories
        self._folders = services.library.folders
        self._states = services.library.states
        self._supervisor = services.supervisor
        self._watcher = services.watcher
        self._may_add_folders = services.may_add_folders
        self._embeddings = services.embeddings

    def handlers(self) -> Mapping[str, Handler]:
        return {
            "listIndexes": self.list_indexes,
            "createIndex": self.create_index,
            "getIndex": self.get_index,
            "deleteIndex": self.delete_index,
            "syncIndex": self.sync_index,
            "cancelSync": self.cancel_sync,
        }

    def list_indexes(self, request: Request) -> Response:
        query = read_query(request, IndexPageQuery)
        asked = query.source_directory_id
        states = {
            index_id: state
            for index_id, state in self._states.served().items()
            if asked in (None, self._source_directory_id(state))
        }
        return JSONResponse(page_json(page_of(states, query.size, query.page_token), self._json))

    def get_index(self, request: Request) -> Response:
        query = read_query(request, IndexQuery)
        state = self._state(request)
        skipped = [asdict(file) for file in self._states.skipped_files(state.id, MAX_LISTED_SKIPPED)]
        remarks = [asdict(file) for file in self._states.remarked_files(state.id, MAX_LISTED_SKIPPED)]
        remarks += self._vector_remarks(state)
        details = {"size": self._states.size(state.id), "skipped": skipped, "remarks": remarks}
        item = self._json(state) | {"metadata": self._metadata(state) | details}
        if "sync_in_progress" in query.expand:
            item["sync_in_progress"] = self._supervisor.in_progress(state.id)
        return JSONResponse(item)

    async def create_index(self, request: Request) -> Response:
        read_query(request, ScopeQuery)
        body = await read_body(request, IndexBody)
        if not self._may_add_folders:
            raise HTTPException(403, "A folder can be added only to a server that listens on this machine alone.")
        folder = await run_in_threadpool(self._folder, body)
        await run_in_threadpool(self._folders.add, folder)
        self._supervisor.ask(folder.index_id)
        states = await run_in_threadpool(self._states.served)
        return JSONResponse(self._json(states[folder.index_id]))

    def _folder(self, body: IndexBody) -> Folder:
        """The folder that is to be added. Raises `BadRequestError`, and `HTTPException` 409."""
        directory = self._directory(body.source_directory_id)
        try:
            path = self._directories.path_of(directory.id) if directory else _documents_in(body.source_directory_id)
        except (OSError, RuntimeError, ValueError) as error:
            raise BadRequestError.at("body", "source_directory_id", str(error)) from None
        (folder,) = folders_of([path])
        if directory:
            folder = replace(folder, name=directory.name, description=directory.description or "")
        if folder.index_id in self._folders.by_id:
            raise HTTPException(409, f"The folder {folder.path} is served already, as {folder.index_id}.")
        name = clean_line(body.name or "").strip() or folder.name
        description = clean_line(body.description or "").strip() or folder.description
        return Folder(folder.index_id, name, folder.path, description)

    def _directory(self, given: str) -> Directory | None:
        """The directory of this id; None where it is the path of a folder. Raises `HTTPException` 404."""
        if not given.startswith("dir-"):
            return None
        try:
            return self._directories.get(given)
        except MissingError as error:
            raise not_found(str(error)) from None

    async def delete_index(self, request: Request) -> Response:
        read_query(request, ScopeQuery)
        state = await run_in_threadpool(self._state, request)
        await run_in_threadpool(self._folders.remove, state.id)
        self._supervisor.cancel(state.id)
        self._supervisor.ask(state.id)
        return Response(status_code=204)

    def sync_index(self, request: Request) -> Response:
        read_query(request, ScopeQuery)
        state = self._state(request)
        self._supervisor.ask(state.id)  # it begins after now, also where one is running
        return JSONResponse(self._json(state) | {"sync_in_progress": True}, 202)

    def cancel_sync(self, request: Request) -> Response:
        read_query(request, ScopeQuery)
        state = self._state(request)
        if not self._supervisor.cancel(state.id):
            raise HTTPException(409, f"No sync of index {state.id} is running.")
        return JSONResponse(self._json(state), 202)

    def _state(self, request: Request) -> IndexState:
        index_id = request.path_params["index_id"]
        state = self._states.served().get(index_id)
        if state is None:
            raise not_found(f"Index {index_id}")
        return state

    def _json(self, state: IndexState) -> dict[str, object]:
        own = state.id.removeprefix("idx-")
        return {
            "id": state.id,
            "name": state.name,
            "description": self._folders.by_id[state.id].description,
            "project_id": PROJECT_ID,
            "export_config_id": export_config_id(state.id),
            "sync_config_id": f"cfg-sync-{own}",
            "source_directory_id": self._source_directory_id(state),
            "output_directory_id": f"dir-{uuid.uuid5(uuid.NAMESPACE_URL, state.id + '/output')}",
            "created_at": state.created,
            "updated_at": state.synced or state.created,
            "last_synced_at": state.synced,
            "last_exported_at": state.synced,
            "metadata": self._metadata(state),
            "sync_in_progress": None,
        }

    def _metadata(self, state: IndexState) -> dict[str, object]:
        progress = self._supervisor.progress(state.id)
        return {
            "status": self._status(state),
            "error_message": state.error,
            "not_watched": self._watcher.problem(state.id),
            "files": state.files,
            "skipped_files": state.skipped_files,
            "files_done": progress.done if progress else None,
            "files_total": progress.total if progress else None,
            "folder": str(self._folders.by_id[state.id].path) if self._may_add_folders else None,
            **self._vectors(state),
        }

    def _vectors(self, state: IndexState) -> dict[str, object]:
        """How many passages can be found by their meaning, where an embedding model is set."""
        if self._embeddings is None:
            return {}
        progress = self._embeddings.progress(state.id)
        told = asdict(progress) if progress else {"done": 0, "total": None, "problem": None}
        return {"vectors": {"model": self._embeddings.model, **told}}

    def _vector_remarks(self, state: IndexState) -> list[dict[str, object]]:
        """How far the vectors are and why they go no further, until all are made: shown by clients that know remarks
        alone."""
        progress = self._embeddings.progress(state.id) if self._embeddings else None
        if progress is None or (progress.done == progress.total and not progress.problem):
            return []
        made = f"{progress.done:,} of {progress.total:,} passages"
        remark = f"{made}; {progress.problem} Until then passages are found by words." if progress.problem else made
        return [{"name": "Search by meaning", "remark": remark}]

    def _source_directory_id(self, state: IndexState) -> str:
        """The directory that the index is made over. A folder of this machine has an id that no route takes."""
        return self._directories.id_of(Path(state.folder)) or f"dir-{uuid.uuid5(uuid.NAMESPACE_URL, state.id)}"

    def _status(self, state: IndexState) -> str:
        if state.id == self._supervisor.running:
            return "syncing"
        if state.error:
            return "failed"
        if state.synced:
            return "syncing" if self._supervisor.is_waiting(state.id) else "ready"
        return "syncing" if self._supervisor.running is None else "waiting"


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
