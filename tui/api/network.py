"""What this machine's environment makes of a connection: CA certificates, proxies, and failures without an answer.

Proxies and CA files of the environment are honoured, because in many companies nothing works without them; where one
of them is at fault, the message names the variable.
"""

import asyncio
import os
import socket
import ssl
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import asynccontextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit
from urllib.request import Request, proxy_bypass

import httpx

from tui.api import errors
from tui.api.bodies import ACCEPTED
from tui.api.reading.interim import limit_interim
from tui.loopback import is_loopback
from tui.sanitize import clean_line

_PROXY_VARIABLES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
HEAD_TIMEOUT = 90.0
"""Seconds from a request, which is no question, to the head of its answer: longer than silence is waited out."""

BODY_TIMEOUT = 60.0
"""Seconds from the head of a short answer to its end."""

_LOCATION = "llamachat_location"
_SENT_NOTHING = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


def tls_context() -> ssl.SSLContext:
    """The CA certificates to trust. Takes 20 to 100 ms. NetworkVariableError names the variable that is at fault."""
    variable = next((name for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name)), "")
    if variable == "SSL_CERT_DIR" and not Path(os.environ[variable]).is_dir():
        raise errors.NetworkVariableError(
            "SSL_CERT_DIR names no folder, so no server could be trusted. Correct or unset it."
        )
    try:
        return httpx.create_ssl_context()
    except OSError as error:
        reason = "is missing or cannot be read" if not isinstance(error, ssl.SSLError) else "holds no certificates"
        message = f"The file that {variable or 'the CA bundle'} names {reason}. Correct or unset the variable."
        raise errors.NetworkVariableError(message) from error


def http_client(
    base_url: str,
    auth: httpx.Auth,
    *,
    verify: ssl.SSLContext | bool,
    transport: httpx.AsyncBaseTransport | None,
    keep_alive: bool,
) -> httpx.AsyncClient:
    """A client that follows no redirect, keeps no cookie, and asks this machine without a proxy: one would see the key.

    NetworkVariableError names the proxy variable that cannot be used.
    """
    try:
        return httpx.AsyncClient(
            base_url=base_url,
            auth=auth,
            verify=verify,
            transport=transport,
            timeout=httpx.Timeout(60.0, connect=10.0, write=30.0, pool=10.0),
            limits=httpx.Limits(max_connections=20, max_keepalive_connections=10 if keep_alive else 0),
            event_hooks={"request": [limit_interim], "response": [_put_location_aside]},
            cookies=_NoCookies(),
            headers={"Accept-Encoding": ACCEPTED},
            trust_env=not is_loopback(urlsplit(base_url).hostname or ""),
        )
    except (ValueError, ImportError, httpx.InvalidURL) as error:
        message = (
            f"The proxy settings in {_faulty_variable()} cannot be used: {_proxy_advice(error)}. Correct or unset it."
        )
        raise errors.NetworkVariableError(message) from error


class _NoCookies(CookieJar):
    """Takes no cookie: none of the API's routes needs one, and a server could fill each later request with them."""

    def extract_cookies(self, response: object, request: Request) -> None:
        """Leave them where they are, unread: reading an odd one writes to standard error."""


async def _put_location_aside(response: httpx.Response) -> None:
    """Have httpx see no redirect: it builds the next request even of one that is not followed, and raises where the
    address cannot be asked for, in ways of its own."""
    response.extensions[_LOCATION] = response.headers.pop("Location", "")


def headers_of(response: httpx.Response) -> Mapping[str, str]:
    """The headers of an answer, their names in lower case."""
    return {**response.headers, "location": response.extensions.get(_LOCATION, "")}


def _faulty_variable() -> str:
    for name in _PROXY_VARIABLES:
        if value := os.environ.get(name):
            try:
                httpx.AsyncHTTPTransport(proxy=value if "://" in value else f"http://{value}", verify=False)
            except (ValueError, ImportError, httpx.InvalidURL):
                return name
    return next((name for name in ("NO_PROXY", "no_proxy") if os.environ.get(name)), "the environment")


def _proxy_advice(error: Exception) -> str:
    if isinstance(error, ImportError):
        return "SOCKS proxies are not supported, only http:// and https:// ones"
    return "it is not an address of the form http://host:port, or a list of plain host names"


def proxy_variable(base_url: str) -> str:
    """The environment variable whose proxy is used for an address, or ""."""
    url = urlsplit(base_url)
    host = url.hostname or ""
    if is_loopback(host) or proxy_bypass(host):
        return ""
    names = (f"{url.scheme.upper()}_PROXY", f"{url.scheme}_proxy", "ALL_PROXY", "all_proxy")
    return next((name for name in names if os.environ.get(name)), "")


@asynccontextmanager
async def answer_to(
    request: httpx.Request,
    http: httpx.AsyncClient,
    auth: httpx.Auth | None,
    seconds: float,
    head_seconds: float | None = None,
) -> AsyncGenerator[httpx.Response]:
    """The open answer to a request that is no question, closed at the end, to be read in so many seconds.

    `head_seconds`: for sending the request and for the head of the answer; None: `HEAD_TIMEOUT`. Raises `ApiError`,
    also for what breaks while the answer is read: SlowAnswerError where the time is up.
    """
    try:
        async with asyncio.timeout(head_seconds or HEAD_TIMEOUT) as deadline:
            response = await http.send(request, stream=True, auth=auth)
            deadline.reschedule(asyncio.get_running_loop().time() + seconds)
            try:
                yield response
            finally:
                await response.aclose()
    except httpx.RequestError as error:
        raise failure(error, str(request.url)) from error
    except TimeoutError as error:
        host = clean_line(request.url.netloc.decode("ascii", "replace"))
        raise errors.SlowAnswerError(
            f"The answer of {host} was not whole in time. The server, or a proxy on the way, may be at fault. "
            f"{errors.TRY_AGAIN}"
        ) from error


def failure(error: httpx.RequestError, base_url: str, advice: str = errors.TRY_AGAIN) -> errors.ApiError:
    """The error that a request without a whole answer is: UnreachableError if it never left, else NoAnswerError.

    `advice` says what to do if it may have arrived.
    """
    host = clean_line(urlsplit(base_url).netloc)
    if isinstance(error, httpx.ProxyError):
        return errors.UnreachableError(_through_proxy(error, host, base_url), transient=False)
    if isinstance(error, _SENT_NOTHING):
        return _unreachable(error, host, base_url)
    what = "fell silent" if isinstance(error, httpx.TimeoutException) else "broke"
    if isinstance(error, httpx.DecodingError):
        what = "sent something that cannot be decompressed"
    return errors.NoAnswerError(f"The connection to {host} {what} before the answer was complete. {advice}")


def _unreachable(error: httpx.RequestError, host: str, base_url: str) -> errors.UnreachableError:
    variable = proxy_variable(base_url)
    advice = f"It goes through the proxy in {variable}: check that too. Then try again." if variable else "Try again."
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLError):
            return errors.UnreachableError(_tls(cause, host), transient=False)
        if isinstance(cause, socket.gaierror):
            why = "This machine may be offline, or the base URL misspelt."
            return errors.UnreachableError(f"The name {host} was not found. {why} {advice}")
    what = "took too long" if isinstance(error, httpx.TimeoutException) else "was refused or failed"
    why = "The server may be down, or this machine offline."
    return errors.UnreachableError(f"The connection to {host} {what}. {why} {advice}")


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        if isinstance(cause, BaseExceptionGroup):
            for inner in cast(BaseExceptionGroup[BaseException], cause).exceptions:
                yield from _causes(inner)
        cause = cause.__cause__ or cause.__context__


def _tls(error: ssl.SSLError, host: str) -> str:
    reason = str(getattr(error, "verify_message", "") or error.reason or "the handshake failed")
    variable = next((name for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name)), "")
    advice = f"Check {variable}" if variable else "If a company proxy signs connections, set SSL_CERT_FILE to its CA"
    return (
        f"No secure connection to {host}: {clean_line(reason, 100)}. The certificate may be expired or signed by an "
        f"authority that is not known here, or this machine's clock is wrong. {advice}."
    )


def _through_proxy(error: httpx.ProxyError, host: str, base_url: str) -> str:
    variable = proxy_variable(base_url) or "the environment"
    return (
        f"The proxy in {variable} did not open the way to {host}: {clean_line(str(error), 100)}. It may want a "
        f"password. Check {variable}, or except this host with NO_PROXY."
    )
