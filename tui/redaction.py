"""Secrets taken out of text that is about to be shown or written down."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import SecretStr

REDACTED = "[redacted]"
_KEY = r"\bllx-[A-Za-z0-9_-]+"
_KEYS = re.compile(_KEY, re.IGNORECASE)
_CREDENTIALS = re.compile(rf"{_KEY}|(?<=\bBearer )\S+|(?<=\bBasic )\S+", re.IGNORECASE)
_MIN_CHARS = 8
"""A shorter secret is not searched for: it would be found in ordinary words."""

_known: set[str] = set()


def register_secret(secret: "SecretStr") -> None:
    """Have this very text taken out from now on, whatever it looks like."""
    if len(text := secret.get_secret_value()) >= _MIN_CHARS:
        _known.add(text)


def redact(text: str) -> str:
    """The text without the secrets that were registered, and without whatever looks like one. For logs and reports."""
    for secret in _known:
        text = text.replace(secret, REDACTED)
    return _CREDENTIALS.sub(REDACTED, text)


def redact_keys(text: str, *secrets: "SecretStr | None") -> str:
    """The text without these secrets, and without whatever looks like an API key. For messages of a server.

    Unlike in `redact`, the word after "Basic" or "Bearer" stays, because in a sentence it is one of the sentence.
    """
    for secret in secrets:
        if secret is not None:
            text = text.replace(secret.get_secret_value(), REDACTED)
    return _KEYS.sub(REDACTED, text)
