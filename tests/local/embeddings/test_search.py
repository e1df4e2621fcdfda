"""Searching by meaning through the server: its routes, its agents, and what it tells of itself."""

import subprocess
import sys
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.local.agents.scripted_model import ScriptedModel, endpoint, said
from tests.local.embeddings.scripted import ScriptedEmbeddings, answer_of
from tests.local.inprocess import Stage, served
from tests.local.server import connected, running_server, until, until_synced
from tests.local.turn import answer_to, index_ids
from tui.local.agents.llm_agent import LlmAgent
from tui.local.agents.llm_settings import LlmSettings

DOCUMENTS = {
    "fleet.md": "# Fleet\n\nThe automobile is insured until May.\n",
    "kennel.md": "# Kennel\n\nThe hound sleeps in the barn, where nobody drives.\n",
    "kitchen.md": "# Kitchen\n\nWe chose the worktop because it can be oiled again.\n",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("search") / "notes"
    made.mkdir()
    for name, text in DOCUMENTS.items():
        (made / name).write_text(text)
    return made


@pytest.fixture(scope="module")
def stage() -> Stage:
    return Stage()


@pytest.fixture(scope="module")
def http(
    folder: Path, stage: Stage, only_endpoint: ScriptedEmbeddings, tmp_path_factory: pytest.TempPathFactory
) -> Generator[httpx.Client]:
    """A client of a server that has made its vectors."""
    data = tmp_path_factory.mktemp("data")
    with served(folder, data, stage, embedding=only_endpoint.settings()) as client:
        until_made(client)
        yield client


@pytest.fixture(scope="module")
def without(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[httpx.Client]:
    """A client of a server over the same folder without an embedding model."""
    with served(folder, tmp_path_factory.mktemp("data")) as client:
        yield client


def told(http: httpx.Client) -> dict[str, Any]:
    (item,) = http.get("/api/v1/indexes").json()["items"]
    return item["metadata"]


def until_made(http: httpx.Client) -> None:
    until(lambda: (told(http)["vectors"]["total"] or 0) > 0 and not lacking(http), 20)


def lacking(http: httpx.Client) -> int:
    vectors = told(http)["vectors"]
    return vectors["total"] - vectors["done"]


def retrieved(http: httpx.Client, query: str, **more: object) -> list[str]:
    (index_id,) = index_ids(http).values()
    body = {"index_id": index_id, "query": query, **more}
    results = http.post("/api/v1/retrieval/retrieve", json=body).raise_for_status().json()["results"]
    assert [one["score"] for one in results] == sorted((one["score"] for one in results), reverse=True)
    return [one["metadata"]["file_name"] for one in results]


def test_a_synonym_is_found_only_with_an_embedding_model(http: httpx.Client, without: httpx.Client) -> None:
    assert retrieved(without, "car") == []
    assert retrieved(http, "car", top_k=1) == ["fleet.md"]
    assert retrieved(without, "dog drives")[0] == retrieved(http, "dog drives")[0] == "kennel.md"
    only_kitchen = {"file_name": {"operator": "eq", "value": "kitchen.md"}}
    assert retrieved(http, "car", custom_filters=only_kitchen) == ["kitchen.md"]
    assert retrieved(http, "car", rerank={"enabled": False}) == []
    assert retrieved(http, "who are you?") == []


def test_searches_go_by_words_where_the_endpoint_fails(
    http: httpx.Client, scripted: ScriptedEmbeddings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.local.embeddings.embeddings.PAUSE_SECONDS", 0)
    scripted.replies = [(503, "loading", {})]
    assert retrieved(http, "the worktop of a car") == ["kitchen.md"]
    scripted.replies = [(503, "loading", {})]
    assert retrieved(http, "the worktop of the cars", score_threshold=0.63) == []
    scripted.replies = [(503, "loading", {})]
    assert retrieved(http, "the worktop of any car", score_threshold=0.62) == ["kitchen.md"]
    assert retrieved(http, "the worktop of one car")[0] == "kitchen.md"
    assert told(http)["vectors"]["problem"] is None


def test_an_answer_and_the_index_say_why_the_question_was_not_searched_by_its_meaning(
    http: httpx.Client, scripted: ScriptedEmbeddings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.local.embeddings.embeddings.PAUSE_SECONDS", 0)
    refused = f"The embedding model at {scripted.base_url} refused the key (LLAMACHAT_MODEL_API_KEY)."
    scripted.replies = [(401, "", {})]
    answer = answer_of_turn(http, "Which hound of mine sleeps?")
    assert answer.startswith("The hound sleeps in the barn")
    assert answer.endswith(f"*Searched by words alone. {refused}*")
    assert told(http)["vectors"]["problem"] == refused
    assert "words alone" not in answer_of_turn(http, "Where sleeps the hound?")
    assert told(http)["vectors"]["problem"] is None


def test_the_agent_without_a_model_answers_as_before_and_shows_what_is_near(
    http: httpx.Client, without: httpx.Client
) -> None:
    question = "Where does the hound sleep?"
    assert answer_of_turn(http, question) == answer_of_turn(without, question)
    nothing = answer_of_turn(http, "car?")
    assert nothing.startswith("Nothing in **notes** matches “car”.")
    assert "Near in meaning: fleet.md \u203a Fleet [1]" in nothing
    assert nothing.count("Near in meaning") == 1
    assert "Near in meaning" not in answer_of_turn(without, "car?")


def answer_of_turn(http: httpx.Client, question: str) -> str:
    return answer_to(http, question, list(index_ids(http).values()))


def test_a_model_is_given_what_is_near_in_meaning(
    http: httpx.Client, stage: Stage, scripted: ScriptedEmbeddings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.local.embeddings.embeddings.PAUSE_SECONDS", 0)
    with endpoint() as served_model:
        served_model.model = model = ScriptedModel([said("Until May [1].")] * 2)
        monkeypatch.setattr(stage, "agent", LlmAgent(LlmSettings(served_model.base_url, "small-model")))
        scripted.replies = [(503, "loading", {})]
        assert "Searched by words alone. The embedding model" in answer_of_turn(http, "Is the car insured?")
        assert answer_of_turn(http, "Since when have we had the car?") == "Until May [1]."
    assert "automobile is insured" in model.asked[1]["messages"][-1]["content"]


def test_an_index_says_how_many_passages_have_vectors(http: httpx.Client, without: httpx.Client) -> None:
    assert told(http)["vectors"] == {"model": "small-vectors", "done": 3, "total": 3, "problem": None}
    assert "vectors" not in told(without)


def test_an_index_says_why_passages_have_no_vectors(
    folder: Path, scripted: ScriptedEmbeddings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.local.embeddings.making.RETRY_SECONDS", ())
    scripted.replies = [(404, "no such model", {})] * 50
    with served(folder, tmp_path / "data", embedding=scripted.settings()) as http:
        until(lambda: bool(told(http)["vectors"]["problem"]), 20)
        (index_id,) = index_ids(http).values()
        (remark,) = http.get(f"/api/v1/indexes/{index_id}").json()["metadata"]["remarks"]
        assert remark["name"] == "Search by meaning"
        assert remark["remark"].startswith("0 of 3 passages; The embedding model at http://127.0.0.1")
        assert "knows no model 'small-vectors'" in remark["remark"]
        assert retrieved(http, "worktop") == ["kitchen.md"]


def test_a_server_that_was_killed_makes_the_rest_at_its_next_start(
    scripted: ScriptedEmbeddings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLAMACHAT_EMBEDDING_MODEL", "small-vectors")
    monkeypatch.setenv("LLAMACHAT_MODEL_BASE_URL", scripted.base_url)
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(40):
        (folder / f"{number}.txt").write_text(f"The hound of number {number}.")
    scripted.replies = [(200, answer_of([[1.0, 0, 0, 0]] * 32), {}), (503, "", {"Retry-After": "60"})]
    with running_server([folder], tmp_path / "data") as connection:
        until(lambda: len(scripted.asked) == 2, 20)
        connection.process.kill()
    scripted.asked.clear()
    scripted.dimensions = 4
    with running_server([folder], tmp_path / "data") as connection, connected(connection) as http:
        until_synced(http)
        until_made(http)
    assert list(map(len, scripted.asked)) == [8]


def test_nothing_of_it_is_loaded_where_no_embedding_model_is_set(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from tui.local.app import build\n"
        "from tui.local.library.database import LibraryDatabase\n"
        "build(LibraryDatabase(Path(sys.argv[1])), (), 'key', loopback_only=True)\n"
        "loaded = [name for name, module in sys.modules.items() if module]\n"
        "print(*(name for name in loaded if name.startswith(('tui.local.embeddings', 'httpx'))))\n"
    )
    command: Sequence[str] = (sys.executable, "-c", script, str(tmp_path / "data"))
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == ""


def test_a_start_says_what_is_sent_to_another_machine(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "file"
    data.touch()  # where the library is to be, so that the server says what it has to say, and ends
    monkeypatch.setenv("LLAMACHAT_EMBEDDING_MODEL", "v")
    monkeypatch.setenv("LLAMACHAT_MODEL_BASE_URL", "https://models.example/v1")
    monkeypatch.setenv("LLAMACHAT_DATA_DIR", str(data))
    command = [sys.executable, "-m", "tui.local.cli", "--port", "0", str(folder)]
    said_of_it = subprocess.run(command, capture_output=True, text=True, check=False).stderr
    assert "The passages of your documents are sent to models.example" in said_of_it
