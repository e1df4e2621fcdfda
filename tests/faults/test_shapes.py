"""Answers of shapes that are costly to draw."""

import time

import pytest

from tests.app.one_session import one_session
from tests.app.user import driven
from tui.api.models import Stop, Text, UserInput
from tui.settings import Settings
from tui.widgets.composer import Composer

SHAPES = {
    "letters with fifty marks": ("a" + "\u0301\u0302\u0303\u0304\u0305" * 10 + " ") * 2000,
    "a line of a megabyte": "x" * 1_000_000,
    "a table of two thousand rows": "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 2000,
    "five hundred quotes": "> " * 500 + "deep",
}
CPU_SECONDS = 6.0
"""For all the keys; each of the shapes took more than ten when it was drawn whole."""


@pytest.mark.fault(10)
async def test_shapes_that_are_costly_to_draw_cost_no_key_much(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [*SHAPES.values(), "The end."]
    events = [event for answer in answers for event in (UserInput("Why?"), Text(answer), Stop())]
    monkeypatch.setenv("LLAMA_CLOUD_API_KEY", "llx-test-key-0000")
    with one_session(events) as server:
        async with driven(Settings(base_url=server.base_url)) as user:
            await user.until(lambda: user.app.chat.workspace.is_live)
            await user.press("ctrl+s", "enter")
            await user.see("The end.")
            began = time.process_time()
            await user.press("shift+tab", "g", *["pagedown", "right_curly_bracket"] * 5, "G", "pageup", "end", "tab")
            await user.type("still here")
            assert user.app.chat.query_one(Composer).text == "still here"
            await user.see("The end.")
            assert time.process_time() - began < CPU_SECONDS
