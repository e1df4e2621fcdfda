"""Links and citations, followed by keys and by clicks."""

from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager

import pytest

from tests.app.one_session import one_session
from tests.app.user import User, driven
from tui.api.models import Stop, Text, ToolCall, ToolResult, UserInput
from tui.screens.link import LinkDialog
from tui.settings import Settings
from tui.widgets.conversation_pane import ConversationPane

RESULTS = [
    {"content": f"Text of passage {number}.", "metadata": {"file_name": f"{number}.md", "citation": number}}
    for number in (2, 1, 14)
]
EVENTS = [
    UserInput("Where?"),
    ToolCall("c", "retrieve", {"query": "where"}),
    ToolResult("c", "retrieve", {"results": RESULTS}),
    Text("First here [1], then there [14], see [the manual](https://example.com/). Nobody knows [7]."),
    Text("Only one [2]."),
    Stop(),
]


@pytest.fixture
def base_url(monkeypatch: pytest.MonkeyPatch) -> Generator[str]:
    monkeypatch.setenv("LLAMA_CLOUD_API_KEY", "llx-key")
    with one_session(EVENTS) as server:
        yield server.base_url


@asynccontextmanager
async def opened(base_url: str) -> AsyncGenerator[User]:
    async with driven(Settings(base_url=base_url)) as user:
        await user.until(lambda: user.app.chat.workspace.is_live)
        await user.press("ctrl+s", "enter")
        await user.see("Only one [2].")
        await user.press("shift+tab")
        yield user


async def test_letters_lead_to_passages_and_links(base_url: str) -> None:
    async with opened(base_url) as user:
        await user.press("f")
        await user.see("First here a1], then there b14], see che manual. Nobody knows d7].")
        await user.press("b")
        await user.see("Text of passage 14.")
        await user.press("escape")
        await user.see("First here [1]")
        await user.press("f", "c")
        await user.until(lambda: isinstance(user.app.screen, LinkDialog))
        await user.see("https://example.com/")
        await user.in_dialog("escape")
        await user.press("f", "escape")
        await user.see("First here [1]")
        assert not user.app.chat.area.is_checking


async def test_a_citation_that_leads_nowhere_says_so(base_url: str) -> None:
    async with opened(base_url) as user:
        await user.press("f", "d")
        await user.see("[7] leads nowhere")


async def test_enter_follows_the_one_citation_under_the_cursor(base_url: str) -> None:
    async with opened(base_url) as user:
        await user.press("g", *"JJJJ", "enter")
        await user.see("Text of passage 2.")


async def test_a_click_on_a_citation_opens_its_passage_as_its_number_does(base_url: str) -> None:
    async with opened(base_url) as user:
        line = next(line for line in user.lines if "[14]" in line)
        pane = user.app.chat.query_one(ConversationPane)
        place = line.index("[14]") + 1 - pane.region.x, user.lines.index(line) - pane.region.y
        await user.pilot.click(ConversationPane, offset=place)
        await user.see("Text of passage 14.")
        await user.press("escape", "2")
        await user.see("Text of passage 2.")


async def test_each_number_of_a_citation_of_several_leads_to_its_passage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLAMA_CLOUD_API_KEY", "llx-key")
    with one_session([*EVENTS[:3], Text("Both of them [2, 14]."), Text("Only one [2]."), Stop()]) as server:
        async with opened(server.base_url) as user:
            await user.press("f")
            await user.see("Both of them a2b 14].")
            await user.press("b")
            await user.see("Text of passage 14.")
            await user.press("escape")
            line = next(line for line in user.lines if "[2, 14]" in line)
            pane = user.app.chat.query_one(ConversationPane)
            place = line.index("14]") - pane.region.x, user.lines.index(line) - pane.region.y
            await user.pilot.click(ConversationPane, offset=place)
            await user.see("Text of passage 14.")
            assert "Text of passage 2." in user.screen
