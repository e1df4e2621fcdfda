"""Which language model answers, from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tui.loopback import is_loopback
from tui.sanitize import clean_line

BASE_URL_VARIABLE = "LLAMACHAT_MODEL_BASE_URL"
MODEL_VARIABLE = "LLAMACHAT_MODEL"
KEY_VARIABLE = "LLAMACHAT_MODEL_API_KEY"
CONTEXT_VARIABLE = "LLAMACHAT_MODEL_CONTEXT"
TIMEOUT_VARIABLE = "LLAMACHAT_MODEL_TIMEOUT"

CONTEXT_TOKENS = 20_000
LOOPBACK_CONTEXT_TOKENS = 8_000
"""A model on this machine reads slowly, and servers there often give it no larger context."""
MIN_CONTEXT_TOKENS = 1_000
CHARS_PER_TOKEN = 3
"""Fewer than there are in English, so that other languages and code fit as well."""
SILENCE_TIMEOUT = 180.0
"""Seconds to wait for the next piece of a reply: a model on this machine reads a long prompt slowly."""


class LlmSettingsError(Exception):
    """The settings name no model that can be asked; the message says what to set."""


@dataclass(frozen=True, slots=True)
class LlmSettings:
    """An OpenAI-compatible endpoint (`base_url` ends before `/chat/completions`), the name of a model, and a key.

    `context` is how many tokens the model reads at most (None: a usual number), `silence_timeout` how many seconds the
    next piece of its reply may take.
    """

    base_url: str
    model: str
    api_key: str = field(default="", repr=False)
    context: int | None = None
    silence_timeout: float = SILENCE_TIMEOUT

    @property
    def context_chars(self) -> int:
        """How much the model is given to read."""
        local = is_loopback(urlsplit(self.base_url).hostname or "")
        return (self.context or (LOOPBACK_CONTEXT_TOKENS if local else CONTEXT_TOKENS)) * CHARS_PER_TOKEN

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
    context = _number(environment, CONTEXT_VARIABLE, MIN_CONTEXT_TOKENS, "tokens")
    timeout = _number(environment, TIMEOUT_VARIABLE, 1, "seconds")
    return LlmSettings(url, model, key, context, timeout or SILENCE_TIMEOUT)


def _number(environment: Mapping[str, str], variable: str, least: int, unit: str) -> int | None:
    written = environment.get(variable, "").strip().replace("_", "").replace(",", "")
    if not written:
        return None
    if not (written.isascii() and written.isdigit() and least <= int(written) <= 10_000_000):
        raise LlmSettingsError(f"{variable} is not a number of {unit}, at least {least:,}.")
    return int(written)
