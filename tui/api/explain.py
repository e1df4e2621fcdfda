"""An answer that is not the one hoped for, put into words: what happened, why it may be, what to do.

Pure: the answer in, an `ApiError` out. What the server wrote is cleaned, cut to 500 characters and rid of the key
before it is shown. Failures without an answer are in `tui.api.network`.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from http import HTTPStatus
from typing import cast
from urllib.parse import urljoin, urlsplit

from tui.api import errors, json_text
from tui.api.connection import Connection
from tui.api.retry import retry_after
from tui.loopback import is_loopback
from tui.redaction import redact_keys
from tui.sanitize import clean_line

MAX_DETAIL_CHARS = 500

LISTS = frozenset({"GET /api/v1/chat", "GET /api/v1/indexes", "GET /api/v1/projects"})
"""What every server with this API has."""

Field = tuple[str, str]


def refusal(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    connection: Connection,
    advice: str = errors.TRY_AGAIN,
    asked: str = "",
) -> errors.ApiError:
    """The error that an answer of this status is, where another was hoped for. `advice` is for an unknown outcome.

    `asked` is the method and, below the base URL, the path: "GET /api/v1/chat".
    """
    if status < 300 or status == HTTPStatus.NOT_MODIFIED:
        return not_the_api(status, headers.get("content-type", ""), body, connection, advice)
    detail, field = _detail(body, connection)
    said = f" The server says: {detail}" if detail else ""
    if 300 <= status < 400:
        return _redirected(status, headers, connection)
    if status >= 500:
        return _server_error(status, headers, said, connection, advice)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return _too_many(status, headers, said)
    if status == HTTPStatus.UNPROCESSABLE_ENTITY:
        where = f" in the field `{field}`" if field else ""
        message = f"The server cannot accept this request: something is wrong{where}.{said}"
        return errors.InvalidFieldError(message, status=status, field=field, said=detail)
    if status == HTTPStatus.CONFLICT and detail:
        advice = "Nothing was done. If this can pass by itself, check again in a moment."
        return errors.ConflictError(f"{detail.rstrip('.')}. {advice}", status=status)
    kind, sentence = _plain_refusal(status, connection, asked)
    return kind(sentence + said, status=status)


def _plain_refusal(status: int, connection: Connection, asked: str) -> tuple[type[errors.RefusedError], str]:
    match status:
        case HTTPStatus.UNAUTHORIZED if connection.api_key is None:
            return errors.KeyRefusedError, f"{connection.host} wants an API key, and none was sent. Give one to go on."
        case HTTPStatus.UNAUTHORIZED:
            return errors.KeyRefusedError, (
                f"{connection.host} refused this key ({connection.key_hint}). It may be revoked or expired, or belong "
                "to the other region (na, eu). Give another key, or choose the other region."
            )
        case HTTPStatus.PAYMENT_REQUIRED:
            return errors.OutOfCreditsError, (
                "The plan's credits are used up, so the server did nothing. Wait for the next period, or raise the "
                "limit in the LlamaCloud console."
            )
        case HTTPStatus.FORBIDDEN:
            return errors.ForbiddenError, (
                f"This key ({connection.key_hint}) may not do that. It may belong to another project or organization, "
                "or lack the role. Use a key of the right project."
            )
        case HTTPStatus.NOT_FOUND if asked in LISTS:
            return errors.NotFoundError, (
                f"There is nothing at {connection.base_url}{asked.removeprefix('GET ')}. The base URL "
                f"{connection.base_url} may be wrong: it ends before /api/v1. Or the project may be deleted."
            )
        case HTTPStatus.NOT_FOUND:
            return errors.NotFoundError, (
                f"There is no such thing at {connection.host}. It may have been deleted elsewhere, or belong to "
                "another project. Reload the list."
            )
        case HTTPStatus.CONFLICT:
            return errors.ConflictError, (
                "The server is busy with this already, perhaps with a question sent from another window. Nothing was "
                "done. Check again in a moment."
            )
        case _:
            return errors.RefusedError, f"The server refused the request ({_named(status)}). Nothing was done."


def _named(status: int) -> str:
    known = {item.value: item.phrase for item in HTTPStatus}
    return f"{status} {known[status]}" if status in known else str(status)


def _redirected(status: int, headers: Mapping[str, str], connection: Connection) -> errors.ApiError:
    target, location = "", headers.get("location", "")
    with suppress(ValueError):
        target = urlsplit(urljoin(connection.base_url, location)).hostname or "" if location else ""
    return errors.RedirectedError(
        f"{connection.host} points to {clean_line(target) or 'another place'} ({_named(status)}). This was not "
        "followed, so that neither the key nor the question goes there. If it is the right server, set it as the base "
        "URL; if not, a proxy or a sign-in page may be in the way.",
        status=status,
    )


def _too_many(status: int, headers: Mapping[str, str], said: str) -> errors.ApiError:
    seconds = retry_after(headers, datetime.now(UTC))
    wait = "wait a little, and try again" if seconds is None else f"the server asks to wait {seconds:.0f} s"
    message = f"Too many requests in a short time: {wait}.{said}"
    return errors.TooManyRequestsError(message, status=status, retry_after=seconds)


def _server_error(
    status: int, headers: Mapping[str, str], said: str, connection: Connection, advice: str
) -> errors.ApiError:
    is_here = is_loopback(urlsplit(connection.base_url).hostname or "")
    where = f"The server on this machine, {connection.host}," if is_here else connection.host
    why = "" if is_here else ", which is the server's fault and often short"
    message = f"{where} failed ({_named(status)}){why}. {advice}{said}"
    return errors.ServerError(message, status=status, retry_after=retry_after(headers, datetime.now(UTC)))


def not_the_api(
    status: int,
    content_type: str,
    body: bytes,
    connection: Connection,
    advice: str = errors.TRY_AGAIN,
) -> errors.NotTheApiError:
    """The error that a 2xx answer is when it is not what the API sends."""
    detail, _ = _detail(body, connection)
    kind = clean_line(content_type, 60) or "no content type"
    start = f" It begins: {clean_line(detail, 200)}" if detail else ""
    return errors.NotTheApiError(
        f"{connection.host} answered, but not as the API does ({_named(status)}, {kind}). A sign-in page of the "
        f"network, a proxy, or a wrong base URL may be the cause. {advice}{start}"
    )


def _detail(body: bytes, connection: Connection) -> Field:
    """What an error body says, fit to show, and the field that it blames."""
    text = body.decode("utf-8", "replace")
    try:
        raw = json_text.loads(text)
    except ValueError:
        return _presentable(text, connection), ""
    if isinstance(raw, dict):
        raw = cast(dict[str, object], raw).get("detail")
    if isinstance(raw, list) and raw:
        raw = cast(list[object], raw)[0]
    if isinstance(raw, dict):
        return _of_validation(cast(dict[str, object], raw), text, connection)
    return _presentable(raw if isinstance(raw, str) else text, connection), ""


def _of_validation(problem: Mapping[str, object], text: str, connection: Connection) -> Field:
    """FastAPI's form: {"loc": ["body", "prompt"], "msg": ..., "type": ...}."""
    place, said = problem.get("loc"), problem.get("msg", problem.get("message"))
    steps = cast(list[object], place) if isinstance(place, list) else []
    field = ".".join(str(step) for step in steps if step not in ("body", "query", "path"))
    return _presentable(said if isinstance(said, str) else text, connection), clean_line(field, 100)


def _presentable(text: str, connection: Connection) -> str:
    return clean_line(redact_keys(text, *connection.secrets), MAX_DETAIL_CHARS)
