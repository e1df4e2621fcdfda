"""Answers by the real server: to the manual's readers, and over a folder of notes."""

from collections.abc import Generator

import httpx
import pytest

from tests.local.server import Connection
from tests.local.turn import answer_to, ask, index_ids


@pytest.fixture
def reader(manual: Connection) -> Generator[httpx.Client]:
    headers = {"Authorization": f"Bearer {manual.api_key}"}
    with httpx.Client(base_url=manual.base_url, headers=headers, trust_env=False, timeout=20) as client:
        yield client


@pytest.mark.parametrize(
    ("question", "first_line", "source"),
    [
        ("How do I delete a session?", "`d` twice", "sessions.md"),
        ("how do i remove a chat", "`d` twice", "sessions.md"),
        ("how do I delte a sesion", "`d` twice", "sessions.md"),
        ("What does the y key do?", "the part under the cursor", "keys.md"),
        ("how many indexes can a session have?", "10", "indexes.md"),
        ("How long can a question be?", "1,000 characters", "asking.md"),
        ("where are my sessions stored?", "library.sqlite3", "local-library.md"),
        ("what file formats are read?", "Markdown", "local-library.md"),
        ("how do i quit", "`Ctrl+Q`", "index.md"),
        ("How do I stop the answer?", "`Esc`", "asking.md"),
        ("Which key opens the command palette?", "`Ctrl+P`", "keys.md"),
        ("what does Ctrl+O do", "folds and unfolds", "asking.md"),
        ("Does it send my documents over the network?", "sends nothing", "local-library.md"),
        ("how can I use the EU region", "api.cloud.eu.llamaindex.ai", "connecting.md"),
        ("where is the api key kept?", "keyring", "connecting.md"),
        ("what happens when the connection drops?", "asks the server", "asking.md"),
        ("how do I search within a conversation?", "`/`", "reading.md"),
        ("how can I change the theme", "`Ctrl+P`", "configuration.md"),
        ("Ctrl+S freezes my terminal", "stop the output", "troubleshooting.md"),
        ("why is my key refused", "other region", "troubleshooting.md"),
        ("how do I rename a session?", "`r`", "sessions.md"),
        ("What is an unbound session?", "no indexes of its own", "indexes.md"),
        ("how do I add documents", "console", "indexes.md"),
        ("export to markdown", "`e`", "reading.md"),
        ("copy over ssh does not work", "OSC 52", "troubleshooting.md"),
        ("how do I see the sources of an answer?", "`s`", "reading.md"),
        ("how do I start a new session", "`Ctrl+N`", "sessions.md"),
        ("slow connection over ssh", "ssh -C", "troubleshooting.md"),
    ],
)
def test_the_manual_answers_in_the_first_line_and_names_its_page(
    reader: httpx.Client, question: str, first_line: str, source: str
) -> None:
    answer = answer_to(reader, question, ["idx-manual"])
    assert first_line in answer.splitlines()[0]
    assert source in answer.partition("**Sources**")[2]
    assert "No language model is configured" in answer


@pytest.mark.parametrize(
    ("question", "first_line"),
    [
        ("Why did we choose oak?", "because it can be oiled"),
        ("who is the electrician", "Marek Nowak"),
        ("when does the plumber come", "2 April"),
        ("why not deploy on Fridays?", "nobody is on call"),
        ("how long did the outage last?", "47 minutes"),
        ("how do we roll back", "deployctl rollback"),
    ],
)
def test_notes_answer_in_the_first_line(http: httpx.Client, question: str, first_line: str) -> None:
    assert first_line in answer_to(http, question, [index_ids(http)["notes"]]).splitlines()[0]


def test_code_is_quoted_whole(http: httpx.Client) -> None:
    answer = answer_to(http, "how do I deploy the release branch?", [index_ids(http)["notes"]])
    assert "> ```\n> git push origin release\n> ```" in answer


def test_a_citation_is_the_number_of_a_retrieved_passage(http: httpx.Client) -> None:
    ids = [index_ids(http)["notes"]]
    session_id = http.post("/api/v1/chat", json={"index_ids": ids}).json()["session_id"]
    told = [event for _, event in ask(http, session_id, "when does the plumber come", ids)]
    call = next(event for event in told if event["type"] == "tool_call")
    assert call["arguments"]["index_ids"] == ids
    results = next(event for event in told if event["type"] == "tool_result")["result"]["results"]
    answer = next(event for event in told if event["type"] == "text")["content"]
    number = int(answer.splitlines()[0].rpartition("[")[2].rstrip("]"))
    assert "2 April" in results[number - 1]["content"]
    assert results[number - 1]["metadata"]["file_name"] == "kitchen.md"
    assert f"- [{number}] kitchen.md" in answer


def test_a_question_that_leans_on_the_one_before_it(http: httpx.Client) -> None:
    ids = [index_ids(http)["notes"]]
    session_id = http.post("/api/v1/chat", json={"index_ids": ids}).json()["session_id"]
    ask(http, session_id, "how long did the outage last?", ids)
    answer = next(event for _, event in ask(http, session_id, "and why was it?", ids) if event["type"] == "text")
    assert "expired certificate" in answer["content"]


def test_nothing_found_is_said_with_what_to_try(http: httpx.Client) -> None:
    answer = answer_to(http, "frobnicate the zorgle", [index_ids(http)["notes"]])
    assert "Nothing in **notes** matches “frobnicate”, “zorgle”." in answer
    assert "What to try" in answer
    assert "[1]" not in answer


def test_a_question_sent_with_no_index_is_answered_so(http: httpx.Client) -> None:
    assert "with no index" in answer_to(http, "Why oak?", [])
