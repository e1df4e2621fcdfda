"""Which model makes vectors of texts, from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass

from tui.local.model_endpoint import (
    BASE_URL_VARIABLE,
    EMBEDDING_VARIABLE,
    ModelEndpoint,
    ModelSettingsError,
    model_endpoint,
)


@dataclass(frozen=True, slots=True)
class EmbeddingSettings:
    """An endpoint that has `/embeddings`, and the name of a model there."""

    endpoint: ModelEndpoint
    model: str

    @property
    def sends_documents(self) -> str:
        """What to say where the texts of the documents leave this machine; "" where they do not."""
        if self.endpoint.is_local:
            return ""
        return f"The passages of your documents are sent to {self.endpoint.host}, because {EMBEDDING_VARIABLE} is set."


def embedding_settings(environment: Mapping[str, str]) -> EmbeddingSettings | None:
    """The configured model, or None. Raises `ModelSettingsError` when only part of it is set."""
    model = environment.get(EMBEDDING_VARIABLE, "").strip()
    if not model:
        return None
    endpoint = model_endpoint(environment)
    if endpoint is None:
        raise ModelSettingsError(f"To search with an embedding model, set {BASE_URL_VARIABLE} as well.")
    return EmbeddingSettings(endpoint, model)
