"""Reading requests: bodies and queries checked against their models, and the 422 answer where they do not fit."""

from typing import Any, TypeVar, get_origin

from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tui.local.chat.paging import ListPage

_Body = TypeVar("_Body", bound=BaseModel)


class BadRequestError(Exception):
    """The request does not fit. `detail` is the list of `{loc, msg, type}` that the API answers with."""

    def __init__(self, detail: list[dict[str, Any]]) -> None:
        super().__init__(detail)
        self.detail = detail

    @classmethod
    def at(cls, where: str, field: str, message: str) -> "BadRequestError":
        """One wrong field of the `body` or the `query`."""
        return cls([{"loc": [where, field], "msg": message, "type": "value_error"}])

    @classmethod
    def of(cls, where: str, error: ValidationError) -> "BadRequestError":
        """What pydantic found wrong, without repeating what was sent."""
        listed = error.errors(include_url=False, include_context=False, include_input=False)
        return cls([{"loc": [where, *item["loc"]], "msg": item["msg"], "type": item["type"]} for item in listed])


async def invalid(_: Request, error: Exception) -> Response:
    """The answer to a request that does not fit."""
    assert isinstance(error, BadRequestError)
    return JSONResponse({"detail": error.detail}, 422)


async def read_body(request: Request, model: type[_Body]) -> _Body:
    """The request's JSON body; an empty one counts as `{}`. Raises `InvalidRequestError`."""
    try:
        return model.model_validate_json(await request.body() or b"{}")
    except ValidationError as error:
        raise BadRequestError.of("body", error) from None


def read_query(request: Request, model: type[_Body]) -> _Body:
    """The request's query; a parameter that is given empty counts as absent. Raises `InvalidRequestError`."""
    lists = {name for name, field in model.model_fields.items() if get_origin(field.annotation) is list}
    given = request.query_params
    values: dict[str, Any] = {
        name: given.getlist(name) if name in lists else given[name] for name in given if given[name]
    }
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise BadRequestError.of("query", error) from None


def page_token_problem() -> BadRequestError:
    """The page token is not one that this server gave."""
    return BadRequestError.at("query", "page_token", "This is not a page token of this server")


def page_json(page: ListPage) -> dict[str, Any]:
    """A page as the API writes it: without a token on the last one."""
    return {"items": list(page.items), "next_page_token": page.next_page_token}


def not_found(what: str) -> HTTPException:
    """404 with one sentence."""
    return HTTPException(404, f"{what} was not found.")
