"""One HTTP client for every route of the chat API.

Reads and deletions are tried again after a passing failure; nothing else ever is. Redirects are never followed. The
secrets are known to one object, `Secrets`, which adds them only to requests for the base URL that they belong to.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Generator, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any, Self, TypeAlias, TypeVar
from urllib.parse import quote

import httpx

from tui.api import decoding, download, errors, explain, network
from tui.api.bodies import SessionBody, body_start, long_body, short_body
from tui.api.connection import Connection
from tui.api.models import (
    MAX_BOUND_INDEXES,
    Event,
    Index,
    IndexedDocument,
    Page,
    PresignedUrl,
    Project,
    Session,
)
from tui.api.retry import TellRetry, tell_nobody, with_retries
from tui.cooperative import run_in_slices
from tui.loopback import is_loopback
from tui.sanitize import well_formed

MAX_ERROR_BYTES = 64 * 1024

SESSION_TIMEOUT = 1800.0
"""Seconds for the body of a session: the longest takes as long over a slow line."""

_Value = TypeVar("_Value")
QueryParams: TypeAlias = dict[str, str | int]


class Secrets(httpx.Auth):
    """Adds what says who we are to the requests that go below the connection's base URL, and to no others."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._base_url = httpx.URL(connection.base_url)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        below = self._base_url.path.rstrip("/") + "/"
        if _origin(request.url) == _origin(self._base_url) and request.url.path.startswith(below):
            for name, value in self._connection.custom_headers.items():
                request.headers[name] = value.get_secret_value()
            if key := self._connection.api_key:
                request.headers["Authorization"] = f"Bearer {key.get_secret_value()}"
            if cookie := self._connection.session_cookie:
                request.headers["Cookie"] = f"session={cookie.get_secret_value()}"
        yield request


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


class Client:
    """The routes of the API. All methods raise `ApiError`s; those that send a POST send it once.

    `transport` replaces the network, `sleep` the wait between tries.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self.connection = connection
        self._sleep = sleep
        self.tell_retry: TellRetry = tell_nobody
        self._offers_titles = True
        self._secrets = Secrets(connection)
        verify: ssl.SSLContext | bool = network.tls_context() if transport is None else True
        self._http = network.http_client(
            connection.base_url, self._secrets, verify=verify, transport=transport, keep_alive=True
        )
        # A kept connection may be closed by the server just as the question leaves, and then nobody knows whether it
        # arrived. So questions go over fresh ones.
        self._turns = network.http_client(
            connection.base_url, self._secrets, verify=verify, transport=transport, keep_alive=False
        )

    @classmethod
    async def connect(cls, connection: Connection) -> Self:
        """Make a client off the event loop, which reading the CA certificates would hold up."""
        return await asyncio.to_thread(cls, connection)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()
        await self._turns.aclose()

    async def sessions(self, page_token: str | None = None, page_size: int = 50) -> Page[Session]:
        """One page of the list of sessions."""
        return await self._get("/api/v1/chat", decoding.sessions_page, {"page_size": page_size} | _token(page_token))

    async def create_session(self, index_ids: Sequence[str] | None = None) -> Session:
        """A new session, bound to up to ten indexes, or to none: then each question names its own."""
        if index_ids and len(index_ids) > MAX_BOUND_INDEXES:
            raise errors.InvalidRequestError(
                f"A session can be bound to {MAX_BOUND_INDEXES} indexes; {len(index_ids)} are chosen. Choose fewer."
            )
        body = await self._ask("POST", "/api/v1/chat", body={"index_ids": list(index_ids)} if index_ids else {})
        return self._read(decoding.session, body)

    async def session_body(self, session_id: str, beside: Path | None = None) -> SessionBody:
        """The body of a session with all its events, put aside beside a file of the user's. None: in memory."""

        def read(response: httpx.Response) -> Awaitable[SessionBody]:
            return long_body(response, beside)

        request = self._request("GET", f"/api/v1/chat/{segment(session_id)}")
        return await with_retries(lambda: self._exchange(request, read, SESSION_TIMEOUT), self._sleep, self.tell_retry)

    async def read_session(self, body: SessionBody, take: Callable[[Sequence[Event]], object]) -> Session:
        """The session of a body; `take` gets its events. In slices: see `decoding.decoding_session`."""
        try:
            return await run_in_slices(decoding.decoding_session(body.pieces(), take))
        except decoding.WrongShapeError as error:
            raise self._not_the_api(body.start) from error
        except decoding.TooManyValuesError as error:
            raise errors.TooLargeAnswerError(
                "This session holds more values than fit into memory, so it is not shown. It is still on the server."
            ) from error

    async def summary(self, session_id: str) -> Session:
        """A session without its events."""
        return await self._get(f"/api/v1/chat/{segment(session_id)}/summary", decoding.session)

    async def delete_session(self, session_id: str) -> None:
        """Delete a session; one that is gone already counts as deleted."""
        try:
            await self._retried("DELETE", f"/api/v1/chat/{segment(session_id)}")
        except errors.NotFoundError:
            return

    async def generate_title(self, session_id: str, first_message: str) -> Session | None:
        """Let the server name a session. None where this is not offered, which is then remembered.

        A 404 says that it is not offered, or that there is no such session any more: only the former is remembered.
        """
        if not self._offers_titles:
            return None
        path = f"/api/v1/chat/{segment(session_id)}/title"
        try:
            body = await self._ask("POST", path, body={"first_message": well_formed(first_message)})
        except errors.RefusedError as error:
            if error.status not in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED):
                raise
            if error.status == HTTPStatus.METHOD_NOT_ALLOWED or await self._exists(session_id):
                self._offers_titles = False
            return None
        return self._read(decoding.session, body)

    async def _exists(self, session_id: str) -> bool:
        try:
            await self.summary(session_id)
        except errors.NotFoundError:
            return False
        return True

    async def indexes(self, page_token: str | None = None, page_size: int = 100) -> Page[Index]:
        """One page of the list of indexes."""
        return await self._get("/api/v1/indexes", decoding.indexes_page, {"page_size": page_size} | _token(page_token))

    async def index(self, index_id: str) -> Index:
        """One index, with `sync_in_progress`."""
        return await self._get(f"/api/v1/indexes/{segment(index_id)}", decoding.index, {"expand": "sync_in_progress"})

    async def create_index(self, directory: str) -> Index:
        """A new index over a source directory: of the embedded server, the whole path of a folder of this machine."""
        body = await self._ask("POST", "/api/v1/indexes", body={"source_directory_id": directory})
        return self._read(decoding.index, body)

    async def delete_index(self, index_id: str) -> None:
        """Delete an index; its documents are not touched. One that is gone already counts as deleted."""
        try:
            await self._retried("DELETE", f"/api/v1/indexes/{segment(index_id)}")
        except errors.NotFoundError:
            return

    async def sync_index(self, index_id: str) -> None:
        """Have an index read its source again. ConflictError while it does so already."""
        await self._ask("POST", f"/api/v1/indexes/{segment(index_id)}/sync")

    async def documents(self, index_id: str, page_token: str | None = None) -> Page[IndexedDocument]:
        """One page of the list of an index's documents."""
        asked: dict[str, object] = {"index_id": index_id, **_token(page_token)}
        return self._read(decoding.documents_page, await self._ask("POST", "/api/v1/retrieval/files/find", body=asked))

    async def read_document(self, index_id: str, file_id: str, max_length: int, offset: int = 0) -> str:
        """`max_length` characters of a document from `offset` on; fewer where it ends, "" behind its end."""
        asked: dict[str, object] = {"index_id": index_id, "file_id": file_id, "max_length": max_length}
        asked |= {"offset": offset} if offset else {}
        return self._read(decoding.content, await self._ask("POST", "/api/v1/retrieval/files/read", body=asked))

    async def projects(self) -> Sequence[Project]:
        """The projects that the key can see."""
        return await self._get("/api/v1/projects", decoding.projects)

    async def attachment_url(self, name: str, source_id: str, marked: tuple[int, int] | None = None) -> PresignedUrl:
        """Where an attachment (such as "screenshots/page_7.jpg") can be had for a while without a key.

        `marked` is a stretch of the document's text, from and up to a character: a server on this machine, which is
        ours, marks its lines in the image. No other is told.
        """
        path = f"/api/v1/beta/attachments/{segment(name)}"
        query: QueryParams = {"source_id": source_id}
        if marked and is_loopback(self._http.base_url.host):
            query |= {"start_char": marked[0], "end_char": marked[1]}
        return await self._get(path, decoding.presigned_url, query)

    async def download(self, presigned: PresignedUrl) -> bytes:
        """The bytes behind a presigned address, asked for without the key."""
        return await download.fetch(self._http, presigned)

    async def download_size(self, presigned: PresignedUrl) -> int | None:
        """How many bytes are behind a presigned address, where its server says so."""
        return await download.size(self._http, presigned)

    async def open_turn(self, session_id: str, body: dict[str, object]) -> httpx.Response:
        """Send the question of a turn, once, and return the open stream, whose status is 200: the caller closes it."""
        request = built(
            self._turns,
            "POST",
            f"/api/v1/chat/{segment(session_id)}/messages/stream",
            params=self._scope(),
            json=body,
            headers={"Accept": "text/event-stream", "Accept-Encoding": "identity", "Cache-Control": "no-store"},
            # Silence is measured by events, in `tui.api.stream`: a read timeout would count time spent suspended.
            timeout=httpx.Timeout(None, connect=10.0, write=30.0, pool=10.0),
        )
        try:
            response = await self._turns.send(request, stream=True)
        except httpx.RequestError as error:
            raise network.failure(error, self.connection.base_url, errors.LOOK_FIRST) from error
        if response.status_code == HTTPStatus.OK:
            return response
        try:
            raise self._refusal(response, await body_start(response, MAX_ERROR_BYTES), errors.LOOK_FIRST)
        finally:
            await response.aclose()

    async def _get(self, path: str, decode: Callable[[bytes], _Value], query: QueryParams | None = None) -> _Value:
        return self._read(decode, await self._retried("GET", path, query))

    async def _retried(self, method: str, path: str, query: QueryParams | None = None) -> bytes:
        return await with_retries(lambda: self._ask(method, path, query), self._sleep, self.tell_retry)

    async def _ask(
        self, method: str, path: str, query: QueryParams | None = None, body: dict[str, object] | None = None
    ) -> bytes:
        return await self._exchange(self._request(method, path, query, body), short_body, network.BODY_TIMEOUT)

    def _request(
        self, method: str, path: str, query: QueryParams | None = None, body: dict[str, object] | None = None
    ) -> httpx.Request:
        params = self._scope() | (query or {})
        return built(self._http, method, path, params=params, json=body, headers={"Accept": "application/json"})

    async def _exchange(
        self,
        request: httpx.Request,
        read: Callable[[httpx.Response], Awaitable[_Value]],
        seconds: float,
        head_seconds: float | None = None,
    ) -> _Value:
        """What `read` makes of the answer. Of a refusal, which is raised, only the start is read, for its message."""
        async with network.answer_to(request, self._http, self._secrets, seconds, head_seconds) as response:
            if response.is_success:
                return await read(response)
            start = await body_start(response, MAX_ERROR_BYTES)
        raise self._refusal(response, start)

    def _scope(self) -> QueryParams:
        named = {"organization_id": self.connection.organization_id, "project_id": self.connection.project_id}
        return {name: value for name, value in named.items() if value}

    def _read(self, decode: Callable[[bytes], _Value], body: bytes) -> _Value:
        try:
            return decode(body)
        except decoding.WrongShapeError as error:
            raise self._not_the_api(body) from error

    def _refusal(self, response: httpx.Response, body: bytes, advice: str = errors.TRY_AGAIN) -> errors.ApiError:
        request = response.request
        asked = f"{request.method} {request.url.path.removeprefix(self._http.base_url.path.rstrip('/'))}"
        headers = network.headers_of(response)
        return explain.refusal(response.status_code, headers, body, self.connection, advice, asked)

    def _not_the_api(self, body: bytes) -> errors.ApiError:
        return explain.not_the_api(HTTPStatus.OK, "", body[:MAX_ERROR_BYTES], self.connection)


def _token(page_token: str | None) -> QueryParams:
    return {"page_token": page_token} if page_token else {}


def segment(identifier: str) -> str:
    """An identifier as one segment of a path, so that none can lead to another route."""
    if identifier in ("", ".", "..") or well_formed(identifier) != identifier:
        raise errors.InvalidRequestError("The server gave an identifier that cannot be used in an address.")
    return quote(identifier, safe="")


def built(http: httpx.AsyncClient, method: str, url: str, **options: Any) -> httpx.Request:
    """A request, not yet sent. InvalidRequestError where what is asked for cannot be one."""
    try:
        return http.build_request(method, url, **options)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise errors.InvalidRequestError(
            "This cannot be asked for: what names it, given by the server or by you, does not fit into an address. "
            "Nothing was sent."
        ) from error
