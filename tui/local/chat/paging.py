"""Pages of a list, and the opaque tokens that say where the next page begins."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

DEFAULT_PAGE_SIZE = 50
MAX_PAGE_SIZE = 1000
MAX_DIGITS = 13

_Item = TypeVar("_Item")


class PageTokenError(Exception):
    """The token is not one that this server gave."""


@dataclass(frozen=True, slots=True)
class ListPage(Generic[_Item]):
    """One page of a list; `next_page_token` is None on the last one."""

    items: Sequence[_Item]
    next_page_token: str | None = None


def encode_token(*key: str) -> str:
    """A token for the page after the item with this sort key."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def decode_token(token: str, parts: int) -> list[str]:
    """The sort key in a token, of so many parts. Raises `PageTokenError`."""
    try:
        key: object = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        raise PageTokenError from None
    if not isinstance(key, list):
        raise PageTokenError
    texts = [part for part in cast("list[object]", key) if isinstance(part, str)]
    if len(texts) != parts:
        raise PageTokenError
    return texts


def decode_number(token: str | None) -> int:
    """The number in a token: how much was given before; 0 without a token. Raises `PageTokenError`."""
    text = decode_token(token, 1)[0] if token else "0"
    if not (text.isdecimal() and len(text) <= MAX_DIGITS):
        raise PageTokenError
    return int(text)


def page_of(items: Mapping[str, _Item], size: int, token: str | None) -> ListPage[_Item]:
    """A page of a list that is at hand whole, in the order of the items' keys. Raises `PageTokenError`."""
    after = decode_token(token, 1)[0] if token else ""
    rest = sorted(key for key in items if key > after)
    shown = rest[:size]
    return ListPage([items[key] for key in shown], encode_token(shown[-1]) if len(rest) > size else None)
