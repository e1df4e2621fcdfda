import pytest

from tests.faults.driving import ask, behind, in_session
from tests.faults.proxy import (
    Exchange,
    Fault,
    FaultProxy,
    all_at_once,
    byte_by_byte,
    cut_at,
    flood,
    lost_answer,
    lost_question,
    no_fault,
    refused,
    reset_at,
    stalled_at,
    taken_but,
)
from tests.local.server import Connection
from tui.widgets.composer import Composer

QUESTION = "When was the Heron probe launched?"
ANSWER = "March 2031"
HTML = "Content-Type: text/html"

TAKEN: dict[str, Fault] = {
    "the stream ends early": cut_at(0.6),
    "it ends after its head": cut_at(0.1),
    "it ends just before its stop": cut_at(0.97),
    "it is reset": reset_at(0.5),
    "502 though the server took it": taken_but("502 Bad Gateway", HTML),
    "503 though the server took it": taken_but("503 Service Unavailable", "Retry-After: 1"),
    "500 though the server took it": taken_but("500 Internal Server Error"),
    "504 though the server took it": taken_but("504 Gateway Timeout"),
    "a sign-in page though the server took it": taken_but("200 OK", HTML),
    "no answer though the server took it": lost_answer,
    "a reset in place of an answer": reset_at(0.0),
}


@pytest.mark.fault(20, 21, 22, 33, 34, 40)
@pytest.mark.parametrize("fault", TAKEN.values(), ids=TAKEN)
async def test_a_broken_turn_is_completed_from_the_server_and_asked_once(proxy: FaultProxy, fault: Fault) -> None:
    async with behind(proxy) as user:
        await in_session(user)
        proxy.next_turns.append(fault)
        await ask(user, QUESTION)
        await user.see(ANSWER)
        await user.until(lambda: not user.app.chat.workspace.turns.busy)
        assert proxy.prompts.count(QUESTION) == 1
        assert user.app.chat.query_one(Composer).text == ""


REFUSED: dict[str, Fault] = {
    "403": refused("403 Forbidden"),
    "422": refused("422 Unprocessable Entity"),
    "409": refused("409 Conflict"),
    "429": refused("429 Too Many Requests", "Retry-After: 2"),
    "429 without a number": refused("429 Too Many Requests", "Retry-After: soon"),
    "a redirect": refused("307 Temporary Redirect", "Location: http://127.0.0.1:1/"),
}


@pytest.mark.fault(30, 31, 32, 35)
@pytest.mark.parametrize("fault", REFUSED.values(), ids=REFUSED)
async def test_a_refused_question_is_back_in_the_composer_and_goes_by_enter(proxy: FaultProxy, fault: Fault) -> None:
    async with behind(proxy) as user:
        await in_session(user)
        proxy.next_turns.append(fault)
        await ask(user, QUESTION)
        await user.until(lambda: user.app.chat.query_one(Composer).text == QUESTION)
        assert proxy.prompts.count(QUESTION) == 1
        await user.press("enter")
        await user.see(ANSWER)
        assert proxy.prompts.count(QUESTION) == 2


@pytest.mark.fault(21)
async def test_what_came_while_the_line_was_broken_is_said(proxy: FaultProxy) -> None:
    async with behind(proxy) as user:
        await in_session(user)
        proxy.next_turns.append(cut_at(0.4))
        await ask(user, QUESTION)
        await user.see("Finished while you were away")


WHOLE: dict[str, Fault] = {
    "byte by byte": byte_by_byte,
    "a buffering proxy": all_at_once,
    "a flood": flood,
}


@pytest.mark.fault(13, 28, 39)
@pytest.mark.parametrize("fault", WHOLE.values(), ids=WHOLE)
async def test_a_strange_delivery_is_read_like_any_other(proxy: FaultProxy, fault: Fault) -> None:
    async with behind(proxy) as user:
        await in_session(user)
        proxy.next_turns.append(fault)
        await ask(user, QUESTION)
        await user.see(ANSWER)
        await user.until(lambda: not user.app.chat.workspace.turns.busy)
        assert proxy.prompts.count(QUESTION) == 1


@pytest.mark.fault(40)
async def test_a_question_that_never_arrived_is_offered_again_and_not_sent_by_itself(proxy: FaultProxy) -> None:
    async with behind(proxy) as user:
        await in_session(user)
        proxy.next_turns.append(lost_question)
        await ask(user, QUESTION)
        await user.see("it may run twice")
        assert user.app.chat.query_one(Composer).text == QUESTION
        assert proxy.prompts.count(QUESTION) == 1
        await user.press("enter")
        await user.see(ANSWER)


@pytest.mark.fault(36)
async def test_a_question_that_nobody_took_is_back_in_the_composer_and_goes_by_enter(proxy: FaultProxy) -> None:
    async with behind(proxy) as user:
        await in_session(user)
        proxy.close_door()
        await ask(user, QUESTION)
        await user.see("was refused or failed")
        await user.until(lambda: user.app.chat.query_one(Composer).text == QUESTION)
        assert not user.app.chat.workspace.turns.busy
        await proxy.open_door()
        await user.press("enter")
        await user.see(ANSWER)
        assert proxy.prompts.count(QUESTION) == 1


@pytest.mark.fault(38)
async def test_escape_leaves_a_silent_turn_at_once_and_its_answer_comes_from_the_server(proxy: FaultProxy) -> None:
    async with behind(proxy) as user:
        session_id = await in_session(user)
        proxy.next_turns.append(stalled_at(0.3))
        await ask(user, QUESTION)
        await user.see("running…")
        await user.press("escape")
        await user.until(lambda: session_id not in user.app.chat.workspace.turns.busy)
        await user.see(ANSWER)
        assert proxy.prompts.count(QUESTION) == 1


@pytest.mark.fault(33)
async def test_the_server_gone_for_a_while_in_mid_turn(proxy: FaultProxy) -> None:
    async with behind(proxy) as user:
        await in_session(user)
        proxy.next_turns.append(cut_at(0.4))
        refusals = [refused("503 Service Unavailable", "Retry-After: 0")] * 4

        async def refuse_some(exchange: Exchange) -> None:
            await (refusals.pop() if refusals else no_fault)(exchange)

        proxy.others = refuse_some
        await ask(user, QUESTION)
        await user.see(ANSWER)
        assert not refusals
        assert proxy.prompts.count(QUESTION) == 1


@pytest.mark.fault(30, 55)
async def test_a_session_deleted_elsewhere_can_still_be_read_and_nothing_typed_is_lost(
    proxy: FaultProxy,
) -> None:
    async with behind(proxy) as user:
        await in_session(user)
        proxy.next_turns.append(refused("404 Not Found"))
        await ask(user, QUESTION)
        await user.until(lambda: user.app.chat.query_one(Composer).text == QUESTION)
        await user.see("Ada Sol")
        await user.press("enter")
        await user.see(ANSWER)
        assert proxy.prompts.count(QUESTION) == 2


@pytest.mark.fault(29)
async def test_a_key_refused_in_mid_session_is_asked_for_anew_and_all_goes_on(
    proxy: FaultProxy, server: Connection
) -> None:
    async with behind(proxy) as user:
        await in_session(user)
        proxy.next_turns.append(refused("401 Unauthorized"))
        await ask(user, QUESTION)
        await user.see("Paste a LlamaCloud key")
        await user.in_dialog("enter", "ctrl+t", "ctrl+t")
        await user.type(server.api_key)
        await user.press("enter")
        await user.until(lambda: user.app.screen is user.app.chat)
        assert user.app.chat.query_one(Composer).text == QUESTION
        await user.until(lambda: user.app.chat.workspace.is_live)
        await user.press("enter")
        await user.see(ANSWER)
