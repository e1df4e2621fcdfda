"""The scrollbar by mouse, in a long conversation and in a short one."""

from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest

from tests.app.one_session import one_session
from tests.app.user import User, driven
from tui.api.models import Event, Stop, Text, UserInput
from tui.settings import Settings
from tui.widgets.conversation_pane import ConversationPane
from tui.widgets.scroll_track import ScrollTrack


def conversation(turns: int) -> list[Event]:
    text = Text("\n\n".join(f"Line {line}." for line in range(20)))
    return [event for number in range(turns) for event in (UserInput(f"Part {number}?"), text, Stop())]


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLAMA_CLOUD_API_KEY", "llx-key")


@pytest.fixture(params=[3, 1000])
def turns(request: pytest.FixtureRequest) -> int:
    return request.param


@pytest.fixture
def base_url(turns: int) -> Generator[str]:
    with one_session(conversation(turns)) as server:
        yield server.base_url


@asynccontextmanager
async def opened(base_url: str) -> AsyncGenerator[User]:
    async with driven(Settings(base_url=base_url)) as user:
        await user.until(lambda: user.app.chat.workspace.is_live)
        await user.press("ctrl+s", "enter")
        await user.see("Line 19.")
        yield user


async def test_a_click_in_the_track_goes_there(base_url: str, turns: int) -> None:
    async with opened(base_url) as user:
        pane, track = user.app.chat.query_one(ConversationPane), user.app.chat.query_one(ScrollTrack)
        await user.pilot.click(ScrollTrack, offset=(0, 0))
        await user.see("Part 0?")
        assert pane.places[0].section == 0
        await user.pilot.click(ScrollTrack, offset=(0, track.size.height // 2))
        await user.until(lambda: abs(pane.places[0].section / turns - 0.5) < 0.2)
        await user.pilot.click(ScrollTrack, offset=(0, track.size.height - 1))
        await user.until(lambda: pane.position.follows)


async def test_dragging_moves_in_proportion(base_url: str) -> None:
    async with opened(base_url) as user:
        pane, track = user.app.chat.query_one(ConversationPane), user.app.chat.query_one(ScrollTrack)
        bottom = track.size.height - 1
        await user.pilot.mouse_down(ScrollTrack, offset=(0, bottom))
        tops: list[float] = []
        for y in range(bottom, -1, -1):
            await user.pilot.hover(ScrollTrack, offset=(0, y))
            await user.pilot.pause()
            tops.append(track.first)
        await user.pilot.mouse_up(ScrollTrack, offset=(0, 0))
        assert tops == sorted(tops, reverse=True)
        steps = [before - after for before, after in pairwise(tops)]
        assert max(steps) < 0.15
        await user.until(lambda: pane.places[0] == (0, 0, 0))
