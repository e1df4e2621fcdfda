"""What comes of an endpoint's answers, right and wrong."""

from contextlib import closing

import pytest

from tests.local.embeddings.scripted import ScriptedEmbeddings, answer_of
from tui.local.embeddings.endpoint import EmbeddingEndpoint, EmbeddingError, TextsRefusedError, vectors_in
from tui.local.embeddings.settings import EmbeddingSettings, embedding_settings
from tui.local.model_endpoint import ModelEndpoint, ModelSettingsError

ADDRESS = {"LLAMACHAT_MODEL_BASE_URL": "http://127.0.0.1:11434/v1/"}


def asked(settings: EmbeddingSettings, timeout: float = 20) -> None:
    with closing(EmbeddingEndpoint(settings)) as endpoint:
        endpoint.vectors(["car"], timeout)


def test_the_vectors_come_in_the_order_of_the_texts() -> None:
    assert vectors_in(answer_of([[2, 0], [0, 3], [0, -1]]).encode(), 3) == [(1, 0), (0, 1), (0, -1)]
    assert vectors_in(b'{"data": [{"embedding": [1, 0]}, {"embedding": [0, 1]}]}', 2) == [(1, 0), (0, 1)]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (answer_of([[1, 0]]), "1 vectors for 2 texts"),
        (answer_of([[1, 0], [1, 0, 0]]), "different lengths"),
        (answer_of([[1, 0], [float("nan"), 0]]).replace("nan", "NaN"), "something else than vectors"),
        (answer_of([[1, 0], [1e308, 1e308]]).replace("1e+308", "1.7e308"), "too large"),
        (answer_of([[], []]), "vectors of 0 numbers"),
        (answer_of([[0.5] * 9000] * 2), "vectors of 9,000 numbers"),
        ('{"data": [{"index": 1, "embedding": [1]}, {"index": 1, "embedding": [1]}]}', "which text each is of"),
        ('{"data": [{"embedding": "AAAA"}, {"embedding": "AAAA"}]}', "something else than vectors"),
        ("<html>", "something else than vectors"),
        ("[" * 100_000, "something else than vectors"),
    ],
)
def test_an_answer_that_is_none_is_named(body: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        vectors_in(body.encode(), 2)


@pytest.mark.parametrize(
    ("status", "headers", "reason", "wait"),
    [
        (401, {}, "refused the key .LLAMACHAT_MODEL_API_KEY.", None),
        (404, {}, "knows no model 'small-vectors', or makes no vectors", None),
        (429, {"Retry-After": "7"}, "too many requests.*slow down", 7),
        (503, {"Retry-After": "Wed, 21 Oct 2037 07:28:00 GMT"}, "status 503", None),
    ],
)
def test_a_refusal_says_why(
    scripted: ScriptedEmbeddings, status: int, headers: dict[str, str], reason: str, wait: float | None
) -> None:
    scripted.replies = [(status, "slow down", headers)]
    with pytest.raises(EmbeddingError, match=reason) as told:
        asked(scripted.settings())
    assert told.value.wait == wait
    assert not isinstance(told.value, TextsRefusedError)


@pytest.mark.parametrize(
    ("status", "said", "refuses_texts"),
    [
        (400, "the input length exceeds the context length", True),
        (413, "", True),
        (500, "input is too large to process. increase the physical batch size", True),
        (500, "out of memory", False),
        (503, "the context is being loaded", False),
    ],
)
def test_shorter_texts_are_tried_only_where_these_were_refused(
    scripted: ScriptedEmbeddings, status: int, said: str, refuses_texts: bool
) -> None:
    scripted.replies = [(status, said, {})]
    with pytest.raises(EmbeddingError) as told:
        asked(scripted.settings())
    assert isinstance(told.value, TextsRefusedError) is refuses_texts


def test_an_endpoint_that_is_away_or_slow_is_named(scripted: ScriptedEmbeddings) -> None:
    away = EmbeddingSettings(ModelEndpoint("http://127.0.0.1:9/v1"), "m")
    with pytest.raises(EmbeddingError, match="cannot be reached: "):
        asked(away, 5)
    scripted.gate.clear()
    with pytest.raises(EmbeddingError, match=r"did not answer in 0\.1 s"):
        asked(scripted.settings(), 0.1)


def test_an_answer_without_an_end_is_not_read_to_its_end(
    scripted: ScriptedEmbeddings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.local.embeddings.endpoint.MAX_ANSWER_BYTES", 1000)
    scripted.replies = [(200, " " * 2000 + answer_of([[1, 0]]), {})]
    with pytest.raises(EmbeddingError, match="without an end"):
        asked(scripted.settings())


def test_an_embedding_model_needs_an_address_and_no_other_model() -> None:
    assert embedding_settings(ADDRESS) is None
    settings = embedding_settings({**ADDRESS, "LLAMACHAT_EMBEDDING_MODEL": " v "})
    assert settings == EmbeddingSettings(ModelEndpoint("http://127.0.0.1:11434/v1"), "v")
    with pytest.raises(ModelSettingsError, match="LLAMACHAT_MODEL_BASE_URL as well"):
        embedding_settings({"LLAMACHAT_EMBEDDING_MODEL": "v"})


def test_it_is_said_where_the_documents_are_sent() -> None:
    assert EmbeddingSettings(ModelEndpoint("http://localhost:1/v1"), "v").sends_documents == ""
    said = EmbeddingSettings(ModelEndpoint("https://models.example/v1"), "v").sends_documents
    assert "passages of your documents are sent to models.example" in said
