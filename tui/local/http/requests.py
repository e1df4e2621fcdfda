"""Reading requests: bodies and queries checked against their models, and the answers where they do not fit."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import TypeVar, get_origin

from pydantic import BaseModel, ValidationError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Match, Route

from tui.local.chat.paging import ListPage
from tui.sanitize import clean_line
from tui.sqlite_errors import is_full

BODY_TIMEOUT = 10.0
"""Seconds that a request's body may take."""

UPLOAD_TIMEOUT = 900.0
"""Seconds that a form with a file may take."""

_MAX_FORM_FIELDS = 20

_log = logging.getLogger(__name__)

_Model = TypeVar("_Model", bound=BaseModel)
_Item = TypeVar("_Item")


class BadRequestError(Exception):
    """The request does not fit. `detail` is the list of `{loc, msg, type}` that the API answers with."""

    def __init__(self, detail: Sequence[Mapping[str, object]]) -> None:
        super().__init__(detail)
        self.detail = detail

    @classmethod
    def at(cls, where: str, field: str, message: str) -> "BadRequestError":
        """One wrong field of the `body` or the `query`."""
        return cls([{"loc": [where, field], "msg": message, "type": "value_error"}])

    @classmethod
    def of(cls, where: str, error: ValidationError) -> "BadRequestError":
        """What pydantic found wrong, without repeating what was sent."""
        listed = error.errors(include_url=False, include_context=False)
        return cls([{"loc": [where, *item["loc"]], "msg": item["msg"], "type": item["type"]} for item in listed])


async def on_http_error(request: Request, error: Exception) -> Response:
    """The answer to a request that is refused. One with a method that the path has not names those that it has."""
    assert isinstance(error, HTTPException)
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(sorted(_methods_of(request)))
    return JSONResponse({"detail": error.detail}, error.status_code, headers)


def _methods_of(request: Request) -> set[str]:
    """The methods of all routes of a request's path (RFC 9110, section 15.5.6)."""
    routes: Sequence[BaseRoute] = request.app.routes
    served = (route for route in routes if isinstance(route, Route) and route.matches(request.scope)[0] != Match.NONE)
    return {method for route in served for method in route.methods or ()}


async def on_bad_request(_: Request, error: Exception) -> Response:
    """The answer to a request that does not fit."""
    assert isinstance(error, BadRequestError)
    return JSONResponse({"detail": error.detail}, 422)


async def on_page_token(request: Request, _: Exception) -> Response:
    """The answer to a page token that this server did not give. It stands in the body of a POST, else in the query."""
    where = "body" if request.method == "POST" else "query"
    return await on_bad_request(
        request, BadRequestError.at(where, "page_token", "This is not a page token of this server")
    )


async def on_damaged_index(_: Request, error: Exception) -> Response:
    """The answer to a request that found an index damaged: the next one finds it being read anew."""
    return JSONResponse({"detail": str(error)}, 503, {"Retry-After": "1"})


async def on_damaged_directories(_: Request, error: Exception) -> Response:
    """The answer to a request for directories that cannot be read."""
    return JSONResponse({"detail": str(error)}, 500)


async def on_database_error(request: Request, error: Exception) -> Response:
    """The answer where the library's file cannot be used, which has the sessions and the list of indexes."""
    _log.error("%s failed", request.url.path, exc_info=error)
    advice = "Make room on the disk of its data folder, then ask again." if is_full(error) else "Its log says more."
    detail = f"What this server keeps cannot be read or written now ({clean_line(str(error))}). {advice}"
    return JSONResponse({"detail": detail}, 503)


async def read_body(request: Request, model: type[_Model]) -> _Model:
    """The request's JSON body; an empty one counts as `{}`. Raises `BadRequestError`, and `HTTPException` 408."""
    try:
        async with asyncio.timeout(BODY_TIMEOUT):
            body = await request.body()
    except TimeoutError:
        raise HTTPException(408, f"The body was not here in {BODY_TIMEOUT:g} s.", {"Connection": "close"}) from None
    try:
        return model.model_validate_json(body or b"{}")
    except ValidationError as error:
        raise BadRequestError.of("body", error) from None


@asynccontextmanager
async def reading_form(
    request: Request, model: type[_Model], file_field: str
) -> AsyncGenerator[tuple[_Model, UploadFile], None]:
    """The request's multipart form: its text fields, and its one file, which lies on disk where it is large.

    A text field that is empty counts as absent. Raises `BadRequestError`, and `HTTPException` 400 and 408.
    """
    try:
        async with asyncio.timeout(UPLOAD_TIMEOUT):
            form = await request.form(max_files=1, max_fields=_MAX_FORM_FIELDS)
    except TimeoutError:
        raise HTTPException(408, f"The file was not here in {UPLOAD_TIMEOUT:g} s.", {"Connection": "close"}) from None
    try:
        texts = {name: value for name, value in form.items() if isinstance(value, str) and value}
        file = form.get(file_field)
        if not isinstance(file, UploadFile):
            raise BadRequestError.at("body", file_field, "A file is needed, in a multipart/form-data body")
        try:
            fields = model.model_validate(texts)
        except ValidationError as error:
            raise BadRequestError.of("body", error) from None
        yield fields, file
    finally:
        await form.close()


def read_query(request: Request, model: type[_Model]) -> _Model:
    """The request's query; a parameter that is given empty counts as absent. Raises `BadRequestError`."""
    lists = {name for name, field in model.model_fields.items() if get_origin(field.annotation) is list}
    given = request.query_params
    values: dict[str, object] = {
        name: given.getlist(name) if name in lists else given[name] for name in given if given[name]
    }
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise BadRequestError.of("query", error) from None


def page_json(page: ListPage[_Item], item_json: Callable[[_Item], Mapping[str, object]]) -> dict[str, object]:
    """A page as the API writes it."""
    return {"items": [item_json(item) for item in page.items], "next_page_token": page.next_page_token}


def not_found(what: str) -> HTTPException:
    """404 with one sentence."""
    return HTTPException(404, f"{what} was not found.")
