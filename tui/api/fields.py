"""Kinds of fields on the wire, for pydantic: texts that are cleaned, times, and whatever may be missing or strange.

All text that is shown passes the sanitizer here, after JSON is decoded, when escapes can hide nothing.
"""

from datetime import UTC, datetime
from typing import Annotated, TypeAlias, TypeVar

from pydantic import AfterValidator, BeforeValidator, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from tui.sanitize import clean, clean_line

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


Shown = Annotated[str, AfterValidator(clean)]
Line = Annotated[str, AfterValidator(clean_line)]
Maybe: TypeAlias = Annotated[T | None, WrapValidator(_or_none)]
Time = Annotated[datetime | None, BeforeValidator(parse_time)]
