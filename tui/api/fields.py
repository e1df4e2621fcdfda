"""Kinds of fields on the wire, for pydantic: texts that are cleaned, times, and whatever may be missing or strange.

All text that is shown passes the sanitizer here, after JSON is decoded, when escapes can hide nothing.
"""

import re
from datetime import UTC, datetime
from typing import Annotated, TypeAlias, TypeVar

from pydantic import AfterValidator, BeforeValidator, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from tui.sanitize import clean, clean_line, is_well_formed

MAX_ID_CHARS = 500
"""Longest identifier that is taken: those of the API have about 40."""

MAX_TOKEN_CHARS = 4000
"""Longest page token that is taken: it goes into an address, which has limits of its own."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

T = TypeVar("T")


def parse_time(value: object) -> datetime | None:
    """An ISO 8601 time as an aware one in UTC: without a zone it is UTC, as the API's are. None if it is no time."""
    if not isinstance(value, str):
        return None
    try:
        time = datetime.fromisoformat(value.strip())
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _or_none(value: object, validate: ValidatorFunctionWrapHandler) -> object:
    try:
        return validate(value)
    except ValidationError:
        return None


def is_sendable(text: str, limit: int) -> bool:
    """Whether a text that the server gave can be sent back to it: in an address, in a header, in JSON, in the store."""
    return 0 < len(text) <= limit and is_well_formed(text) and not _CONTROL.search(text)


def _identifier(text: str) -> str:
    if not is_sendable(text, MAX_ID_CHARS):
        raise ValueError("no identifier")
    return text


Id = Annotated[str, AfterValidator(_identifier)]
Shown = Annotated[str, AfterValidator(clean)]
Line = Annotated[str, AfterValidator(clean_line)]
Maybe: TypeAlias = Annotated[T | None, WrapValidator(_or_none)]
Time = Annotated[datetime | None, BeforeValidator(parse_time)]
