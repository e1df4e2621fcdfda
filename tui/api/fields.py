"""Kinds of fields on the wire, for pydantic: texts that are cleaned, and whatever may be missing or strange.

All text that is shown passes the sanitizer here, after JSON is decoded, when escapes can hide nothing.
"""

import re
from datetime import datetime
from typing import Annotated, TypeAlias, TypeVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from tui.api.times import parse_time
from tui.sanitize import clean, clean_line, is_well_formed

MAX_ID_CHARS = 500
"""Longest identifier that is taken: those of the API have about 40."""

MAX_TOKEN_CHARS = 4000
"""Longest page token that is taken: it goes into an address, which has limits of its own."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

T = TypeVar("T")


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
Count = Annotated[int, Field(ge=0, lt=1 << 63)]
"""A number of something: a larger one could neither be divided nor, summed up, be written out."""

Shown = Annotated[str, AfterValidator(clean)]
Line = Annotated[str, AfterValidator(clean_line)]
Maybe: TypeAlias = Annotated[T | None, WrapValidator(_or_none)]
Time = Annotated[datetime | None, BeforeValidator(parse_time)]
