"""The OpenAI-compatible endpoint at which the models are asked, from the environment."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tui.loopback import is_loopback
from tui.sanitize import clean_line

BASE_URL_VARIABLE = "LLAMACHAT_MODEL_BASE_URL"
KEY_VARIABLE = "LLAMACHAT_MODEL_API_KEY"
EMBEDDING_VARIABLE = "LLAMACHAT_EMBEDDING_MODEL"

_SECONDS = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,6})?")


class ModelSettingsError(Exception):
    """The settings name no model that can be asked; the message says what to set."""


@dataclass(frozen=True, slots=True)
class ModelEndpoint:
    """Where the models are (`base_url` ends before `/chat/completions`), and the key, "" for none."""

    base_url: str
    api_key: str = field(default="", repr=False)

    @property
    def host(self) -> str:
        return clean_line(urlsplit(self.base_url).hostname or "")

    @property
    def is_local(self) -> bool:
        """Whether it is on this machine."""
        return is_loopback(self.host)

    @property
    def shows_key(self) -> str:
        """What to say where the key goes over the network unencrypted; "" where it does not."""
        if urlsplit(self.base_url).scheme != "http" or not self.api_key or self.is_local:
            return ""
        return f"The model's key goes to {self.host} over plain http: whoever is on the way can read it. Use https."


def model_endpoint(environment: Mapping[str, str]) -> ModelEndpoint | None:
    """The endpoint that is set, or None. Raises `ModelSettingsError` where it cannot be one."""
    url = environment.get(BASE_URL_VARIABLE, "").strip().rstrip("/")
    key = environment.get(KEY_VARIABLE, "").strip()
    if not url:
        return None
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise ModelSettingsError(f"{BASE_URL_VARIABLE} is not an address such as http://127.0.0.1:11434/v1.")
    if not (key.isascii() and key.isprintable()):
        raise ModelSettingsError(f"The key in {KEY_VARIABLE} has characters that a key cannot have.")
    return ModelEndpoint(url, key)


def wait_asked(headers: Mapping[str, str]) -> float | None:
    """The seconds of a `Retry-After` (RFC 9110, section 10.2.3); None for a date, which hardly any endpoint gives."""
    written = headers.get("retry-after", "").strip()
    return float(written) if _SECONDS.fullmatch(written) else None
