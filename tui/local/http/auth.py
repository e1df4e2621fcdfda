"""Who may enter: checks on every request before any route sees it, as plain ASGI so that streams pass untouched."""

import hmac
import re

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tui.local.library.page_images import SIGNED_PATH
from tui.local.library.readers import MAX_BYTES
from tui.loopback import is_loopback

MAX_BODY_BYTES = 1_000_000
MAX_UPLOAD_BYTES = MAX_BYTES + MAX_BODY_BYTES
"""Of a form with a file: no reader reads a larger one."""

_UPLOAD_PATH = re.compile(r"/api/v1/beta/(files|directories/[^/]+/files/upload)")


class BodyTooLargeError(Exception):
    """The request's body is longer than its path allows."""


def host_name(header: str) -> str:
    """The name in a Host header, without port and brackets."""
    if header.startswith("["):
        return header[1:].partition("]")[0]
    return header.partition(":")[0]


class AuthMiddleware:
    """Refuses a request without the key, for another host (DNS rebinding), or with a body that is too large."""

    def __init__(self, app: ASGIApp, key: str, *, loopback_only: bool) -> None:
        """With `loopback_only` the server answers only to names of this machine, else to any."""
        self._app = app
        self._key = key.encode()
        self._loopback_only = loopback_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = _limit_of(scope["path"])
        refusal = self._refusal(Headers(scope=scope), limit, signed=scope["path"].startswith(SIGNED_PATH))
        if refusal:
            await refusal(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > limit:
                raise BodyTooLargeError
            return message

        try:
            await self._app(scope, counted, send)
        except BodyTooLargeError:
            await _refuse(413, f"The body is larger than {limit} bytes.")(scope, receive, send)

    def _refusal(self, headers: Headers, limit: int, signed: bool) -> JSONResponse | None:
        if self._loopback_only and not is_loopback(host_name(headers.get("host", ""))):
            return _refuse(400, "This server does not answer to that host name.", _closing(headers))
        if not self._is_known(headers) and not signed:
            detail = "Not authenticated: the API key is missing or wrong."
            return _refuse(401, detail, {"WWW-Authenticate": "Bearer", **_closing(headers)})
        length = headers.get("content-length", "0")
        if length.isdecimal() and int(length[:20]) > limit:
            return _refuse(413, f"The body is larger than {limit} bytes.")
        return None

    def _is_known(self, headers: Headers) -> bool:
        """Whether the key is there: as a bearer token, or in the cookie `session`, which this server never sets."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        bearer = token.strip() if scheme.lower() == "bearer" else ""
        cookie = cookie_parser(headers.get("cookie", "")).get("session", "")
        return any(hmac.compare_digest(key.encode(), self._key) for key in (bearer, cookie))


def _limit_of(path: str) -> int:
    """How many bytes the body of a request for this path may have."""
    return MAX_UPLOAD_BYTES if _UPLOAD_PATH.fullmatch(path) else MAX_BODY_BYTES


def _closing(headers: Headers) -> dict[str, str]:
    """The header that has the connection closed behind a refusal: who may not enter holds no place.

    Not where a body is still to come: it would be answered by a reset, which can overtake the refusal. See
    `tui.local.patience` for how long that may take.
    """
    has_body = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
    return {} if has_body else {"Connection": "close"}


def _refuse(status: int, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"detail": detail}, status, headers)
