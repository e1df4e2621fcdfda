"""Files behind presigned addresses: fetched without the key, and no more of them than is wanted.

An address comes from the server, and leads anywhere. Only https is followed, and no address leads to this machine
unless the server itself is on it. Reference: "Attachments", `PresignedURL`.
"""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from http import HTTPStatus

import httpx

from tui.api import errors, network
from tui.api.bodies import whole_body
from tui.api.models import PresignedUrl
from tui.loopback import is_loopback
from tui.sanitize import clean_line

MAX_FILE_BYTES = 20 * 1024 * 1024
"""Longest file that is read; the picture of a page has up to 500 kB."""

DOWNLOAD_TIMEOUT = 120.0
"""Seconds after which a file that is still coming is given up."""

_MAX_PORT = 65535
_NO_ADDRESS = "The server gave an address that is none. Try again later."


async def fetch(http: httpx.AsyncClient, presigned: PresignedUrl) -> bytes:
    """The whole file. Raises `ApiError`: `TooLargeAnswerError` where it has more than `MAX_FILE_BYTES`."""
    async with _opened(http, presigned) as response:
        return await whole_body(response, MAX_FILE_BYTES)


async def size(http: httpx.AsyncClient, presigned: PresignedUrl) -> int | None:
    """How many bytes the file has, where the server says so: one of them is asked for, and none is read.

    Not HEAD: an address is signed for GET.
    """
    async with _opened(http, presigned, {"Range": "bytes=0-0"}) as response:
        if response.status_code == HTTPStatus.PARTIAL_CONTENT:
            told = re.fullmatch(r"bytes 0-0/(\d{1,15})", response.headers.get("Content-Range", ""))
        else:
            told = re.fullmatch(r"(\d{1,15})", response.headers.get("Content-Length", ""))
        return int(told.group(1)) if told else None


@asynccontextmanager
async def _opened(
    http: httpx.AsyncClient, presigned: PresignedUrl, headers: dict[str, str] | None = None
) -> AsyncGenerator[httpx.Response]:
    url = _checked(presigned, is_loopback(http.base_url.host))
    asked = {"Accept": "image/*, */*", "Accept-Encoding": "identity", **(headers or {})}
    request = http.build_request("GET", url, headers=asked)
    async with network.answer_to(request, http, None, DOWNLOAD_TIMEOUT) as response:
        if response.status_code not in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
            raise errors.RefusedError(
                f"{clean_line(url.host)} did not give the file ({response.status_code}). Its address may have "
                "expired: try again.",
                status=response.status_code,
            )
        yield response


def _checked(presigned: PresignedUrl, server_is_here: bool) -> httpx.URL:
    """The address, if it may be asked. Raises `InvalidRequestError`."""
    try:
        url = httpx.URL(presigned.url)
        host, port = url.host, url.port or 0  # a host in Punycode (RFC 3492) is decoded where it is asked for
    except (httpx.InvalidURL, UnicodeError) as error:
        raise errors.InvalidRequestError(_NO_ADDRESS) from error
    if not 0 <= port <= _MAX_PORT:
        raise errors.InvalidRequestError(_NO_ADDRESS)
    if is_loopback(host) and not server_is_here:
        raise errors.InvalidRequestError("The server gave an address on this machine, so it was not opened.")
    if url.scheme != "https" and not (url.scheme == "http" and is_loopback(host)):
        raise errors.InvalidRequestError("The server gave an address that is not https, so it was not opened.")
    return url
