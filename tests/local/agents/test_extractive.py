"""Answers by the real server: over the manual of a kiln, which was written for these tests, and over some notes."""

from importlib.resources import files
from pathlib import Path

import httpx
import pytest

from tests.local.server import Connection, connected
from tests.local.turn import answer_to, ask, index_ids


@pytest.mark.parametrize(
    ("question", "first_line", "source"),
    [
        ("How do I delete a program?", "`x` twice", "programs.md"),
        ("how do i remove a plan", "`x` twice", "programs.md"),
        ("how do I delte a progam", "`x` twice", "programs.md"),
        ("What does the y key do?", "the line under the cursor", "keys.md"),
        ("how many zones can a program have?", "at most 8", "zones.md"),
        ("How long can a note be?", "1,200 characters", "firing.md"),
        ("where are my programs stored?", "kiln.sqlite3", "storage.md"),
        ("what file formats are read?", "CSV", "storage.md"),
        ("how do i quit", "`Ctrl+Q`", "index.md"),
        ("How do I stop the firing?", "`Esc`", "firing.md"),
        ("Which key opens the menu?", "`Ctrl+P`", "keys.md"),
        ("what does Ctrl+O do", "folds and unfolds", "firing.md"),
        ("Does it send my firings over the network?", "sends nothing", "storage.md"),
        ("how can I use the south building", "kiln.south.test", "connecting.md"),
        ("where is the pairing code kept?", "keyring", "connecting.md"),
        ("what happens when the power comes back?", "asks the thermometer", "firing.md"),
        ("how do I search within a log?", "`/`", "log.md"),
        ("how can I change the units", "`Ctrl+P`", "configuration.md"),
        ("Ctrl+S freezes my panel", "stop the output", "troubleshooting.md"),
        ("why is my code refused", "other building", "troubleshooting.md"),
        ("how do I rename a program?", "`r`", "programs.md"),
        ("What is a free program?", "no steps of its own", "programs.md"),
        ("how do I add zones", "next free plug", "zones.md"),
        ("export to csv", "`e`", "log.md"),
        ("copy over ssh does not work", "OSC 52", "troubleshooting.md"),
        ("how do I see the curve of a firing?", "`s`", "log.md"),
        ("how do I start a new firing", "`Ctrl+N`", "keys.md"),
        ("slow panel over ssh", "ssh -C", "troubleshooting.md"),
    ],
)
def test_a_manual_answers_in_the_first_line_and_names_its_page(
    http: httpx.Client, question: str, first_line: str, source: str
) -> None:
    answer = answer_to(http, question, [index_ids(http)["kiln"]])
    assert first_line in answer.splitlines()[0]
    assert source in answer.partition("**Sources**")[2]
    assert "No language model is configured" in answer


def test_the_program_s_own_manual_is_served_whole_and_answers_with_a_citation(manual: Connection) -> None:
    with connected(manual) as http:
        (index,) = http.get("/api/v1/indexes").json()["items"]
        pages = len(list(Path(str(files("tui.manual"))).glob("*.md")))
        assert (index["name"], index["metadata"]["files"], index["metadata"]["skipped_files"]) == ("manual", pages, 0)
        answer = answer_to(http, "How do I delete a session?", [index["id"]])
        assert "[1]" in answer.splitlines()[0]
        assert "- [1] " in answer.partition("**Sources**")[2]


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
    number = int(answer.partition("[")[2].partition("]")[0])
    assert "2 April" in results[number - 1]["content"]
    assert results[number - 1]["metadata"]["file_name"] == "kitchen.md"
    assert f"- [{number}] kitchen.md" in answer


def test_a_question_that_leans_on_the_one_before_it(http: httpx.Client) -> None:
    ids = [index_ids(http)["notes"]]
    session_id = http.post("/api/v1/chat", json={"index_ids": ids}).json()["session_id"]
    ask(http, session_id, "how long did the outage last?", ids)
    answer = next(event for _, event in ask(http, session_id, "and why was it?", ids) if event["type"] == "text")
    assert "expired certificate" in answer["content"]


@pytest.mark.parametrize("question", ["What is the population of France?", "zzqqxx", "and the population of France?"])
def test_an_unrelated_question_borrows_nothing_from_the_one_before(http: httpx.Client, question: str) -> None:
    ids = [index_ids(http)["notes"]]
    session_id = http.post("/api/v1/chat", json={"index_ids": ids}).json()["session_id"]
    ask(http, session_id, "Why did we choose oak in kitchen.md?", ids)
    told = [event for _, event in ask(http, session_id, question, ids)]
    answer = next(event["content"] for event in told if event["type"] == "text")
    assert answer.startswith("Nothing in **notes** matches “")
    assert not any(event["type"] == "tool_call" for event in told)
    assert answer == answer_to(http, question, ids)


@pytest.mark.parametrize("question", ["Who are you?", "What is what?"])
def test_a_question_without_a_word_to_search_for_borrows_none(http: httpx.Client, question: str) -> None:
    ids = [index_ids(http)["notes"]]
    session_id = http.post("/api/v1/chat", json={"index_ids": ids}).json()["session_id"]
    ask(http, session_id, "Why did we choose oak in kitchen.md?", ids)
    answer = next(event["content"] for _, event in ask(http, session_id, question, ids) if event["type"] == "text")
    assert answer.startswith("This question has no word to search for.")


def test_nothing_found_is_said_with_what_to_try(http: httpx.Client) -> None:
    answer = answer_to(http, "frobnicate the zorgle", [index_ids(http)["notes"]])
    assert "Nothing in **notes** matches “frobnicate”, “zorgle”." in answer
    assert "What to try" in answer
    assert "[1]" not in answer


def test_a_question_sent_with_no_index_is_answered_so(http: httpx.Client) -> None:
    assert "with no index" in answer_to(http, "Why oak?", [])
