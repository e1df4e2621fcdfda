"""What stands in no evidence, in the whole app."""

from collections.abc import Generator

import pytest

from tests.app.one_session import OneSession, one_session
from tests.app.user import User, driven
from tui.api.models import Stop, Text, ToolResult, UserInput
from tui.settings import Settings
from tui.widgets import transcript_view

EVENTS = [
    UserInput("What is the budget?"),
    ToolResult("1", "retrieve", {"results": [{"content": "The budget is 40 million euros.", "score": 0.41}]}),
    Text("It is 40 million euros, of which 12.5 % are spent."),
    Stop(),
]
TOLD = "1 figure is not in the evidence"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Generator[OneSession]:
    monkeypatch.setenv("LLAMA_CLOUD_API_KEY", "llx-abcdefgh1234")
    monkeypatch.setattr(transcript_view, "TICK_SECONDS", 0.05)
    with one_session(EVENTS) as served:
        yield served


async def opened(user: User) -> None:
    await user.see("The one session")
    await user.press("ctrl+s", "enter")
    await user.see("12.5 %")


async def test_a_figure_without_evidence_is_told_and_gone_to(server: OneSession) -> None:
    async with driven(Settings(base_url=server.base_url)) as user:
        await opened(user)
        await user.see(f"{TOLD} · u goes to the next one")
        await user.press("shift+tab", "u")
        await user.see("Not in the evidence: 12.5 %")


async def test_the_check_can_be_switched_off(server: OneSession) -> None:
    async with driven(Settings(base_url=server.base_url, grounding=False)) as user:
        await opened(user)
        await user.press("shift+tab", "u")
        await user.see("the setting grounding is off")
        await user.see_no(TOLD)
