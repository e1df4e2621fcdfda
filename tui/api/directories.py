"""The routes for directories, their files, and the indexes over them (API reference, pages "Directories", "Files")."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import PurePosixPath
from typing import IO, TypeVar

from tui.api import decoding, errors, network
from tui.api.bodies import short_body
from tui.api.client import Client, QueryParams, built, segment
from tui.api.models import Index, Page, SourceDirectory, SourceFile
from tui.api.retry import when_let_in

PAGE_SIZE = 1000
"""The most that a page of the API has."""
MAX_PAGES = 1000

UPLOAD_TIMEOUT = 1800.0
"""Seconds for a file to be sent and taken: a large one takes as long over a slow line."""

_DIRECTORIES = "/api/v1/beta/directories"
_Item = TypeVar("_Item")


class DirectoryClient(Client):
    """A client that also makes directories and uploads to them. All methods raise `ApiError`s.

    A POST is sent once, but for what the server holds back for its limits (429): all requests but uploads wait for it.
    """

    async def directories(self, name: str) -> Sequence[SourceDirectory]:
        """The directories of this name."""
        query: QueryParams = {"name": name, "type": "user", "page_size": PAGE_SIZE}
        found = await self._all(lambda page: self._get(_DIRECTORIES, decoding.directories_page, query | page))
        return [directory for directory in found if directory.name == name]

    async def create_directory(self, name: str) -> SourceDirectory:
        """A new directory, with nothing in it."""
        return self._read(decoding.directory, await self._ask("POST", _DIRECTORIES, body={"name": name}))

    async def source_files(self, directory_id: str, unique_id: str | None = None) -> Sequence[SourceFile]:
        """The files of a directory: all, or those with this unique id."""
        path = f"{_DIRECTORIES}/{segment(directory_id)}/files"
        query: QueryParams = {"page_size": PAGE_SIZE} | ({"unique_id": unique_id} if unique_id else {})
        return await self._all(lambda page: self._get(path, decoding.source_files_page, query | page))

    async def upload(self, directory_id: str, name: str, unique_id: str, content: IO[bytes]) -> SourceFile:
        """Upload a file under a name that may have folders. ConflictError where the unique id is there already."""
        request = built(
            self._http,
            "POST",
            f"{_DIRECTORIES}/{segment(directory_id)}/files/upload",
            params=self._scope(),
            data={"display_name": name, "unique_id": unique_id},
            files={"upload_file": (PurePosixPath(name).name, content)},
            headers={"Accept": "application/json"},
        )
        return self._read(
            decoding.source_file, await self._exchange(request, short_body, network.BODY_TIMEOUT, UPLOAD_TIMEOUT)
        )

    async def delete_file(self, directory_id: str, file_id: str) -> None:
        """Delete a file of a directory; one that is gone already counts as deleted."""
        try:
            await self._retried("DELETE", f"{_DIRECTORIES}/{segment(directory_id)}/files/{segment(file_id)}")
        except errors.NotFoundError:
            return

    async def indexes_over(self, directory_id: str) -> Sequence[Index]:
        """The indexes that are made over a directory."""
        query: QueryParams = {"source_directory_id": directory_id, "page_size": PAGE_SIZE}
        return await self._all(lambda page: self._get("/api/v1/indexes", decoding.indexes_page, query | page))

    async def create_index_over(self, directory_id: str, name: str) -> Index:
        """A new index over a directory, which then is read."""
        body: dict[str, object] = {"source_directory_id": directory_id, "name": name}
        return self._read(decoding.index, await self._ask("POST", "/api/v1/indexes", body=body))

    async def _ask(
        self, method: str, path: str, query: QueryParams | None = None, body: dict[str, object] | None = None
    ) -> bytes:
        return await when_let_in(lambda: super(DirectoryClient, self)._ask(method, path, query, body), self._sleep)

    @staticmethod
    async def _all(page_after: Callable[[QueryParams], Awaitable[Page[_Item]]]) -> Sequence[_Item]:
        """The items of all pages. A page that leads to one already seen is the last."""
        found: list[_Item] = []
        tokens: list[str] = []
        while len(tokens) < MAX_PAGES:
            page = await page_after({"page_token": tokens[-1]} if tokens else {})
            found += page.items
            if not page.next_page_token or page.next_page_token in tokens:
                break
            tokens.append(page.next_page_token)
        return found
