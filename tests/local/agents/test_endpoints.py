"""What endpoints do in their own ways, each played by the scripted one, and understood all the same."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.local.agents.scripted_model import ScriptedModel, called, said, thought
from tests.local.agents.test_llm_agent import RETRIEVE, Event, Studio, studio, text, turn

__all__ = ["studio"]

ANSWER = said("Marek Nowak [1].")
TOOL_TEXT = '{"name": "retrieve", "arguments": {"query": "electrician"}}'


def calls(events: Sequence[Event]) -> list[tuple[str, Any]]:
    """The model's own calls, without the look before the first round."""
    return [(event["name"], event["arguments"]) for event in events if event["type"] == "tool_call"][1:]


def test_no_answer_comes_without_looking_and_one_that_cites_nothing_says_so(studio: Studio) -> None:
    http = studio.answering(model := ScriptedModel([said("The ferry costs 310 kroner.")]))
    events = turn(http, "Who is the electrician?")
    assert [event["type"] for event in events if event["type"].startswith("tool")] == ["tool_call", "tool_result"]
    assert "Marek Nowak" in model.asked[0]["messages"][-1]["content"]
    assert "cites no source" in text(events)


def test_calls_with_the_same_index_are_told_apart_by_their_ids(studio: Studio) -> None:
    both = [
        {"delta": {"tool_calls": [{"index": 0, "id": name, "function": {"name": name, "arguments": arguments}}]}}
        for name, arguments in (("retrieve", '{"query": "oak"}'), ("find", '{"name_contains": "k"}'))
    ]
    http = studio.answering(ScriptedModel([[*both, {"delta": {}, "finish_reason": "tool_calls"}], ANSWER]))
    assert calls(turn(http)) == [("retrieve", {"query": "oak"}), ("find", {"name_contains": "k"})]


@pytest.mark.parametrize(
    "written",
    [
        f"<tool_call>\n{TOOL_TEXT}\n</tool_call>",
        TOOL_TEXT,
        f"```json\n{TOOL_TEXT}\n```",
        f"[TOOL_CALLS] [{TOOL_TEXT}]",
        f"I look. <tool_call>{TOOL_TEXT}</tool_call>",
        TOOL_TEXT.replace("arguments", "parameters"),
    ],
)
def test_a_call_that_is_written_as_text_is_made(studio: Studio, written: str) -> None:
    pieces = [written[at : at + 5] for at in range(0, len(written), 5)]
    http = studio.answering(ScriptedModel([said(*pieces), ANSWER]))
    events = turn(http)
    assert calls(events) == [("retrieve", {"query": "electrician"})]
    assert text(events).removeprefix("I look. ") == "Marek Nowak [1]."


def test_json_that_is_no_call_is_an_answer(studio: Studio) -> None:
    http = studio.answering(ScriptedModel([said('{"electrician": ', '"Marek Nowak"} [1]')]))
    assert text(turn(http)) == '{"electrician": "Marek Nowak"} [1]'


@pytest.mark.parametrize(
    ("status", "body", "left_out", "named"),
    [
        (400, {"error": {"message": "registry/gemma does not support tools"}}, "tools", "messages"),
        (
            400,
            {"error": {"message": "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."}},
            "max_tokens",
            "max_completion_tokens",
        ),
        (
            422,
            {"detail": [{"loc": ["body", "stream_options"], "msg": "Extra inputs are not permitted"}]},
            "stream_options",
            "tools",
        ),
    ],
)
def test_what_an_endpoint_does_not_take_is_left_out_from_then_on(
    studio: Studio, status: int, body: Any, left_out: str, named: str
) -> None:
    model = ScriptedModel([ANSWER], refusals=[(status, body)])
    http = studio.answering(model)
    for _ in range(2):
        assert text(turn(http)) == "Marek Nowak [1]."
    assert [left_out in asked for asked in model.asked] == [True, False, False]
    assert named in model.asked[1]


def test_a_refusal_tells_the_details_of_the_endpoint(studio: Studio) -> None:
    detail = {"detail": [{"loc": ["body", "messages"], "msg": "Field required"}]}
    http = studio.answering(ScriptedModel(status=422, error=detail))
    assert "body.messages: Field required" in turn(http)[-1]["error"]


def test_a_context_that_is_too_long_is_halved_once(studio: Studio) -> None:
    too_long = (400, {"error": {"message": "This model's maximum context length is 4096 tokens."}})
    model = ScriptedModel([ANSWER], refusals=[too_long])
    http = studio.answering(model)
    assert text(turn(http)) == "Marek Nowak [1]."
    before, after = (sum(len(message["content"]) for message in asked["messages"]) for asked in model.asked)
    assert after < before
    http = studio.answering(ScriptedModel([ANSWER], refusals=[too_long] * 2))
    assert "maximum context length" in turn(http)[-1]["error"]


def test_what_the_model_reads_is_sized_by_the_setting(studio: Studio) -> None:
    asked: list[int] = []
    for context in (1000, 8000):
        model = ScriptedModel([ANSWER])
        turn(studio.answering(model, context=context), "When does the plumber come to the kitchen for the release?")
        asked.append(sum(len(message["content"]) for message in model.asked[0]["messages"]))
    assert asked[0] <= asked[1]
    assert asked[0] <= 3000


@pytest.mark.parametrize(
    "reply",
    [
        said("The note names", " him.</think>", "Marek Nowak [1]."),
        said("[THI", "NK]The note names him.[/THINK]Marek Nowak [1]."),
        said("<thinking>The note names him.", "</thinking>Marek Nowak [1]."),
        said(
            "<|channel|>analysis<|mess",
            "age|>The note names him.<|end|><|start|>assistant<|channel|>final<|message|>",
            "Marek Nowak [1].",
        ),
    ],
)
def test_reasoning_between_other_tags_is_told_apart(studio: Studio, reply: list[Event]) -> None:
    events = turn(studio.answering(ScriptedModel([reply])))
    assert [event["content"] for event in events if event["type"] == "thinking"] == ["The note names him."]
    assert text(events) == "Marek Nowak [1]."


def test_done_is_an_end_and_an_answer_may_come_whole(studio: Studio) -> None:
    for model in (
        ScriptedModel([[{"delta": {"content": "Marek Nowak [1]."}}]]),
        ScriptedModel([[{"delta": {"content": "Marek Nowak [1]."}}, {"delta": {}, "finish_reason": ""}]]),
        ScriptedModel([ANSWER], whole=True),
    ):
        events = turn(studio.answering(model))
        assert events[-1]["is_error"] is False
        assert text(events) == "Marek Nowak [1]."


def test_citations_in_other_brackets_are_counted(studio: Studio) -> None:
    http = studio.answering(ScriptedModel([said("Marek Nowak", " 【1", "†kitchen.md】.")]))
    assert text(turn(http)) == "Marek Nowak [1]."


def test_calls_have_ids_that_every_endpoint_takes_and_reasoning_goes_back(studio: Studio) -> None:
    model = ScriptedModel([[*thought("I should look."), *RETRIEVE], ANSWER])
    turn(studio.answering(model))
    back = next(message for message in model.asked[1]["messages"] if message.get("tool_calls"))
    assert back["reasoning_content"] == "I should look."
    (made,) = back["tool_calls"]
    assert made["id"].isalnum()
    assert len(made["id"]) == 9


def test_a_tool_takes_the_name_of_a_document(studio: Studio) -> None:
    model = ScriptedModel([called("read", {"file_id": "kitchen.md"}), ANSWER])
    turn(studio.answering(model))
    assert "# Kitchen" in model.asked[1]["messages"][-1]["content"]


SLOW = (429, {"error": {"message": "slow down"}})


def test_an_endpoint_that_asks_to_wait_a_little_is_asked_again_and_the_wait_is_told(studio: Studio) -> None:
    model = ScriptedModel([ANSWER], refusals=[SLOW], refusal_headers={"Retry-After": "1"})
    events = turn(studio.answering(model))
    assert text(events) == "Marek Nowak [1]."
    assert len(model.asked) == 2
    (told,) = [event["content"] for event in events if event["type"] == "thinking"]
    assert told == "The model has too many requests just now and asks to wait 1 s; then I ask it again.\n"


def test_an_endpoint_that_asks_to_wait_long_or_again_and_again_is_not_waited_for(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = ScriptedModel([ANSWER], refusals=[SLOW] * 9, refusal_headers={"Retry-After": "3600"})
    stop = turn(studio.answering(model))[-1]
    assert len(model.asked) == 1
    assert "no credit left. It asks to wait 60 minutes. slow down" in stop["error"]
    monkeypatch.setattr("tui.local.agents.llm.MAX_HELD_BACK_SECONDS", 2.5)
    model = ScriptedModel([ANSWER], refusals=[SLOW] * 9, refusal_headers={"Retry-After": "0"})
    assert "It asks to wait 0 s. slow down" in turn(studio.answering(model))[-1]["error"]
    assert len(model.asked) == 3


def test_what_was_said_before_an_error_in_the_middle_is_kept(studio: Studio) -> None:
    events = turn(studio.answering(ScriptedModel([said("The roof costs 12,")], fails="CUDA out of memory")))
    assert text(events) == "The roof costs 12,"
    assert events[-1]["error"] == "The model failed: CUDA out of memory"


@pytest.mark.parametrize(
    "reply",
    [
        said("<think>Hmm, the roof", " and on and on", finish="length"),
        [*thought("Hmm, the roof"), {"delta": {}, "finish_reason": "length"}],
    ],
)
def test_a_model_that_thinks_until_it_may_write_no_more_is_told_of(studio: Studio, reply: list[Event]) -> None:
    stop = turn(studio.answering(ScriptedModel([reply])))[-1]
    assert "reached the most tokens that it may write while it was still thinking" in stop["error"]
