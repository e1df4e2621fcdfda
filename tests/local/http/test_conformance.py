"""What other clients of the API rely on, beyond what the official SDK's types say."""

from collections.abc import Mapping
from typing import Any, cast

import httpx
import pytest

from tests.local.server import Connection, until
from tests.local.turn import ask, index_ids
from tui.local.http.openapi import document

Json = dict[str, Any]


def undescribed(value: object, schema: Mapping[str, Any], schemas: Mapping[str, Any], where: str = "") -> list[str]:
    """The places in an answer of which the description does not say that they are there."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    if "oneOf" in schema:
        mapping = schema["discriminator"]["mapping"]
        return undescribed(value, {"$ref": mapping[cast("Json", value)["type"]]}, schemas, where)
    if isinstance(value, list):
        items = cast("list[object]", value)
        return [found for item in items for found in undescribed(item, schema.get("items", {}), schemas, f"{where}[]")]
    if not isinstance(value, dict) or "properties" not in schema:
        return []
    fields = cast("Json", value)
    missing = [f"{where}.{name}" for name in fields if name not in schema["properties"]]
    known = {name: field for name, field in fields.items() if name in schema["properties"]}
    return missing + [
        found
        for name, field in known.items()
        for found in undescribed(field, schema["properties"][name], schemas, f"{where}.{name}")
    ]


def test_every_field_of_real_answers_is_described(http: httpx.Client) -> None:
    description: Any = document()
    schemas = description["components"]["schemas"]
    index_id = index_ids(http)["notes"]
    session_id = http.post("/api/v1/chat", json={"index_ids": [index_id]}).json()["session_id"]
    streamed = [event for _, event in ask(http, session_id, "Why oak?", [index_id])]
    retrieved = http.post("/api/v1/retrieval/retrieve", json={"index_id": index_id, "query": "oak"}).json()
    (file, *_) = files = http.post("/api/v1/retrieval/files/find", json={"index_id": index_id}).json()["items"]
    grep = {"index_id": index_id, "file_id": file["file_id"], "pattern": "e"}
    answers: dict[str, list[Json]] = {
        "Summary": http.get("/api/v1/chat").json()["items"],
        "Session": [http.get(f"/api/v1/chat/{session_id}").json()],
        "Event": streamed,
        "Index": [
            http.get(f"/api/v1/indexes/{index_id}", params={"expand": "sync_in_progress"}).json(),
            *http.get("/api/v1/indexes").json()["items"],
        ],
        "Project": http.get("/api/v1/projects").json(),
        "Result": retrieved["results"],
        "File": files,
        "Match": http.post("/api/v1/retrieval/files/grep", json=grep).json()["items"],
    }
    for name, answer in answers.items():
        assert answer
        assert undescribed(answer, {"items": {"$ref": name}}, schemas, name) == []
    assert {event["type"] for event in streamed} >= {"text_delta", "tool_call", "tool_result", "text", "stop"}


def test_the_key_is_taken_from_the_cookie_of_the_web_app_too(server: Connection) -> None:
    url = f"{server.base_url}/api/v1/chat"
    with_key = {"Cookie": f"theme=dark; session={server.api_key}"}
    assert httpx.get(url, headers=with_key, trust_env=False).status_code == 200
    for cookie in ("session=llx-wrong", "session=", f"key={server.api_key}"):
        assert httpx.get(url, headers={"Cookie": cookie}, trust_env=False).status_code == 401


def test_a_method_that_a_path_has_not_is_answered_with_those_that_it_has(http: httpx.Client) -> None:
    refused = http.put("/api/v1/chat")
    assert refused.status_code == 405
    assert refused.headers["allow"] == "GET, HEAD, POST"
    assert http.patch("/api/v1/chat/ses-1").headers["allow"] == "DELETE, GET, HEAD"


def test_no_index_in_a_list_is_no_binding(http: httpx.Client) -> None:
    session = http.post("/api/v1/chat", json={"index_ids": []}).json()
    assert session["index_ids"] is None
    ids = [index_ids(http)["notes"]]
    assert ask(http, session["session_id"], "Why oak?", ids)[-1][1]["is_error"] is False


def test_an_index_can_be_named_by_its_export(http: httpx.Client) -> None:
    index_id = index_ids(http)["notes"]
    export = http.get(f"/api/v1/indexes/{index_id}").json()["export_config_id"]
    session = http.post("/api/v1/chat", json={"index_ids": [export]}).json()
    assert session["index_ids"] == [index_id]
    assert ask(http, session["session_id"], "Why oak?", [export])[-1][1]["is_error"] is False
    summary = http.get(f"/api/v1/chat/{session['session_id']}/summary").json()
    assert summary["job_metadata"]["export_config_ids"] == [export]


def test_a_sync_that_does_not_run_cannot_be_cancelled(http: httpx.Client) -> None:
    index_id = index_ids(http)["archive"]
    until(lambda: not http.get(f"/api/v1/indexes/{index_id}?expand=sync_in_progress").json()["sync_in_progress"])
    assert http.post(f"/api/v1/indexes/{index_id}/sync/cancel").status_code == 409


@pytest.mark.parametrize("body", [None, {}])
def test_the_body_of_a_new_session_may_be_left_out(http: httpx.Client, body: Json | None) -> None:
    assert http.post("/api/v1/chat", json=body).json()["index_ids"] is None
    description: Any = document()
    assert description["paths"]["/api/v1/chat"]["post"]["requestBody"]["required"] is False


def references_in(described: object) -> list[str]:
    if isinstance(described, list):
        return [found for item in cast("list[object]", described) for found in references_in(item)]
    if not isinstance(described, dict):
        return []
    fields = cast("dict[str, object]", described)
    own = [fields["$ref"]] if isinstance(fields.get("$ref"), str) else []
    return [*map(str, own), *(found for field in fields.values() for found in references_in(field))]


def test_the_description_names_all_that_a_generated_client_needs() -> None:
    described: Any = document()
    known = {f"#/components/schemas/{name}" for name in described["components"]["schemas"]}
    assert set(references_in(described)) <= known
    operations = [operation for path in described["paths"].values() for operation in path.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    for operation in operations:
        assert operation["tags"]
        (good,) = (answer for status, answer in operation["responses"].items() if status.startswith("2"))
        for media in good.get("content", {}).values():
            assert "itemSchema" in media or "$ref" in media["schema"] or "items" in media["schema"]
