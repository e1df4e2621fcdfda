"""A session of many turns: its last ones are shown at once as they were kept, the others when they have arrived."""

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from tests.app.one_session import SESSION_ID, OneSession, one_session
from tests.app.user import User, driven
from tui.api.models import Event, Session, Stop, Text, Thinking, UserInput
from tui.screens.choice_list import ChoiceList
from tui.settings import Settings
from tui.store.files import store_path
from tui.store.store import Store
from tui.widgets.conversation_pane import ConversationPane

TURNS = 120


def turn(number: int) -> Iterator[Event]:
    yield UserInput(f"Part {number}?")
    yield Thinking(f"hidden thought {number}")
    yield Text("\n\n".join(f"Answer {number}, line {line}." for line in range(12)))
    yield Stop()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Generator[OneSession]:
    """A server that keeps silent about a session, of which this machine has a copy."""
    monkeypatch.setenv("LLAMA_CLOUD_API_KEY", "llx-key")
    monkeypatch.setattr("tui.workspace.opening.EARLIER_AFTER_SECONDS", 3600)
    events = [event for number in range(1, TURNS + 1) for event in turn(number)]
    with one_session(events) as server:
        server.may_answer.clear()
        store = Store.open(store_path())
        store.sessions.save_history(Settings(base_url=server.base_url).account, Session(SESSION_ID), events)
        store.close()
        yield server


@pytest.fixture
def settings(server: OneSession) -> Settings:
    return Settings(base_url=server.base_url)


async def open_at_once(user: User) -> ConversationPane:
    await user.press("ctrl+s", "enter")
    await user.see("Answer 120, line 11.")
    await user.press("shift+tab")
    return user.app.chat.query_one(ConversationPane)


def texts(pane: ConversationPane) -> list[str]:
    return [pane.source.line(place).text for place in pane.places]


async def test_place_cursor_and_folds_stay_when_the_rest_arrives(settings: Settings, server: OneSession) -> None:
    async with driven(settings) as user:
        pane = await open_at_once(user)
        await user.press("left_curly_bracket", "left_curly_bracket", "J", "enter")
        await user.see("hidden thought 118")
        before = texts(pane)
        server.may_answer.set()
        await user.until(lambda: len(pane.transcript) == TURNS)
        assert texts(pane) == before
        await user.press("enter")
        await user.see_no("hidden thought 118")
        await user.press("g")
        await user.see("Part 1?")
        await user.see_no("hidden thought")


async def test_it_says_what_is_missing(settings: Settings, server: OneSession) -> None:
    async with driven(settings) as user:
        pane = await open_at_once(user)
        await user.press("g")
        await user.see("… 70 earlier turns are loading")
        await user.see("Part 71?")
        before = texts(pane)[2:12]
        server.may_answer.set()
        await user.see_no("earlier turns")
        assert texts(pane)[1:11] == before


async def test_export_find_and_outline_wait_for_the_rest(
    settings: Settings, server: OneSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with driven(settings) as user:
        pane = await open_at_once(user)
        await user.press("e")
        await user.see("earlier turns are still loading")
        server.may_answer.set()
        await user.see("Export as")
        await user.in_dialog("enter")
        await user.see("Written to")
        [path] = tmp_path.glob("the-one-session-*.md")
        assert path.read_text().count("## Part ") == TURNS
        await user.press("o")
        await user.until(lambda: isinstance(user.app.screen, ChoiceList))
        await user.see("120  Part 120?")
        assert len(pane.transcript) == TURNS


async def test_the_rest_comes_from_this_machine_where_the_server_is_slow(
    settings: Settings, server: OneSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.workspace.opening.EARLIER_AFTER_SECONDS", 0)
    async with driven(settings) as user:
        pane = await open_at_once(user)
        await user.until(lambda: len(pane.transcript) == TURNS)
        assert not server.may_answer.is_set()
        await user.press("slash")
        await user.type("Answer 2, line 3")
        await user.press("enter")
        await user.see("Answer 2, line 3.")
