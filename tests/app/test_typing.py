"""Writing a question: nothing typed is lost, and reading goes on meanwhile."""

from dataclasses import replace
from pathlib import Path

import pytest
from textual import events

from tests.app.user import User, driven
from tui.screens.palette import CommandPalette
from tui.screens.search.asked_before import AskedBefore
from tui.settings import Settings
from tui.widgets.composer import Composer
from tui.widgets.conversation_pane import ConversationPane

UNDO = "ctrl+underscore"
ASKED = "\u276f"
"""Stands before each question in the conversation."""


def composer_of(user: User) -> Composer:
    return user.app.chat.query_one(Composer)


async def write(user: User, text: str) -> None:
    await user.type(text)
    await user.until(lambda: composer_of(user).text.endswith(text))


def arrive(user: User, text: str) -> None:
    """Text that comes in one piece, as over a slow line."""
    for char in text:
        user.app.post_message(events.Key({" ": "space", "\r": "enter", "/": "slash"}.get(char, char), char))


async def test_the_conversation_is_read_from_the_composer(settings: Settings) -> None:
    async with driven(settings, rows=13) as user:
        await user.ask_in_new_session("What is the budget?")
        await user.read_to_end_of_turn()
        await write(user, "a draft")
        assert "more below" not in user.screen
        await user.press("pageup")
        await user.see("more below")
        page = user.screen
        await user.press("ctrl+up")
        await user.until(lambda: user.screen != page)
        await user.press("ctrl+down")
        await user.until(lambda: user.screen == page)
        await user.press("pagedown")
        await user.see_no("more below")
        await user.press("ctrl+home")
        await user.see(f"{ASKED} What is the budget?")
        await user.see("more below")
        await user.press("end")
        await user.see_no("more below")
        assert composer_of(user).text == "a draft"
        await user.press("home")
        assert composer_of(user).cursor_location == (0, 0)
        await user.see_no("more below")
        await user.press("home")
        await user.see(f"{ASKED} What is the budget?")
        await user.press("ctrl+end")
        await user.see_no("more below")
        assert composer_of(user).has_focus


async def test_keys_that_scroll_do_nothing_where_nothing_is_open(settings: Settings) -> None:
    async with driven(settings) as user:
        await user.press("pageup", "pagedown", "ctrl+up", "ctrl+home", "home", "end", "ctrl+end")
        await write(user, "still here")


async def test_each_way_to_change_the_text_can_be_undone(settings: Settings) -> None:
    async with driven(settings) as user:
        for key in ("ctrl+u", "ctrl+w", "alt+backspace", "ctrl+c"):
            await write(user, "one two")
            await user.press(key)
            await user.until(lambda: composer_of(user).text != "one two")
            await user.press(UNDO)
            await user.until(lambda: composer_of(user).text == "one two")
            await user.press("ctrl+y")
            await user.until(lambda: composer_of(user).text != "one two")
            await user.press("ctrl+u")


async def test_a_recalled_question_does_not_cost_the_draft(settings: Settings) -> None:
    async with driven(settings) as user:
        await user.ask_in_new_session("Who leads science?")
        await user.read_to_end_of_turn()
        await write(user, "a draft")
        await user.press("ctrl+r")
        await user.until(lambda: isinstance(user.app.screen, AskedBefore))
        await user.in_dialog("enter")
        await user.until(lambda: composer_of(user).text == "Who leads science?")
        await user.press("down")
        await user.until(lambda: composer_of(user).text == "a draft")
        await user.press("up")
        await user.until(lambda: composer_of(user).text == "Who leads science?")
        await user.press(UNDO)
        await user.until(lambda: composer_of(user).text == "a draft")


@pytest.mark.parametrize("keys", [["ctrl+c"], ["escape", "escape"]], ids=["ctrl-c", "esc-esc"])
async def test_a_cleared_draft_comes_back_in_another_session_and_after_a_restart(
    settings: Settings, keys: list[str]
) -> None:
    async with driven(settings) as user:
        await user.ask_in_new_session("Who leads science?")
        await user.read_to_end_of_turn()
        await write(user, "nearly asked")
        await user.press(*keys)
        await user.until(lambda: composer_of(user).text == "")
        await user.press("up")
        await user.until(lambda: composer_of(user).text == "nearly asked")
    async with driven(settings) as user:
        await user.until(lambda: bool(user.app.chat.workspace.indexes))
        await user.press("up")
        await user.until(lambda: composer_of(user).text == "nearly asked")


async def test_up_has_the_questions_of_a_session_that_was_just_opened(settings: Settings) -> None:
    async with driven(settings) as user:
        await user.ask_in_new_session("Who leads science?")
        await user.read_to_end_of_turn()
    async with driven(settings) as user:
        await user.until(lambda: bool(len(user.app.chat.workspace.catalogue)))
        await user.press("ctrl+s", "enter", "up")
        await user.until(lambda: composer_of(user).text == "Who leads science?")


async def test_what_was_typed_is_still_there_after_a_folder_was_chosen(notes: Path) -> None:
    async with driven(Settings(local=(notes,))) as user:
        await user.until(lambda: bool(user.app.chat.workspace.indexes))
        await write(user, "typed before")
        await user.app.chat.switch_account("another")
        await user.until(lambda: composer_of(user).text == "typed before")
        await user.app.chat.switch_account(replace(Settings(), local=(notes,)).account)
        await user.until(lambda: composer_of(user).text == "typed before")


async def test_text_that_comes_in_one_piece_goes_whole_to_the_composer(settings: Settings) -> None:
    async with driven(settings) as user:
        await user.ask_in_new_session("Who leads science?")
        await user.read_to_end_of_turn()
        user.app.chat.query_one(ConversationPane).focus()
        await user.until(lambda: not composer_of(user).has_focus)
        arrive(user, "what colour is the apple\r")
        await user.see(f"{ASKED} what colour is the apple")
        assert not composer_of(user).text


async def test_prose_typed_in_the_list_goes_to_the_composer(settings: Settings) -> None:
    async with driven(settings) as user:
        await user.ask_in_new_session("Who leads science?")
        await user.read_to_end_of_turn()
        await user.press("ctrl+s")
        arrive(user, "what is the address")
        await user.until(lambda: composer_of(user).text == "what is the address")
        assert len(user.app.chat.workspace.catalogue) == 1


async def test_a_key_with_alt_types_no_letter_in_the_conversation(settings: Settings) -> None:
    async with driven(settings) as user:
        user.app.chat.view.pane.focus()
        await user.press("alt+x", "w")
        await user.until(lambda: composer_of(user).text == "w")


async def test_a_slash_or_a_colon_in_the_empty_composer_opens_the_commands(settings: Settings) -> None:
    async with driven(settings) as user:
        for key in ("slash", "colon"):
            await user.press(key)
            await user.until(lambda: isinstance(user.app.screen, CommandPalette))
            await user.press("escape")
            await user.until(lambda: user.app.screen is user.app.chat)
        await write(user, "and/or: which?")
        await user.press("ctrl+u")
        await user.press("slash")
        await user.until(lambda: isinstance(user.app.screen, CommandPalette))
        arrive(user, "/etc")
        await user.until(lambda: composer_of(user).text == "/etc")
