"""What the user reads when a question is refused, and what is left to do then."""

import json
from pathlib import Path

import pytest

from tests.faults.driving import ask, behind, in_session, words_on
from tests.faults.proxy import FaultProxy, refused
from tui.widgets.composer import Composer
from tui.widgets.notice_line import NoticeLine

QUESTION = "When was the Heron probe launched?"
ANSWER = "March 2031"

HOSTILE = json.dumps({"detail": "The sources are locked \x1b]52;c;ZXZpbA==\x07[/red]"}).encode()
OF_A_FIELD = json.dumps({"detail": [{"loc": ["body", "index_ids"], "msg": "needs all indexes"}]}).encode()

SAID = (
    (refused("403 Forbidden"), ["may not do that", "not now"]),
    (refused("409 Conflict"), ["not now. Nothing was done.", "check again in a moment"]),
    (refused("409 Conflict", body=b""), ["busy with this already", "Check again in a moment"]),
    (refused("422 Unprocessable Entity", body=OF_A_FIELD), ["index_ids", "needs all indexes"]),
    (refused("302 Found", "Location: javascript:1"), ["points to another place", "This was not followed"]),
    (refused("302 Found", "Location: http://xn--/"), ["points to xn--"]),
    (refused("400 Bad Request", body=HOSTILE), ["The sources are locked ␛]52;c;ZXZpbA==␇[/red]"]),
)
"""Refusals, and words that must be read of each."""


@pytest.mark.fault(30, 31, 35, 59)
async def test_a_refusal_is_told_in_words_and_costs_neither_the_question_nor_what_is_shown(proxy: FaultProxy) -> None:
    async with behind(proxy) as user:
        composer = user.app.chat.query_one(Composer)
        await in_session(user)
        await user.type(QUESTION)
        for number, (fault, told) in enumerate(SAID, 1):
            proxy.next_turns.append(fault)
            await user.press("enter")
            await user.until(lambda told=told: all(words in words_on(user) for words in told))
            await user.until(lambda: composer.text == QUESTION)
            assert "Ada Sol" in user.screen
            assert proxy.prompts.count(QUESTION) == number
        await user.press("enter")
        await user.see(ANSWER)


@pytest.mark.fault(32)
async def test_a_wait_that_the_server_wants_is_counted_down_and_ends_by_the_user_s_key_alone(
    proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with behind(proxy) as user:
        composer = user.app.chat.query_one(Composer)
        await in_session(user)
        proxy.next_turns.append(refused("429 Too Many Requests", "Retry-After: 1000000000"))
        await ask(user, QUESTION)
        await user.until(lambda: "asks to wait 60 s" in words_on(user))
        line = user.app.chat.query_one(NoticeLine)
        said: list[str] = []
        user.app.chat.watch(line, "said", lambda: said.append(line.render().plain))
        await user.until(lambda: any("58 s left" in words for words in said))
        assert composer.text == QUESTION
        monkeypatch.setattr("tui.widgets.notice_line.COUNT_SECONDS", 0.2)
        proxy.next_turns.append(refused("429 Too Many Requests", "Retry-After: 2"))
        await user.press("enter")
        await user.until(lambda: "the wait is over: Enter sends" in words_on(user))
        assert ["2 s left" in said[-3], "1 s left" in said[-2]] == [True, True]
        assert composer.text == QUESTION
        assert proxy.prompts.count(QUESTION) == 2
        await user.press("enter")
        await user.see(ANSWER)
        assert "the wait is over" not in words_on(user)


@pytest.mark.fault(30, 55)
async def test_a_session_deleted_elsewhere_can_be_exported(
    proxy: FaultProxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with behind(proxy) as user:
        await in_session(user)
        proxy.next_turns.append(refused("404 Not Found"))
        proxy.others = refused("404 Not Found")
        await ask(user, QUESTION)
        await user.until(lambda: "may have been deleted elsewhere" in words_on(user))
        await user.press("shift+tab", "e")
        await user.in_dialog("enter")
        await user.see("Written to")
    (written,) = tmp_path.glob("*.md")
    assert "Ada Sol" in written.read_text()
