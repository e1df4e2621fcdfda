"""Turns that a language model answers, with an endpoint that follows a script."""

import json
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.local.agents.scripted_model import Endpoint, ScriptedModel, called, endpoint, said, thought
from tests.local.inprocess import Stage, served
from tests.local.server import start
from tests.local.turn import ask, index_ids
from tui.api.models import TextDelta, ThinkingDelta
from tui.local.agents.chat_completions import MAX_CALLS_PER_REPLY, Message, Reply
from tui.local.agents.citations import CitationCheck
from tui.local.agents.llm_agent import MAX_CALLS, MAX_ROUNDS, LlmAgent, fitted
from tui.local.agents.llm_settings import LlmSettings, llm_settings
from tui.local.agents.thinking_tags import ThinkingTags
from tui.local.model_endpoint import ModelEndpoint, ModelSettingsError

Event = dict[str, Any]


@dataclass
class Studio:
    """A server whose agent asks the model at the endpoint."""

    http: httpx.Client
    endpoint: Endpoint
    stage: Stage

    def answering(self, model: ScriptedModel, silence_timeout: float = 20, context: int | None = None) -> httpx.Client:
        """A client of the server, whose turns are now answered by this model."""
        self.endpoint.model = model
        settings = LlmSettings(self.endpoint.base_url, "small-model", "sk-secret", context, silence_timeout)
        self.stage.agent = LlmAgent(settings)
        return self.http


@pytest.fixture(scope="module")
def studio(notes: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[Studio]:
    stage = Stage()
    with endpoint() as served_model, served(notes, tmp_path_factory.mktemp("data"), stage) as http:
        yield Studio(http, served_model, stage)


def turn(http: httpx.Client, question: str = "Who is the electrician?") -> list[Event]:
    ids = list(index_ids(http).values())
    session_id = http.post("/api/v1/chat", json={"index_ids": ids}).json()["session_id"]
    return [event for _, event in ask(http, session_id, question, ids)]


def kinds(events: list[Event]) -> list[str]:
    return [event["type"] for event in events if not event["type"].endswith("_delta")]


def text(events: list[Event]) -> str:
    return "".join(event["content"] for event in events if event["type"] == "text")


RETRIEVE = called("retrieve", {"query": "electrician"})


def test_a_turn_thinks_retrieves_and_answers_with_citations(studio: Studio) -> None:
    script = [
        [*thought("I should ", "look."), *RETRIEVE],
        [*thought("Found.", name="reasoning"), *said("The electrician is ", "Marek Nowak [", "1].")],
    ]
    http = studio.answering(ScriptedModel(script))
    events = turn(http)
    looked = ["tool_call", "tool_result"]
    assert kinds(events) == [*looked, "thinking", *looked, "thinking", "text", "stop"]
    assert [e["content"] for e in events if e["type"] == "thinking"] == ["I should look.", "Found."]
    call, result = ([e for e in events if e["type"] == kind][1] for kind in looked)
    assert call["arguments"] == {"query": "electrician"}
    assert result["call_id"] == call["call_id"]
    assert result["result"]["results"][0]["metadata"]["citation"] > 1
    assert text(events) == "The electrician is Marek Nowak [1]."
    assert "".join(e["content"] for e in events if e["type"] == "text_delta") == text(events)
    stop = events[-1]
    assert stop["is_error"] is False
    assert stop["usage"]["total_input_tokens"] == 200
    assert stop["usage"]["total_output_tokens"] == 14
    assert stop["usage"]["turns"] == 2


def test_reasoning_in_the_answer_is_told_apart(studio: Studio) -> None:
    script = [RETRIEVE, said("<th", "ink>He is ", "named.</", "think>\n\n", "Marek Nowak [1]. <think>")]
    http = studio.answering(ScriptedModel(script))
    events = turn(http)
    assert [event["content"] for event in events if event["type"] == "thinking"] == ["He is named."]
    assert text(events) == "Marek Nowak [1]. <think>"


def test_the_model_is_given_the_tools_the_key_and_what_they_found(studio: Studio) -> None:
    model = ScriptedModel([RETRIEVE, said("Marek Nowak [1].")])
    http = studio.answering(model)
    turn(http)
    first, second = model.asked
    assert model.keys == ["Bearer sk-secret"] * 2
    assert first["model"] == "small-model"
    assert first["stream_options"] == {"include_usage": True}
    names = [tool["function"]["name"] for tool in first["tools"]]
    assert names == ["retrieve", "find", "grep", "read", "page_screenshot"]
    asked = first["messages"][-1]["content"]
    assert asked.startswith("Who is the electrician?\n\nPassages that were found for this question")
    assert "[1] kitchen.md \u203a Kitchen \u203a Contacts\n" in asked
    assert "file_id" not in asked
    called_back, answer = second["messages"][-2:]
    assert called_back["tool_calls"][0]["id"] == answer["tool_call_id"]
    assert "Marek Nowak" in answer["content"]


def test_the_model_is_told_that_a_file_of_the_question_is_not_there(studio: Studio) -> None:
    model = ScriptedModel([said("There is none.")])
    turn(studio.answering(model), "What does budget.xlsx say about the electrician?")
    assert "There is no file budget.xlsx in **notes**.\nPassages that" in model.asked[0]["messages"][-1]["content"]


def test_the_conversation_before_is_told_to_the_model(studio: Studio) -> None:
    model = ScriptedModel([RETRIEVE, said("Marek Nowak [1].")])
    http = studio.answering(model)
    ids = list(index_ids(http).values())
    session_id = http.post("/api/v1/chat", json={"index_ids": ids}).json()["session_id"]
    ask(http, session_id, "Who is the electrician?", ids)
    ask(http, session_id, "And the plumber?", ids)
    told = [(message["role"], message["content"]) for message in model.asked[-1]["messages"][1:]]
    assert told[0] == ("user", "Who is the electrician?")
    assert told[1][0] == "assistant"
    assert told[1][1].startswith("Marek Nowak [1].")
    assert told[2][0] == "user"
    assert told[2][1].startswith("And the plumber?")


def test_every_tool_can_be_called(studio: Studio) -> None:
    http = studio.answering(ScriptedModel([called("find", {"name_contains": "kitchen"}), said("x")]))
    found = [e for e in turn(http) if e["type"] == "tool_result"][1]["result"]
    file_id = found["items"][0]["file_name"]
    script = [
        [
            *called("grep", {"pattern": "marek\\s+nowak"}),
            *called("read", {"file_id": file_id, "offset": 2, "max_length": 7}, 1),
            *called("page_screenshot", {"file_id": file_id, "page": 1}, 2),
        ],
        said("Found [1, 2]."),
    ]
    http = studio.answering(ScriptedModel(script))
    events = turn(http)
    first, grep, read, picture = [e["result"] for e in events if e["type"] == "tool_result"]
    known = len(first["results"])
    assert grep["items"][0]["file_name"] == "kitchen.md"
    assert grep["items"][0]["citation"] == known + 1
    assert (read["content"], read["citation"]) == ("Kitchen", known + 2)
    assert "no picture of page 1" in picture["error"]
    assert text(events) == "Found [1, 2]."


def test_citations_of_no_source_are_removed_and_an_answer_without_any_says_so(studio: Studio) -> None:
    script = [RETRIEVE, said("Marek [99] is", " it [", "77, 1", "]. `a [99]`")]
    http = studio.answering(ScriptedModel(script))
    assert text(turn(http)) == "Marek is it [1]. `a [99]`"
    http = studio.answering(ScriptedModel([RETRIEVE, said("Marek [99].")]))
    assert text(turn(http)) == "Marek.\n\n*This answer cites no source: check it before you rely on it.*"


def test_a_quotation_that_no_source_holds_is_told(studio: Studio) -> None:
    answer = '“Electrician: *Marek* Nowak” comes “on the first of May at dawn” [1]. `"not a quotation at all"`'
    http = studio.answering(ScriptedModel([said(answer)]))
    shown, told = text(turn(http)).split("\n\n")
    assert shown == answer
    assert told == "*No source says “on the first of May at dawn”: check this quotation before you rely on it.*"


def test_a_figure_that_no_source_has_is_told(studio: Studio) -> None:
    http = studio.answering(ScriptedModel([said("Call 4711 before 8 [1].")]))
    shown, told = text(turn(http)).split("\n\n")
    assert shown == "Call 4711 before 8 [1]."
    assert told == "*No source has 4711: check this figure before you rely on it.*"


def test_broken_arguments_are_told_back_once(studio: Studio) -> None:
    broken = called("retrieve", '{"query": "elec')
    model = ScriptedModel([broken, RETRIEVE, said("Marek Nowak [1].")])
    http = studio.answering(model)
    events = turn(http)
    assert "not a JSON object" in [e for e in events if e["type"] == "tool_result"][1]["result"]["error"]
    assert events[-1]["is_error"] is False
    json.loads(model.asked[1]["messages"][-2]["tool_calls"][0]["function"]["arguments"])
    http = studio.answering(ScriptedModel([broken]))
    assert "not JSON" in turn(http)[-1]["error"]


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (called("frobnicate", {}), "There is no tool 'frobnicate'"),
        (called("retrieve", {"q": "x"}), "query: Field required"),
        (called("read", {"file_id": "../../etc/passwd"}), "There is no document"),
        (called("grep", {"pattern": "("}), "not a regular expression"),
    ],
)
def test_calls_that_do_not_fit_are_told_back(studio: Studio, call: list[Event], told: str) -> None:
    http = studio.answering(ScriptedModel([call, said("I do not know.")]))
    events = turn(http)
    assert told in [e for e in events if e["type"] == "tool_result"][1]["result"]["error"]
    assert text(events).startswith("I do not know.")


def test_a_model_that_repeats_its_call_is_asked_to_answer(studio: Studio) -> None:
    model = ScriptedModel([RETRIEVE, RETRIEVE, said("Marek Nowak [1].")])
    http = studio.answering(model)
    assert text(turn(http)) == "Marek Nowak [1]."
    assert "Answer the question now" in model.asked[2]["messages"][-1]["content"]
    assert "tools" not in model.asked[2]
    http = studio.answering(ScriptedModel([RETRIEVE]))
    assert "goes on calling tools" in turn(http)[-1]["error"]


def test_the_rounds_of_a_turn_are_bounded(studio: Studio) -> None:
    model = ScriptedModel([called("retrieve", {"query": f"word {n}"}) for n in range(20)])
    http = studio.answering(model)
    assert "goes on calling tools" in turn(http)[-1]["error"]
    assert len(model.asked) == MAX_ROUNDS


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        (ScriptedModel(status=401, error={"error": {"message": "bad key"}}), "refused the key"),
        (ScriptedModel(status=404, error={"error": "no such model"}), "knows no model 'small-model'"),
        (ScriptedModel(status=429, error={"error": {"message": "slow down"}}), "slow down"),
        (ScriptedModel(status=500, error=["?"]), "status 500"),
        (ScriptedModel([said("Half")], breaks_off=True), "broke off"),
        (
            ScriptedModel([[{"delta": {"refusal": "I will not."}, "finish_reason": "stop"}]]),
            "refused to answer. I will",
        ),
        (ScriptedModel([said("", finish="content_filter")]), "refused to answer"),
        (ScriptedModel([said("")]), "empty answer"),
        (ScriptedModel([said("Half", finish="length")]), "cut off"),
        (ScriptedModel([[{"delta": "?"}]]), "not its API"),
    ],
)
def test_a_model_that_fails_ends_the_turn_with_the_reason(studio: Studio, model: ScriptedModel, reason: str) -> None:
    http = studio.answering(model)
    events = turn(http)
    assert events[-1]["is_error"]
    assert reason in events[-1]["error"]
    assert "sk-secret" not in json.dumps(events)
    joined = "".join(event["content"] for event in events if event["type"] == "text_delta")
    assert joined == text(events)


def test_a_model_that_is_silent_or_away_does_not_hang_the_turn(studio: Studio) -> None:
    http = studio.answering(ScriptedModel([[]], hangs=True), silence_timeout=0.2)
    assert "did not answer in time" in turn(http)[-1]["error"]
    studio.stage.agent = LlmAgent(LlmSettings("http://127.0.0.1:9/v1", "small-model"))
    assert "cannot be reached" in turn(http)[-1]["error"]


def test_without_token_counts_they_are_estimated(studio: Studio) -> None:
    http = studio.answering(ScriptedModel([RETRIEVE, said("Marek [1].")], usage=None))
    assert turn(http)[-1]["usage"]["total_input_tokens"] > 20


def test_the_oldest_answers_of_tools_are_left_out_of_a_long_turn() -> None:
    answer = Message("tool", "x" * 29_900)
    kept = fitted([Message("user", "?"), answer, answer, answer], 60_000)
    assert [len(message.content) > 1000 for message in kept] == [False, False, True, True]


@given(
    st.lists(
        st.sampled_from(["<think>", "</think>", "<", "th", "[1]", " [", "9", "2]", "x", "`", "\n", ", ", "【1", "】"])
    )
)
def test_no_text_is_lost_however_it_comes_in_pieces(pieces: list[str]) -> None:
    whole, apart = ThinkingTags(), ThinkingTags()
    together = [*whole.add("".join(pieces)), *whole.end()]
    told = [piece for text in pieces for piece in apart.add(text)] + apart.end()
    for kind in (TextDelta, ThinkingDelta):
        joined = ["".join(piece.content for piece in said if type(piece) is kind) for said in (together, told)]
        assert joined[0].strip() == joined[1].strip()
    one, many = CitationCheck(), CitationCheck()
    once = one.add("".join(pieces), 2) + one.end(2)
    assert "".join(many.add(piece, 2) for piece in pieces) + many.end(2) == once


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({"LLAMACHAT_MODEL": "m"}, "LLAMACHAT_MODEL_BASE_URL as well"),
        ({"LLAMACHAT_MODEL_BASE_URL": "http://h/v1"}, "LLAMACHAT_MODEL as well"),
        ({"LLAMACHAT_MODEL": "m", "LLAMACHAT_MODEL_BASE_URL": "localhost:11434"}, "not an address"),
    ],
)
def test_settings_that_name_no_model(environment: dict[str, str], reason: str) -> None:
    with pytest.raises(ModelSettingsError, match=reason):
        llm_settings(environment)


def test_a_model_on_this_machine_is_given_less_to_read_and_more_time_where_that_is_set() -> None:
    def at(host: str, **more: str) -> LlmSettings:
        environment = {"LLAMACHAT_MODEL": "m", "LLAMACHAT_MODEL_BASE_URL": f"http://{host}/v1"}
        settings = llm_settings(environment | {f"LLAMACHAT_MODEL_{name}": value for name, value in more.items()})
        assert settings is not None
        return settings

    assert at("127.0.0.1:11434").context_chars < at("models.example").context_chars
    assert at("127.0.0.1:11434", CONTEXT="50,000").context_chars == at("models.example", CONTEXT="50_000").context_chars
    assert (at("localhost").silence_timeout, at("localhost", TIMEOUT="900").silence_timeout) == (180, 900)
    with pytest.raises(ModelSettingsError, match="not a number of seconds"):
        at("localhost", TIMEOUT="long")


def test_the_server_refuses_to_start_with_half_a_model(
    notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLAMACHAT_MODEL", "small-model")
    process = start([notes], tmp_path)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (2, "")
    assert "LLAMACHAT_MODEL_BASE_URL" in err
    assert repr(LlmSettings("http://h", "m", "sk-secret")).count("sk-secret") == 0


@pytest.mark.parametrize(
    "chunks",
    [
        [{"delta": {"refusal": "x" * 1000}}] * 300,
        [{"delta": {"tool_calls": [{"index": 0, "function": {"name": "x" * 1000}}]}}] * 300,
    ],
    ids=["a refusal", "a name"],
)
def test_all_that_a_model_says_counts_into_what_is_too_long(studio: Studio, chunks: list[dict[str, Any]]) -> None:
    stop = turn(studio.answering(ScriptedModel([chunks])))[-1]
    assert "has no end" in stop["error"]


def test_a_line_of_the_model_without_an_end_is_not_read_to_its_end(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.local.agents.llm.MAX_REPLY_BYTES", 100_000)
    stop = turn(studio.answering(ScriptedModel([said("x" * 150_000)])))[-1]
    assert "has no end" in stop["error"]


def test_of_a_refusal_of_the_endpoint_only_the_start_is_read(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.local.agents.llm.MAX_ERROR_BYTES", 100)
    stop = turn(studio.answering(ScriptedModel(status=500, error="y" * 100_000)))[-1]
    assert "status 500" in stop["error"]
    assert 50 < stop["error"].count("y") < 100


@pytest.mark.parametrize(
    ("url", "key", "is_said"),
    [
        ("http://10.0.0.7/v1", "sk-secret", True),
        ("http://10.0.0.7/v1", "", False),
        ("https://models.example/v1", "sk-secret", False),
        ("http://localhost:11434/v1", "sk-secret", False),
    ],
)
def test_a_key_that_goes_over_plain_http_to_another_machine_is_remarked_on(url: str, key: str, is_said: bool) -> None:
    said_of_it = ModelEndpoint(url, key).shows_key
    assert ("can read it" in said_of_it) is is_said
    assert "sk-secret" not in said_of_it


def test_a_model_that_goes_on_answering_is_given_up(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.local.agents.llm.REPLY_TIMEOUT", 0.2)
    stop = turn(studio.answering(ScriptedModel([said("Half")], hangs=True), silence_timeout=5))[-1]
    assert "still answering" in stop["error"]


def test_only_so_many_calls_at_once_are_run(studio: Studio) -> None:
    calls = [
        piece for number in range(MAX_CALLS + 1) for piece in called("find", {"name_contains": f"{number}"}, number)
    ]
    events = turn(studio.answering(ScriptedModel([[*calls], said("Marek Nowak.")])))
    looks_before = 1
    assert kinds(events).count("tool_result") == looks_before + MAX_CALLS


def test_a_reply_has_no_more_calls_than_it_can_have() -> None:
    calls = [{"index": 10**5 + number, "function": {"name": "find"}} for number in range(3 * MAX_CALLS_PER_REPLY)]
    reply = Reply()
    reply.take({"choices": [{"delta": {"tool_calls": calls}}]})
    assert len(reply.calls) <= MAX_CALLS_PER_REPLY + 1
