"""Pages of a list, and the opaque tokens that say where the next page begins."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

DEFAULT_PAGE_SIZE = 50
MAX_PAGE_SIZE = 1000


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list; `next_page_token` is None on the last one."""

    items: Sequence[dict[str, Any]]
    next_page_token: str | None


def encode_token(*key: str) -> str:
    """A token for the page after the item with this sort key."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def decode_token(token: str, parts: int) -> list[str]:
    """The sort key in a token. Raises `ValueError` when it is not one that `encode_token` made."""
    try:
        key: object = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (ValueError, binascii.Error):
        raise ValueError("page_token is not valid") from None
    if not isinstance(key, list):
        raise ValueError("page_token is not valid")
    texts = [part for part in cast("list[object]", key) if isinstance(part, str)]
    if len(texts) != parts:
        raise ValueError("page_token is not valid")
    return texts


def page_of(items: Sequence[dict[str, Any]], size: int, token: str | None) -> ListPage:
    """A page of a list that is at hand whole, in the order of its items' ids."""
    after = decode_token(token, 1)[0] if token else ""
    rest = sorted((item for item in items if item["id"] > after), key=lambda item: item["id"])
    shown = rest[:size]
    return ListPage(shown, encode_token(shown[-1]["id"]) if len(rest) > size else None)
