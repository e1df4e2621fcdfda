"""The retrieval routes, through the official SDK, and what HTTP says of requests that do not fit."""

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from llama_cloud import LlamaCloud, NotFoundError

from tests.local.conftest import added, sdk_for
from tests.local.inprocess import served
from tests.local.server import Connection, until
from tests.local.turn import index_ids
from tui.local.search.patterns import PATTERNS_AT_ONCE, PatternSearch


@pytest.fixture
def index_id(http: httpx.Client) -> str:
    return index_ids(http)["notes"]


@pytest.fixture
def kitchen(sdk: LlamaCloud, index_id: str) -> str:
    (file,) = sdk.retrieval.find(index_id=index_id, file_name="kitchen.md")
    return file.file_id


def test_passages_come_with_where_they_are_from(sdk: LlamaCloud, index_id: str) -> None:
    found = sdk.retrieval.retrieve(index_id=index_id, query="who is the electrician", top_k=2).results
    assert len(found) == 2
    first = found[0]
    assert "Marek Nowak" in first.content
    assert first.metadata is not None
    assert first.metadata["file_name"] == "kitchen.md"
    assert first.static_fields is not None
    assert first.static_fields.chunk_start_char is not None
    assert first.rerank_score is not None
    text = sdk.retrieval.read(
        index_id=index_id,
        file_id=str(first.static_fields.parsed_directory_file_id),
        offset=first.static_fields.chunk_start_char,
        max_length=len(first.content),
    )
    assert text.content == first.content


def test_however_many_passages_are_wanted_there_is_a_limit(
    notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.local.http.retrieval.MAX_RESULTS", 2)
    with served(notes, tmp_path) as http:
        (index_id,) = index_ids(http).values()
        body = {"index_id": index_id, "query": "electrician outage deploy oak", "top_k": 10**6}
        assert len(http.post("/api/v1/retrieval/retrieve", json=body).json()["results"]) == 2


def test_the_id_of_the_export_configuration_names_the_index_as_well(sdk: LlamaCloud, index_id: str) -> None:
    config_id = sdk.indexes.get(index_id).export_config_id
    assert sdk.retrieval.retrieve(index_id=config_id, query="oak").results


def test_filters_and_thresholds(sdk: LlamaCloud, index_id: str, kitchen: str) -> None:
    def files(**options: object) -> set[str]:
        given: Any = {"index_id": index_id, "query": "electrician outage deploy", "top_k": 50, **options}
        results = sdk.retrieval.retrieve(**given).results
        return {str(result.metadata["file_name"]) for result in results if result.metadata}

    all_files = {"kitchen.md", "work/deploying.md", "work/retro.txt"}
    assert files() == all_files
    by_id = {"parsed_directory_file_id": {"operator": "eq", "value": kitchen}}
    assert files(static_filters=by_id) == {"kitchen.md"}
    listed = {"file_name": {"operator": "nin", "value": ["kitchen.md", "work/retro.txt"]}}
    assert files(custom_filters=listed) == {"work/deploying.md"}
    assert files(custom_filters={"first_line": [{"operator": "gte", "value": 2}]}) == {"kitchen.md"}
    assert files(score_threshold=1000) == set()
    assert files(rerank={"enabled": False}) == all_files
    assert len(files(rerank={"top_n": 1})) == 1


def test_files_are_found_by_name_over_several_pages(sdk: LlamaCloud, index_id: str) -> None:
    first = sdk.retrieval.find(index_id=index_id, page_size=2)
    assert len(first.items) == 2
    assert [file.file_name for file in first] == ["kitchen.md", "work/deploying.md", "work/retro.txt"]
    contains = sdk.retrieval.find(index_id=index_id, file_name_contains="WORK/")
    assert [file.file_name for file in contains] == ["work/deploying.md", "work/retro.txt"]
    assert [file.file_name for file in sdk.retrieval.find(index_id=index_id, file_name="retro.txt")] == [
        "work/retro.txt"
    ]
    assert list(sdk.retrieval.find(index_id=index_id, file_name="retro")) == []


def test_a_pattern_is_found_with_its_places_over_several_pages(sdk: LlamaCloud, index_id: str, kitchen: str) -> None:
    page = sdk.retrieval.grep(index_id=index_id, file_id=kitchen, pattern=r"^## \w+", context_chars=0, page_size=2)
    assert len(page.items) == 2
    matches = list(page)
    assert [match.content for match in matches] == ["## Decisions", "## Timeline", "## Contacts"]
    whole = sdk.retrieval.read(index_id=index_id, file_id=kitchen).content
    assert [whole[match.start_char : match.end_char] for match in matches] == [match.content for match in matches]
    (around,) = sdk.retrieval.grep(index_id=index_id, file_id=kitchen, pattern="slate", context_chars=10)
    assert around.content == "preferred slate.\n\n## Time"


def test_patterns_that_cannot_be_searched_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.local.search.patterns.SEARCH_TIMEOUT", 0.1)
    folder = tmp_path / "long"
    folder.mkdir()
    (folder / "a.txt").write_text("a" * 5000 + "!")
    with served(folder, tmp_path / "data") as http:
        (index_id,) = index_ids(http).values()
        (file,) = http.post("/api/v1/retrieval/files/find", json={"index_id": index_id}).json()["items"]
        for pattern, reason in (("(", "not a regular expression"), (r"(a|a|aa)+$", "takes longer")):
            body = {"index_id": index_id, "file_id": file["file_id"], "pattern": pattern}
            response = http.post("/api/v1/retrieval/files/grep", json=body)
            assert response.status_code == 422
            assert reason in response.json()["detail"][0]["msg"]


def test_patterns_that_take_long_hold_up_nothing_else(
    notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many, opened, searching = 60, threading.Event(), list[PatternSearch]()

    def spans(search: PatternSearch, *_: object) -> list[tuple[int, int]]:
        searching.append(search)
        assert opened.wait(60)
        return []

    monkeypatch.setattr(PatternSearch, "spans", spans)
    with served(notes, tmp_path) as http, ThreadPoolExecutor(many) as pool:
        (index_id,) = index_ids(http).values()
        (file, *_) = http.post("/api/v1/retrieval/files/find", json={"index_id": index_id}).json()["items"]
        body = {"index_id": index_id, "file_id": file["file_id"]}
        asked = partial(http.post, json=body | {"pattern": "a"}, timeout=60)
        try:
            greps = [pool.submit(asked, "/api/v1/retrieval/files/grep") for _ in range(many)]
            until(lambda: len(searching) == PATTERNS_AT_ONCE)
            for _ in range(20):  # time in which the others would take what threads there are
                assert http.post("/api/v1/retrieval/files/read", json=body).status_code == 200
        finally:
            opened.set()
        assert {grep.result().status_code for grep in greps} == {200}


def test_what_does_not_exist(sdk: LlamaCloud, index_id: str, http: httpx.Client, kitchen: str) -> None:
    with pytest.raises(NotFoundError, match="Index idx-none"):
        sdk.retrieval.retrieve(index_id="idx-none", query="oak")
    with pytest.raises(NotFoundError, match="File dfl-none"):
        sdk.retrieval.read(index_id=index_id, file_id="dfl-none")
    with pytest.raises(NotFoundError):
        sdk.retrieval.read(index_id=index_ids(http)["archive"], file_id=kitchen)
    with pytest.raises(NotFoundError):
        sdk.retrieval.read(index_id=index_id, file_id="../../etc/passwd")


@pytest.mark.parametrize(
    ("route", "body", "field"),
    [
        ("retrieve", {}, "query"),
        ("retrieve", {"query": ""}, "query"),
        ("retrieve", {"query": "oak", "top_k": 0}, "top_k"),
        ("retrieve", {"query": "oak", "vector_pipeline_weight": 2}, "vector_pipeline_weight"),
        ("files/find", {"page_size": 0}, "page_size"),
        ("files/find", {"page_token": "rubbish"}, "page_token"),
        ("files/grep", {"file_id": "x"}, "pattern"),
        ("files/read", {"file_id": "x", "offset": -1}, "offset"),
        ("files/read", {}, "file_id"),
    ],
)
def test_bodies_that_do_not_fit(
    http: httpx.Client, index_id: str, route: str, body: dict[str, object], field: str
) -> None:
    response = http.post(f"/api/v1/retrieval/{route}", json={"index_id": index_id, **body})
    assert response.status_code == 422
    assert response.json()["detail"][0]["loc"] == ["body", field]


def test_a_page_of_results_is_at_most_the_largest(http: httpx.Client, index_id: str) -> None:
    body = {"index_id": index_id, "query": "oak", "top_k": 100_000}
    assert http.post("/api/v1/retrieval/retrieve", json=body).status_code == 200


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Der Vertrag wurde von Frau Yilmaz unterschrieben.", "Wer hat die Verträge unterschrieben?"),
        ("Los inquilinos pagan el alquiler el día cinco.", "¿Cuándo se pagan los alquileres?"),
        ("Счётчик воды проверяли в сентябре.", "Когда проверяли счётчики?"),
        ("净水器的滤芯每半年更换一次。", "滤芯什么时候更换"),
        ("火曜日の会議の議事録です。", "議事録はどこ"),
        ("The house was sold.", "houses"),
    ],
)
def test_other_languages_and_inflections(tmp_path: Path, workbench: Connection, text: str, question: str) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "wanted.md").write_text(text, encoding="utf-8")
    (folder / "other.md").write_text("Nothing of interest stands here, only filling.", encoding="utf-8")
    with sdk_for(workbench) as client:
        results = client.retrieval.retrieve(index_id=added(client, folder), query=question).results
        assert [result.content for result in results] == [text]
