"""`llamachat-tui push` against the local server, whose routes for directories are LlamaCloud's."""

import os
import signal
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.commands.calling import Command, Outcome
from tests.commands.limiting import Limits, limited
from tests.local.server import Connection, connected, running_server, until


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[Connection]:
    with running_server([], tmp_path_factory.mktemp("data")) as connection:
        yield connection


@pytest.fixture
def http(server: Connection) -> Generator[httpx.Client]:
    with connected(server) as client:
        yield client


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    (folder / "deep").mkdir(parents=True)
    (folder / "roof.md").write_text("# Roof\n\nThe roof was mended in May.\n")
    (folder / "deep" / "cellar.md").write_text("# Cellar\n\nThe cellar is damp.\n")
    (folder / ".env").write_text("KEY=secret")
    return folder


@pytest.fixture
def push(command: Command, server: Connection, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("LLAMA_CLOUD_API_KEY", server.api_key)

    def pushed(*arguments: str | Path) -> Outcome:
        return command("push", *map(str, arguments), "--base-url", server.base_url)

    return pushed


@pytest.fixture
def line(http: httpx.Client) -> Generator[Limits]:
    with limited(http) as open_line:
        yield open_line


@pytest.fixture
def push_over(command: Command, server: Connection, line: Limits, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("LLAMA_CLOUD_API_KEY", server.api_key)

    def pushed(*arguments: str | Path) -> Outcome:
        return command("push", *map(str, arguments), "--yes", "--base-url", line.base_url)

    return pushed


def files_of(http: httpx.Client, name: str) -> dict[str, str]:
    """The ids of the files of the directory of this name, by their names."""
    (directory,) = http.get("/api/v1/beta/directories", params={"name": name}).json()["items"]
    query = {"page_size": 1000}
    items = http.get(f"/api/v1/beta/directories/{directory['id']}/files", params=query).json()["items"]
    assert len({item["display_name"] for item in items}) == len(items)
    return {item["display_name"]: item["id"] for item in items}


def index_named(http: httpx.Client, name: str) -> str:
    (index,) = [item for item in http.get("/api/v1/indexes").json()["items"] if item["name"] == name]
    return index["id"]


def found(http: httpx.Client, index_id: str, query: str) -> set[str]:
    asked = {"index_id": index_id, "query": query}
    results = http.post("/api/v1/retrieval/retrieve", json=asked).json()["results"]
    return {result["metadata"]["file_name"] for result in results}


def test_a_folder_becomes_an_index_and_then_only_changes_are_sent(push: Any, http: httpx.Client, papers: Path) -> None:
    first = push(papers, "--yes")
    assert (first.code, first.out) == (0, "")
    assert "To send: 2 files" in first.err
    before = files_of(http, "papers")
    assert before.keys() == {"roof.md", "deep/cellar.md"}
    index_id = index_named(http, "papers")
    until(lambda: found(http, index_id, "damp") == {"deep/cellar.md"})

    (papers / "roof.md").write_text("# Roof\n\nThe roof is made of slate.\n")
    second = push(papers, "--yes")
    assert "To send: 1 file" in second.err
    assert "1 are there already" in second.err
    after = files_of(http, "papers")
    assert after["deep/cellar.md"] == before["deep/cellar.md"]
    assert after["roof.md"] != before["roof.md"]
    until(lambda: found(http, index_named(http, "papers"), "slate") == {"roof.md"})

    assert "To send: 0 files" in push(papers, "--yes").err
    assert files_of(http, "papers") == after


def test_nothing_leaves_the_machine_unasked(push: Any, http: httpx.Client, papers: Path) -> None:
    refused = push(papers, "--index", "asked")
    assert refused.code == 1
    assert "To send: 2 files" in refused.err
    assert "--yes is needed without a terminal" in refused.err
    assert http.get("/api/v1/beta/directories", params={"name": "asked"}).json()["items"] == []


def test_what_is_gone_here_is_deleted_there_only_when_asked(push: Any, http: httpx.Client, papers: Path) -> None:
    push(papers, "--index", "tidy", "--yes")
    (directory,) = http.get("/api/v1/beta/directories", params={"name": "tidy"}).json()["items"]
    path = f"/api/v1/beta/directories/{directory['id']}/files/upload"
    http.post(path, files={"upload_file": ("by hand.md", b"# By hand")})
    (papers / "roof.md").unlink()
    kept = push(papers, "--index", "tidy", "--yes")
    assert "Gone here, and left alone there: 1 file." in kept.err
    assert "roof.md" in files_of(http, "tidy")
    assert push(papers, "--index", "tidy", "--yes", "--delete").code == 0
    assert files_of(http, "tidy").keys() == {"deep/cellar.md", "by hand.md"}


def test_a_file_that_is_refused_is_named_and_the_exit_code_tells(push: Any, http: httpx.Client, papers: Path) -> None:
    (papers / "what?.md").write_text("A name that the local server refuses.")
    outcome = push(papers, "--index", "odd", "--yes")
    assert outcome.code == 1
    assert "Not taken: what?.md" in outcome.err
    assert files_of(http, "odd").keys() == {"roof.md", "deep/cellar.md"}
    assert index_named(http, "odd")


def test_a_push_that_is_killed_goes_on_where_it_stopped(
    push: Any, server: Connection, http: httpx.Client, tmp_path: Path
) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(150):
        (folder / f"{number}.md").write_text(f"# Number {number}")
    command = [sys.executable, "-m", "tui", "push", str(folder), "--yes", "--base-url", server.base_url]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, env=dict(os.environ)) as process:
        until(lambda: bool(http.get("/api/v1/beta/directories", params={"name": "many"}).json()["items"]))
        until(lambda: len(files_of(http, "many")) >= 5)
        process.send_signal(signal.SIGKILL)
    before = files_of(http, "many")
    assert 5 <= len(before) < 150
    assert push(folder, "--yes").code == 0
    after = files_of(http, "many")
    assert len(after) == 150
    assert before.items() <= after.items()


def test_what_cannot_be_pushed_is_said(push: Any, tmp_path: Path) -> None:
    assert "There is no folder" in push(tmp_path / "none", "--yes").err
    (tmp_path / "empty").mkdir()
    nothing = push(tmp_path / "empty", "--yes")
    assert nothing.code == 2
    assert "no file that could be sent" in nothing.err


def test_what_the_server_holds_back_for_its_limits_is_asked_again(
    push_over: Any, line: Limits, http: httpx.Client, papers: Path
) -> None:
    line.refused = {"POST /api/v1/beta/directories": [429] * 4, "POST /api/v1/indexes": [429] * 4}
    first = push_over(papers, "--index", "held")
    assert (first.code, first.out) == (0, "")
    assert files_of(http, "held").keys() == {"roof.md", "deep/cellar.md"}
    index_id = index_named(http, "held")
    assert line.passed["POST /api/v1/indexes"] == 1

    line.refused = {f"POST /api/v1/indexes/{index_id}/sync": [429] * 2, "GET /api/v1/indexes": [429] * 4}
    assert push_over(papers, "--index", "held").code == 0
    assert line.passed[f"POST /api/v1/indexes/{index_id}/sync"] == 1


def test_a_push_that_fails_after_its_files_says_that_they_are_there(
    push_over: Any, line: Limits, http: httpx.Client, papers: Path
) -> None:
    line.refused = {"POST /api/v1/indexes": [403]}
    failed = push_over(papers, "--index", "late")
    assert failed.code == 4
    assert "All files are there; the index is not made or synced yet. The same command goes on from here." in failed.err
    (directory,) = http.get("/api/v1/beta/directories", params={"name": "late"}).json()["items"]
    line.refused = {f"POST /api/v1/beta/directories/{directory['id']}/files/upload": [401]}
    (papers / "new.md").write_text("# New")
    halfway = push_over(papers, "--index", "late")
    assert "What was taken is there. The same command goes on from here." in halfway.err
    assert push_over(papers, "--index", "late").code == 0
    assert files_of(http, "late").keys() == {"roof.md", "deep/cellar.md", "new.md"}
    assert index_named(http, "late")


def test_what_is_left_out_is_named(push: Any, http: httpx.Client, papers: Path) -> None:
    (papers / "dangling.md").symlink_to("nowhere.md")
    (papers / "linked.md").symlink_to("roof.md")
    os.mkfifo(papers / "pipe.md")
    (papers / "empty.md").touch()
    outcome = push(papers, "--index", "left", "--yes")
    assert outcome.code == 0
    assert "Left out: dangling.md: it is a link that leads nowhere." in outcome.err
    assert "Left out: linked.md: it is a link, and links are not followed." in outcome.err
    assert "Left out: pipe.md: it is no file but a pipe, a socket or a device." in outcome.err
    assert "Left out: empty.md: it is empty." in outcome.err
    assert files_of(http, "left").keys() == {"roof.md", "deep/cellar.md"}
    for number in range(9):
        (papers / f"z{number}.md").touch()
    many = push(papers, "--index", "left", "--yes").err
    assert many.count("Left out: ") == 5
    assert "Left out as well: 8 more" in many
