"""Which language model answers, from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tui.loopback import is_loopback
from tui.sanitize import clean_line

BASE_URL_VARIABLE = "LLAMACHAT_MODEL_BASE_URL"
MODEL_VARIABLE = "LLAMACHAT_MODEL"
KEY_VARIABLE = "LLAMACHAT_MODEL_API_KEY"


class LlmSettingsError(Exception):
    """The settings name no model that can be asked; the message says what to set."""


@dataclass(frozen=True, slots=True)
class LlmSettings:
    """An OpenAI-compatible endpoint (`base_url` ends before `/chat/completions`), the name of a model, and a key."""

    base_url: str
    model: str
    api_key: str = field(default="", repr=False)

    @property
    def shows_key(self) -> str:
        """What to say where the key goes over the network unencrypted; "" where it does not."""
        url = urlsplit(self.base_url)
        if url.scheme != "http" or not self.api_key or is_loopback(url.hostname or ""):
            return ""
        host = clean_line(url.hostname or "")
        return f"The model's key goes to {host} over plain http: whoever is on the way can read it. Use https."


def llm_settings(environment: Mapping[str, str]) -> LlmSettings | None:
    """The configured model, or None. Raises `LlmSettingsError` when only part of it is set."""
    url = environment.get(BASE_URL_VARIABLE, "").strip().rstrip("/")
    model = environment.get(MODEL_VARIABLE, "").strip()
    key = environment.get(KEY_VARIABLE, "").strip()
    if not url and not model:
        return None
    if not url or not model:
        missing = BASE_URL_VARIABLE if model else MODEL_VARIABLE
        raise LlmSettingsError(f"To answer with a language model, set {missing} as well.")
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise LlmSettingsError(f"{BASE_URL_VARIABLE} is not an address such as http://127.0.0.1:11434/v1.")
    if not (key.isascii() and key.isprintable()):
        raise LlmSettingsError(f"The key in {KEY_VARIABLE} has characters that a key cannot have.")
    return LlmSettings(url, model, key)
