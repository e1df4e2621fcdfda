"""Which language model answers, from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tui.local.model_endpoint import (
    BASE_URL_VARIABLE,
    EMBEDDING_VARIABLE,
    ModelEndpoint,
    ModelSettingsError,
    model_endpoint,
)

MODEL_VARIABLE = "LLAMACHAT_MODEL"
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
    def endpoint(self) -> ModelEndpoint:
        return ModelEndpoint(self.base_url, self.api_key)

    @property
    def context_chars(self) -> int:
        """How much the model is given to read."""
        usual = LOOPBACK_CONTEXT_TOKENS if self.endpoint.is_local else CONTEXT_TOKENS
        return (self.context or usual) * CHARS_PER_TOKEN


def llm_settings(environment: Mapping[str, str]) -> LlmSettings | None:
    """The configured model, or None. Raises `ModelSettingsError` when only part of it is set."""
    endpoint = model_endpoint(environment)
    model = environment.get(MODEL_VARIABLE, "").strip()
    if not model and (endpoint is None or environment.get(EMBEDDING_VARIABLE, "").strip()):
        return None
    if endpoint is None or not model:
        missing = BASE_URL_VARIABLE if model else MODEL_VARIABLE
        raise ModelSettingsError(f"To answer with a language model, set {missing} as well.")
    context = _number(environment, CONTEXT_VARIABLE, MIN_CONTEXT_TOKENS, "tokens")
    timeout = _number(environment, TIMEOUT_VARIABLE, 1, "seconds")
    return LlmSettings(endpoint.base_url, model, endpoint.api_key, context, timeout or SILENCE_TIMEOUT)


def _number(environment: Mapping[str, str], variable: str, least: int, unit: str) -> int | None:
    written = environment.get(variable, "").strip().replace("_", "").replace(",", "")
    if not written:
        return None
    if not (written.isascii() and written.isdigit() and least <= int(written) <= 10_000_000):
        raise ModelSettingsError(f"{variable} is not a number of {unit}, at least {least:,}.")
    return int(written)
