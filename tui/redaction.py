"""Secrets taken out of text that is about to be written down."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import SecretStr

REDACTED = "[redacted]"
_LOOKS_SECRET = re.compile(r"\bllx-[A-Za-z0-9_-]+|(?<=\bBearer )\S+|(?<=\bBasic )\S+", re.IGNORECASE)
_MIN_CHARS = 8
"""A shorter secret is not searched for: it would be found in ordinary words."""

_known: set[str] = set()


def register_secret(secret: "SecretStr") -> None:
    """Have this very text taken out from now on, whatever it looks like."""
    if len(text := secret.get_secret_value()) >= _MIN_CHARS:
        _known.add(text)


def redact(text: str) -> str:
    """The text without the secrets that were named, and without whatever looks like a key."""
    for secret in _known:
        text = text.replace(secret, REDACTED)
    return _LOOKS_SECRET.sub(REDACTED, text)
