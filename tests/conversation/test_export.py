from datetime import date

import pytest

from tui.api.models import Stop, Text, ToolCall, ToolResult, UserInput
from tui.conversation.export import as_markdown, file_name
from tui.conversation.transcript import interrupt, replay

DAY = date(2031, 3, 4)


def test_a_conversation_is_written_with_its_questions_answers_and_passages() -> None:
    passage = {"content": "It is 40.", "score": 2.5, "metadata": {"file_name": "notes.md", "heading": "Budget"}}
    told = replay(
        [
            UserInput("What is\nthe budget?"),
            ToolCall("a", "retrieve", {}),
            ToolResult("a", "retrieve", {"results": [passage]}),
            Text("**40** [1]"),
            Stop(),
            UserInput("And then?"),
        ]
    )
    assert as_markdown("Budget", interrupt(told, "Stopped.")) == (
        "# Budget\n\n## What is the budget?\n\n**40** [1]\n\nPassages:\n\n"
        "1. notes.md · Budget · score 2.50\n\n## And then?\n\n*Stopped.*\n"
    )


@pytest.mark.fault(12)
def test_an_export_holds_no_control_sequence() -> None:
    hostile = "\x1b]0;x\x07 \x9b2J \r"
    told = replay([UserInput(hostile), Text(hostile), Stop(is_error=True, error=hostile)])
    written = as_markdown(hostile, told)
    assert not any(char < " " or "\x7f" <= char < "\xa0" for char in written if char != "\n")


def test_a_file_is_named_by_letters_and_digits_only() -> None:
    assert file_name("What's the ../../budget?", DAY) == "what-s-the-budget-2031-03-04.md"
    assert file_name("…", DAY) == "session-2031-03-04.md"
