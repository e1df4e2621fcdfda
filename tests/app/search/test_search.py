"""Searching all sessions, by keys."""

import asyncio
import sqlite3
from contextlib import closing

import pytest
from textual.widgets import Input, OptionList

from tests.app.user import User, driven
from tui.screens.search.search_dialog import SearchDialog
from tui.settings import Settings
from tui.store.files import store_path
from tui.widgets.conversation_pane import ConversationPane
from tui.widgets.notice_line import NoticeLine
from tui.workspace.search.gathering import Gathered, Gathering


class Pause:
    """The pause between two requests, which lasts until the test ends it."""

    def __init__(self) -> None:
        self.is_over = asyncio.Event()

    async def __call__(self, seconds: float) -> None:
        assert seconds > 0
        await self.is_over.wait()


async def asked_about_the_crew(user: User) -> None:
    """Two sessions: the crew's in the first, the budget's in the second, which is open."""
    await user.ask_in_new_session("Who leads science?")
    await user.read_to_end_of_turn()
    await user.press("ctrl+n")
    await user.in_dialog("enter")
    await user.until(lambda: user.app.chat.open_id is None)
    await user.ask_in_new_session("What is the budget?")
    await user.until(lambda: len(user.app.chat.workspace.catalogue) == 2)
    await user.until(lambda: not user.app.chat.workspace.turns.busy)


async def search(user: User, typed: str) -> None:
    await user.press("ctrl+f")
    await user.see("Search all sessions")
    await user.type(typed)


async def test_a_hit_is_gone_to_marked_and_unfolded_and_escape_leads_back(settings: Settings) -> None:
    async with driven(settings) as user:
        await asked_about_the_crew(user)
        budget = user.app.chat.open_id
        await search(user, "navigation in:evidence")
        await user.see("evidence")
        await user.see("1 turn in 1 session")
        await user.in_dialog("enter")
        await user.until(lambda: user.app.chat.open_id != budget)
        await user.see("▾ retrieve")
        await user.until(lambda: user.app.chat.query_one(ConversationPane).is_finding)
        await user.see("n the next match here, N the one before · Esc back to the hits")
        await user.press("escape")
        await user.see("Search all sessions")
        assert user.app.screen.query_one(Input).value == "navigation in:evidence"
        await user.type("x")
        assert user.app.screen.query_one(Input).value == "x"
        await user.in_dialog("escape")
        await user.until(lambda: user.app.chat.open_id == budget)
        await user.see_no("back to the hits")


async def test_the_title_of_a_session_leads_to_its_first_hit_or_to_the_session_and_escape_back(
    settings: Settings,
) -> None:
    async with driven(settings) as user:
        await asked_about_the_crew(user)
        pane = user.app.chat.query_one(ConversationPane)
        for typed, is_marked in (("navigation in:evidence", True), ("science in:title", False)):
            budget = user.app.chat.open_id
            await search(user, typed)
            await user.see(" in 1 session" if is_marked else "1 session")
            await user.in_dialog("up" if is_marked else "home")
            await user.in_dialog("enter")
            await user.until(lambda before=budget: user.app.chat.open_id != before)
            await user.see("back to the hits")
            await user.until(lambda is_marked=is_marked: pane.is_finding == is_marked)
            await user.pilot.click(NoticeLine)
            await user.see_no("back to the hits")
            await user.press("escape")
            await user.see("Search all sessions")
            await user.in_dialog("escape")
            await user.until(lambda before=budget: user.app.chat.open_id == before)


async def test_enter_right_after_the_last_letter_goes_to_what_was_typed(settings: Settings) -> None:
    async with driven(settings, columns=80, rows=24) as user:
        await asked_about_the_crew(user)
        budget = user.app.chat.open_id
        await search(user, "science")
        await user.in_dialog("enter")
        await user.until(lambda: user.app.chat.open_id not in (None, budget))


async def test_what_is_fetched_while_one_looks_is_found_without_a_key(settings: Settings) -> None:
    async with driven(settings) as user:
        await asked_about_the_crew(user)
    with closing(sqlite3.connect(store_path(), isolation_level=None)) as connection:  # as if never opened here
        connection.executescript("DELETE FROM turns; UPDATE sessions SET turns = NULL")
    async with driven(settings) as user:
        user.app.chat.workspace.searching.gathering.sleep = until_typed = Pause()
        await user.until(lambda: user.app.chat.workspace.is_live)
        await search(user, "navigation")
        await user.see("Nothing that is kept on this machine has all of this.")
        until_typed.is_over.set()
        await user.see("1 turn in 1 session")


async def test_of_nothing_is_said_that_it_is_not_there_before_all_is_read(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def still_reading(_: Gathering) -> Gathered:
        return Gathered(here=1, listed=1, has_more=False, state="on", to_read=2)

    async with driven(settings) as user:
        await asked_about_the_crew(user)
        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(Gathering, "progress", still_reading)
            await search(user, "zebra")
            await user.see("Nothing of what is read by now has all of this.")
            await user.see("2 turns to go")
            assert "Nothing that is kept" not in user.screen
        await user.see("Nothing that is kept on this machine has all of this.")


async def test_what_is_not_understood_and_what_is_not_there_is_told(settings: Settings) -> None:
    async with driven(settings) as user:
        await asked_about_the_crew(user)
        await search(user, "nonsense:zebra")
        await user.see("There is no filter nonsense:")
        await user.see("Nothing that is kept on this machine has all of this.")
        await user.in_dialog("enter")
        await user.see("Search all sessions")
        await user.press("escape")
        await user.see_no("Search all sessions")


async def test_a_question_of_another_session_is_found_and_one_is_forgotten(settings: Settings) -> None:
    async with driven(settings) as user:
        await asked_about_the_crew(user)
        await user.press("ctrl+r")
        await user.see("Questions asked before")
        await user.type("science who")
        await user.in_dialog("f8")
        await user.see("Nothing here has this in it.")
        await user.press("escape")
        await user.see("What is the budget?")
        await user.press("f8")
        await user.see("This one stands in the open session")
        await user.press("f8")
        await user.see("This one stands in the open session")
        await user.press("escape", "ctrl+r")
        await user.in_dialog("enter")
        await user.until(lambda: user.app.chat.composer.text == "What is the budget?")


async def test_what_is_found_while_the_dialog_is_taken_down_is_dropped(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with driven(settings) as user:
        await asked_about_the_crew(user)
        await search(user, "navigation")
        await user.see("1 turn in 1 session")
        dialog = user.app.screen
        assert isinstance(dialog, SearchDialog)
        find, begins, has_ended = dialog.searching.find, asyncio.Event(), asyncio.Event()

        async def find_late(typed: str) -> object:
            found = await find(typed)
            begins.set()
            try:
                while dialog.query(OptionList):
                    await asyncio.sleep(0)
            finally:
                has_ended.set()
            return found

        monkeypatch.setattr(dialog.searching, "find", find_late)
        await user.type(" budget")
        await asyncio.wait_for(begins.wait(), 30)
        dialog.dismiss(None)
        await asyncio.wait_for(has_ended.wait(), 30)
        await user.pilot.pause()
        assert user.app.failures == []
