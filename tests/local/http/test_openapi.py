"""Requests made up from the server's own description: none is answered with a server error, or other than told."""

import json
from typing import Any, cast

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import checks
from schemathesis.specs.openapi import checks as conformance

from tests.local.server import Connection, until
from tests.local.turn import index_ids
from tui.local.http.openapi import document

DESCRIPTION = json.loads(json.dumps(document()))
schema: Any = schemathesis.openapi.from_dict(DESCRIPTION)
without_edges: Any = schemathesis.openapi.from_dict(
    DESCRIPTION, config=schemathesis.Config.from_dict({"phases": {"coverage": {"enabled": False}}})
)
"""The same, where the edges of each field are not gone through one by one: they are the same for what exists."""

SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much]
CHECKS: list[Any] = [
    checks.not_a_server_error,
    conformance.status_code_conformance,
    conformance.content_type_conformance,
    conformance.response_schema_conformance,
]


def send(case: Any, server: Connection) -> None:
    if isinstance(case.body, dict) and "source_directory_id" in case.body:
        case.body["source_directory_id"] = f"/no/such/folder/{case.body['source_directory_id']}"  # reads no disk
    headers = {"Authorization": f"Bearer {server.api_key}"}
    case.call_and_validate(base_url=server.base_url, headers=headers, checks=CHECKS)


@schema.parametrize()
@settings(max_examples=10, suppress_health_check=SLOW)
def test_no_request_is_answered_with_a_server_error(case: Any, server: Connection) -> None:
    send(case, server)


@pytest.fixture(scope="module")
def existing(server: Connection) -> dict[str, Any]:
    """Ids of what there is on the server, by the names under which requests send them."""
    headers = {"Authorization": f"Bearer {server.api_key}"}
    with httpx.Client(base_url=server.base_url, headers=headers, trust_env=False, timeout=20) as http:
        index_id = index_ids(http)["notes"]
        until(lambda: http.get(f"/api/v1/indexes/{index_id}").json()["last_synced_at"] is not None)
        files = http.post("/api/v1/retrieval/files/find", json={"index_id": index_id}).json()["items"]
        session_id = http.post("/api/v1/chat", json={}).json()["session_id"]
        (project,) = http.get("/api/v1/projects").json()
        directory_id = http.post("/api/v1/beta/directories", json={"name": "made up"}).json()["id"]
        upload = {"upload_file": ("notes.md", b"# Notes")}
        file = http.post(f"/api/v1/beta/directories/{directory_id}/files/upload", files=upload).json()
    return {
        "index_id": index_id,
        "index_ids": [index_id],
        "file_id": files[0]["file_id"],
        "session_id": session_id,
        "project_id": project["id"],
        "pipeline_id": index_id,
        "directory_id": directory_id,
        "directory_file_id": file["id"],
    }


@without_edges.exclude(method="DELETE").parametrize()
@settings(max_examples=10, suppress_health_check=SLOW)
def test_no_request_about_what_exists_is_answered_with_a_server_error(
    case: Any, server: Connection, existing: dict[str, Any]
) -> None:
    for sent in (case.path_parameters, case.body):
        if isinstance(sent, dict):
            known = existing.keys() & cast("dict[str, Any]", sent).keys()
            cast("dict[str, Any]", sent).update({name: existing[name] for name in known})
    send(case, server)


def test_the_description_is_served(http: httpx.Client) -> None:
    assert http.get("/openapi.json").json() == DESCRIPTION
