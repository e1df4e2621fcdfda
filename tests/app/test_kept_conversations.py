"""A conversation that is not in memory any more is opened again, at the place where the reader was."""

from collections.abc import Generator

import pytest

from tests.app.one_session import SESSION_ID, OneSession, one_session
from tests.app.test_long_session import TURNS, texts, turn
from tests.app.user import User, driven
from tests.faults.driving import open_session
from tui.settings import Settings
from tui.widgets.conversation_pane import ConversationPane

OTHERS = ("two", "three")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Generator[OneSession]:
    """A server with long sessions, before a program that keeps but one in memory."""
    monkeypatch.setenv("LLAMA_CLOUD_API_KEY", "llx-key")
    monkeypatch.setattr("tui.workspace.opening.EARLIER_AFTER_SECONDS", 3600)
    for module in ("tui.workspace.state", "tui.widgets.transcript_view"):
        monkeypatch.setattr(f"{module}.KEPT_CONVERSATIONS", 1)
    events = [event for number in range(1, TURNS + 1) for event in turn(number)]
    with one_session(events, OTHERS) as server:
        yield server


async def shown(user: User, session_id: str) -> ConversationPane:
    """Turn to a session, and wait until all of it is shown."""
    await open_session(user, session_id)
    pane = user.app.chat.query_one(ConversationPane)
    await user.until(lambda: user.app.chat.open_id == session_id and len(pane.transcript) == TURNS)
    return pane


async def look_at_others(user: User) -> None:
    for other in OTHERS:
        await shown(user, other)
    assert user.app.chat.workspace.transcript(SESSION_ID) is None


@pytest.mark.parametrize("keys", [("left_curly_bracket",) * 3, ("g", "right_curly_bracket")], ids=["late", "early"])
async def test_place_cursor_and_folds_are_as_they_were(server: OneSession, keys: tuple[str, ...]) -> None:
    async with driven(Settings(base_url=server.base_url)) as user:
        await user.until(lambda: len(user.app.chat.workspace.catalogue) == 1 + len(OTHERS))
        pane = await shown(user, SESSION_ID)
        await user.press("shift+tab", *keys, "J", "enter")
        await user.see("hidden thought")
        before = texts(pane)
        await look_at_others(user)
        server.may_answer.clear()
        await open_session(user, SESSION_ID)
        await user.until(lambda: pane.transcript.turns_before > 0)
        server.may_answer.set()
        await user.until(lambda: len(pane.transcript) == TURNS)
        await user.until(lambda: texts(pane) == before)
        await user.press("shift+tab", "enter")
        await user.see_no("hidden thought")


async def test_a_reader_who_goes_elsewhere_meanwhile_stays_there(server: OneSession) -> None:
    async with driven(Settings(base_url=server.base_url)) as user:
        await user.until(lambda: len(user.app.chat.workspace.catalogue) == 1 + len(OTHERS))
        pane = await shown(user, SESSION_ID)
        await user.press("shift+tab", "g")
        await user.see("Part 1?")
        await look_at_others(user)
        server.may_answer.clear()
        await open_session(user, SESSION_ID)
        await user.until(lambda: pane.transcript.turns_before > 0)
        await user.press("shift+tab", "g", "right_curly_bracket")
        await user.see("Part 72?")
        server.may_answer.set()
        await user.until(lambda: len(pane.transcript) == TURNS)
        await user.see("Part 72?")
        assert any("Part 72?" in text for text in texts(pane)[:3])
