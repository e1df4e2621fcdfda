"""The list of sessions in two programs of one user at once: they share one store."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from tests.app.user import User, driven
from tui.api.models import Session
from tui.screens import browsing
from tui.settings import Settings
from tui.workspace import other_programs

FIRST, SECOND, THIRD = "Who leads science?", "Who leads navigation?", "What does the Heron cost?"


@pytest.fixture(autouse=True)
def followed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(other_programs, "FOLLOW_SECONDS", 0.02)


@asynccontextmanager
async def program(settings: Settings) -> AsyncGenerator[User]:
    async with driven(settings) as user:
        await user.until(lambda: user.app.chat.workspace.is_live)
        yield user


async def ask_in_new_session(user: User, question: str) -> str:
    """Ask in a new session, and wait until all of it is known; its id."""
    if user.app.chat.open_id is not None:
        await user.press("ctrl+n")
        await user.in_dialog("enter")
        await user.until(lambda: user.app.chat.open_id is None)
    await user.ask_in_new_session(question)
    workspace = user.app.chat.workspace
    await user.until(lambda: not workspace.turns.busy and workspace.title(user.app.chat.open_id or "") == question)
    return user.app.chat.open_id or ""


def rows(user: User) -> list[str]:
    """The titles in the list, as they are shown."""
    sidebar = user.app.chat.sidebar.region
    lines = [line[: sidebar.right] for line in user.lines]
    return [title for line in lines for title in (FIRST, SECOND, THIRD, "The crew") if title[:15] in line]


def listed(user: User) -> list[str]:
    return [session.session_id for session in user.app.chat.session_list.sessions]


async def test_what_one_program_asks_names_pins_and_deletes_is_seen_in_the_list_of_the_other(
    settings: Settings,
) -> None:
    async with program(settings) as here, program(settings) as there:
        first = await ask_in_new_session(here, FIRST)
        await there.until(lambda: rows(there) == [FIRST])
        second = await ask_in_new_session(here, SECOND)
        await there.until(lambda: rows(there) == [SECOND, FIRST])
        assert listed(there) == [second, first]

        await here.press("ctrl+s", "G", "r")
        await here.in_dialog(*"The", "space", *"crew", "enter")
        await there.until(lambda: rows(there) == [SECOND, "The crew"])
        await here.press("p")
        await there.until(lambda: rows(there) == ["The crew", SECOND])
        await here.press("g", "j", "delete", "delete")
        await there.until(lambda: listed(there) == [first])
        await here.press("alt+u")
        await there.until(lambda: listed(there) == [first, second])


async def test_cursor_selection_filter_and_draft_stay_when_another_program_changes_the_list(
    settings: Settings,
) -> None:
    async with program(settings) as here, program(settings) as there:
        first = await ask_in_new_session(here, FIRST)
        await ask_in_new_session(here, THIRD)
        await there.until(lambda: len(listed(there)) == 2)
        await there.type("half a thought")
        await there.press("ctrl+s", "slash")
        await there.type("who")
        await there.press("enter", "space")
        chat = there.app.chat
        assert (listed(there), chat.session_list.ticked) == ([first], {first})

        second = await ask_in_new_session(here, SECOND)
        await there.until(lambda: listed(there) == [second, first])
        assert chat.session_list.session_under_cursor == first
        assert chat.session_list.ticked == {first}
        assert chat.session_list.has_focus
        assert chat.composer.text == "half a thought"


async def test_a_session_that_is_read_here_stays_when_another_program_deletes_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browsing, "UNDO_SECONDS", 0.05)
    async with program(settings) as here, program(settings) as there:
        first = await ask_in_new_session(here, FIRST)
        second = await ask_in_new_session(here, SECOND)
        await there.until(lambda: len(listed(there)) == 2)
        await there.press("ctrl+s", "g", "enter")
        await there.see("Ada Sol")
        await here.press("ctrl+s", "g", "space", "space", "delete", "delete")
        await there.until(lambda: listed(there) == [second])
        await here.until(lambda: not here.app.store.sessions.ids(here.app.chat.workspace.account_id))
        await here.until(lambda: not here.app.store.deletions.pending(here.app.chat.workspace.account_id))
        await there.type("and then")
        assert first not in listed(there)
        assert there.app.chat.open_id == second
        assert "Ada Sol" in there.screen
        assert there.app.chat.composer.text == "and then"


async def test_after_another_account_was_turned_to_its_list_is_followed(settings: Settings) -> None:
    async with program(settings) as here, program(settings) as there:
        first = await ask_in_new_session(here, FIRST)
        account = there.app.chat.workspace.account_id
        await there.until(lambda: listed(there) == [first])
        await there.app.chat.switch_account("another")
        assert listed(there) == []
        for each, name in ((account, "s1"), ("another", "s2")):
            here.app.store.sessions.save(each, [Session(name, None, FIRST, None, None)], complete=False)
        await there.until(lambda: listed(there) == ["s2"])
