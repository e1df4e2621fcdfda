"""What of a turn is read on the screen when it broke off, or ended with an error."""

import asyncio
from functools import partial
from pathlib import Path

import pytest
from textual.events import Paste

from tests.faults.answers import STOP, failed, said, sent
from tests.faults.driving import ask, behind, in_session, open_session, words_on
from tests.faults.proxy import Exchange, Fault, FaultProxy, Gate, cut_at, no_fault, refused, reset_at, stalled_at
from tui.api import stream
from tui.api.sse import Limits
from tui.widgets.composer import Composer

QUESTION = "When was the Heron probe launched?"
ANSWER = "March 2031"


async def never(_: float) -> None:
    """A pause that does not end."""
    await asyncio.Event().wait()


@pytest.mark.fault(21, 22)
@pytest.mark.parametrize("fault", [cut_at(0.97), reset_at(0.97)], ids=["the stream ends", "it is reset"])
async def test_what_had_arrived_is_shown_and_the_server_is_asked_without_any_pause(
    proxy: FaultProxy, fault: Fault
) -> None:
    async with behind(proxy) as user:
        session_id = await in_session(user)
        user.app.chat.workspace.turns.recovery.sleep = never
        hold = Gate()
        proxy.others = hold.fault
        proxy.next_turns.append(fault)
        await ask(user, QUESTION)
        await user.until(lambda: f"GET /api/v1/chat/{session_id} HTTP/1.1" in proxy.requests)
        await user.see(ANSWER)
        assert "before the answer was complete" in user.screen
        assert " rounds" not in user.screen.rpartition(ANSWER)[2]
        hold.open()
        await user.until(lambda: " rounds" in user.screen.rpartition(ANSWER)[2])
        assert "before the answer was complete" not in user.screen
        assert proxy.prompts.count(QUESTION) == 1


REASONS = (("The model \x1b]0;owned\x07[/red] failed", "Error: The model ␛]0;owned␇[/red] failed"), (None, "no reason"))


@pytest.mark.fault(23)
async def test_a_turn_that_ends_with_an_error_says_so_below_what_came_and_its_question_can_be_had_again(
    proxy: FaultProxy,
) -> None:
    async with behind(proxy) as user:
        await in_session(user)
        await user.type(QUESTION)
        for error, told in REASONS:
            proxy.next_turns.append(sent(said("In the spring"), failed(error)))
            await user.press("enter")
            await user.see(told)
            assert "In the spring" in user.screen
            await user.press("up")
            await user.until(lambda: user.app.chat.query_one(Composer).text == QUESTION)
        await user.press("enter")
        await user.see(ANSWER)
        assert proxy.prompts.count(QUESTION) == 3


STRANGE = (
    b'{"type": "novelty", "content": "something new"}',
    b'{"type": "novelty", "content": null}',
    b'{"content": 7}',
    b"[1, 2]",
    b"3",
    b"null",
    b'"text"',
    b"{not json",
    b'{"type": "text_delta", "content": NaN}',
    b'{"type": "text_delta", "content": ' + b"9" * 5000 + b"}",
    b"[" * 100_000,
    b"[DONE]",
)


@pytest.mark.fault(17, 18)
async def test_what_no_program_knows_is_named_and_the_answer_goes_on(proxy: FaultProxy) -> None:
    one, *others = STRANGE
    async with behind(proxy) as user:
        await in_session(user)
        proxy.next_turns.append(sent(said("Launched in "), one, said(ANSWER), *others, said(", it says."), STOP))
        await ask(user, QUESTION)
        await user.see(", it says.")
        await user.until(lambda: not user.app.chat.workspace.turns.busy)
        shown = [line[35:].strip() for line in user.lines]
        assert "Launched in" in shown
        assert ANSWER in shown
        assert "▾ Unknown event novelty" in shown
        assert "something new" in user.screen
        assert f"▸ {len(others) - 1} unknown events" in shown


@pytest.mark.fault(38)
async def test_a_turn_that_falls_silent_is_given_up_at_its_limit_and_looked_up(
    proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient = Limits(first_event_timeout=0.3, next_event_timeout=0.3, tick_seconds=0.02)
    monkeypatch.setattr(stream, "stream_turn", partial(stream.stream_turn, limits=impatient))
    async with behind(proxy) as user:
        session_id = await in_session(user)
        hold = Gate()
        proxy.others = hold.fault
        proxy.next_turns.append(stalled_at(0.6))
        await ask(user, QUESTION)
        await user.until(lambda: "sent nothing for too long" in words_on(user))
        await user.until(lambda: f"GET /api/v1/chat/{session_id} HTTP/1.1" in proxy.requests)
        hold.open()
        await user.see(ANSWER)
        await user.see("Finished while you were away")
        assert proxy.prompts.count(QUESTION) == 1


@pytest.mark.fault(9)
async def test_halves_of_letters_are_read_copied_exported_asked_and_kept(
    proxy: FaultProxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    whole = "a bird \N{BIRD} and half \ufffd\ufffd"
    async with behind(proxy) as user:
        session_id = await in_session(user)
        proxy.next_turns.append(sent(said("a bird \ud83d\udc26 and half \ud83d"), said("\udc26"), STOP))
        user.app.post_message(Paste("which \ud800?"))
        await user.until(lambda: "which" in user.app.chat.query_one(Composer).text)
        await user.press("enter")
        await user.see(whole)
        await user.until(lambda: not user.app.chat.workspace.turns.busy)
        await user.press("shift+tab", "right_curly_bracket", "y")
        await user.see("to the terminal's clipboard")
        await user.press("a")
        await user.until(lambda: user.app.clipboard.strip() == whole)
        await user.press("e")
        await user.in_dialog("enter")
        await user.see("Written to")
    (written,) = tmp_path.glob("*.md")
    assert whole in written.read_text("utf-8")
    assert proxy.prompts[-1] == "which \ufffd?"
    proxy.others = refused("503 Service Unavailable", "Retry-After: 0")
    async with behind(proxy) as user:
        await open_session(user, session_id)
        await user.see("which \ufffd?")
        await user.see(whole)


@pytest.mark.fault(42)
@pytest.mark.parametrize("end", ["stalls", "breaks"])
async def test_a_session_that_comes_slowly_or_breaks_off_leaves_the_copy_and_the_keys(
    proxy: FaultProxy, end: str
) -> None:
    async with behind(proxy) as user:
        session_id = await in_session(user)

    async def slow(exchange: Exchange) -> None:
        if f"GET /api/v1/chat/{session_id} ".encode() not in exchange.request:
            await no_fault(exchange)
            return
        whole = await exchange.whole_answer()
        await exchange.give(whole[: len(whole) // 2])
        if end == "breaks":
            exchange.reset()
        while not exchange.to_client.transport.is_closing():
            await asyncio.sleep(0.01)

    async with behind(proxy) as user:
        await user.until(lambda: user.app.chat.workspace.is_live)
        proxy.others = slow
        await user.press("ctrl+s", "enter")
        await user.see("Ada Sol")
        if end == "breaks":
            await user.see("broke before the answer was complete")
        await user.type("still here")
        assert "Ada Sol" in user.screen
        await user.press("ctrl+n")
        await user.in_dialog("enter")
        await user.see_no("Ada Sol")
