"""Directories: made, filled, indexed and asked about with the official SDK, and what is refused."""

import asyncio
import io
import json
import stat
from collections.abc import Generator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import httpx
import pytest
from llama_cloud import AsyncLlamaCloud, ConflictError, LlamaCloud, NotFoundError, UnprocessableEntityError

from tests.local.conftest import idle, sdk_for
from tests.local.http.test_conformance import undescribed
from tests.local.inprocess import served
from tests.local.server import Connection, connected, running_server, until
from tests.local.turn import ask
from tui.local.http.auth import MAX_UPLOAD_BYTES
from tui.local.http.openapi import document

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

HOSTILE = [
    "../up.md",
    "a/../../up.md",
    "/etc/passwd",
    "a//b.md",
    ".gitignore",
    "a/.hidden/b.md",
    "a\\..\\b.md",
    "b\n.md",
    "con.md",
    "a/ b.md",
    "what?.md",
    "e" * 201,
    "d/" * 550 + "x.md",
]
GUIDE = b"# Kiln\n\nThe cone of zone three is replaced every forty firings.\n"


@pytest.fixture
def client(workbench: Connection) -> Generator[LlamaCloud]:
    with sdk_for(workbench) as sdk:
        yield sdk


@pytest.fixture
def wire(workbench: Connection) -> Generator[httpx.Client]:
    with connected(workbench) as http:
        yield http


def uploaded(wire: httpx.Client, directory_id: str, name: str, content: bytes = GUIDE, **form: str) -> httpx.Response:
    path = f"/api/v1/beta/directories/{directory_id}/files/upload"
    return wire.post(path, files={"upload_file": (name, content)}, data=form)


def names(client: LlamaCloud, directory_id: str) -> list[str]:
    return sorted(file.display_name for file in client.beta.directories.files.list(directory_id))


async def test_the_official_quick_start(workbench: Connection, tmp_path: Path) -> None:
    """Directory, upload in both ways, index, wait, retrieve and chat: the steps of the guides of Index v2."""
    (tmp_path / "report.md").write_bytes(GUIDE)
    async with AsyncLlamaCloud(base_url=workbench.base_url, api_key=workbench.api_key) as client:
        beta: Any = client.beta
        directory = await beta.directories.create(name="my-docs", description="Product documentation")
        await beta.directories.files.upload(directory_id=directory.id, upload_file=str(tmp_path / "report.md"))
        with io.BytesIO(b"Glaze 12 is matt.\n") as file:
            file.name = "glazes.txt"
            stored = await client.files.create(file=file, purpose="user_data")
        await beta.directories.files.add(directory.id, file_id=stored.id)

        index = await beta.indexes.create(source_directory_id=directory.id, name="my-index")
        assert index.source_directory_id == directory.id
        await beta.indexes.sync(index.id)
        while (await beta.indexes.get(index.id)).metadata["status"] != "ready":
            await asyncio.sleep(0.05)
        found = await beta.retrieval.retrieve(index_id=index.export_config_id, query="how often is the cone replaced?")
        assert "forty firings" in found.results[0].content

        session = await client.chat.create(index_ids=[index.id])
        streaming = client.chat.with_streaming_response
        prompt = "Which glaze is matt?"
        async with streaming.stream(session.session_id, index_ids=[index.id], prompt=prompt) as response:
            events = [json.loads(line[6:]) async for line in response.iter_lines() if line.startswith("data: ")]
        assert "Glaze 12" in "".join(event.get("content", "") for event in events if event["type"] == "text")
        await beta.indexes.delete(index.id)
        assert len([file async for file in beta.directories.files.list(directory.id)]) == 2


def test_what_is_uploaded_later_is_found_after_a_sync(client: LlamaCloud, wire: httpx.Client) -> None:
    directory = client.beta.directories.create(name="later")
    index = client.indexes.create(source_directory_id=directory.id)
    assert index.name == "later"
    until(lambda: idle(client, index.id))
    file = uploaded(wire, directory.id, "kiln.md").json()
    client.indexes.sync(index.id)
    until(lambda: idle(client, index.id))
    assert client.retrieval.retrieve(index_id=index.id, query="cone").results
    client.beta.directories.files.delete(file["id"], directory_id=directory.id)
    client.indexes.sync(index.id)
    until(lambda: idle(client, index.id))
    assert client.retrieval.retrieve(index_id=index.id, query="cone").results == []
    with pytest.raises(ConflictError, match="delete the index first"):
        client.beta.directories.delete(directory.id)
    client.indexes.delete(index.id)
    client.beta.directories.delete(directory.id)
    with pytest.raises(NotFoundError):
        client.beta.directories.get(directory.id)


def test_directories_are_listed_and_renamed(client: LlamaCloud) -> None:
    made = client.beta.directories.create(name="plans", description="Of the house")
    client.beta.directories.update(made.id, name="old plans")
    (found,) = client.beta.directories.list(name="old plans", types=["user"])
    assert (found.id, found.description, found.type) == (made.id, "Of the house", "user")
    assert list(client.beta.directories.list(name="plans")) == []
    assert list(client.beta.directories.list(name="old plans", type="ephemeral")) == []


def test_files_are_listed_changed_and_moved(client: LlamaCloud, wire: httpx.Client) -> None:
    directories = client.beta.directories
    first, second = (directories.create(name=name).id for name in ("first", "second"))
    sent = uploaded(wire, first, "a.md", unique_id="one", metadata=json.dumps({"year": 2026})).json()
    uploaded(wire, first, "ignored.md", display_name="sub/b.md")
    assert names(client, first) == ["a.md", "sub/b.md"]
    assert [file.id for file in directories.files.list(first, unique_id="one")] == [sent["id"]]
    assert [file.display_name for file in directories.files.list(first, display_name_contains="SUB")] == ["sub/b.md"]
    file = directories.files.get(sent["id"], directory_id=first)
    assert file.metadata == {"year": 2026}
    moved = directories.files.update(
        sent["id"], directory_id=first, display_name="c.md", metadata={"kept": True}, target_directory_id=second
    )
    assert (moved.id, moved.unique_id, moved.metadata) == (sent["id"], "one", {"kept": True})
    assert names(client, first) == ["sub/b.md"]
    assert names(client, second) == ["c.md"]


def test_a_unique_id_is_taken_once_and_a_name_more_often(
    client: LlamaCloud, wire: httpx.Client, workbench_data: Path
) -> None:
    directory_id = client.beta.directories.create(name="versions").id
    folder = workbench_data / "directories" / directory_id
    old = uploaded(wire, directory_id, "a.md", b"old", unique_id="1").json()
    assert uploaded(wire, directory_id, "b.md", unique_id="1").status_code == 409
    assert uploaded(wire, directory_id, "a.md", b"new", unique_id="2").status_code == 200
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"a.md": b"old", "a (2).md": b"new"}
    client.beta.directories.files.delete(old["id"], directory_id=directory_id)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"a.md": b"new"}
    assert list((folder.parent / "uploads").glob("part-*")) == []


def test_what_is_uploaded_is_for_its_owner_alone(client: LlamaCloud, wire: httpx.Client, workbench_data: Path) -> None:
    directory_id = client.beta.directories.create(name="private").id
    uploaded(wire, directory_id, "a.md", display_name="deep/er/a.md")
    folder = workbench_data / "directories"
    paths = [folder, folder / directory_id, *(folder / directory_id).rglob("*"), folder / "directories.sqlite3"]
    assert len(paths) == 6
    assert all(stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 for path in paths)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_refused_in_words(
    client: LlamaCloud, wire: httpx.Client, workbench_data: Path, name: str
) -> None:
    directory_id = client.beta.directories.create(name="hostile").id
    before = sorted(workbench_data.rglob("*"))
    refused = uploaded(wire, directory_id, "x.md", display_name=name)
    assert refused.status_code == 422
    assert "name" in refused.json()["detail"][0]["msg"].lower()
    assert sorted(workbench_data.rglob("*")) == before


def test_a_name_that_begins_at_the_root_is_refused_for_that(client: LlamaCloud, wire: httpx.Client) -> None:
    directory_id = client.beta.directories.create(name="root").id
    refused = uploaded(wire, directory_id, "x.md", display_name="/notes/x.md")
    assert "begins with /" in refused.json()["detail"][0]["msg"]


def test_a_name_that_is_a_path_on_its_machine_loses_its_folders(client: LlamaCloud, wire: httpx.Client) -> None:
    directory_id = client.beta.directories.create(name="paths").id
    for name in ("../../up.md", "C:\\docs\\plan.md"):
        assert uploaded(wire, directory_id, name).status_code == 200
    assert names(client, directory_id) == ["plan.md", "up.md"]


def test_a_file_cannot_lie_in_a_file(client: LlamaCloud, wire: httpx.Client) -> None:
    directory_id = client.beta.directories.create(name="nested").id
    uploaded(wire, directory_id, "a.md")
    assert uploaded(wire, directory_id, "b.md", display_name="a.md/b.md").status_code == 422
    assert names(client, directory_id) == ["a.md"]


def test_requests_that_do_not_fit(client: LlamaCloud, wire: httpx.Client) -> None:
    directory_id = client.beta.directories.create(name="strict").id
    path = f"/api/v1/beta/directories/{directory_id}/files/upload"
    assert wire.post(path, data={"display_name": "a.md"}).json()["detail"][0]["loc"] == ["body", "upload_file"]
    assert wire.post(path, json={}).status_code == 422
    assert uploaded(wire, directory_id, "a.md", metadata="no json").json()["detail"][0]["loc"] == ["body", "metadata"]
    assert uploaded(wire, "dir-none", "a.md").status_code == 404
    broken = {"Content-Type": "multipart/form-data; boundary=x"}
    assert wire.post(path, content=b"--y\r\n", headers=broken).status_code in (400, 422)
    assert names(client, directory_id) == []
    with pytest.raises(NotFoundError):
        client.beta.directories.files.add(directory_id, file_id="none")
    with pytest.raises(NotFoundError):
        client.indexes.create(source_directory_id="dir-none")
    with pytest.raises(UnprocessableEntityError):
        client.beta.directories.create(name="   ")


def test_a_file_that_no_reader_reads_for_its_size_is_not_taken(client: LlamaCloud, wire: httpx.Client) -> None:
    directory_id = client.beta.directories.create(name="large").id
    assert uploaded(wire, directory_id, "a.md", bytes(2_000_000)).status_code == 200
    with closing(HTTPConnection(wire.base_url.host, wire.base_url.port or 0, timeout=20)) as raw:
        raw.putrequest("POST", f"/api/v1/beta/directories/{directory_id}/files/upload")
        raw.putheader("Authorization", wire.headers["Authorization"])
        raw.putheader("Content-Length", str(MAX_UPLOAD_BYTES + 1))
        raw.endheaders()
        assert raw.getresponse().status == 413
    assert wire.post("/api/v1/chat", content=b" " * 2_000_000).status_code == 413


def test_to_a_server_for_other_machines_nothing_is_uploaded(notes: Path, tmp_path: Path) -> None:
    with served(notes, tmp_path) as http:
        assert http.post("/api/v1/beta/directories", json={"name": "x"}).status_code == 403
        assert http.post("/api/v1/beta/files", files={"file": b"x"}, data={"purpose": "parse"}).status_code == 403
        assert http.get("/api/v1/beta/directories").json()["items"] == []


def test_a_session_over_a_directory(wire: httpx.Client, client: LlamaCloud) -> None:
    directory_id = client.beta.directories.create(name="asked").id
    uploaded(wire, directory_id, "kiln.md")
    index = client.indexes.create(source_directory_id=directory_id)
    assert [found.id for found in client.indexes.list(source_directory_id=directory_id)] == [index.id]
    until(lambda: idle(client, index.id))
    session_id = wire.post("/api/v1/chat", json={"index_ids": [index.id]}).json()["session_id"]
    answer = ask(wire, session_id, "How often is the cone replaced?", [index.id])
    assert "forty firings" in json.dumps(answer)


def test_directories_and_the_indexes_over_them_outlast_the_server(tmp_path: Path) -> None:
    with running_server([], tmp_path) as server, sdk_for(server) as client, connected(server) as http:
        directory_id = client.beta.directories.create(name="kept").id
        uploaded(http, directory_id, "kiln.md")
        index_id = client.indexes.create(source_directory_id=directory_id).id
    with running_server([], tmp_path) as server, sdk_for(server) as client:
        assert names(client, directory_id) == ["kiln.md"]
        assert [index.id for index in client.indexes.list(source_directory_id=directory_id)] == [index_id]
        until(lambda: bool(client.retrieval.retrieve(index_id=index_id, query="cone").results))


def test_every_field_of_them_is_described(wire: httpx.Client) -> None:
    schemas: Any = document()["components"]["schemas"]
    directory = wire.post("/api/v1/beta/directories", json={"name": "described"}).json()
    file = uploaded(wire, directory["id"], "a.md").json()
    stored = wire.post("/api/v1/beta/files", files={"file": ("b.md", GUIDE)}, data={"purpose": "user_data"}).json()
    for schema, answer in (("Directory", directory), ("DirectoryFile", file), ("UploadedFile", stored)):
        assert undescribed(answer, {"$ref": schema}, schemas) == []
    assert wire.delete(f"/api/v1/beta/files/{stored['id']}").status_code == 204
    assert wire.delete(f"/api/v1/beta/files/{stored['id']}").status_code == 404
