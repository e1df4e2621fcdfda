"""The list of sessions, by keys and by wheel."""

import asyncio
from datetime import UTC, datetime, timedelta
from time import sleep

import pytest
from textual.widgets import Input

from tests.app.one_session import SESSION_ID, one_session
from tests.app.user import driven
from tests.faults.driving import ask, behind, in_session, open_session
from tests.faults.proxy import Exchange, FaultProxy, Gate, fault_proxy, no_fault, refused
from tests.local.server import Connection
from tui.api.models import UserInput
from tui.screens import browsing
from tui.settings import Settings
from tui.widgets.composer import Composer
from tui.widgets.key_hints import KeyHints
from tui.widgets.sessions.session_list import SessionList


@pytest.fixture
async def proxy(server: Connection):
    async with fault_proxy(server.base_url) as proxy:
        yield proxy


async def test_delete_twice_deletes_on_the_server_and_alt_u_brings_it_back_from_the_composer(
    settings: Settings,
) -> None:
    async with driven(settings) as user:
        await user.ask_in_new_session("Who leads science?")
        await user.read_to_end_of_turn()
        await user.press("ctrl+s", "delete")
        await user.see("Delete again deletes")
        await user.press("backspace")
        await user.until(lambda: not len(user.app.chat.workspace.catalogue))
        await user.press("ctrl+s", "alt+u")
        await user.until(lambda: len(user.app.chat.workspace.catalogue) == 1)
    async with driven(settings) as user:
        await user.until(lambda: user.app.chat.workspace.is_live)
        assert len(user.app.chat.workspace.catalogue) == 1
        await user.press("ctrl+s", "delete", "delete")
        await user.until(lambda: not len(user.app.chat.workspace.catalogue))
    async with driven(settings) as user:
        await user.until(lambda: user.app.chat.workspace.is_live)
        assert not len(user.app.chat.workspace.catalogue)


async def test_another_key_takes_a_deletion_back(settings: Settings) -> None:
    async with driven(settings) as user:
        await user.ask_in_new_session("Who leads science?")
        await user.read_to_end_of_turn()
        await user.press("ctrl+s", "delete", "j", "delete")
        await user.see("Delete again deletes")
        assert len(user.app.chat.workspace.catalogue) == 1


async def test_prose_typed_in_the_list_deletes_nothing_and_is_in_the_composer(settings: Settings) -> None:
    async with driven(settings) as user:
        await user.ask_in_new_session("Who leads science?")
        await user.read_to_end_of_turn()
        await user.press("ctrl+s")
        await user.press(*("space" if char == " " else char for char in "address of dd"))
        await user.until(lambda: user.app.chat.query_one(Composer).text == "address of dd")
        assert len(user.app.chat.workspace.catalogue) == 1


async def test_after_a_running_session_was_deleted_nothing_is_said_to_be_answering(
    proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.screens.browsing.UNDO_SECONDS", 0.05)
    async with behind(proxy) as user:
        await in_session(user)
        proxy.next_turns.append(Gate().fault)
        await ask(user, "Who leads science?")
        hints = user.app.chat.query_one(KeyHints)
        await user.until(lambda: "Answering" in hints.activity)
        await user.press("ctrl+s", "delete", "delete")
        await user.until(lambda: user.app.chat.open_id is None)
        await user.until(lambda: not hints.activity)


@pytest.mark.fault(38)
async def test_a_running_turn_tells_its_seconds_and_when_nothing_comes(
    proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.screens.reading.SILENT_SECONDS", 1.0)
    async with behind(proxy) as user:
        await in_session(user)
        proxy.next_turns.append(Gate().fault)
        await ask(user, "Who leads science?")
        await user.see("Answering · 0 s · Esc stops")
        await user.see("Answering · 1 s")
        await user.see("no data for")


async def test_a_session_that_cannot_be_opened_says_why_in_its_place_and_f5_tries_again(proxy: FaultProxy) -> None:
    async with behind(proxy) as user:
        session_id = await in_session(user)
    async with driven(Settings(base_url=proxy.base_url, keep=False)) as user:
        await user.until(lambda: user.app.chat.workspace.is_live)
        proxy.others = refused("403 Forbidden")
        await open_session(user, session_id)
        await user.see("Press F5 to try again")
        assert "may not do that" in user.screen
        proxy.others = no_fault
        await user.press("f5")
        await user.see("Ada Sol")


@pytest.mark.fault(55)
async def test_a_session_deleted_elsewhere_and_never_kept_here_says_so(proxy: FaultProxy) -> None:
    async with behind(proxy) as user:
        session_id = await in_session(user)
    async with driven(Settings(base_url=proxy.base_url, keep=False)) as user:
        await user.until(lambda: user.app.chat.workspace.is_live)
        proxy.others = refused("404 Not Found")
        await open_session(user, session_id)
        await user.see("nothing of it is kept on this machine")
        assert "Opening the session" not in user.screen


def pages(total: int, size: int):
    """A list of sessions in pages, in place of the server's."""
    times = [datetime(2026, 1, 2, tzinfo=UTC) - timedelta(hours=n) for n in range(total)]

    async def fault(exchange: Exchange) -> None:
        line = exchange.request.split(b" ")[1].decode()
        if not line.startswith("/api/v1/chat?"):
            await no_fault(exchange)
            return
        start = int(line.partition("page_token=")[2].partition("&")[0] or 0)
        items = [
            f'{{"session_id": "ses-{n}", "last_updated_at": "{times[n].isoformat()}", '
            f'"generated_title": "Report {n} end", "index_ids": []}}'
            for n in range(start, min(start + size, total))
        ]
        token = f'"{start + size}"' if start + size < total else "null"
        body = f'{{"items": [{",".join(items)}], "next_page_token": {token}}}'.encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        await exchange.give(head.encode() + body)

    return fault


@pytest.mark.fault(41)
async def test_wheel_and_filter_know_that_there_are_more_sessions(proxy: FaultProxy) -> None:
    proxy.others = pages(430, 50)
    async with behind(proxy) as user:
        await user.until(lambda: user.app.chat.workspace.is_live)
        listed = user.app.chat.query_one(SessionList)
        await user.until(lambda: len(listed.sessions) >= 50)
        await user.see("January 2026")
        loaded = len(listed.sessions)
        listed.scroll_end(animate=False)
        await user.until(lambda: len(listed.sessions) > loaded)
        await user.press("ctrl+s", "slash")
        await user.until(lambda: isinstance(user.app.chat.focused, Input))
        await user.type("Report 429 end")
        await user.see("1 of 430")
        assert [session.session_id for session in listed.sessions] == ["ses-429"]
        await user.type("x")
        await user.see("Nothing has this")


async def test_one_letter_in_the_filter_is_looked_for_in_all_sessions(proxy: FaultProxy) -> None:
    proxy.others = pages(430, 100)
    async with behind(proxy) as user:
        await user.until(lambda: user.app.chat.workspace.is_live)
        await user.press("ctrl+s", "slash")
        await user.until(lambda: isinstance(user.app.chat.focused, Input))
        await user.press("x")
        await user.see("0 of 430")


async def test_down_goes_from_the_filter_to_the_list(proxy: FaultProxy) -> None:
    async with behind(proxy) as user:
        await in_session(user)
        await user.press("ctrl+s", "slash")
        await user.until(lambda: isinstance(user.app.chat.focused, Input))
        await user.press("down")
        await asyncio.sleep(0)
        await user.until(lambda: user.app.chat.query_one(SessionList).has_focus)


async def test_where_the_list_lies_over_the_conversation_it_goes_when_one_turns_from_it(settings: Settings) -> None:
    async with driven(settings, 80, 24) as user:
        await user.ask_in_new_session("Who leads science?")
        await user.read_to_end_of_turn()
        sidebar = user.app.chat.sidebar
        for key in ("tab", "shift+tab"):
            await user.press("ctrl+s", "slash")
            await user.until(lambda: isinstance(user.app.focused, Input))
            assert sidebar.is_on_screen
            while sidebar.has_focus_within:
                await user.press(key)
            await user.until(lambda: not sidebar.display)


async def test_a_session_is_told_about_asked_again_pinned_and_deleted_with_another(settings: Settings) -> None:
    async with driven(settings) as user:
        workspace = user.app.chat.workspace
        await user.ask_in_new_session("Who leads science?")
        await user.read_to_end_of_turn()
        (first,) = workspace.catalogue
        await user.press("ctrl+s", "i")
        await user.see("Last error    none")
        assert "notes" in user.screen
        await user.in_dialog("y")
        await user.until(lambda: user.app.clipboard == first.session_id)
        await user.see("Sent the id")
        await user.press("o")
        await user.see("☑ notes")
        await user.in_dialog("enter")
        await user.until(lambda: len(workspace.catalogue) == 2)
        await user.until(lambda: user.app.chat.open_id not in (None, first.session_id))
        await user.read_to_end_of_turn()
        assert "Who leads science?" in user.screen
        assert user.app.chat.composer.text == ""
        await user.press("ctrl+s", "G", "p")
        await user.see("Pinned")
        assert user.app.chat.session_list.sessions[0].session_id == first.session_id
        await user.press("g", "space", "space", "delete", "delete")
        await user.see("Deleted: 2 sessions")
        assert not len(workspace.catalogue)
        await user.press("u")
        await user.until(lambda: len(workspace.catalogue) == 2)
        await user.press("g", "p")
        await user.see_no("Pinned")


async def test_a_deletion_ends_the_time_for_undoing_the_one_before_not_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLAMA_CLOUD_API_KEY", "llx-test-key-0000")
    earlier = [str(number) for number in range(6)]
    with one_session([UserInput("Why?")], others=earlier) as server:
        async with driven(Settings(base_url=server.base_url)) as user:
            await user.see("The one session")
            chat = user.app.chat
            for steps, before in enumerate(earlier):
                monkeypatch.setattr(browsing, "UNDO_SECONDS", 0.001)
                chat.on_session_list_deletion_confirmed(SessionList.DeletionConfirmed((before,)))
                monkeypatch.setattr(browsing, "UNDO_SECONDS", 60)
                await asyncio.sleep(0)
                sleep(0.002)
                for _ in range(steps):
                    await asyncio.sleep(0)
                chat.on_session_list_deletion_confirmed(SessionList.DeletionConfirmed((SESSION_ID,)))
                await user.pilot.pause()
                chat.action_undo_delete()
                assert chat.workspace.catalogue.get(SESSION_ID)
