import json
from collections.abc import Iterator

import pytest

from tui.api.models import Stop
from tui.conversation.plain_text import code_blocks, end_text, plain_text
from tui.conversation.transcript import Answer, Returned, Thought, ToolUse, Turn, Unrecognized

RESULT = {"results": [{"content": "a needle\nin a stack", "score": 0.5}]}


@pytest.mark.parametrize("part", [Answer("**Three** months."), Thought("The lease must say.")])
def test_text_is_given_as_it_was_written(part: Answer | Thought) -> None:
    assert plain_text(part) == part.text


def test_a_tool_use_is_its_name_its_arguments_and_its_result() -> None:
    name, arguments, result = plain_text(ToolUse("c", "retrieve", {"query": "ü"}, Returned(RESULT))).split("\n\n")

    assert name == "retrieve"
    assert arguments == '{\n  "query": "ü"\n}'
    assert json.loads(result) == RESULT


def test_what_a_tool_use_lacks_is_left_out() -> None:
    assert plain_text(ToolUse("c", "retrieve")) == "retrieve"
    assert plain_text(ToolUse("c", "retrieve", returned=Returned("none"))) == "retrieve\n\nnone"


def test_an_unknown_event_is_given_whole_with_the_name_that_it_has() -> None:
    assert plain_text(Unrecognized("later", '{"type": "later"}')) == '{"type": "later"}'
    assert plain_text(Unrecognized("later", "{")) == "later\n\n{"


def test_a_huge_result_adds_only_as_much_as_is_asked_for() -> None:
    for value in ("x" * 10_000, list(range(10_000))):
        assert len(plain_text(ToolUse("c", "t", returned=Returned(value)), limit=100)) == len("t\n\n") + 100


def test_of_a_huge_result_no_more_is_written_out_than_is_asked_for() -> None:
    written: list[int] = []

    class Noted(list[int]):
        def __iter__(self) -> Iterator[int]:
            for value in super().__iter__():
                written.append(value)
                yield value

    plain_text(ToolUse("c", "t", returned=Returned(Noted(range(10_000)))), limit=100)
    assert len(written) < 100


def test_no_control_character_is_copied() -> None:
    for part in (ToolUse("c", "\x1b]0;x\x07", {"\x1b[2J": 1}, Returned("\x9b2J")), Unrecognized("\x1b", "\x1b[2J")):
        assert not any(char < " " or "\x7f" <= char < "\xa0" for char in plain_text(part) if char != "\n")


def test_code_blocks_are_given_without_their_fences() -> None:
    assert code_blocks("a\n```py\nx = 1\n```\nb\n\n    y\n") == ["x = 1\n", "y\n"]


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("no model", "The turn ended with an error: no model."),
        ("The model is gone.", "The turn ended with an error: The model is gone."),
        ("", "The turn ended with an error: the server gave no reason."),
    ],
)
def test_why_a_turn_failed_is_one_sentence(reason: str, told: str) -> None:
    assert end_text(Turn(end=Stop(is_error=True, error=reason))) == told
