"""The routes of the API reference's pages "Directories", their "Files", and of "Files" the upload.

All that write are for this machine's own clients, as is the naming of a folder to be served: what is uploaded stays on
its disk.
"""

import functools
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import TypeAlias

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tui.local.chat.paging import page_of
from tui.local.directories.database import Directory, DirectoryFile, Upload
from tui.local.directories.directories import MissingError, NewFile, TakenError
from tui.local.directories.names import RefusedNameError
from tui.local.http.directory_schemas import (
    DirectoryBody,
    DirectoryChange,
    DirectoryPageQuery,
    FileBody,
    FileChange,
    FileForm,
    FilePageQuery,
    UploadForm,
)
from tui.local.http.operations import Handler
from tui.local.http.projects import PROJECT_ID
from tui.local.http.requests import BadRequestError, not_found, page_json, read_body, read_query, reading_form
from tui.local.http.schemas import ScopeQuery
from tui.local.http.services import Services
from tui.sanitize import clean_line

_AsyncHandler: TypeAlias = Callable[[Request], Awaitable[Response]]


class DirectoryRoutes:
    def __init__(self, services: Services) -> None:
        self._directories = services.directories
        self._folders = services.library.folders
        self._may_write = services.may_add_folders

    def handlers(self) -> Mapping[str, Handler]:
        reads: Mapping[str, _AsyncHandler] = {
            "listDirectories": self.list_directories,
            "getDirectory": self.get_directory,
            "listDirectoryFiles": self.list_files,
            "getDirectoryFile": self.get_file,
        }
        writes: Mapping[str, _AsyncHandler] = {
            "createDirectory": self.create_directory,
            "updateDirectory": self.update_directory,
            "deleteDirectory": self.delete_directory,
            "addDirectoryFile": self.add_file,
            "uploadDirectoryFile": self.upload_to_directory,
            "updateDirectoryFile": self.update_file,
            "deleteDirectoryFile": self.delete_file,
            "createFile": self.upload_file,
            "deleteFile": self.forget_file,
        }
        refusing = {name: self._for_this_machine(handler) for name, handler in writes.items()}
        return {name: _explained(handler) for name, handler in {**reads, **refusing}.items()}

    def _for_this_machine(self, handler: _AsyncHandler) -> _AsyncHandler:
        async def checked(request: Request) -> Response:
            if not self._may_write:
                raise HTTPException(403, "Files can be uploaded only to a server that listens on this machine alone.")
            return await handler(request)

        return checked

    async def list_directories(self, request: Request) -> Response:
        query = read_query(request, DirectoryPageQuery)
        types = {*query.types, *([query.type] if query.type else [])}
        found = {
            directory.id: directory
            for directory in await run_in_threadpool(self._directories.all)
            if query.name in (None, directory.name) and (not types or directory.type in types)
        }
        return JSONResponse(page_json(page_of(found, query.size, query.page_token), _directory_json))

    async def get_directory(self, request: Request) -> Response:
        read_query(request, ScopeQuery)
        return JSONResponse(_directory_json(await run_in_threadpool(self._directories.get, _directory_id(request))))

    async def create_directory(self, request: Request) -> Response:
        read_query(request, ScopeQuery)
        body = await read_body(request, DirectoryBody)
        name = clean_line(body.name).strip()
        if not name:
            raise BadRequestError.at("body", "name", "The directory needs a name that can be shown")
        made = await run_in_threadpool(self._directories.create, name, _cleaned(body.description), body.type)
        return JSONResponse(_directory_json(made))

    async def update_directory(self, request: Request) -> Response:
        read_query(request, ScopeQuery)
        body = await read_body(request, DirectoryChange)
        name = _cleaned(body.name) or None
        changed = await run_in_threadpool(
            self._directories.update, _directory_id(request), name, _cleaned(body.description)
        )
        return JSONResponse(_directory_json(changed))

    async def delete_directory(self, request: Request) -> Response:
        read_query(request, ScopeQuery)
        directory_id = _directory_id(request)
        path = await run_in_threadpool(self._directories.path_of, directory_id)
        over = next((folder.index_id for folder in self._folders.by_id.values() if folder.path == path), None)
        if over:
            raise HTTPException(409, f"Index {over} is made over this directory: delete the index first.")
        await run_in_threadpool(self._directories.delete, directory_id)
        return Response(status_code=204)

    async def list_files(self, request: Request) -> Response:
        query = read_query(request, FilePageQuery)
        files = await run_in_threadpool(self._directories.files, _directory_id(request))
        found = {file.id: file for file in files if _is_asked(file, query)}
        return JSONResponse(page_json(page_of(found, query.size, query.page_token), _file_json))

    async def get_file(self, request: Request) -> Response:
        read_query(request, ScopeQuery)
        return JSONResponse(_file_json(await run_in_threadpool(self._directories.file, *_file_ids(request))))

    async def add_file(self, request: Request) -> Response:
        read_query(request, ScopeQuery)
        body = await read_body(request, FileBody)
        new = NewFile(body.display_name or "", body.unique_id, body.metadata)
        added = await run_in_threadpool(self._directories.add, _directory_id(request), body.file_id, new)
        return JSONResponse(_file_json(added))

    async def upload_to_directory(self, request: Request) -> Response:
        read_query(request, ScopeQuery)
        async with reading_form(request, UploadForm, "upload_file") as (form, file):
            name = form.display_name or _last_part(file.filename or "")
            new = NewFile(name, form.unique_id or form.external_file_id, form.metadata)
            put = await run_in_threadpool(self._directories.put, _directory_id(request), new, file.file)
        return JSONResponse(_file_json(put))

    async def update_file(self, request: Request) -> Response:
        read_query(request, ScopeQuery)
        body = await read_body(request, FileChange)
        file = await run_in_threadpool(self._directories.file, *_file_ids(request))
        changed = replace(
            file,
            directory_id=body.target_directory_id or file.directory_id,
            display_name=body.display_name or file.display_name,
            unique_id=body.unique_id or file.unique_id,
            metadata=file.metadata if body.metadata is None else body.metadata,
        )
        return JSONResponse(_file_json(await run_in_threadpool(self._directories.change, file, changed)))

    async def delete_file(self, request: Request) -> Response:
        read_query(request, ScopeQuery)
        await run_in_threadpool(self._directories.remove, *_file_ids(request))
        return Response(status_code=204)

    async def upload_file(self, request: Request) -> Response:
        read_query(request, ScopeQuery)
        async with reading_form(request, FileForm, "file") as (form, file):
            name, external_id = _last_part(file.filename or ""), form.external_file_id
            made = await run_in_threadpool(self._directories.upload, name, external_id, form.purpose, file.file)
        return JSONResponse(_upload_json(made))

    async def forget_file(self, request: Request) -> Response:
        read_query(request, ScopeQuery)
        await run_in_threadpool(self._directories.forget, request.path_params["file_id"])
        return Response(status_code=204)


def _explained(handler: _AsyncHandler) -> Handler:
    """The handler, whose refusals become answers."""

    @functools.wraps(handler)
    async def explained(request: Request) -> Response:
        try:
            return await handler(request)
        except MissingError as error:
            raise not_found(str(error)) from None
        except TakenError as error:
            raise HTTPException(409, str(error)) from None
        except RefusedNameError as error:
            raise BadRequestError.at("body", "display_name", str(error)) from None
        except OSError as error:
            why = error.strerror or "it cannot be written to"
            raise HTTPException(
                507, f"The server's disk did not take this: {why}. Make room, and try again."
            ) from error

    return explained


def _directory_id(request: Request) -> str:
    return request.path_params["directory_id"]


def _file_ids(request: Request) -> tuple[str, str]:
    return _directory_id(request), request.path_params["directory_file_id"]


def _cleaned(text: str | None) -> str | None:
    return None if text is None else clean_line(text).strip()


def _last_part(name: str) -> str:
    """The name of an uploaded file without the folders that its client had it in."""
    return name.replace("\\", "/").rpartition("/")[2]


def _is_asked(file: DirectoryFile, query: FilePageQuery) -> bool:
    updated = _time_in(file.updated)
    since, until = _aware(query.updated_at_on_or_after), _aware(query.updated_at_on_or_before)
    return (
        query.display_name in (None, file.display_name)
        and (query.display_name_contains or "").casefold() in file.display_name.casefold()
        and query.unique_id in (None, file.unique_id)
        and query.file_id in (None, file.file_id)
        and (since is None or (updated is not None and updated >= since))
        and (until is None or (updated is not None and updated <= until))
    )


def _time_in(stored: str) -> datetime | None:
    """When that was; None where what was stored is damaged."""
    try:
        return _aware(datetime.fromisoformat(stored))
    except ValueError:
        return None


def _aware(time: datetime | None) -> datetime | None:
    """A time without a zone is in UTC."""
    return time.replace(tzinfo=UTC) if time and time.tzinfo is None else time


def _directory_json(directory: Directory) -> dict[str, object]:
    return {
        "id": directory.id,
        "name": directory.name,
        "project_id": PROJECT_ID,
        "description": directory.description,
        "type": directory.type,
        "created_at": directory.created,
        "updated_at": directory.updated,
        "deleted_at": None,
        "expires_at": None,
        "system_metadata": None,
        "connector_subscription_id": None,
    }


def _file_json(file: DirectoryFile) -> dict[str, object]:
    return {
        "id": file.id,
        "directory_id": file.directory_id,
        "project_id": PROJECT_ID,
        "display_name": file.display_name,
        "unique_id": file.unique_id,
        "file_id": file.file_id,
        "metadata": file.metadata,
        "created_at": file.created,
        "updated_at": file.updated,
        "deleted_at": None,
        "download_url": None,
    }


def _upload_json(upload: Upload) -> dict[str, object]:
    return {
        "id": upload.id,
        "name": upload.name,
        "project_id": PROJECT_ID,
        "external_file_id": upload.external_file_id,
        "file_type": PurePosixPath(upload.name).suffix.removeprefix(".") or None,
        "purpose": upload.purpose,
        "last_modified_at": upload.created,
        "expires_at": None,
        "download_url": None,
    }
