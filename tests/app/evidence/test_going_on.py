"""Evidence beside a conversation that goes on, or that is left for another one."""

import asyncio
from collections.abc import Callable, Sequence

import pytest

from tests.app.user import User, driven
from tui.conversation.passages import Passage
from tui.settings import Settings
from tui.widgets.conversation_pane import ConversationPane
from tui.widgets.evidence.source_list import SourceList
from tui.workspace.documents import DocumentPlace, Documents

BROAD = (160, 45)


async def asked(user: User) -> ConversationPane:
    await user.ask_in_new_session("What is the budget?")
    await user.read_to_end_of_turn()
    await user.press("shift+tab")
    return user.app.chat.query_one(ConversationPane)


async def test_an_answer_is_drawn_beside_the_evidence_also_where_the_terminal_is_slow(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawings: list[Callable[[], None]] = []
    async with driven(settings, *BROAD) as user:
        pane = await asked(user)
        await user.press("s")
        await user.see("Cited ·")
        monkeypatch.setattr(user.app, "pace", drawings.append)
        user.app.chat.set_focus(user.app.chat.composer)
        await user.type("Who leads science?")
        await user.press("enter")
        await user.until(lambda: len(drawings) > 2 and not user.app.chat.workspace.turns.busy)
        drawings[-1]()  # of those that wait only the last one is called
        assert [turn.question for turn in pane.transcript][1:] == ["Who leads science?"]
        sources = user.app.chat.query_one(SourceList)
        await user.until(lambda: (at := sources.source_at_cursor) is not None and at.passage.file == "crew.md")


async def test_a_document_of_one_session_is_not_shown_with_the_evidence_of_another(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_come, has_come = asyncio.Event(), asyncio.Event()
    read = Documents.around

    async def late(self: Documents, passage: Passage, index_ids: Sequence[str]) -> DocumentPlace:
        try:
            await may_come.wait()
            return await read(self, passage, index_ids)
        finally:
            has_come.set()

    monkeypatch.setattr(Documents, "around", late)
    async with driven(settings, *BROAD) as user:
        await asked(user)
        await user.press("s")
        await user.see("Cited ·")
        await user.press("enter", "ctrl+n")
        await user.in_dialog("enter")
        await user.type("Who leads science?")
        await user.press("enter")
        await user.read_to_end_of_turn()
        await user.press("shift+tab", "s")
        await user.see("Cited ·")
        may_come.set()
        await user.until(has_come.is_set)
        await user.pilot.pause(0.2)
        assert "Cited ·" in user.screen
