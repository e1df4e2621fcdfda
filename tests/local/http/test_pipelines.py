"""The pipeline routes: the requests that LlamaIndex's classes send, as they were recorded, and what they read of the
answers.

Recorded of `LlamaCloudIndex` and `LlamaCloudRetriever` of llama-index-indices-managed-llama-cloud 0.12.0 and of
llama-cloud-services 0.6.94; `make conformance` runs the packages themselves.
"""

from pathlib import Path
from typing import Any

import httpx
import pytest
from llama_cloud import LlamaCloud, NotFoundError

from tests.local.http.test_conformance import undescribed
from tests.local.inprocess import served
from tests.local.turn import index_ids
from tui.local.http.openapi import document


@pytest.fixture
def pipeline_id(http: httpx.Client) -> str:
    return index_ids(http)["notes"]


def retrieved(http: httpx.Client, pipeline_id: str, **body: object) -> list[dict[str, Any]]:
    answer = http.post(f"/api/v1/pipelines/{pipeline_id}/retrieve", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["retrieval_nodes"]


def files_of(nodes: list[dict[str, Any]]) -> set[str]:
    return {node["node"]["metadata"]["file_name"] for node in nodes}


def filtered(http: httpx.Client, pipeline_id: str, key: str, operator: str, value: object) -> set[str]:
    filters = {"filters": [{"key": key, "value": value, "operator": operator}], "condition": "and"}
    return files_of(retrieved(http, pipeline_id, query="electrician outage deploy", search_filters=filters))


def test_the_project_that_is_asked_for_where_none_is_named(http: httpx.Client) -> None:
    (project,) = http.get("/api/v1/projects").json()
    assert project["name"] == "Default"
    assert http.get("/api/v1/projects", params={"project_name": "Default"}).json() == [project]


@pytest.mark.parametrize("more", [{}, {"pipeline_type": "MANAGED"}])
def test_a_pipeline_is_found_by_its_name(http: httpx.Client, pipeline_id: str, more: dict[str, str]) -> None:
    (project,) = http.get("/api/v1/projects").json()
    query = {"project_id": project["id"], "pipeline_name": "notes", **more}
    (pipeline,) = http.get("/api/v1/pipelines", params=query).json()
    assert pipeline["id"] == pipeline_id
    assert pipeline["project_id"] == project["id"]
    assert http.get(f"/api/v1/pipelines/{pipeline_id}").json() == pipeline


def test_what_there_is_not(http: httpx.Client) -> None:
    for query in ({"pipeline_name": "none"}, {"pipeline_type": "PLAYGROUND"}, {"project_name": "Another"}):
        assert http.get("/api/v1/pipelines", params=query).json() == []
    assert http.get("/api/v1/pipelines/idx-none").status_code == 404
    assert http.post("/api/v1/pipelines/idx-none/retrieve", json={"query": "oak"}).status_code == 404


@pytest.mark.parametrize("body", [{"retrieval_mode": "chunks"}, {}])
def test_nodes_come_with_their_text_and_where_it_stands(http: httpx.Client, pipeline_id: str, body: Any) -> None:
    found = retrieved(http, pipeline_id, query="who is the electrician?", **body)[0]
    node = found["node"]
    assert found["score"] > 0
    assert "Marek Nowak" in node["text"]
    assert node["class_name"] == "TextNode"
    assert node["metadata"] == node["extra_info"]
    assert node["metadata"]["file_name"] == "kitchen.md"
    asked = {"index_id": pipeline_id, "file_id": node["metadata"]["file_id"], "offset": node["start_char_idx"]}
    length = node["end_char_idx"] - node["start_char_idx"]
    read = http.post("/api/v1/retrieval/files/read", json={**asked, "max_length": length}).json()
    assert read["content"] == node["text"]


def test_no_more_nodes_than_are_wanted(http: httpx.Client, pipeline_id: str) -> None:
    question = {"query": "the electrician, the outage, oak, deploy and slate"}
    assert len(retrieved(http, pipeline_id, **question)) > 2
    assert len(retrieved(http, pipeline_id, **question, dense_similarity_top_k=1, enable_reranking=False)) == 1
    assert len(retrieved(http, pipeline_id, **question, dense_similarity_top_k=3, rerank_top_n=2)) == 2


@pytest.mark.parametrize("options", [{"enable_reranking": False}, {"rerank_top_n": 10**6}])
def test_however_many_nodes_are_wanted_there_is_a_limit(
    notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, object]
) -> None:
    monkeypatch.setattr("tui.local.http.pipeline_schemas.MAX_RESULTS", 2)
    question = {"query": "the electrician, the outage, oak, deploy and slate", "dense_similarity_top_k": 10**6}
    with served(notes, tmp_path) as http:
        (index_id,) = index_ids(http).values()
        assert len(retrieved(http, index_id, **question, **options)) == 2


def test_filters_on_metadata(http: httpx.Client, pipeline_id: str) -> None:
    kitchen, deploying, retro = "kitchen.md", "work/deploying.md", "work/retro.txt"
    assert filtered(http, pipeline_id, "file_name", "==", retro) == {retro}
    assert filtered(http, pipeline_id, "file_name", "!=", retro) == {kitchen, deploying}
    assert filtered(http, pipeline_id, "file_name", "nin", [retro, kitchen]) == {deploying}
    assert filtered(http, pipeline_id, "file_name", "any", [retro, kitchen]) == {retro, kitchen}
    assert filtered(http, pipeline_id, "file_name", "all", [retro]) == {retro}
    assert filtered(http, pipeline_id, "file_name", "text_match", "work/") == {deploying, retro}
    assert filtered(http, pipeline_id, "file_name", "text_match", "WORK/") == set()
    assert filtered(http, pipeline_id, "file_name", "text_match_insensitive", "WORK/") == {deploying, retro}
    assert filtered(http, pipeline_id, "author", "is_empty", None) == {kitchen, deploying, retro}
    assert filtered(http, pipeline_id, "author", "==", "Anna") == set()
    assert filtered(http, pipeline_id, "first_line", ">=", 2) == {kitchen}


def test_filters_are_joined(http: httpx.Client, pipeline_id: str) -> None:
    names = [{"key": "file_name", "value": name} for name in ("kitchen.md", "work/retro.txt")]
    asked = {"query": "electrician outage deploy"}
    either = retrieved(http, pipeline_id, **asked, search_filters={"filters": names, "condition": "or"})
    assert files_of(either) == {"kitchen.md", "work/retro.txt"}
    neither = {"filters": [{"filters": names, "condition": "or"}], "condition": "not"}
    assert files_of(retrieved(http, pipeline_id, **asked, search_filters=neither)) == {"work/deploying.md"}


def test_what_is_not_offered_is_refused(http: httpx.Client, pipeline_id: str) -> None:
    body = {"query": "oak", "retrieval_mode": "files_via_content"}
    refused = http.post(f"/api/v1/pipelines/{pipeline_id}/retrieve", json=body)
    assert refused.status_code == 422
    assert refused.json()["detail"][0]["loc"] == ["body", "retrieval_mode"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_official_client_reads_them(sdk: LlamaCloud, pipeline_id: str) -> None:
    pipelines: Any = sdk.pipelines
    (pipeline,) = pipelines.list(pipeline_name="notes")
    assert pipelines.get(pipeline_id).name == pipeline.name
    answer = pipelines.retrieve(pipeline_id, query="why oak?", retrieval_mode="chunks")
    assert answer.pipeline_id == pipeline_id
    assert "oak" in str(answer.retrieval_nodes[0].node.text)
    with pytest.raises(NotFoundError):
        pipelines.get("idx-none")


def test_every_field_of_them_is_described(http: httpx.Client, pipeline_id: str) -> None:
    schemas: Any = document()["components"]["schemas"]
    pipeline = http.get(f"/api/v1/pipelines/{pipeline_id}").json()
    results = http.post(f"/api/v1/pipelines/{pipeline_id}/retrieve", json={"query": "oak"}).json()
    assert undescribed(pipeline, {"$ref": "Pipeline"}, schemas) == []
    assert undescribed(results, {"$ref": "PipelineResults"}, schemas) == []
