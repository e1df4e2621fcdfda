import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.api.raw_server import STREAM_HEAD
from tests.app.user import User, driven
from tests.faults.driving import ask, behind, in_session, open_session
from tests.faults.proxy import Exchange, FaultProxy, Gate, no_fault, refused, stalled_at
from tests.store.holding import held_elsewhere
from tui.screens import browsing
from tui.settings import Settings
from tui.store.files import store_path
from tui.store.store import Store
from tui.widgets.composer import Composer
from tui.widgets.queue_line import QueueLine
from tui.workspace.drafts import SAVE_AFTER_SECONDS

QUESTION = "When was the Heron probe launched?"
ANSWER = "March 2031"
TITLE_IN_LIST = "Who leads navig"
"""As much of the title as fits beside a scrollbar, which is there once other tests have made many sessions."""
NOWHERE = "http://127.0.0.1:1"


def account_of(proxy: FaultProxy) -> str:
    return Settings(base_url=proxy.base_url).account


async def test_the_list_last_seen_is_there_without_any_network_and_conversations_open_from_it(
    proxy: FaultProxy,
) -> None:
    async with behind(proxy) as user:
        await in_session(user)
    proxy.others = refused("503 Service Unavailable")
    async with driven(Settings(base_url=proxy.base_url)) as user:
        assert len(user.app.chat.workspace.catalogue)
        await user.see(TITLE_IN_LIST)
        await user.press("ctrl+s", "enter")
        await user.see("Ada Sol")


@pytest.mark.fault(60)
async def test_drafts_survive_switching_and_a_restart(proxy: FaultProxy) -> None:
    async with behind(proxy) as user:
        first = await in_session(user)
        await user.type("half a thought")
        await user.press("ctrl+n")
        await user.see("ready")
        await user.in_dialog("enter")
        composer = user.app.chat.query_one(Composer)
        await user.until(lambda: composer.text == "")
        await user.type("another")
    async with behind(proxy) as user:
        composer = user.app.chat.query_one(Composer)
        await user.until(lambda: user.app.chat.workspace.is_live)
        await open_session(user, first)
        await user.until(lambda: composer.text == "half a thought")


@pytest.mark.fault(60)
async def test_what_is_typed_is_kept_within_half_a_second(proxy: FaultProxy) -> None:
    async with behind(proxy) as user:
        await user.type("a thought")
        with_store = Store.open(store_path())
        assert SAVE_AFTER_SECONDS <= 0.5
        await user.until(lambda: with_store.notes.draft(account_of(proxy), "") == "a thought")
        with_store.close()


async def test_with_keep_off_nothing_is_written(proxy: FaultProxy) -> None:
    async with driven(Settings(base_url=proxy.base_url, keep=False)) as user:
        await in_session(user)
    assert not store_path().exists()


@pytest.mark.fault(54)
async def test_a_store_that_cannot_be_used_is_said_once_and_all_works(
    proxy: FaultProxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "file"
    place.write_text("no folder")
    monkeypatch.setenv("LLAMACHAT_STATE_DIR", str(place))
    async with behind(proxy) as user:
        await user.see("Nothing can be kept in")
        await in_session(user)


@pytest.mark.fault(54)
async def test_a_table_that_goes_while_the_app_runs_is_said_and_all_works(proxy: FaultProxy) -> None:
    async with behind(proxy) as user:
        await in_session(user)
        with closing(sqlite3.connect(store_path())) as connection:
            connection.executescript("DROP TABLE notes; DROP TABLE open_turns")
        await ask(user, "Who leads science?")
        await user.see("Nothing more can be kept in")
        await user.see("Bo Lin")
        await user.see("Ada Sol")
    async with behind(proxy) as user:
        await in_session(user)
        assert user.app.store.warning == ""


@pytest.mark.fault(54)
async def test_a_store_that_is_emptied_while_the_app_runs_is_said_as_one_types_and_written_anew(
    proxy: FaultProxy,
) -> None:
    async with behind(proxy) as user:
        first = await in_session(user)
        os.truncate(store_path(), 0)
        await user.type("a thought")
        await user.see("was cut short while it was in use")
        await user.see("Ada Sol")
    async with behind(proxy) as user:
        assert user.app.store.warning == ""
        await user.until(lambda: user.app.chat.workspace.is_live)
        await open_session(user, first)
        await user.until(lambda: user.app.chat.query_one(Composer).text == "a thought")
        await user.see("Ada Sol")


async def test_questions_asked_during_a_turn_wait_and_are_sent_one_after_another(proxy: FaultProxy) -> None:
    async with behind(proxy) as user:
        await in_session(user)
        hold = Gate()
        proxy.next_turns.append(hold.fault)
        await ask(user, QUESTION)
        await ask(user, "Who leads science?")
        await user.see("Who leads science?")
        await ask(user, "Who is Ada Sol?")
        await user.see("and 1 more")
        await user.press("up")
        await user.until(lambda: user.app.chat.query_one(Composer).text == "Who is Ada Sol?")
        await user.press("enter")
        await user.see("and 1 more")
        await user.press("delete")
        await user.see_no("and 1 more")
        hold.open()
        await user.see("Bo Lin")
        await user.until(lambda: not user.app.chat.workspace.turns.busy)
        assert proxy.prompts[-2:] == [QUESTION, "Who leads science?"]
        assert not user.app.chat.query_one(QueueLine).display


async def test_escape_pauses_the_queue_and_enter_on_an_empty_line_sends_it(proxy: FaultProxy) -> None:
    async with behind(proxy) as user:
        await in_session(user)
        proxy.next_turns.append(stalled_at(0.3))
        await ask(user, QUESTION)
        await ask(user, "Who leads science?")
        await user.press("escape")
        await user.see("paused")
        await user.until(lambda: not user.app.chat.workspace.turns.busy)
        assert proxy.prompts.count("Who leads science?") == 0
    async with behind(proxy) as user:
        await user.until(lambda: user.app.chat.workspace.is_live)
        await user.press("ctrl+s", "enter")
        await user.see("paused")
        await user.until(lambda: not user.app.chat.workspace.turns.busy)
        await user.press("enter")
        await user.see("Bo Lin")
        assert proxy.prompts.count("Who leads science?") == 1


async def test_a_failure_pauses_the_queue(proxy: FaultProxy) -> None:
    async with behind(proxy) as user:
        await in_session(user)
        hold = Gate(refused("429 Too Many Requests"))
        proxy.next_turns.append(hold.fault)
        await ask(user, QUESTION)
        await ask(user, "Who leads science?")
        hold.open()
        await user.see("paused")
        assert user.app.chat.query_one(Composer).text == QUESTION
        assert "Who leads science?" not in proxy.prompts


async def test_sessions_elsewhere_are_marked_while_they_run_and_when_they_have_ended(
    proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with behind(proxy) as user:
        rung: list[bool] = []
        monkeypatch.setattr(user.app, "bell", lambda: rung.append(True))
        session_id = await in_session(user)
        for fault, mark in ((no_fault, "●"), (refused("403 Forbidden"), "!")):
            hold = Gate(fault)
            proxy.next_turns.append(hold.fault)
            await ask(user, QUESTION)
            await user.press("ctrl+n")
            await user.see("ready")
            await user.in_dialog("enter")
            await user.until(lambda: f"◌ {TITLE_IN_LIST}" in user.screen)
            hold.open()
            await user.until(lambda mark=mark: f"{mark} {TITLE_IN_LIST}" in user.screen)
            await open_session(user, session_id)
            await user.until(lambda: user.app.chat.open_id == session_id)
        assert rung


@pytest.mark.fault(58)
async def test_a_second_instance_reads_the_session_and_says_why_it_does_not_write(proxy: FaultProxy) -> None:
    async with behind(proxy) as user:
        session_id = await in_session(user)
    other = Store.open(store_path())
    with held_elsewhere(store_path(), account_of(proxy), session_id):
        async with behind(proxy) as user:
            await user.until(lambda: user.app.chat.workspace.is_live)
            await open_session(user, session_id)
            await user.see("Another llamachat-tui has this session open")
            await user.see("Ada Sol")
            await ask(user, QUESTION)
            assert user.app.chat.query_one(Composer).text == QUESTION
            assert QUESTION not in proxy.prompts
            await user.pilot.pause(SAVE_AFTER_SECONDS + 0.1)
            assert other.notes.draft(account_of(proxy), session_id) == ""
    other.close()


async def test_r_in_the_list_gives_a_session_a_name_of_its_own_that_stays(proxy: FaultProxy) -> None:
    async with behind(proxy) as user:
        await in_session(user)
        await user.press("ctrl+s", "r")
        await user.see("Name of this session")
        await user.in_dialog()
        await user.type("The crew")
        await user.press("enter")
        await user.see("The crew  ·  notes")
    async with driven(Settings(base_url=NOWHERE)) as user:
        assert "The crew" not in user.screen
    async with behind(proxy) as user:
        await user.see("The crew")


@pytest.mark.fault(56)
async def test_deleting_a_session_whose_turn_runs_stops_it_and_deletes_once(
    proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.screens.browsing.UNDO_SECONDS", 0.1)
    async with behind(proxy) as user:
        session_id = await in_session(user)
        turn = Listened()
        proxy.next_turns.append(turn.fault)
        await ask(user, QUESTION)
        await user.until(lambda: turn.is_running)
        await user.press("ctrl+s", "delete", "delete")
        await user.until(lambda: deletions(proxy, session_id) == 1)
        await user.until(lambda: not turn.is_running)
        await user.until(lambda: user.app.chat.open_id is None)
        await user.press("ctrl+s")
        await user.see_no(QUESTION)
    assert deletions(proxy, session_id) == 1
    store = Store.open(store_path())
    assert session_id not in {session.session_id for session in store.sessions.listed(account_of(proxy))}
    assert not store.journal.entries(account_of(proxy))
    store.close()


@pytest.mark.fault(56)
async def test_what_was_brought_back_is_not_deleted_after_all(
    proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.screens.browsing.UNDO_SECONDS", 2.0)
    async with behind(proxy) as user:
        session_id = await in_session(user)
        await user.press("ctrl+s", "delete", "delete")
        await user.see("Deleted:")
        await user.press("alt+u")
        await user.see(TITLE_IN_LIST)
        await later_than_all_timers(user)
        assert deletions(proxy, session_id) == 0
    assert deletions(proxy, session_id) == 0


@pytest.mark.fault(56, 60)
async def test_what_is_deleted_before_a_switch_of_accounts_is_deleted_where_it_was(
    proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.screens.browsing.UNDO_SECONDS", 60.0)
    async with behind(proxy) as user:
        session_id = await in_session(user)
        await user.press("ctrl+s", "delete", "delete")
        await user.see("Deleted:")
        await user.press("ctrl+p")
        await user.see("Commands")
        await user.type("switch account")
        await user.in_dialog("enter")
        await user.see("Try it on")
        await user.in_dialog("down", "down", "enter")
        await user.see("This machine: the manual")
        assert deletions(proxy, session_id) == 1
        await user.press("alt+u")
        assert session_id not in {session.session_id for session in user.app.chat.workspace.catalogue}


@pytest.mark.fault(56)
async def test_a_session_that_could_not_be_deleted_is_listed_again(
    proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.screens.browsing.UNDO_SECONDS", 0.05)
    async with behind(proxy) as user:
        await in_session(user)
        proxy.others = refused("403 Forbidden")
        await user.press("ctrl+s", "delete", "delete")
        await user.see("may not do that")
        await user.see(TITLE_IN_LIST)
        proxy.others = no_fault


def deletions(proxy: FaultProxy, session_id: str) -> int:
    return sum(target.startswith(f"DELETE /api/v1/chat/{session_id}") for target in proxy.requests)


async def later_than_all_timers(user: User) -> None:
    """Wait as long as an undo is possible, counted from now: what was to happen then has happened."""
    rung = asyncio.Event()
    user.app.chat.set_timer(browsing.UNDO_SECONDS, rung.set)
    await rung.wait()
    await user.pilot.pause()


class Listened:
    """A turn that brings nothing, and knows whether somebody listens to it."""

    def __init__(self) -> None:
        self.is_running = False

    async def fault(self, exchange: Exchange) -> None:
        self.is_running = True
        try:
            await exchange.give(STREAM_HEAD)
            while True:
                await exchange.give(b": nothing yet\n\n")
                await asyncio.sleep(0.01)
        finally:
            self.is_running = False
