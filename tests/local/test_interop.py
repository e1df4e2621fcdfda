"""A whole research with the official SDK, from a folder that is added to the picture of the page that was cited."""

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import httpx
import pytest
from llama_cloud import AsyncLlamaCloud, ConflictError, LlamaCloud, NotFoundError

from tests.local.conftest import sdk_for
from tests.local.documents import pdf
from tests.local.server import Connection, until


@pytest.fixture
def client(workbench: Connection) -> Generator[LlamaCloud]:
    with sdk_for(workbench) as sdk:
        yield sdk


def streamed(client: LlamaCloud, session_id: str, index_id: str, prompt: str) -> list[dict[str, Any]]:
    with client.chat.with_streaming_response.stream(session_id, index_ids=[index_id], prompt=prompt) as response:
        return [json.loads(line[6:]) for line in response.iter_lines() if line.startswith("data: ")]


def test_a_research_from_the_folder_to_the_picture(client: LlamaCloud, tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / "report.pdf").write_bytes(pdf([["The roof was mended."], ["The cellar is damp."]]))
    (project,) = client.projects.list()
    index = client.indexes.create(source_directory_id=str(folder), project_id=project.id)
    until(lambda: client.indexes.get(index.id).last_synced_at is not None)
    with pytest.raises(ConflictError):
        client.indexes.create(source_directory_id=str(folder))

    (file,) = client.retrieval.find(index_id=index.id, file_name_contains="report")
    (match,) = client.retrieval.grep(index_id=index.id, file_id=file.file_id, pattern="cellar")
    read = client.retrieval.read(index_id=index.id, file_id=file.file_id, offset=match.start_char, max_length=6)
    assert read.content == "cellar"
    found = client.retrieval.retrieve(index_id=index.id, query="is the cellar damp?").results[0]
    assert found.static_fields is not None
    assert found.static_fields.page_range_start == 2

    session = client.chat.create(index_ids=[index.id])
    events = streamed(client, session.session_id, index.id, "show me page 2 of report.pdf")
    picture = next(event["image_attachment"] for event in events if event.get("image_attachment"))
    stored = next(
        event.image_attachment
        for event in client.chat.retrieve(session.session_id).events
        if event.type == "tool_result" and event.image_attachment
    )
    assert stored.attachment_name == picture["attachment_name"] == "screenshots/page_2.jpg"
    listed = [item.name for item in client.beta.attachments.list(source_id=stored.source_id)]
    assert listed == ["screenshots/page_1.jpg", "screenshots/page_2.jpg"]
    signed = client.beta.attachments.get(stored.attachment_name, source_id=stored.source_id)
    assert httpx.get(signed.url, trust_env=False).content.startswith(b"\xff\xd8")

    client.chat.delete(session.session_id)
    client.indexes.delete(index.id)
    with pytest.raises(NotFoundError):
        client.retrieval.retrieve(index_id=index.id, query="cellar")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_routes_from_before_the_end_of_the_beta_are_the_same(sdk: LlamaCloud) -> None:
    beta: Any = sdk.beta
    index = next(index for index in beta.indexes.list() if index.name == "notes")
    assert beta.retrieval.retrieve(index_id=index.id, query="oak").results
    assert [file.file_name for file in beta.retrieval.find(index_id=index.id, file_name="kitchen.md")] == ["kitchen.md"]


async def test_the_asynchronous_client(server: Connection) -> None:
    async with AsyncLlamaCloud(base_url=server.base_url, api_key=server.api_key, max_retries=0) as client:
        (index,) = [index async for index in client.indexes.list() if index.name == "notes"]
        session = await client.chat.create(index_ids=[index.id])
        streaming = client.chat.with_streaming_response
        async with streaming.stream(session.session_id, index_ids=[index.id], prompt="Why oak?") as response:
            lines = [line async for line in response.iter_lines()]
        assert '"type": "stop"' in next(line for line in reversed(lines) if line)
        newest = await anext(aiter(client.chat.list()))
        assert newest.session_id == session.session_id
        names = [file.file_name async for file in client.retrieval.find(index_id=index.id, page_size=1)]
        assert names == ["kitchen.md", "work/deploying.md", "work/retro.txt"]
