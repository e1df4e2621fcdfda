"""What the server refuses, and in which words."""

import base64
import socket

import httpx
import pytest

from tests.local.turn import ask, index_ids
from tui.local.chat.paging import MAX_PAGE_SIZE
from tui.local.http.auth import MAX_BODY_BYTES
from tui.local.http.requests import BODY_TIMEOUT
from tui.local.http.schemas import PageQuery


def new_session(http: httpx.Client, ids: list[str] | None) -> str:
    return http.post("/api/v1/chat", json={"index_ids": ids}).json()["session_id"]


def refusal(http: httpx.Client, session_id: str, **body: object) -> httpx.Response:
    return http.post(f"/api/v1/chat/{session_id}/messages/stream", json=body)


def test_a_prompt_of_1000_code_points_is_accepted_and_one_more_is_not(http: httpx.Client) -> None:
    ids = [index_ids(http)["notes"]]
    session_id = new_session(http, ids)
    assert ask(http, session_id, "😀" * 1000, ids)[-1][1]["type"] == "stop"
    response = refusal(http, session_id, prompt="😀" * 1001, index_ids=ids)
    assert response.status_code == 422
    (problem,) = response.json()["detail"]
    assert problem["loc"] == ["body", "prompt"]
    assert problem["type"] == "string_too_long"
    assert set(problem) == {"loc", "msg", "type"}


@pytest.mark.parametrize(
    ("body", "loc"),
    [
        ({"index_ids": []}, ["body", "prompt"]),
        ({"prompt": "x"}, ["body", "index_ids"]),
        ({"prompt": "", "index_ids": []}, ["body", "prompt"]),
        ({"prompt": "x", "index_ids": [1]}, ["body", "index_ids", 0]),
        ({"prompt": "x", "index_ids": [f"idx-{n}" for n in range(11)]}, ["body", "index_ids"]),
    ],
)
def test_bodies_that_do_not_fit(http: httpx.Client, body: dict[str, object], loc: list[object]) -> None:
    response = refusal(http, new_session(http, None), **body)
    assert response.status_code == 422
    assert response.json()["detail"][0]["loc"] == loc


def test_a_body_that_is_not_json(http: httpx.Client) -> None:
    response = http.post("/api/v1/chat", content=b"{")
    assert response.status_code == 422
    assert response.json()["detail"][0]["type"] == "json_invalid"


NESTED = base64.urlsafe_b64encode(b"[" * 5000 + b"]" * 5000).decode().rstrip("=")


@pytest.mark.parametrize("token", ["rubbish", "W10", "WzFd", "é", NESTED])
@pytest.mark.parametrize("path", ["chat", "indexes", "../v2/projects", "beta/attachments?source_id=dfl-1"])
def test_a_token_in_the_query_that_the_server_did_not_give(http: httpx.Client, path: str, token: str) -> None:
    response = http.get(httpx.URL(f"/api/v1/{path}").copy_add_param("page_token", token))
    assert response.status_code == 422
    assert [problem["loc"] for problem in response.json()["detail"]] == [["query", "page_token"]]


@pytest.mark.parametrize("token", ["rubbish", "W10", "WzFd", "é"])
@pytest.mark.parametrize("path", ["find", "grep"])
def test_a_token_in_the_body_that_the_server_did_not_give(http: httpx.Client, path: str, token: str) -> None:
    index_id = index_ids(http)["notes"]
    (file, *_) = http.post("/api/v1/retrieval/files/find", json={"index_id": index_id}).json()["items"]
    body = {"index_id": index_id, "file_id": file["file_id"], "pattern": "x", "page_token": token}
    response = http.post(f"/api/v1/retrieval/files/{path}", json=body)
    assert response.status_code == 422
    assert [problem["loc"] for problem in response.json()["detail"]] == [["body", "page_token"]]


@pytest.mark.parametrize("query", ["page_size=0", "page_size=x", "page_token=rubbish", "project_id=7"])
def test_queries_that_do_not_fit(http: httpx.Client, query: str) -> None:
    response = http.get(f"/api/v1/chat?{query}")
    assert response.status_code == 422
    assert response.json()["detail"][0]["loc"] == ["query", query.partition("=")[0]]


def test_a_session_of_eleven_indexes_is_not_made(http: httpx.Client) -> None:
    assert http.post("/api/v1/chat", json={"index_ids": [f"idx-{n}" for n in range(11)]}).status_code == 422


def test_a_bound_session_is_not_streamed_with_other_indexes(http: httpx.Client) -> None:
    ids = index_ids(http)
    session_id = new_session(http, [ids["notes"]])
    response = refusal(http, session_id, prompt="oak?", index_ids=[ids["archive"]])
    assert response.status_code == 422
    assert ids["notes"] in response.json()["detail"][0]["msg"]
    assert http.get(f"/api/v1/chat/{session_id}").json()["events"] == []


def test_an_unbound_session_searches_other_indexes_at_each_question(http: httpx.Client) -> None:
    ids = index_ids(http)
    session_id = new_session(http, None)
    for name in ("notes", "archive"):
        events = [event for _, event in ask(http, session_id, "Why oak?", [ids[name]])]
        results = next(event for event in events if event["type"] == "tool_result")["result"]["results"]
        assert {result["metadata"]["index_id"] for result in results} == {ids[name]}
    assert http.get(f"/api/v1/chat/{session_id}/summary").json()["index_ids"] is None


def test_indexes_that_are_not_served_are_reported_or_refused(http: httpx.Client) -> None:
    ids = [index_ids(http)["notes"], "idx-gone"]
    session_id = new_session(http, None)
    stop = ask(http, session_id, "Why oak?", ids)[-1][1]
    assert stop["skipped_index_ids"] == ["idx-gone"]
    assert refusal(http, session_id, prompt="oak?", index_ids=ids, require_all_indexes=True).status_code == 409
    assert refusal(http, session_id, prompt="oak?", index_ids=["idx-gone"]).status_code == 409
    assert http.post("/api/v1/chat", json={"index_ids": ["idx-gone"]}).status_code == 404


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_unknown_session(http: httpx.Client, method: str) -> None:
    response = http.request(method, "/api/v1/chat/ses-none")
    assert response.status_code == 404
    assert response.json() == {"detail": "Session ses-none was not found."}


@pytest.mark.parametrize(
    "headers", [{"Authorization": ""}, {"Authorization": "Bearer nope"}, {"Authorization": "Basic x"}]
)
def test_no_entry_without_the_key(http: httpx.Client, headers: dict[str, str]) -> None:
    response = http.get("/api/v1/chat", headers=headers)
    assert response.status_code == 401
    assert "API key" in response.json()["detail"]
    assert response.headers["connection"] == "close"


def test_the_key_under_another_scheme_is_no_key(http: httpx.Client) -> None:
    _, _, key = http.headers["Authorization"].partition(" ")
    assert http.get("/api/v1/chat", headers={"Authorization": f"bearer {key}"}).status_code == 200
    assert http.get("/api/v1/chat", headers={"Authorization": f"Basic {key}"}).status_code == 401


def test_another_host_name_is_not_answered(http: httpx.Client) -> None:
    for host in ("evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "192.168.0.1", "[::2]:80", ""):
        assert http.get("/api/v1/chat", headers={"Host": host}).status_code == 400, host
    for host in ("localhost:1", "LOCALHOST", "notes.localhost", "127.0.0.2:80", "[::1]:80"):
        assert http.get("/api/v1/chat", headers={"Host": host}).status_code == 200, host


def test_a_body_that_is_too_large(http: httpx.Client) -> None:
    assert http.post("/api/v1/chat", content=b" " * 1_000_001).status_code == 413
    assert http.post("/api/v1/chat", content=iter([b" " * 600_000, b" " * 600_000])).status_code == 413


def test_a_body_that_says_that_it_is_too_large_is_refused_before_it_comes(http: httpx.Client) -> None:
    head = f"POST /api/v1/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: {MAX_BODY_BYTES + 1}\r\n"
    head += f"Authorization: {http.headers['Authorization']}\r\n\r\n"
    with socket.create_connection((http.base_url.host, http.base_url.port or 0), BODY_TIMEOUT / 2) as client:
        client.sendall(head.encode())
        assert client.recv(1000).startswith(b"HTTP/1.1 413")


def test_a_larger_page_than_the_largest_is_made_the_largest() -> None:
    assert PageQuery(page_size=10**6).size == MAX_PAGE_SIZE


def test_a_title_is_made_from_the_first_message(http: httpx.Client) -> None:
    session_id = new_session(http, None)
    response = http.post(f"/api/v1/chat/{session_id}/title", json={"first_message": "word " * 40})
    title = response.json()["generated_title"]
    assert title.startswith("word word")
    assert len(title) <= 60
