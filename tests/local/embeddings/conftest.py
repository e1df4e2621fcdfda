from collections.abc import Generator

import pytest

from tests.local.embeddings.scripted import ScriptedEmbeddings, embedding_endpoint


@pytest.fixture(scope="session")
def only_endpoint() -> Generator[ScriptedEmbeddings]:
    with embedding_endpoint() as scripted:
        yield scripted


@pytest.fixture
def scripted(only_endpoint: ScriptedEmbeddings) -> Generator[ScriptedEmbeddings]:
    """An endpoint that has been asked nothing, and does well."""
    fresh = ScriptedEmbeddings(base_url=only_endpoint.base_url)
    for name in ("replies", "asked", "models", "dimensions", "most_chars", "refused"):
        setattr(only_endpoint, name, getattr(fresh, name))
    only_endpoint.gate.set()
    yield only_endpoint
    only_endpoint.gate.set()


@pytest.fixture(autouse=True)
def no_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine must not make a search go by words alone."""
    monkeypatch.setattr("tui.local.embeddings.embeddings.QUESTION_TIMEOUT", 20)
