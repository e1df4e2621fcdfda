"""A session that takes its time to be created, while its user goes elsewhere."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from tests.app.user import User
from tests.faults.driving import ask, behind, in_session, open_session
from tests.faults.proxy import Exchange, Fault, FaultProxy, Gate, no_fault
from tui.widgets.sessions.session_list import SessionList

QUESTION = "Who leads science?"


def creations_behind(gate: Gate) -> Fault:
    async def fault(exchange: Exchange) -> None:
        is_creation = exchange.request.startswith(b"POST /api/v1/chat ")
        await (gate.fault if is_creation else no_fault)(exchange)

    return fault


@asynccontextmanager
async def asked_while_created(proxy: FaultProxy) -> AsyncGenerator[tuple[User, str, Gate]]:
    """A first question whose session is not there yet; the id of another one that is, and what lets the new one be."""
    async with behind(proxy) as user:
        other = await in_session(user)
        await user.press("ctrl+n")
        await user.see("ready")
        await user.in_dialog("enter")
        gate = Gate()
        proxy.others = creations_behind(gate)
        before = len(proxy.requests)
        await ask(user, QUESTION)
        await user.until(lambda: any(asked.startswith("POST /api/v1/chat") for asked in proxy.requests[before:]))
        yield user, other, gate


async def test_a_session_that_comes_late_takes_no_keys_from_the_list(proxy: FaultProxy) -> None:
    async with asked_while_created(proxy) as (user, _, gate):
        await user.press("ctrl+s")
        gate.open()
        await user.until(lambda: QUESTION in proxy.prompts)
        assert user.app.chat.query_one(SessionList).has_focus


async def test_a_session_that_comes_late_does_not_take_the_place_of_the_one_that_is_read(proxy: FaultProxy) -> None:
    async with asked_while_created(proxy) as (user, other, gate):
        await open_session(user, other)
        await user.type("half a thought")
        gate.open()
        await user.until(lambda: QUESTION in proxy.prompts)
        await user.until(lambda: not user.app.chat.workspace.turns.busy)
        assert user.app.chat.open_id == other
        assert user.app.chat.composer.text == "half a thought"
        assert not user.app.chat.workspace.draft(None)
        assert proxy.prompts.count(QUESTION) == 1


async def test_a_question_asked_again_in_a_late_session_leaves_the_reader_where_they_went(proxy: FaultProxy) -> None:
    async with behind(proxy) as user:
        await in_session(user)
        gate = Gate()
        proxy.others = creations_behind(gate)
        before = len(proxy.requests)
        await user.press("ctrl+s", "o")
        await user.see("ready")
        await user.in_dialog("enter")
        await user.until(lambda: any(asked.startswith("POST /api/v1/chat") for asked in proxy.requests[before:]))
        await user.press("ctrl+n")
        await user.in_dialog("enter")
        await user.until(lambda: user.app.chat.open_id is None)
        await user.type("half a thought")
        gate.open()
        await user.until(lambda: len(proxy.prompts) == 2)
        await user.until(lambda: not user.app.chat.workspace.turns.busy)
        assert user.app.chat.open_id is None
        assert user.app.chat.composer.text == "half a thought"
