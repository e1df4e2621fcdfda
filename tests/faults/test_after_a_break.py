"""What the reader sees, and what is sent, once a turn broke off, was stopped, or ended out of sight."""

import asyncio
import subprocess
import sys

import pytest

from tests.faults.driving import ask, behind, in_session, open_session
from tests.faults.proxy import Exchange, FaultProxy, Gate, cut_at, no_fault, refused
from tui.settings import Settings
from tui.store.files import store_path
from tui.store.store import Store

QUESTION = "When was the Heron probe launched?"
ANSWER = "March 2031"
QUEUED = "Who leads science?"


def account_of(proxy: FaultProxy) -> str:
    return Settings(base_url=proxy.base_url).account


def can_be_held_by_another_process(account: str, session_id: str) -> bool:
    program = (
        "import sys, pathlib; from tui.store.store import Store;"
        "print(Store.open(pathlib.Path(sys.argv[1])).hold(*sys.argv[2:]))"
    )
    arguments = [sys.executable, "-c", program, str(store_path()), account, session_id]
    return subprocess.run(arguments, capture_output=True, check=True).stdout == b"True\n"


async def silence(exchange: Exchange) -> None:
    """The question goes nowhere, and nothing comes."""
    while not exchange.to_client.transport.is_closing():
        await asyncio.sleep(0.01)


@pytest.mark.fault(21, 40)
async def test_a_question_queued_while_a_broken_turn_is_looked_up_is_sent_when_that_is_found_whole(
    proxy: FaultProxy,
) -> None:
    async with behind(proxy) as user:
        session_id = await in_session(user)
        proxy.next_turns.append(cut_at(0.4))
        hold = Gate()
        proxy.others = hold.fault
        await ask(user, QUESTION)
        await user.until(lambda: session_id in user.app.chat.workspace.turns.recovery.unresolved)
        await ask(user, QUEUED)
        assert QUEUED not in proxy.prompts
        hold.open()
        await user.until(lambda: QUEUED in proxy.prompts)
        await user.until(lambda: not user.app.chat.workspace.turns.busy)
        assert proxy.prompts.count(QUESTION) == proxy.prompts.count(QUEUED) == 1


async def test_a_question_queued_while_a_lost_one_is_looked_up_is_shown_as_paused(proxy: FaultProxy) -> None:
    async with behind(proxy) as user:
        session_id = await in_session(user)
        proxy.next_turns.append(refused("500 Internal Server Error"))
        hold = Gate()
        proxy.others = hold.fault
        await ask(user, QUESTION)
        await user.until(lambda: session_id in user.app.chat.workspace.turns.recovery.unresolved)
        await ask(user, QUEUED)
        hold.open()
        await user.see("paused")
        assert QUEUED not in proxy.prompts


async def test_a_turn_that_was_stopped_stays_stopped_whatever_the_server_shows(proxy: FaultProxy) -> None:
    async with behind(proxy) as user:
        session_id = await in_session(user)
        proxy.next_turns.append(silence)
        await ask(user, QUESTION)
        await user.until(lambda: QUESTION in proxy.prompts)
        await user.press("escape")
        await user.see("Stopped by you")
        await user.until(lambda: proxy.requests.count(f"GET /api/v1/chat/{session_id} HTTP/1.1") > 3)
        assert "Stopped by you" in user.screen
        assert "no such question" not in user.screen


@pytest.mark.fault(33)
async def test_the_cause_of_a_failure_stays_under_its_question_while_it_is_looked_up(proxy: FaultProxy) -> None:
    async with behind(proxy) as user:
        await in_session(user)
        proxy.next_turns.append(refused("500 Internal Server Error"))
        waits = asyncio.Event()
        user.app.chat.workspace.turns.recovery.sleep = lambda _: waits.wait()
        await ask(user, QUESTION)
        await user.see("Looking again in 2 s")
        assert "failed (500 Internal Server Error)" in user.screen
        waits.set()


async def test_a_session_whose_turn_ended_out_of_sight_can_be_written_in_by_another_instance(
    proxy: FaultProxy,
) -> None:
    async with behind(proxy) as user:
        session_id = await in_session(user)
        hold = Gate()
        proxy.next_turns.append(hold.fault)
        await ask(user, QUESTION)
        await user.press("ctrl+n")
        await user.in_dialog("enter")
        await user.see_no(QUESTION)
        await ask(user, QUEUED)
        await user.see("Bo Lin")
        assert not can_be_held_by_another_process(account_of(proxy), session_id)
        hold.open()
        await user.until(lambda: session_id not in user.app.chat.workspace.turns.busy)
        assert can_be_held_by_another_process(account_of(proxy), session_id)


@pytest.mark.fault(44)
async def test_an_answer_is_not_lost_to_an_older_snapshot_that_arrives_after_it(proxy: FaultProxy) -> None:
    async with behind(proxy) as user:
        session_id = await in_session(user)
    opened, is_held = asyncio.Event(), asyncio.Event()

    async def stale(exchange: Exchange) -> None:
        is_session = exchange.request.startswith(f"GET /api/v1/chat/{session_id} ".encode())
        if not is_session or is_held.is_set():
            await no_fault(exchange)
            return
        whole = await exchange.whole_answer()
        is_held.set()
        await opened.wait()
        await exchange.give(whole)

    proxy.others = stale
    async with behind(proxy) as user:
        await user.until(lambda: user.app.chat.workspace.is_live)
        await open_session(user, session_id)
        await user.see("Ada Sol")
        await asyncio.wait_for(is_held.wait(), 5)
        await ask(user, QUESTION)
        await user.see(ANSWER)
        await user.until(lambda: not user.app.chat.workspace.turns.busy)
        asked = len(proxy.requests)
        opened.set()
        await user.until(lambda: any(session_id in target for target in proxy.requests[asked:]))
        await user.pilot.pause(0.2)
        assert ANSWER in user.screen
    store = Store.open(store_path())
    kept = store.sessions.history(account_of(proxy), session_id)
    store.close()
    assert kept is not None
    assert ANSWER in repr(kept.events)
