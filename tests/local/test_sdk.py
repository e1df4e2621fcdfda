"""The official SDK against the server: what is served is the real API and not our reading of it."""

import json
from typing import Any

import httpx
import pytest
from llama_cloud import AuthenticationError, LlamaCloud, NotFoundError

from tests.local.server import Connection
from tests.local.turn import index_ids


@pytest.fixture(params=["chat", "beta.chat"])
def chat(request: pytest.FixtureRequest, sdk: LlamaCloud) -> Any:
    return sdk.chat if request.param == "chat" else sdk.beta.chat


pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def test_a_session_from_its_making_to_its_deletion(chat: Any, http: httpx.Client) -> None:
    ids = [index_ids(http)["notes"]]
    exports = [http.get(f"/api/v1/indexes/{ids[0]}").json()["export_config_id"]]
    created = chat.create(index_ids=ids)
    assert created.index_ids == ids
    assert created.generated_title is None
    assert created.job_metadata is None
    with chat.with_streaming_response.stream(created.session_id, index_ids=ids, prompt="Why oak?") as response:
        lines = [line for line in response.iter_lines() if line.startswith("data: ")]
    events = [json.loads(line[6:]) for line in lines]
    assert events[-1]["type"] == "stop"
    assert not events[-1]["is_error"]
    full = chat.retrieve(created.session_id)
    assert full.events[0].type == "user_input"
    assert full.events[-1].type == "stop"
    summary = chat.get_summary(created.session_id)
    assert summary.generated_title == "Why oak?"
    assert summary.job_metadata.is_error is False
    assert summary.job_metadata.export_config_ids == exports
    assert summary.job_metadata.turns == 2
    chat.delete(created.session_id)
    with pytest.raises(NotFoundError, match="was not found"):
        chat.retrieve(created.session_id)


def test_sessions_are_listed_over_several_pages_newest_first(chat: Any) -> None:
    made = [chat.create().session_id for _ in range(7)]
    first = chat.list(page_size=3)
    assert len(first.items) == 3
    late = chat.create().session_id
    listed = [session.session_id for page in first.iter_pages() for session in page.items]
    assert [session_id for session_id in listed if session_id in made] == made[::-1]
    assert late not in listed
    assert len(listed) == len(set(listed))


def test_indexes(sdk: LlamaCloud) -> None:
    listed = {index.name: index for index in sdk.indexes.list()}
    assert set(listed) == {"notes", "archive", "kiln"}
    index = sdk.indexes.get(listed["notes"].id, expand=["sync_in_progress"])
    assert index.sync_in_progress in (True, False)
    assert index.created_at is not None
    assert index.created_at.tzinfo is not None
    assert sdk.indexes.get(listed["notes"].id).sync_in_progress is None
    with pytest.raises(NotFoundError):
        sdk.indexes.get("idx-none")


def test_projects(sdk: LlamaCloud) -> None:
    (project,) = sdk.projects.list()
    assert project.is_default
    assert sdk.projects.get(project.id).name == project.name
    assert [other.id for other in sdk.v2_projects.list()] == [project.id]


def test_attachments_that_do_not_exist(sdk: LlamaCloud) -> None:
    assert list(sdk.beta.attachments.list(source_id="dfl-1")) == []
    with pytest.raises(NotFoundError):
        sdk.beta.attachments.get("screenshots/page_1.jpg", source_id="dfl-1")


def test_a_key_that_is_wrong(server: Connection) -> None:
    client = LlamaCloud(base_url=server.base_url, api_key="llx-wrong", max_retries=0)
    with client, pytest.raises(AuthenticationError, match="Not authenticated"):
        client.chat.list()
